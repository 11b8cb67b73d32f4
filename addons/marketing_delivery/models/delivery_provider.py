from contextlib import closing
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.marketing_base.notification import notify

from ..sender import allowance, installation, settings
from ..sender.adapter import ProviderDown

LONGEST_RETRY = 900  # seconds between two tries of a provider that is down


class DeliveryProvider(models.Model):
    """What all types have in common; ``delivery_provider_smtp`` is one of them."""

    _name = "delivery.provider"
    _description = "Delivery Provider"
    _inherit = ["marketing.installation", "marketing.audited"]
    _order = "sequence, id"

    _audited_fields = (
        "name",
        "company_id",
        "cap_per_minute",
        "cap_per_hour",
        "cap_per_day",
        "connection_count",
    )

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: shared by all companies.")
    provider_type = fields.Selection([("smtp", "SMTP")], required=True, default="smtp")
    channel = fields.Selection(
        [("email", "Email")], compute="_compute_channel", store=True
    )
    cap_per_minute = fields.Integer("Limit per Minute", help="0 means no limit.")
    cap_per_hour = fields.Integer("Limit per Hour", help="0 means no limit.")
    cap_per_day = fields.Integer(
        "Limit per Day", help="0 means no limit. Days start at midnight UTC."
    )
    cost_per_message = fields.Float(
        "Cost per Message",
        digits=(16, 6),
        help="What the provider charges for one message that it accepts.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete="restrict",
        help="In which the provider charges.",
    )
    connection_count = fields.Integer(
        string="Connections",
        default=1,
        help="Senders that may work on one campaign at the same time.",
    )
    state = fields.Selection(
        [("untested", "Not tested"), ("ok", "Working"), ("down", "Down")],
        default="untested",
        required=True,
        readonly=True,
        copy=False,
    )
    last_error = fields.Char(readonly=True, copy=False)
    failure_count = fields.Integer(readonly=True, copy=False)
    retry_at = fields.Datetime(readonly=True, copy=False)
    minute_used = fields.Integer("Sent This Minute", compute="_compute_used")
    hour_used = fields.Integer("Sent This Hour", compute="_compute_used")
    day_used = fields.Integer("Sent Today", compute="_compute_used")

    _caps_not_negative = models.Constraint(
        "CHECK(cap_per_minute >= 0 AND cap_per_hour >= 0 AND cap_per_day >= 0)",
        "A limit cannot be negative; 0 means no limit.",
    )
    _cost_not_negative = models.Constraint(
        "CHECK(cost_per_message >= 0)", "The cost of a message cannot be negative."
    )
    _connections_positive = models.Constraint(
        "CHECK(connection_count BETWEEN 1 AND 32)",
        "A provider has 1 to 32 connections.",
    )

    @api.depends("provider_type")
    def _compute_channel(self):
        channels = self._get_type_channels()
        for provider in self:
            provider.channel = channels.get(provider.provider_type, "email")

    @api.model
    def _get_type_channels(self):
        """Return ``{type: channel}`` of the types that do not send e-mail."""
        return {}

    def _compute_used(self):
        used = allowance.read_used(self.env.cr, "provider", self.ids)
        for provider in self:
            values = used.get(provider.id, (0, 0, 0))
            provider.minute_used, provider.hour_used, provider.day_used = values

    def _read_allowances(self):
        """Return each limit with what is left of it; none without a limit."""
        self.ensure_one()
        return [
            {
                "window": window,
                "limit": self[f"cap_per_{window}"],
                "left": max(0, self[f"cap_per_{window}"] - self[f"{window}_used"]),
            }
            for window in ("minute", "hour", "day")
            if self[f"cap_per_{window}"]
        ]

    @api.model_create_multi
    def create(self, vals_list):
        """From the first provider on a copy of this database can be told from it."""
        installation.create(self.env.cr)
        return super().create(vals_list)

    @api.model
    def _get_connection_fields(self):
        """Return what decides how a provider is reached; each type adds its fields.

        They are audited, and a change of one has the provider tried at once.
        """
        return ["active", "provider_type"]

    @api.model
    def _get_audited_fields(self):
        return list(
            dict.fromkeys(
                [*super()._get_audited_fields(), *self._get_connection_fields()]
            )
        )

    def write(self, vals):
        """New settings are tried at once."""
        if set(self._get_connection_fields()) & set(vals):
            vals = {"state": "untested", "failure_count": 0, "retry_at": False, **vals}
        return super().write(vals)

    def action_test_connection(self):
        """Connect and log in without sending anything."""
        self.ensure_one()
        self.check_access("write")
        try:
            with closing(self._get_adapter()) as adapter:
                adapter.connect()
        except ProviderDown as error:
            self._mark_down(str(error), error.wait)
            title = self.env._("It does not work")
            return notify("danger", str(error), title=title, sticky=True)
        self._mark_up()
        message = self.env._("Connected and logged in to %(name)s.", name=self.name)
        return notify("success", message, title=self.env._("It works"))

    def _get_adapter(self):
        """Return the adapter of this provider's type (``sender.adapter.Adapter``).

        A type has its method ``_get_<type>_adapter``, which reads the fields, makes the
        adapter from plain values and raises :class:`ProviderDown` when they do not do.
        """
        self.ensure_one()
        return getattr(self, f"_get_{self.provider_type}_adapter")()

    def _get_retry_seconds(self):
        """Return how long to leave a provider that is down alone, 0 = try now."""
        if self.state != "down" or not self.retry_at:
            return 0
        return max(0, (self.retry_at - fields.Datetime.now()).total_seconds())

    def _mark_down(self, error, wait=0):
        """Note the error; return the seconds until the next try, doubled each time.

        A wrong password tried every minute would lock the account. ``wait`` is a longer
        time that the provider itself asked for.
        """
        # sudo: a sender or a tester notes the state, whatever he may edit
        this = self.sudo()
        seconds = min(settings.PROVIDER_RETRY * 2**this.failure_count, LONGEST_RETRY)
        seconds = max(seconds, min(wait, settings.LONGEST_WAIT))
        this.write(
            {
                "state": "down",
                "last_error": error,
                "failure_count": min(this.failure_count + 1, 10),
                "retry_at": fields.Datetime.now() + timedelta(seconds=seconds),
            }
        )
        return seconds

    def _mark_up(self):
        if self.state != "ok" or self.failure_count:
            # sudo: as above
            self.sudo().write(
                {
                    "state": "ok",
                    "last_error": False,
                    "failure_count": 0,
                    "retry_at": False,
                }
            )
