import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

TOKEN_BYTES = 32
PREFIX_LENGTH = 8
SERVER_ONLY = {
    "prefix",
    "key_hash",
    "generated_at",
    "revoked_at",
    "is_leaked",
    "last_used_at",
}
# Who a key is, is decided once: later it is only narrowed, replaced or revoked.
FIXED = {"company_id", "user_id"}


class MarketingApiKey(models.Model):
    """A machine that may call our API with the rights of one user in one company."""

    _name = "marketing.api.key"
    _description = "API Key"
    _inherit = ["mail.thread", "mail.activity.mixin", "marketing.audited"]
    _order = "id desc"
    _check_company_auto = True
    _audited_fields = (
        "name",
        "active",
        "company_id",
        "user_id",
        "scope_ids",
        "rate_limit",
        "expires_at",
        "prefix",
        "revoked_at",
        "is_leaked",
    )

    name = fields.Char(required=True, help="The program that uses the key.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Acts As",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="restrict",
        help="The key can never do more than this user.",
    )
    scope_ids = fields.Many2many("marketing.api.scope", string="Scopes", required=True)
    scope_summary = fields.Text("May", compute="_compute_scope_summary")
    rate_limit = fields.Integer("Requests per Minute", default=600)
    expires_at = fields.Datetime(
        "Expires On",
        default=lambda self: fields.Datetime.add(fields.Datetime.now(), years=1),
    )
    prefix = fields.Char("Begins With", readonly=True, copy=False, index=True)
    key_hash = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    generated_at = fields.Datetime("Generated On", readonly=True, copy=False)
    revoked_at = fields.Datetime("Revoked On", readonly=True, copy=False)
    is_leaked = fields.Boolean(
        "Sent in an Address",
        readonly=True,
        copy=False,
        help="Revoked by itself: servers on the way write addresses to their logs.",
    )
    last_used_at = fields.Datetime(
        "Last Used", readonly=True, copy=False, help="Exact to ten minutes."
    )
    state = fields.Selection(
        [
            ("new", "No Key Yet"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
    )

    _rate_limit_range = models.Constraint(
        "CHECK(rate_limit BETWEEN 1 AND 100000)",
        "Allow between 1 and 100,000 requests per minute.",
    )

    @api.depends("generated_at", "revoked_at", "expires_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for key in self:
            if key.revoked_at:
                key.state = "revoked"
            elif not key.generated_at:
                key.state = "new"
            elif key.expires_at and key.expires_at <= now:
                key.state = "expired"
            else:
                key.state = "active"

    @api.depends("scope_ids")
    def _compute_scope_summary(self):
        """The scopes on one line each for reading and writing, for lists."""
        words = {"read": self.env._("Read"), "write": self.env._("Write")}
        for key in self:
            areas = {}
            for name in sorted(key.scope_ids.mapped("name")):
                verb, area = name.split(":", 1)
                areas.setdefault(verb, []).append(area)
            key.scope_summary = "\n".join(
                f"{words[verb]}: {', '.join(names)}" for verb, names in areas.items()
            )

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for key in self:
            # sudo: colleagues' groups and companies are not readable by everybody
            user = key.user_id.sudo()
            if user.share or key.company_id not in user.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s is not an internal user of %(company)s.",
                        user=user.name,
                        company=key.company_id.name,
                    )
                )

    @api.constrains("scope_ids")
    def _check_scopes(self):
        if any(not key.scope_ids for key in self):
            raise ValidationError(self.env._("Choose what the key may do."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_server_only(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_server_only(vals)
        if FIXED & set(vals):
            raise UserError(
                self.env._("The user and the company of a key stay: make a new key.")
            )
        return super().write(vals)

    def _check_server_only(self, vals):
        if SERVER_ONLY & set(vals):
            raise UserError(self.env._("This value is set by the system only."))

    def _write_server(self, vals):
        self.check_access("write")
        # sudo after the check: nobody but the system may touch the hash
        return super(MarketingApiKey, self.sudo()).write(vals)

    # === BUTTONS ===#

    def action_generate(self):
        """Draw a key, forget the one before, and show it this one time."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Copy the Key Now"),
            "res_model": "marketing.api.key.show",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": self._draw()},
        }

    def _draw(self):
        """Store the hash of a new secret and return the secret."""
        secret = secrets.token_hex(TOKEN_BYTES)
        self._write_server(
            {
                "prefix": secret[:PREFIX_LENGTH],
                "key_hash": digest(secret),
                "generated_at": fields.Datetime.now(),
                "revoked_at": False,
                "is_leaked": False,
                "last_used_at": False,
            }
        )
        self._withdraw_alert()
        return f"mmk_{secret}"

    def action_revoke(self):
        """End the key at once; its place in the history stays."""
        self.check_access("write")
        self._revoke()

    def _revoke(self, **values):
        now = fields.Datetime.now()
        self._write_server({"key_hash": False, "revoked_at": now, **values})

    def _get_audit_event(self, kind, changes):
        if kind == "created":
            return "api_key_created"
        if kind == "changed" and changes.get("revoked_at", [None])[-1]:
            return "api_key_revoked"
        return super()._get_audit_event(kind, changes)


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
