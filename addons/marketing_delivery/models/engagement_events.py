from odoo import models
from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_selected_events

_MESSAGE = """
    r.company_id, r.customer_id AS partner_id, r.campaign_id, r.id AS recipient_id,
    jsonb_strip_nulls(jsonb_build_object(
        'channel', r.channel, 'variant', r.variant)) AS properties
"""
_DELIVERED = f"""
    SELECT 'odoo' AS source_id, 'campaign_delivered:' || r.send_key AS event_id,
           'campaign_delivered' AS event_type, r.sent_at AS occurred_at, {_MESSAGE}
      FROM campaign_recipient r
     WHERE r.state = 'sent' AND r.bounced_at IS NULL AND r.id IN (
           SELECT e.recipient_id FROM marketing_event e
            WHERE e.xact_id >= %(low)s AND e.xact_id < %(high)s
              AND e.event_type = 'email_sent' AND e.source_id = 'odoo')
"""
_REACTIONS = f"""
    SELECT 'odoo' AS source_id, m.event_type || ':' || r.send_key AS event_id,
           m.event_type, m.at AS occurred_at, {_MESSAGE}
      FROM campaign_recipient r, LATERAL (VALUES
           ('campaign_viewed', r.opened_at),
           ('campaign_clicked', r.clicked_at)) m(event_type, at)
     WHERE r.id = ANY(%(ids)s) AND m.at IS NOT NULL
"""


class MarketingEngagementProjection(models.AbstractModel):
    """What a message led to, in one event each: delivered, viewed, clicked.

    Requests are logged as they come, by people and by machines; these events say what
    was judged of them, once a message, for whoever follows the log.
    """

    _inherit = "marketing.engagement.projection"

    def _log_delivered(self, low, high):
        """Messages that the next server accepted and that have not bounced so far."""
        self.env.flush_all()
        insert_selected_events(self.env.cr, SQL(_DELIVERED, low=low, high=high))

    def _log_reactions(self, recipient_ids):
        """The first open and the first click of a person; later ones change nothing.

        :param recipient_ids: who got a first open or click that they had not
        """
        if recipient_ids:
            insert_selected_events(self.env.cr, SQL(_REACTIONS, ids=recipient_ids))
