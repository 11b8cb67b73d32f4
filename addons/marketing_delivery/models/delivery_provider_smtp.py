from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from ..sender.adapter import ProviderDown
from ..sender.smtp import SmtpAdapter
from ..sender.smtp_session import Server


class DeliveryProviderSmtp(models.Model):
    """The type ``smtp``: any mail server that Odoo knows."""

    _inherit = "delivery.provider"

    # The login is a matter of the mail server: the audit log gets its name only.
    mail_server_id = fields.Many2one(
        "ir.mail_server", string="Outgoing Mail Server", ondelete="restrict"
    )

    @api.model
    def _get_connection_fields(self):
        return [*super()._get_connection_fields(), "mail_server_id"]

    @api.constrains("provider_type", "mail_server_id")
    def _check_mail_server(self):
        for provider in self.filtered(lambda p: p.provider_type == "smtp"):
            if not provider.mail_server_id:
                raise ValidationError(self.env._("Choose an outgoing mail server."))

    def _get_smtp_adapter(self):
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
