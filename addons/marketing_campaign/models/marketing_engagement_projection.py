from odoo import models
from odoo.tools import SQL


class MarketingEngagementProjection(models.AbstractModel):
    _inherit = "marketing.engagement.projection"

    def _project(self, recipient_ids, high):
        """What changed on the messages changes the numbers of their campaigns."""
        result = super()._project(recipient_ids, high)
        if recipient_ids:
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT campaign_id FROM campaign_recipient"
                    " WHERE id = ANY(%s) ORDER BY campaign_id",
                    list(recipient_ids),
                )
            )
            campaigns = self.env["email.campaign"].browse(row[0] for row in rows)
            campaigns._refresh_statistics()
            # A second click or another first day leaves the totals as they are.
            self.env["campaign.daily.stats"]._mark(campaigns.ids)
        return result
