from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.marketing_engine.sending import warmup_limit

from ..domain_names import normalise_domain
from ..sender import allowance

MANAGED = ("cold", "warming")


class DeliveryDomain(models.Model):
    """A domain that we send from, and how much it may send while it is new.

    Mailbox providers distrust a domain that nobody knows: a new one begins with few
    messages and may send more each day, unless what comes back is bad.
    """

    _name = "delivery.domain"
    _description = "Sender Domain"
    _inherit = ["mail.thread", "marketing.audited"]
    _order = "name, id"
    _check_company_auto = True

    _audited_fields = (
        "name",
        "active",
        "company_id",
        "provider_id",
        "stage",
        "warmup_start",
        "warmup_growth",
        "warmup_target",
        "warmup_day",
    )

    name = fields.Char("Domain", required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    provider_id = fields.Many2one(
        "delivery.provider",
        check_company=True,
        ondelete="cascade",
        help="Whose sending addresses are warmed up with it. Empty: all providers"
        " together.",
    )
    stage = fields.Selection(
        [("cold", "Cold"), ("warming", "Warming"), ("established", "Established")],
        default="cold",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    stage_since = fields.Date(default=fields.Date.today, readonly=True, copy=False)
    days_in_stage = fields.Integer("Days in Stage", compute="_compute_days_in_stage")
    warmup_start = fields.Integer("On the First Day", default=50)
    warmup_growth = fields.Float("Growth per Day", default=1.5, digits=(4, 2))
    warmup_target = fields.Integer("In the End", default=100_000)
    warmup_day = fields.Integer(
        "Day of the Warm-Up",
        default=0,
        readonly=True,
        copy=False,
        help="How often the limit has risen. It stays on a day on which less than half"
        " of the limit was sent, and goes back on bad signals.",
    )
    daily_limit = fields.Integer(
        compute="_compute_daily_limit",
        store=True,
        help="Messages today; 0: no limit. Days start at midnight UTC.",
    )
    used_today = fields.Integer("Sent Today", compute="_compute_used_today")
    judged_on = fields.Date("Last Judged", readonly=True, copy=False)
    day_ids = fields.One2many("delivery.domain.day", "domain_id", readonly=True)

    _name_uniq = models.UniqueIndex(
        "(name, COALESCE(company_id, 0), COALESCE(provider_id, 0)) WHERE active",
        "This domain is in the list already.",
    )
    _warmup_range = models.Constraint(
        "CHECK(warmup_start >= 1 AND warmup_target >= warmup_start"
        " AND warmup_growth >= 1.05 AND warmup_growth <= 5)",
        "A warm-up begins with at least 1 message, ends with no fewer, and grows by a"
        " factor of 1.05 to 5 a day.",
    )

    @api.depends("stage_since")
    def _compute_days_in_stage(self):
        today = fields.Date.today()
        for domain in self:
            since = domain.stage_since or today
            domain.days_in_stage = max(0, (today - since).days)

    @api.depends("stage", "warmup_day", "warmup_start", "warmup_growth")
    @api.depends("warmup_target")
    def _compute_daily_limit(self):
        for domain in self:
            is_managed = domain.stage in MANAGED
            domain.daily_limit = domain._get_limit() if is_managed else 0

    def _get_limit(self, ahead=0):
        return warmup_limit(
            max(0, self.warmup_day + ahead),
            start=max(1, self.warmup_start),
            growth=min(max(1.05, self.warmup_growth), 5),
            target=max(1, self.warmup_target),
        )

    def _compute_used_today(self):
        used = allowance.read_used(self.env.cr, "domain", self.ids)
        for domain in self:
            domain.used_today = used.get(domain.id, (0, 0, 0))[2]

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalise(vals))

    @staticmethod
    def _normalise(vals):
        name = vals.get("name")
        return {**vals, "name": normalise_domain(name) or name} if name else vals

    @api.constrains("name")
    def _check_name(self):
        for domain in self:
            if normalise_domain(domain.name) != domain.name:
                raise ValidationError(
                    self.env._(
                        "%(name)s is no domain; enter what follows the @ of the"
                        " sender, such as news.example.com.",
                        name=domain.name,
                    )
                )

    def action_establish(self):
        """Somebody who knows the domain ends the warm-up."""
        self._enter("established")

    def action_warm_up(self):
        """Begin (again) on the first day."""
        self._enter("cold", warmup_day=0)

    def _enter(self, stage, **values):
        self.check_access("write")
        if any(domain.stage == stage for domain in self):
            raise UserError(self.env._("The domain is in this stage already."))
        self.write({"stage": stage, "stage_since": fields.Date.today(), **values})

    def action_view_curve(self):
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_delivery.delivery_domain_curve_action"
        ) | {"domain": [("domain_id", "=", self.id)]}

    @api.model
    def _find(self, name, company, provider):
        """Return the record that counts for a sender, the most particular one."""
        # sudo: sending is the system's work; the company is in the domain
        found = self.sudo().search(
            [
                ("name", "=", name),
                ("company_id", "in", (company.id, False)),
                ("provider_id", "in", (provider.id, False)),
            ]
        )
        return found.sorted(lambda d: (not d.company_id, not d.provider_id))[:1]
