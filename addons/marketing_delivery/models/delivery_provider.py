from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import config

from ..sender import allowance, installation, settings
from ..sender.adapter import ProviderDown
from ..sender.smtp import SmtpAdapter
from ..sender.smtp_session import Server

LONGEST_RETRY = 900  # seconds between two tries of a provider that is down


class DeliveryProvider(models.Model):
    _name = "delivery.provider"
    _description = "Delivery Provider"
    _inherit = ["marketing.installation", "marketing.audited"]
    _order = "sequence, id"

    # The login is a matter of the mail server, which is named only.
    _audited_fields = (
        "name",
        "active",
        "company_id",
        "provider_type",
        "mail_server_id",
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
    mail_server_id = fields.Many2one(
        "ir.mail_server", string="Outgoing Mail Server", ondelete="restrict"
    )
    cap_per_minute = fields.Integer("Limit per Minute", help="0 means no limit.")
    cap_per_hour = fields.Integer("Limit per Hour", help="0 means no limit.")
    cap_per_day = fields.Integer(
        "Limit per Day", help="0 means no limit. Days start at midnight UTC."
    )
    cost_per_message = fields.Float(
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

    @api.constrains("provider_type", "mail_server_id")
    def _check_mail_server(self):
        for provider in self.filtered(lambda p: p.provider_type == "smtp"):
            if not provider.mail_server_id:
                raise ValidationError(self.env._("Choose an outgoing mail server."))

    def _compute_used(self):
        self.env["delivery.provider.usage"].flush_model()
        used = allowance.read_used(self.env.cr, self.ids)
        for provider in self:
            values = used.get(provider.id, (0, 0, 0))
            provider.minute_used, provider.hour_used, provider.day_used = values

    @api.model_create_multi
    def create(self, vals_list):
        """From the first provider on a copy of this database can be told from it."""
        installation.create(self.env.cr)
        return super().create(vals_list)

    def write(self, vals):
        """New settings are tried at once."""
        if {"mail_server_id", "active", "provider_type"} & set(vals):
            vals = {"state": "untested", "failure_count": 0, "retry_at": False, **vals}
        return super().write(vals)

    def action_test_connection(self):
        """Connect and log in without sending anything."""
        self.ensure_one()
        self.check_access("write")
        try:
            adapter = self._get_adapter()
            adapter.connect()
        except ProviderDown as error:
            self._mark_down(str(error))
            return self._notify("danger", self.env._("It does not work"), str(error))
        adapter.close()
        self._mark_up()
        return self._notify(
            "success",
            self.env._("It works"),
            self.env._("Connected and logged in to %(name)s.", name=self.name),
        )

    def _notify(self, kind, title, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": title,
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_adapter(self):
        """Return the adapter of this provider's type (``sender.adapter.Adapter``)."""
        self.ensure_one()
        if self.provider_type != "smtp":
            raise UserError(self.env._("There is no adapter for this provider."))
        return SmtpAdapter(self._prepare_smtp_server())

    def _prepare_smtp_server(self):
        """Return plain connection values; raise :class:`ProviderDown` without any."""
        # sudo: the login is for the system only and goes nowhere but the connection
        server = self.mail_server_id.sudo()
        if not server.active:
            raise ProviderDown(self.env._("the outgoing mail server is archived"))
        if server.smtp_authentication == "cli":
            return Server(
                config["smtp_server"],
                int(config["smtp_port"]),
                "starttls" if config["smtp_ssl"] else "none",
                config["smtp_user"] or None,
                config["smtp_password"] or None,
            )
        if server.smtp_authentication != "login":
            raise ProviderDown(self.env._("only a login by user name is supported"))
        return Server(
            server.smtp_host,
            server.smtp_port,
            server.smtp_encryption,
            server.smtp_user or None,
            server.smtp_pass or None,
        )

    def _get_retry_seconds(self):
        """Return how long to leave a provider that is down alone, 0 = try now."""
        if self.state != "down" or not self.retry_at:
            return 0
        return max(0, (self.retry_at - fields.Datetime.now()).total_seconds())

    def _mark_down(self, error):
        """Note the error; return the seconds until the next try, doubled each time.

        A wrong password tried every minute would lock the account.
        """
        # sudo: a sender or a tester notes the state, whatever he may edit
        this = self.sudo()
        seconds = min(settings.PROVIDER_RETRY * 2**this.failure_count, LONGEST_RETRY)
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
