from odoo import models
from odoo.tools import SQL

from odoo.addons.marketing_delivery.models.campaign_recount import replace_rows

_COUNTS = {
    "assigned": "TRUE",
    "sent": "r.state = 'sent'",
    "delivered": "r.state = 'sent' AND r.bounced_at IS NULL",
    "opened": "r.opened_at IS NOT NULL",
    "clicked": "r.clicked_at IS NOT NULL",
    "unsubscribed": "r.unsubscribed_at IS NOT NULL",
}
# A campaign without creatives costs one look into their (small) relation.
_WRITE = """
    WITH chosen AS (
        SELECT DISTINCT campaign_id FROM email_campaign_creative_rel
         WHERE campaign_id = ANY(%(ids)s)
    ), message AS (
        SELECT r.campaign_id, r.creative_id, min(r.company_id) AS company_id, %(counts)s
          FROM campaign_recipient r JOIN chosen ON chosen.campaign_id = r.campaign_id
          JOIN email_creative e ON e.id = r.creative_id
         GROUP BY 1, 2
    ), money AS (
        SELECT r.campaign_id, r.creative_id, count(*) AS orders,
               sum(a.revenue) AS revenue
          FROM marketing_attribution a
          JOIN chosen ON chosen.campaign_id = a.campaign_id
          JOIN campaign_recipient r ON r.id = a.recipient_id
         GROUP BY 1, 2
    ), counted AS (
        SELECT message.*, COALESCE(money.orders, 0) AS orders,
               COALESCE(money.revenue, 0) AS revenue
          FROM message LEFT JOIN money USING (campaign_id, creative_id)
    ), %(rows)s
    SELECT
"""


class CampaignDailyStats(models.Model):
    """Creatives are counted again whenever the days of their campaign are."""

    _inherit = "campaign.daily.stats"

    def _count(self, ids, high):
        result = super()._count(ids, high)
        counts = [
            SQL(
                "count(*) FILTER (WHERE %s) AS %s", SQL(condition), SQL.identifier(name)
            )  # pylint: disable=sql-injection
            for name, condition in _COUNTS.items()
        ]
        columns = ("company_id", *_COUNTS, "orders", "revenue")
        self.env.cr.execute(
            SQL(
                _WRITE,
                ids=ids,
                counts=SQL(", ").join(counts),
                rows=replace_rows(
                    "email_creative_stats", "counted", ids, ("creative_id",), columns
                ),
            )
        )
        return result

    def _recount(self, campaign_ids, high):
        result = super()._recount(campaign_ids, high)
        self.env["email.creative.stats"].invalidate_model(flush=False)
        return result
