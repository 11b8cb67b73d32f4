from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..addresses import CHANNELS, address_key, address_key_sql, normalise_address
from ..networks import cut_network
from .ir_config_parameter import ADDRESS_SECRET
from .marketing_pii import PII

SERVER_ONLY = ("address_key", "unsubscribed_at", "lifts_blacklist")


class EmailSubscriptionPreference(models.Model):
    """What one address of one channel allows one company to send.

    Keyed by address, not by customer: merging, deleting or importing a customer again
    must not bring back somebody who said stop.
    """

    _name = "email.subscription.preference"
    _description = "Consent"
    _inherit = ["marketing.masked"]
    _order = "write_date desc, id desc"
    _rec_name = "email_address"
    _rec_names_search = ["email_address", "partner_id"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("push", "Web Push")],
        required=True,
        default="email",
    )
    address_key = fields.Char(required=True, readonly=True, copy=False)
    email_address = fields.Char(
        string="Address", groups=PII, help="Blank after an erasure."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="set null",
        groups=PII,
    )
    is_subscribed = fields.Boolean(string="Subscribed", default=True)
    unsubscribed_at = fields.Datetime(string="Unsubscribed On", readonly=True)
    unsubscribe_reason = fields.Text(string="Reason", groups=PII)
    consent_given_at = fields.Datetime(string="Consent Given On")
    consent_source = fields.Char(help="Where the consent or the objection came from.")
    consent_ip_address = fields.Char(string="Network", groups=PII)
    preferred_frequency = fields.Selection(
        [("low", "Low"), ("normal", "Normal"), ("high", "High")],
        required=True,
        default="normal",
    )
    category_preferences = fields.Json()
    paused_until = fields.Datetime(
        copy=False,
        help="The person asked for a break: nothing is sent before, and without any"
        " further step it goes on after. What is sent in between is not made up for.",
    )
    lifts_blacklist = fields.Boolean(
        readonly=True, help="A new consent also leaves the blacklist of Odoo."
    )

    status = fields.Selection(
        [
            ("subscribed", "Subscribed"),
            ("paused", "Paused"),
            ("unsubscribed", "Unsubscribed"),
            ("blacklisted", "Blacklisted"),
        ],
        compute="_compute_status",
    )

    _address_uniq = models.Constraint(
        "UNIQUE(company_id, channel, address_key)",
        "This address already has a consent record in this company.",
    )
    _address_key_format = models.Constraint(
        "CHECK(length(address_key) = 32"
        " AND translate(address_key, '0123456789abcdef', '') = '')",
        "The key of an address is 32 hex digits.",
    )

    @api.depends("email_address", "channel")
    @api.depends_context("uid")
    def _compute_display_name(self):
        masked = not self._reads_pii()
        for preference in self:
            blank = self.env._("Erased address") if preference._origin else False
            # superuser: of somebody who may not read the address it is masked below
            name = preference.sudo().email_address or blank
            if masked and preference.sudo().email_address:
                name = preference._get_masked_name()
            preference.display_name = name

    @api.depends("is_subscribed", "email_address", "channel", "paused_until")
    def _compute_status(self):
        stopped = self._find_stopped()
        for preference in self:
            status = preference._get_own_status()
            if status != "unsubscribed" and preference.id in stopped:
                status = "blacklisted"
            preference.status = status

    # === KEYS ===#

    @api.model
    def _get_address_secret(self):
        parameters = self.env["ir.config_parameter"]
        return bytes.fromhex(parameters._get_marketing_secret(ADDRESS_SECRET))

    @api.model
    def _address_key(self, channel, address):
        """Return the key of an address, or None when it is not one valid address."""
        return address_key(self._get_address_secret(), channel, address)

    @api.model
    def _address_key_sql(self, channel, address):
        """Return SQL for the key of the text ``address`` (NULL if invalid)."""
        return address_key_sql(self._get_address_secret(), channel, address)

    # === CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_consent_values(vals) for vals in vals_list]
        with self._telling(otherwise="manual"):
            preferences = super().create(vals_list)
            preferences.filtered(lambda p: not p.is_subscribed)._add_to_blacklist()
        preferences._audit_staff("created")
        preferences._mirror_choices()
        return preferences

    def _prepare_consent_values(self, vals):
        self._check_server_only(vals)
        channel = vals.get("channel") or "email"
        if channel not in CHANNELS:
            raise ValidationError(self.env._("Unknown channel."))
        address = normalise_address(channel, vals.get("email_address"))
        if not address:
            raise ValidationError(
                self.env._("Enter exactly one valid address without a name.")
            )
        result = dict(
            vals,
            email_address=address,
            address_key=self._address_key(channel, address),
            consent_ip_address=cut_network(vals.get("consent_ip_address")),
        )
        moment = (
            "consent_given_at" if vals.get("is_subscribed", True) else "unsubscribed_at"
        )
        result.setdefault(moment, fields.Datetime.now())
        return result

    def write(self, vals):
        self._check_server_only(vals)
        vals = dict(vals)
        if {"company_id", "channel", "email_address"} & set(vals):
            raise UserError(
                self.env._("A consent belongs to its address: create a new record.")
            )
        if vals.get("consent_ip_address"):
            vals["consent_ip_address"] = cut_network(vals["consent_ip_address"])
        before = {preference.id: preference.is_subscribed for preference in self}
        with self._telling(otherwise="manual"):
            result = (
                self._write_subscribed(vals)
                if "is_subscribed" in vals
                else super().write(vals)
            )
        changed = self.filtered(lambda p: p.is_subscribed != before[p.id])
        changed._audit_staff("changed")
        self._mirror_choices()
        return result

    def unlink(self):
        self._audit_staff("deleted")
        with self._telling(otherwise="manual"):
            return super().unlink()

    def _audit_staff(self, kind):
        """Enter what a member of staff decided for a person; an import is one entry."""
        if self.env.su or not self:
            return
        log = self.env["marketing.audit.log"]
        event = "consent_overridden"
        if len(self) > 1:
            log._record(event, self.browse(), note=f"{kind}: {len(self)}")
            return
        now = self.is_subscribed
        changes = {"is_subscribed": [now if kind == "deleted" else not now, now]}
        if kind != "changed":
            changes["is_subscribed"][0 if kind == "created" else 1] = None
        log._record(event, self, changes, note=kind)

    def _write_subscribed(self, vals):
        """Record a change of mind by hand; a new consent names its source."""
        changed = self.filtered(
            lambda p: p.is_subscribed != bool(vals["is_subscribed"])
        )
        if not vals["is_subscribed"]:
            changed._write_server({"unsubscribed_at": fields.Datetime.now()})
        elif changed and not vals.get("consent_source"):
            raise UserError(self.env._("Say where the new consent comes from."))
        elif changed:
            changed._remove_from_blacklist()
            changed._write_server(
                {"unsubscribed_at": False, "unsubscribe_reason": False}
            )
            vals.setdefault("consent_given_at", fields.Datetime.now())
        result = self._write_server(vals)
        if not vals["is_subscribed"]:
            changed._add_to_blacklist()
        return result

    def _write_server(self, vals):
        """Write fields that no client may set directly."""
        return super().write(vals)

    def _check_server_only(self, vals):
        if set(SERVER_ONLY) & set(vals):
            raise UserError(self.env._("This value is set by the system only."))

    @api.ondelete(at_uninstall=False)
    def _check_keeps_objections(self):
        for preference in self.filtered(
            lambda preference: not preference.is_subscribed
        ):
            raise UserError(
                self.env._(
                    "%(name)s objected: the record must stay, so that nobody writes.",
                    name=preference.display_name,
                )
            )
