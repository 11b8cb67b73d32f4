from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..domain_names import read_domains


class DeliveryMailbox(models.Model):
    """A mailbox provider: the domains of recipients that one of them receives for."""

    _name = "delivery.mailbox"
    _description = "Mailbox Provider"
    _inherit = ["marketing.audited"]
    _order = "sequence, name, id"

    _audited_fields = (
        "name",
        "active",
        "domains",
        "company_id",
        "cap_per_minute",
        "cap_per_hour",
        "cap_per_day",
    )

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    domains = fields.Text(
        required=True, help="Domains of its addresses, with spaces between them."
    )
    cap_per_minute = fields.Integer(
        "Limit per Minute", help="Through each of our providers; 0 means no limit."
    )
    cap_per_hour = fields.Integer(
        "Limit per Hour", help="Through each of our providers; 0 means no limit."
    )
    cap_per_day = fields.Integer(
        "Limit per Day",
        help="Through each of our providers; 0 means no limit. Days start at midnight"
        " UTC.",
    )
    pace_ids = fields.One2many("delivery.mailbox.pace", "mailbox_id", readonly=True)
    hour_used = fields.Integer("Sent This Hour", compute="_compute_pace")
    day_used = fields.Integer("Sent Today", compute="_compute_pace")
    paused_until = fields.Datetime("Resting Until", compute="_compute_pace")

    _caps_not_negative = models.Constraint(
        "CHECK(cap_per_minute >= 0 AND cap_per_hour >= 0 AND cap_per_day >= 0)",
        "A limit cannot be negative; 0 means no limit.",
    )

    @api.depends("pace_ids")
    def _compute_pace(self):
        for mailbox in self:
            paces = mailbox.pace_ids
            mailbox.hour_used = sum(paces.mapped("hour_now"))
            mailbox.day_used = sum(paces.mapped("day_now"))
            rests = [pace.paused_until for pace in paces if pace.is_paused]
            mailbox.paused_until = max(rests, default=False)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalise(vals))

    @staticmethod
    def _normalise(vals):
        """Commas and lines between domains are spaces, letters are small."""
        domains, wrong = read_domains(vals.get("domains"))
        return {**vals, "domains": " ".join(domains + wrong)} if domains else vals

    @api.constrains("domains", "company_id", "active")
    def _check_domains(self):
        for mailbox in self:
            domains, wrong = read_domains(mailbox.domains)
            if wrong or not domains:
                raise ValidationError(
                    self.env._(
                        "Enter domains such as gmail.com, with spaces between them;"
                        " wrong: %(names)s.",
                        names=", ".join(wrong) or self.env._("none is given"),
                    )
                )
            mailbox._check_not_twice(set(domains))

    def _check_not_twice(self, domains):
        others = self.search(
            [("id", "!=", self.id), ("company_id", "=", self.company_id.id)]
        )
        for other in others:
            if self.active and (both := domains.intersection(other.domains.split())):
                raise ValidationError(
                    self.env._(
                        "%(names)s belong to %(other)s already.",
                        names=", ".join(sorted(both)),
                        other=other.name,
                    )
                )
