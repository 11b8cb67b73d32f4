from odoo import models


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def action_open_timeline(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_campaign.marketing_timeline_action"
        )
        return {
            **action,
            "name": self.env._("Timeline of %(name)s", name=self.name),
            "domain": [("campaign_id", "=", self.id)],
            "context": {"hide_campaign": True},
        }
