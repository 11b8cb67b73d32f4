import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.marketing_base.sealing import Lost, SealedText, seal_column

from ..domain_names import normalise_domain
from ..sender import dkim

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class DeliveryDkimKey(models.Model):
    """A key that signs what leaves by SMTP with its domain in From.

    Keys are never changed: a new one under another selector takes over, and the record
    of the old one stays published until the last message that it signed has arrived.
    """

    _name = "delivery.dkim.key"
    _description = "DKIM Key"
    _inherit = ["marketing.audited"]
    _order = "domain, id desc"
    _rec_name = "record_name"

    _audited_fields = ("domain", "selector", "algorithm", "company_id", "state")
    _audited_secrets = ("private_key",)

    domain = fields.Char(required=True, help="The domain of the sender's address.")
    selector = fields.Char(
        required=True,
        default=lambda self: self._get_default_selector(),
        help="Tells the keys of a domain apart; part of the record's name.",
    )
    algorithm = fields.Selection(
        [("rsa", "RSA, 2048 bits"), ("ed25519", "Ed25519")],
        required=True,
        default="rsa",
        help="Every receiver verifies RSA. Ed25519 is shorter and may sign beside it.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        ondelete="cascade",
        help="Whose messages it signs. Empty: those of all companies.",
    )
    state = fields.Selection(
        [("draft", "To publish"), ("active", "Signing"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    # read by nobody but the sender, which uses sudo: there is no screen that needs it
    private_key = SealedText(groups=fields.NO_ACCESS, copy=False)
    record_name = fields.Char(compute="_compute_record_name", store=True)
    record_value = fields.Char("Record", readonly=True, copy=False)
    dns_state = fields.Selection(
        [
            ("ok", "Published"),
            ("missing", "Not found"),
            ("other", "Another key"),
            ("several", "Several records"),
            ("revoked", "Withdrawn"),
            ("broken", "Unreadable"),
            ("unknown", "No answer"),
        ],
        "In DNS",
        readonly=True,
        copy=False,
    )
    checked_at = fields.Datetime("Looked Up", readonly=True, copy=False)

    _selector_uniq = models.Constraint(
        "UNIQUE(domain, selector)", "This selector of the domain is taken."
    )
    _active_uniq = models.UniqueIndex(
        "(domain, algorithm, COALESCE(company_id, 0)) WHERE state = 'active'",
        "One key a domain and algorithm signs.",
    )

    def init(self):
        """Seal the keys of older databases."""
        seal_column(self.env.cr, self._table, "private_key")

    @api.model
    def _get_default_selector(self):
        return fields.Date.context_today(self).strftime("mm%Y%m%d")

    @api.depends("selector", "domain")
    def _compute_record_name(self):
        for key in self:
            key.record_name = f"{key.selector}._domainkey.{key.domain}"

    @api.constrains("domain", "selector")
    def _check_names(self):
        for key in self:
            if normalise_domain(key.domain) != key.domain:
                raise ValidationError(
                    self.env._(
                        "%(domain)s is not a domain; write it like shop.example.com.",
                        domain=key.domain,
                    )
                )
            if not _SELECTOR.fullmatch(key.selector) or len(key.selector) > 63:
                raise ValidationError(
                    self.env._(
                        "A selector has lower case letters, digits and hyphens only."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A record comes with its key, which nobody gets to see."""
        keys = super().create([self._prepare_values(values) for values in vals_list])
        for key in keys:
            key._generate()
        return keys

    @api.model
    def _prepare_values(self, values):
        domain = values.get("domain")
        values = {**values, "domain": normalise_domain(domain) or domain}
        values = {**values, "state": "draft", "record_value": False}
        values.pop("private_key", None)
        return values

    def _generate(self):
        private_key = dkim.generate(self.algorithm)
        values = {
            "private_key": private_key,
            "record_value": dkim.get_public_record(private_key),
        }
        # sudo: the field is nobody's; the record was created by who may do that
        return super(DeliveryDkimKey, self.sudo()).write(values)

    def write(self, vals):
        """What is published or signs does not change; whoever wants that makes a key.

        The state follows the buttons, the key itself nobody.
        """
        fixed = {"domain", "selector", "algorithm", "private_key", "record_value"}
        if fixed.intersection(vals):
            raise UserError(
                self.env._("A key cannot be changed. Make a new one and retire this.")
            )
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("Use the buttons to start or stop signing."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        if "active" in self.mapped("state"):
            raise UserError(
                self.env._("This key signs messages. Retire it before you delete it.")
            )

    @api.model
    def _get_signers(self):
        """Return ``{(company id or None, domain): signers}`` of the keys that sign.

        Raises :class:`sender.dkim.BadKey` for a key that is of no use.
        """
        signers = {}
        # sudo: the sender works for all companies; a key serves its own only
        for key in self.sudo().search([("state", "=", "active")]):
            place = (key.company_id.id or None, key.domain)
            signers.setdefault(place, []).append(key._get_signer())
        return signers

    def _get_signer(self):
        if isinstance(self.private_key, Lost):
            raise dkim.BadKey(
                self.env._(
                    "the DKIM key %(name)s cannot be opened, because it was sealed with"
                    " the secret of another installation: give this one the same"
                    " MARKETING_SECRET_KEY, or make a new key and retire this one",
                    name=self.record_name,
                )
            )
        return dkim.Signer(self.domain, self.selector, self.private_key)
