from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_selected_events

ABANDONED_DAYS = 7
# days looked back at again, should a night's run be missed
AGAIN_DAYS = 7
_ABANDONED = """
    SELECT 'odoo' AS source_id, 'campaign_abandoned:' || r.send_key AS event_id,
           'campaign_abandoned' AS event_type, left_.at AS occurred_at,
           r.company_id, r.customer_id AS partner_id, r.campaign_id,
           r.id AS recipient_id,
           jsonb_build_object(
               'reason', left_.reason, 'days_to_abandon',
               greatest(0, extract(day FROM left_.at - r.sent_at))::int) AS properties
      FROM campaign_recipient r, LATERAL (
           SELECT CASE WHEN r.unsubscribed_at IS NOT NULL THEN 'unsubscribed'
                       ELSE 'expired' END AS reason,
                  COALESCE(r.unsubscribed_at, r.sent_at + %(wait)s::interval) AS at
           ) left_
     WHERE r.state = 'sent'
       AND r.sent_at >= %(now)s::timestamp - %(wait)s::interval - %(again)s::interval
       AND (r.unsubscribed_at IS NOT NULL
            OR (r.sent_at < %(now)s::timestamp - %(wait)s::interval
                AND r.opened_at IS NULL AND r.clicked_at IS NULL
                AND r.bounced_at IS NULL))
       AND NOT EXISTS (SELECT FROM marketing_event_key known
                        WHERE known.source_id = 'odoo'
                          AND known.event_id = 'campaign_abandoned:' || r.send_key)
"""


class CampaignRecipient(models.Model):
    """Messages that led nowhere: left after them, or not opened for a week."""

    _inherit = "campaign.recipient"

    @api.model
    def _cron_log_abandoned(self):
        self.env["marketing.job"]._enqueue(
            self._name, "_log_abandoned", key="campaign-abandoned"
        )

    @api.model
    def _log_abandoned(self):
        """Log one event a message; return how many were new."""
        self.env.flush_all()
        return insert_selected_events(
            self.env.cr,
            SQL(
                _ABANDONED,
                now=self.env.cr.now(),
                wait=f"{ABANDONED_DAYS} days",
                again=f"{AGAIN_DAYS} days",
            ),
        )
