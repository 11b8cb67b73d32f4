from odoo import api, fields, models
from odoo.tools import formatLang

from odoo.addons.marketing_campaign.models.email_campaign_checklist import Check

from ..sender.segments import measure, simplify


class EmailCampaign(models.Model):
    """What a text message looks like and costs, and what must be right before it."""

    _inherit = "email.campaign"

    sms_text = fields.Text("Message", compute="_compute_sms")
    sms_size = fields.Char("Length", compute="_compute_sms")
    sms_cost = fields.Char("Price of Each", compute="_compute_sms")

    @api.depends("channel", "template_id", "sent_template_id", "provider_id")
    def _compute_sms(self):
        self.sms_text = self.sms_size = self.sms_cost = False
        for campaign in self.filtered(lambda c: c.channel == "sms"):
            content, _problem = campaign._preview_content()
            if not content:
                continue
            size = measure(simplify(content.text))
            campaign.sms_text = simplify(content.text)
            campaign.sms_size = campaign._describe_sms_size(size)
            campaign.sms_cost = campaign._describe_sms_cost(size)

    def _describe_sms_size(self, size):
        if size.segments == 1:
            return self.env._(
                "1 segment, %(length)s of %(room)s characters (%(alphabet)s), with"
                " sample values",
                **size._asdict(),
            )
        return self.env._(
            "%(segments)s segments, %(length)s of %(room)s characters (%(alphabet)s),"
            " with sample values",
            **size._asdict(),
        )

    def _describe_sms_cost(self, size):
        # Superuser: a marketer sees what his messages cost.
        provider = self._pick_provider().sudo()
        if not provider.cost_per_message:
            return False
        # a price below a cent is none in the digits of a currency
        price = size.segments * provider.cost_per_message
        return f"{formatLang(self.env, price, digits=3)} {provider.currency_id.name}"

    def _list_sender_checks(self):
        """A text message has a gateway for a sender, and no address."""
        return [] if self.channel == "sms" else super()._list_sender_checks()

    def _list_provider_checks(self):
        if self.channel != "sms" or self._pick_provider():
            return super()._list_provider_checks()
        text = self.env._(
            "No provider sends SMS for %(company)s. An administrator adds one in"
            " Delivery / Providers.",
            company=self.company_id.name,
        )
        return [Check("provider", "blocking", text)]
