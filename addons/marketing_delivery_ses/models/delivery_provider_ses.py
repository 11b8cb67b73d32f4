import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.marketing_base.sealing import Lost, SealedChar
from odoo.addons.marketing_delivery.sender.adapter import ProviderDown

from ..sender import partition
from ..sender.account import REGIONS, Account

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_KEY = re.compile(r"[\w-]{8,128}", re.ASCII)
_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_ROLE = re.compile(
    rf"arn:({partition.NAMES}):iam::\d{{12}}:role/[\w+=,.@/-]{{1,576}}", re.ASCII
)


class DeliveryProviderSes(models.Model):
    """The type ``ses``: Amazon SES by its interface of version 2."""

    _inherit = "delivery.provider"

    provider_type = fields.Selection(
        selection_add=[("ses", "Amazon SES")], ondelete={"ses": "cascade"}
    )
    ses_region = fields.Selection(
        REGIONS,
        "Region",
        help="Where the sender's domain is verified. Quota, sandbox and suppression"
        " list are those of this region.",
    )
    ses_login = fields.Selection(
        [("key", "Access key"), ("machine", "Role of this machine")],
        "Login",
        default="key",
        help="The role of this machine: what AWS gives to an instance or a container,"
        " without a key that could get lost. Only system administrators may choose it.",
    )
    ses_role_arn = fields.Char(
        "Take On Role",
        help="A role (ARN) that is taken on for each request, for example of another"
        " account. Empty: the key's user or the machine's role itself.",
    )
    ses_access_key = fields.Char(
        "Access Key ID",
        copy=False,
        help="Of an IAM user with the permissions ses:SendEmail, ses:SendRawEmail and"
        " ses:GetAccount, and no other.",
    )
    ses_secret_key = SealedChar(
        "Secret Access Key",
        copy=False,
        groups="marketing_base.group_administrator",
    )
    ses_configuration_set = fields.Char(
        "Configuration Set",
        help="Its event destination tells what became of messages. Without it bounces"
        " and complaints stay unknown.",
    )
    ses_url = fields.Char(
        "Endpoint",
        help="Only for an endpoint in a network of your own (VPC). Empty: the public"
        " one of the region.",
    )

    @api.model
    def _get_connection_fields(self):
        return [
            *super()._get_connection_fields(),
            "ses_region",
            "ses_login",
            "ses_role_arn",
            "ses_access_key",
            "ses_secret_key",
            "ses_configuration_set",
            "ses_url",
        ]

    @api.model
    def _get_audited_secrets(self):
        return [*super()._get_audited_secrets(), "ses_secret_key"]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_ses_machine(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_ses_machine(vals)
        return super().write(vals)

    def _check_ses_machine(self, vals):
        """The rights of the machine are not marketing's to give away."""
        is_meant = vals.get("ses_login") == "machine" or (
            vals.get("ses_role_arn") and "machine" in self.mapped("ses_login")
        )
        if is_meant and not self.env.is_system():
            raise AccessError(
                self.env._(
                    "Only a system administrator may use the role of this machine."
                )
            )

    @api.constrains(
        "provider_type", "ses_region", "ses_login", "ses_access_key", "ses_secret_key"
    )
    def _check_ses_keys(self):
        for provider in self.filtered(lambda p: p.provider_type == "ses"):
            if not provider.ses_region:
                raise ValidationError(self.env._("Choose the region."))
            if provider.ses_login != "machine":
                provider._check_ses_key()

    def _check_ses_key(self):
        # sudo: only the form of the secret is looked at
        secret = self.sudo().ses_secret_key or ""
        if not (self.ses_access_key and secret):
            raise ValidationError(self.env._("Enter the access key and its secret."))
        if not _KEY.fullmatch(self.ses_access_key):
            raise ValidationError(
                self.env._("The access key ID looks like AKIAIOSFODNN7EXAMPLE.")
            )
        if not (secret.isascii() and secret.isprintable() and " " not in secret):
            raise ValidationError(
                self.env._("The secret access key has a space or a line break in it.")
            )

    @api.constrains("provider_type", "ses_region", "ses_role_arn")
    def _check_ses_role(self):
        for provider in self.filtered("ses_role_arn"):
            match = _ROLE.fullmatch(provider.ses_role_arn)
            own = partition.find(provider.ses_region or "").name
            if not match or match[1] != own:
                raise ValidationError(
                    self.env._(
                        "A role of this region looks like %(arn)s.",
                        arn=f"arn:{own}:iam::123456789012:role/marketing",
                    )
                )

    @api.constrains("provider_type", "ses_configuration_set")
    def _check_ses_configuration_set(self):
        for provider in self.filtered("ses_configuration_set"):
            if not _NAME.fullmatch(provider.ses_configuration_set):
                raise ValidationError(
                    self.env._(
                        "The name of a configuration set has letters, digits, - and _"
                        " only."
                    )
                )

    @api.constrains("ses_url")
    def _check_ses_url(self):
        for provider in self.filtered("ses_url"):
            if not is_safe_url(provider.ses_url, paths=("", "/")):
                raise ValidationError(
                    self.env._(
                        "The endpoint looks like %(url)s; leave it empty for"
                        " the public one.",
                        url="https://email.eu-west-1.amazonaws.com",
                    )
                )

    def _prepare_ses_account(self):
        """Return the plain values of a connection; raise :class:`ProviderDown`."""
        # sudo: the secret is for administrators and goes nowhere but the connection
        this = self.sudo()
        is_machine = this.ses_login == "machine"
        if not is_machine:
            this._check_ses_secret()
        if not this.ses_region:
            raise ProviderDown(self.env._("there is no region"))
        return Account(
            "" if is_machine else this.ses_access_key,
            "" if is_machine else this.ses_secret_key,
            this.ses_region,
            this.ses_url or None,
            this.ses_configuration_set or None,
            this.ses_role_arn or None,
            is_machine,
        )

    def _check_ses_secret(self):
        if isinstance(self.ses_secret_key, Lost):
            raise ProviderDown(
                self.env._(
                    "the secret access key cannot be opened, because it was sealed with"
                    " the secret of another installation: enter it again"
                )
            )
        if not (self.ses_access_key and self.ses_secret_key):
            raise ProviderDown(self.env._("there is no access key"))

    def _get_ses_adapter(self):
        account = self._prepare_ses_account()
        # boto3 costs 30 MB: only who sends loads it
        from ..sender.adapter import SesAdapter

        return SesAdapter(account, self.connection_count)


def is_safe_url(url, paths=None):
    """Return whether keys may go there: encrypted, or to a test on this machine."""
    try:
        parts = urlsplit(url)
        is_good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    if paths is not None and parts.path not in paths:
        return False
    if not is_good or parts.username or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    )
