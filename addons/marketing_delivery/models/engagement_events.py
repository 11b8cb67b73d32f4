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

# What the log says so far of each reaction, the last word of it, and where that is no
# longer what was judged. The person stays the one of the event that is corrected: a
# customer who was merged since keeps the counters of both numbers right.
_REJUDGED = """
    SELECT 'odoo' AS source_id,
           concat_ws(':', 'campaign_rejudged', held.reaction, r.send_key,
                     said.revision + 1) AS event_id,
           'campaign_rejudged' AS event_type,
           transaction_timestamp() AT TIME ZONE 'UTC' AS occurred_at, r.company_id,
           said.partner_id, r.campaign_id, r.id AS recipient_id,
           jsonb_build_object(
               'channel', r.channel, 'reaction', held.reaction,
               'revision', said.revision + 1,
               'at', to_char(held.at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) AS properties
      FROM campaign_recipient r, LATERAL (VALUES
           ('campaign_viewed', r.opened_at),
           ('campaign_clicked', r.clicked_at)) held(reaction, at), LATERAL (
           SELECT e.partner_id, COALESCE((e.properties ->> 'revision')::int, 0)
                      AS revision,
                  CASE e.event_type WHEN 'campaign_rejudged'
                       THEN (e.properties ->> 'at')::timestamp
                       ELSE e.occurred_at END AS at
             FROM marketing_event e
            WHERE e.recipient_id = r.id AND e.source_id = 'odoo'
              AND (e.event_id = held.reaction || ':' || r.send_key
                   OR e.event_type = 'campaign_rejudged'
                  AND e.properties ->> 'reaction' = held.reaction)
            ORDER BY 2 DESC LIMIT 1) said
     WHERE r.id = ANY(%(ids)s) AND said.at IS DISTINCT FROM held.at
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
        """The first open and the first click of a person, and what corrects them.

        :param recipient_ids: whose first open or click is not the one it was
        """
        if recipient_ids:
            for events in (_REACTIONS, _REJUDGED):
                # pylint: disable-next=sql-injection
                query = SQL(events, ids=recipient_ids)
                insert_selected_events(self.env.cr, query)
