from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Another time zone of a company moves what happened to other days."""
        moved = self.browse()
        if "tz" in vals:
            moved = self.filtered(lambda partner: partner.tz != vals["tz"])
        result = super().write(vals)
        if moved:
            self._mark_days(moved)
        return result

    def _mark_days(self, partners):
        # Superuser: whoever may set a time zone need not be in marketing.
        campaigns = self.env["email.campaign"].sudo()
        ids = campaigns.search([("company_id.partner_id", "in", partners.ids)]).ids
        self.env["campaign.daily.stats"]._mark(ids)

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
