from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketing_base.api.metrics import Metric


class MarketingHealth(models.AbstractModel):
    _inherit = "marketing.health"

    @api.model
    def _get_metrics(self):
        return [*super()._get_metrics(), self._get_messages_metric()]

    def _get_messages_metric(self):
        """Running and paused campaigns only: the table holds the messages of years."""
        rows = self.env.execute_query(
            SQL(
                """SELECT message.state, COALESCE(provider.name, ''), count(*)
                     FROM email_campaign campaign
                     JOIN campaign_recipient message
                       ON message.campaign_id = campaign.id
                LEFT JOIN delivery_provider provider
                       ON provider.id = message.provider_id
                    WHERE campaign.status IN ('running', 'paused')
                      AND campaign.company_id = %s
                 GROUP BY 1, 2 ORDER BY 1, 2""",
                self.env.company.id,
            )
        )
        return Metric(
            "marketing_messages",
            "gauge",
            "Messages of running and paused campaigns by state and provider.",
            [
                ({"state": state, "provider": provider}, count)
                for state, provider, count in rows
            ],
        )
