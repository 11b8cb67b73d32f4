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


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_open_timeline(self):
        """Everything of the customer: contacts of one firm are one customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_campaign.marketing_timeline_action"
        )
        # Ids, not a sub-query: only those reach the indexes behind the timeline.
        everybody = self.with_context(active_test=False).search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        )
        return {
            **action,
            "name": self.env._("Timeline of %(name)s", name=self.display_name),
            "domain": [("customer_id", "in", everybody.ids)],
        }
