import contextlib

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from odoo.addons.marketing_base.addresses import normalise_email
from odoo.addons.marketing_base.links import SECRET_PARAMETER

from ..sender.adapter import ProviderDown
from ..sender.dkim import BadKey
from ..sender.smtp import SmtpAdapter
from ..sender.smtp_pool import POOL
from ..sender.smtp_session import Server
from ..sender.verp import MAX_LOCAL, Verp


class DeliveryProviderSmtp(models.Model):
    """The type ``smtp``: any mail server that Odoo knows."""

    _inherit = "delivery.provider"

    # The login is a matter of the mail server: the audit log gets its name only.
    mail_server_id = fields.Many2one(
        "ir.mail_server", string="Outgoing Mail Server", ondelete="restrict"
    )
    bounce_address = fields.Char(
        help="Mailbox that gets notices about what could not be delivered; an incoming"
        " mail server has to fetch it. Each message has its own address there, such as"
        " bounce+m2s-5f0c@shop.example.com. Empty: notices go to the sender's address"
        " and are not read.",
    )

    @api.model
    def _get_connection_fields(self):
        return [*super()._get_connection_fields(), "mail_server_id", "bounce_address"]

    @api.constrains("provider_type", "mail_server_id")
    def _check_mail_server(self):
        for provider in self.filtered(lambda p: p.provider_type == "smtp"):
            if not provider.mail_server_id:
                raise ValidationError(self.env._("Choose an outgoing mail server."))

    @api.constrains("bounce_address")
    def _check_bounce_address(self):
        for provider in self.filtered("bounce_address"):
            address = normalise_email(provider.bounce_address)
            local = (address or "").rpartition("@")[0]
            if not address or "+" in local or len(local) > MAX_LOCAL:
                raise ValidationError(
                    self.env._(
                        "The bounce address has to be a plain address with up to"
                        " %(number)s characters and no + before the @.",
                        number=MAX_LOCAL,
                    )
                )

    def action_test_connection(self):
        """A kept connection would prove nothing about the login."""
        for provider in self.filtered(lambda p: p.provider_type == "smtp"):
            with contextlib.suppress(ProviderDown):
                POOL.clear(provider._prepare_smtp_server())
        return super().action_test_connection()

    def _get_smtp_adapter(self):
        server = self._prepare_smtp_server()
        try:
            signers = self.env["delivery.dkim.key"]._get_signers()
        except BadKey as error:
            raise ProviderDown(str(error)) from error
        return SmtpAdapter(server, signers=signers, verp=self._get_verp(), pool=POOL)

    def _get_verp(self):
        """Return what makes and reads return paths, None without a bounce address."""
        address = normalise_email(self.bounce_address)
        if not address:
            return None
        parameters = self.env["ir.config_parameter"]
        secret = parameters._get_marketing_secret(SECRET_PARAMETER)
        return Verp(bytes.fromhex(secret), address)

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
