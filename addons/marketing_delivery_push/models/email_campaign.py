from odoo import api, fields, models

from odoo.addons.marketing_campaign.models.audience_sql import Addresses
from odoo.addons.marketing_queue.isolation import own_transaction

from ..sender.letterhead import PushLetterhead


class EmailCampaign(models.Model):
    """The channel ``push``: who has a device, and what its messages share."""

    _inherit = "email.campaign"

    channel = fields.Selection(
        selection_add=[("push", "Web Push")], ondelete={"push": "set default"}
    )

    def _get_addresses(self):
        if self.channel != "push":
            return super()._get_addresses()
        # sudo: endpoints are for the system only; the audience is judged as a whole
        devices = self.env["marketing.push.device"].sudo()
        return Addresses(
            "push",
            devices._get_endpoint_sql(self.company_id),
            self._get_address_key_sql("push"),
            "no_device",
            "invalid_device",
        )

    def _get_letterhead(self):
        if self.channel != "push":
            return super()._get_letterhead()
        lang = self.company_id.partner_id.lang
        return PushLetterhead(
            base_url=self.get_base_url(),
            tag=f"campaign-{self.id}",
            stop_label=self.with_context(lang=lang).env._("No more of these"),
        )

    @api.model
    def _pump_deliver(self, campaign_id, connections=1):
        """Forget the devices that turned out to be gone."""
        again = super()._pump_deliver(campaign_id, connections)
        with own_transaction(self.env.registry) as env:
            campaign = env["email.campaign"].browse(campaign_id).exists()
            if campaign.channel == "push":
                env["marketing.push.device"]._forget_gone(campaign)
        return again

    def _get_content_values(self):
        """Link and picture of a notification are approved as well."""
        values = super()._get_content_values()
        template = self._get_template()
        if template.channel == "push":
            values["template.push_url"] = template.push_url or ""
            icon = template._get_push_icon_attachment()
            values["template.push_icon"] = icon.checksum or ""
        return values

    def _list_sender_checks(self):
        """A notification comes from the website, and has no address."""
        return [] if self.channel == "push" else super()._list_sender_checks()

    def _list_provider_checks(self):
        if self.channel != "push" or self._pick_provider():
            return super()._list_provider_checks()
        return [self._say_no_push_provider()]
