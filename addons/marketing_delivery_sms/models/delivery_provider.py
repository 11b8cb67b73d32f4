import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.urls import urljoin

from odoo.addons.iap.tools.iap_tools import iap_get_endpoint
from odoo.addons.marketing_delivery.sender.adapter import ProviderDown
from odoo.addons.sms.tools.sms_api import SmsApi

from ..sender.gateway import IapGateway
from ..sender.plain_env import Account, PlainEnv
from ..sender.sms import SmsAdapter

# A number, or what carriers show instead of one.
_SENDER = re.compile(r"\+[1-9][0-9]{5,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}")


class DeliveryProvider(models.Model):
    """The type ``sms``: the gateway that Odoo uses for the company."""

    _inherit = "delivery.provider"

    provider_type = fields.Selection(
        selection_add=[("sms", "SMS")], ondelete={"sms": "cascade"}
    )
    channel = fields.Selection(selection_add=[("sms", "SMS")])
    sms_sender = fields.Char(
        "Sender Shown",
        help="A name of 3 to 11 letters and digits, or a number such as +15550100."
        " Empty: what the gateway is set up with.",
    )
    sms_gateway = fields.Char("Gateway", compute="_compute_sms_gateway")

    @api.depends("company_id", "provider_type")
    def _compute_sms_gateway(self):
        for provider in self:
            company = provider.company_id
            is_sms = provider.provider_type == "sms" and company
            provider.sms_gateway = is_sms and provider._describe_sms_gateway()

    def _describe_sms_gateway(self):
        """Name the gateway of the company for people."""
        if issubclass(self.company_id._get_sms_api_class(), SmsApi):
            return self.env._("Odoo (prepaid credits)")
        return self.env._("Not supported")

    @api.model
    def _get_type_channels(self):
        return {**super()._get_type_channels(), "sms": "sms"}

    @api.model
    def _get_connection_fields(self):
        return [*super()._get_connection_fields(), "company_id", "sms_sender"]

    @api.model_create_multi
    def create(self, vals_list):
        """With one company nobody is asked for it."""
        return super().create(
            [
                {**vals, "company_id": vals.get("company_id") or self.env.company.id}
                if vals.get("provider_type") == "sms"
                else vals
                for vals in vals_list
            ]
        )

    @api.constrains("provider_type", "company_id")
    def _check_sms_company(self):
        for provider in self.filtered(lambda p: p.provider_type == "sms"):
            if not provider.company_id:
                raise ValidationError(
                    self.env._("Choose the company whose SMS gateway it uses.")
                )

    @api.constrains("sms_sender")
    def _check_sms_sender(self):
        for provider in self.filtered("sms_sender"):
            if not _SENDER.fullmatch(provider.sms_sender):
                raise ValidationError(
                    self.env._(
                        "“%(sender)s” cannot be shown as a sender: write 3 to 11"
                        " letters and digits, or a number such as +15550100.",
                        sender=provider.sms_sender,
                    )
                )

    def _get_sms_adapter(self):
        return SmsAdapter(self._prepare_sms_gateway())

    def _prepare_sms_gateway(self):
        """Return the gateway of the company, made of plain values.

        Addons of other gateways extend this and :meth:`_describe_sms_gateway`.
        """
        company = self.company_id
        api_class = company._get_sms_api_class()
        if not issubclass(api_class, SmsApi):
            raise ProviderDown(
                self.env._(
                    "the SMS gateway of %(company)s is not supported: %(name)s",
                    company=company.name,
                    name=api_class.__name__,
                )
            )
        # sudo: the token is for the system only and goes nowhere but the connection
        env = company.sudo().with_company(company).env
        api, token = _make_api(api_class, env)
        read = env["ir.config_parameter"].get_param
        values = {
            "dbuuid": read("database.uuid"),
            "account_token": token,
            "service_name": "sms",
        }
        return IapGateway(
            api,
            endpoint=read("sms.endpoint", api.DEFAULT_ENDPOINT),
            balance=(urljoin(iap_get_endpoint(env), "/iap/1/balance"), values),
            report_url=urljoin(company.get_base_url(), "/sms/status"),
        )


def _make_api(api_class, env):
    """Return Odoo's object without its environment, and the token of the account."""
    api_object = api_class(env)
    token = api_object.account.sudo().account_token
    read = env["ir.config_parameter"].get_param
    parameters = {name: read(name) for name in ("database.uuid", "sms.endpoint")}
    api_object.account = Account(token)
    api_object.company = None
    api_object.env = PlainEnv(env.company.partner_id.lang, parameters)
    return api_object, token
