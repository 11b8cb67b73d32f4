from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.models.marketing_pii import PII

VALID_DAYS = 7
KEEP_PENDING_DAYS = 30
KEEP_CONFIRMED_DAYS = 400


class MarketingSignup(models.Model):
    """Somebody typed an address into a form: no consent until its owner confirms.

    A pending sign-up is not a consent record, so nothing that asks for consent can
    mistake one for the other.
    """

    _name = "marketing.signup"
    _description = "Sign-Up"
    _inherit = ["marketing.masked"]
    _order = "id desc"
    _rec_name = "email_address"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    channel = fields.Selection(
        [("email", "Email")], required=True, readonly=True, default="email"
    )
    address_key = fields.Char(required=True, readonly=True)
    email_address = fields.Char(string="Address", readonly=True, groups=PII)
    state = fields.Selection(
        [("pending", "Waits for Confirmation"), ("confirmed", "Confirmed")],
        required=True,
        readonly=True,
        default="pending",
    )
    is_expired = fields.Boolean(compute="_compute_is_expired")
    topic_ids = fields.Many2many("marketing.topic", string="Topics", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    source = fields.Char(string="Page", readonly=True)
    text_shown = fields.Text(
        readonly=True, help="The sentence above the button, as the person read it."
    )
    requested_at = fields.Datetime(
        string="Requested On", readonly=True, default=fields.Datetime.now
    )
    request_network = fields.Char(string="Network", readonly=True, groups=PII)
    request_agent = fields.Char(string="Program", readonly=True, groups=PII)
    expires_at = fields.Datetime(string="Expires On", readonly=True)
    mailed_at = fields.Datetime(string="Last Message On", readonly=True)
    mail_count = fields.Integer(string="Messages", readonly=True)
    confirmed_at = fields.Datetime(string="Confirmed On", readonly=True)
    confirm_network = fields.Char(
        string="Network at Confirmation", readonly=True, groups=PII
    )

    _one_pending = models.UniqueIndex(
        "(company_id, address_key) WHERE state = 'pending'",
        "This address waits for its confirmation already.",
    )
    _key_idx = models.Index("(address_key, company_id)")

    @api.depends("email_address", "channel")
    @api.depends_context("uid")
    def _compute_display_name(self):
        masked = not self._reads_pii()
        for signup in self:
            # superuser: of somebody who may not read the address it is masked below
            address = signup.sudo().email_address
            name = signup._get_masked_name() if masked and address else address
            signup.display_name = name or self.env._("Erased address")

    @api.depends("state", "expires_at")
    def _compute_is_expired(self):
        now = fields.Datetime.now()
        for signup in self:
            over = signup.expires_at and signup.expires_at < now
            signup.is_expired = bool(signup.state == "pending" and over)

    @api.model
    def _get_expiry(self):
        return fields.Datetime.now() + relativedelta(days=VALID_DAYS)

    @api.autovacuum
    def _gc_signups(self):
        """Forget what nobody confirmed; the proof of a consent is in its history."""
        now = fields.Datetime.now()
        old = self.search(
            [
                "|",
                "&",
                ("state", "=", "pending"),
                ("expires_at", "<", now - relativedelta(days=KEEP_PENDING_DAYS)),
                "&",
                ("state", "=", "confirmed"),
                ("confirmed_at", "<", now - relativedelta(days=KEEP_CONFIRMED_DAYS)),
            ],
            limit=10_000,
        )
        old.unlink()

    @api.model
    def _erase_addresses(self, keys, company=None):
        """Delete the sign-ups of these address keys; of all companies when None."""
        domain = [("address_key", "in", list(keys))]
        if company:
            domain.append(("company_id", "=", company.id))
        self.search(domain).unlink()

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("Sign-ups are written by the system only."))
        return super().write(vals)
