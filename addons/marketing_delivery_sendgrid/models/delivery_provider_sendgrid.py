from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.marketing_base.sealing import Lost, SealedChar, seal_column
from odoo.addons.marketing_delivery.sender.adapter import ProviderDown

from ..sender import webhook
from ..sender.account import GLOBAL, Account
from ..sender.adapter import SendGridAdapter

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class DeliveryProviderSendgrid(models.Model):
    """The type ``sendgrid``: Twilio SendGrid's mail interface and event webhook."""

    _inherit = "delivery.provider"

    provider_type = fields.Selection(
        selection_add=[("sendgrid", "SendGrid")], ondelete={"sendgrid": "cascade"}
    )
    sendgrid_api_key = SealedChar(
        "API Key",
        copy=False,
        groups="marketing_base.group_administrator",
        help="A key with the one permission Mail Send.",
    )
    sendgrid_url = fields.Char(
        "Interface Address",
        default=GLOBAL,
        help="https://api.eu.sendgrid.com for a subuser in the EU.",
    )
    sendgrid_sandbox = fields.Boolean(
        "Sandbox", help="SendGrid checks the messages and delivers none."
    )
    sendgrid_public_key = fields.Text(
        "Verification Key",
        copy=False,
        help="Shown by SendGrid when the signature of the event webhook is switched on."
        " Without it nothing that SendGrid tells is believed.",
    )

    def init(self):
        """Seal the keys of older databases."""
        done = super().init()
        seal_column(self.env.cr, self._table, "sendgrid_api_key")
        return done

    @api.model
    def _get_connection_fields(self):
        return [
            *super()._get_connection_fields(),
            "sendgrid_api_key",
            "sendgrid_url",
            "sendgrid_sandbox",
        ]

    @api.model
    def _get_audited_secrets(self):
        return [*super()._get_audited_secrets(), "sendgrid_api_key"]

    @api.model
    def _get_audited_fields(self):
        return [*super()._get_audited_fields(), "sendgrid_public_key"]

    @api.constrains("provider_type", "sendgrid_api_key", "sendgrid_url")
    def _check_sendgrid_account(self):
        for provider in self.filtered(lambda p: p.provider_type == "sendgrid"):
            # sudo: only the form of the key is looked at
            key = provider.sudo().sendgrid_api_key
            if not key:
                raise ValidationError(self.env._("Enter the API key of SendGrid."))
            if not (key.isascii() and key.isprintable() and " " not in key):
                raise ValidationError(
                    self.env._("The API key has a space or a line break in it.")
                )
            provider._check_sendgrid_url()

    def _check_sendgrid_url(self):
        """Keys and addresses go out encrypted, except to a test on this machine."""
        try:
            parts = urlsplit(self.sendgrid_url or "")
            is_good = parts.hostname and parts.path in ("", "/") and parts.port != 0
        except ValueError:
            is_good = False
        is_safe = is_good and (
            parts.scheme == "https"
            or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
        )
        if not is_safe or parts.username or parts.query or parts.fragment:
            raise ValidationError(
                self.env._("The interface address looks like %(url)s.", url=GLOBAL)
            )

    @api.constrains("sendgrid_public_key")
    def _check_sendgrid_public_key(self):
        for provider in self.filtered("sendgrid_public_key"):
            try:
                webhook.load_key(provider.sendgrid_public_key)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The verification key is not the one that SendGrid shows: copy"
                        " all of it."
                    )
                ) from error

    def _get_sendgrid_adapter(self):
        # sudo: the key is for administrators and goes nowhere but the connection
        account = self.sudo()
        if isinstance(account.sendgrid_api_key, Lost):
            raise ProviderDown(
                self.env._(
                    "the API key cannot be opened, because it was sealed with the"
                    " secret of another installation: enter it again"
                )
            )
        if not account.sendgrid_api_key:
            raise ProviderDown(self.env._("there is no API key"))
        return SendGridAdapter(
            Account(
                account.sendgrid_api_key,
                account.sendgrid_url or GLOBAL,
                account.sendgrid_sandbox,
            )
        )

    # === WEBHOOK ===#

    def _has_webhook(self):
        return self.provider_type == "sendgrid" or super()._has_webhook()

    @api.model
    def _get_receipt_types(self):
        return [*super()._get_receipt_types(), "sendgrid"]

    def _verify_sendgrid_webhook(self, headers, body):
        if not self.sendgrid_public_key:
            return False
        return webhook.verify(webhook.load_key(self.sendgrid_public_key), headers, body)

    @api.model
    def _parse_sendgrid_webhook(self, body):
        return webhook.parse(body)
