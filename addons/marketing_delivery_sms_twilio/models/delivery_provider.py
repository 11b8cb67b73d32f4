from odoo import api, fields, models
from odoo.tools.urls import urljoin

from odoo.addons.marketing_delivery.sender.adapter import ProviderDown
from odoo.addons.sms_twilio.tools.sms_api import SmsApiTwilio

from ..sender.twilio import DEFAULT_ENDPOINT, Numbers, TwilioGateway

REPLY_PATH = "/mm/sms/twilio"
ENDPOINT = "marketing_delivery_sms_twilio.endpoint"


class DeliveryProvider(models.Model):
    """The type ``sms`` where the company sends through Twilio."""

    _inherit = "delivery.provider"

    sms_reply_url = fields.Char("Address for Replies", compute="_compute_sms_reply_url")

    @api.depends("sms_gateway")
    def _compute_sms_reply_url(self):
        for provider in self:
            is_twilio = provider.provider_type == "sms" and provider._uses_twilio()
            provider.sms_reply_url = is_twilio and urljoin(
                provider.company_id.get_base_url(), REPLY_PATH
            )

    def _uses_twilio(self):
        return issubclass(self.company_id._get_sms_api_class(), SmsApiTwilio)

    def _describe_sms_gateway(self):
        if self._uses_twilio():
            return self.env._("Twilio")
        return super()._describe_sms_gateway()

    def _prepare_sms_gateway(self):
        if not self._uses_twilio():
            return super()._prepare_sms_gateway()
        # sudo: the token is for the system only and goes nowhere but the connection
        company = self.company_id.sudo()
        sid, token = company.sms_twilio_account_sid, company.sms_twilio_auth_token
        if not (sid and token):
            raise ProviderDown(
                self.env._(
                    "the Twilio account of %(company)s is not set up",
                    company=company.name,
                )
            )
        pairs = [
            (n.country_code or "", n.number) for n in company.sms_twilio_number_ids
        ]
        read = self.env["ir.config_parameter"].sudo().get_param
        return TwilioGateway(
            company._get_sms_api_class(),
            endpoint=read(ENDPOINT) or DEFAULT_ENDPOINT,
            sid=sid,
            token=token,
            numbers=Numbers(tuple(pairs), self.sms_sender or None),
            report_url=urljoin(company.get_base_url(), "/sms_twilio/status/"),
            lang=company.partner_id.lang,
        )
