from odoo import models
from odoo.tools import SQL


class MarketingEngagementProjection(models.AbstractModel):
    _inherit = "marketing.engagement.projection"

    def _project(self, recipient_ids, high):
        """What was judged on messages changes what is known of their mailboxes."""
        result = super()._project(recipient_ids, high)
        if recipient_ids:
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT campaign_id FROM campaign_recipient"
                    " WHERE id = ANY(%s)",
                    list(recipient_ids),
                )
            )
            self.env["email.deliverability.stats"]._mark({row[0] for row in rows})
        return result
