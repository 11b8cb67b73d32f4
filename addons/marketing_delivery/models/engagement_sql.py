"""The rules that tell people from machines, as SQL over the event log.

One place, so that the projection, its full rebuild and the report cannot differ.
A judgement depends only on the log, on `sent_at` and on the links of the campaign.
"""

from odoo.tools import SQL

BURST_SECONDS = 10
BURST_LINKS = 3
EARLY_CLICK_SECONDS = 2
EARLY_OPEN_SECONDS = 5

# A row whose doubt was resolved long after a click has a later `sent_at`: only
# events of the last minute before it can belong to that same moment.
EARLY = SQL(
    "e.occurred_at BETWEEN r.sent_at - interval '60 s'"
    " AND r.sent_at + make_interval(secs => %s)",
    EARLY_CLICK_SECONDS,
)
MACHINE_OPEN = SQL(
    "(e.properties ? 'suspect' OR coalesce(e.occurred_at BETWEEN"
    " r.sent_at - interval '60 s' AND r.sent_at + make_interval(secs => %s), FALSE))",
    EARLY_OPEN_SECONDS,
)
# Only our own doors speak about opens and clicks, and providers, whose feedback
# `delivery.feedback` has checked, about deliveries; and only about their company.
OWN_EVENT = SQL(
    "(e.source_id = 'odoo' OR starts_with(e.source_id, 'provider:'))"
    " AND e.company_id = r.company_id AND e.campaign_id = r.campaign_id"
)

# `ahead`: links clicked in the seconds after each click; `peak`: the most distinct
# links in any such window that holds the click.
JUDGED_CLICKS = """
    WITH clicks AS (
        SELECT e.source_id, e.event_id, e.occurred_at, r.id AS recipient_id,
               r.campaign_id, r.customer_id, r.company_id, l.id AS link_id, l.position,
               e.properties ->> 'suspect' AS suspect,
               coalesce(%(early)s, FALSE) AS early,
               array_agg(l.position) OVER (
                   PARTITION BY r.id ORDER BY e.occurred_at
                   RANGE BETWEEN CURRENT ROW AND %(burst)s FOLLOWING) AS ahead
          FROM marketing_event e
          JOIN campaign_recipient r ON r.id = e.recipient_id
          JOIN marketing_link l ON l.campaign_id = r.campaign_id
           AND l.position::text = e.properties ->> 'link_position'
         WHERE e.recipient_id = ANY(%(ids)s) AND e.xact_id < %(high)s
           AND e.event_type = 'email_clicked' AND %(own)s
    ), distinct_links AS (
        SELECT clicks.*,
               (SELECT count(DISTINCT p) FROM unnest(ahead) p) AS distinct_ahead
          FROM clicks
    ), peaks AS (
        SELECT distinct_links.*, max(distinct_ahead) OVER (
                   PARTITION BY recipient_id ORDER BY occurred_at
                   RANGE BETWEEN %(burst)s PRECEDING AND CURRENT ROW) AS peak,
               (SELECT count(DISTINCT coalesce(l.place, l.position::text))
                  FROM marketing_link l
                 WHERE l.campaign_id = distinct_links.campaign_id) AS link_count
          FROM distinct_links
    ), judged AS (
        SELECT peaks.*, CASE
                   WHEN suspect IN ('head', 'prefetch', 'bot_agent', 'early')
                       THEN suspect
                   WHEN suspect IS NOT NULL THEN 'bot_agent'
                   WHEN early THEN 'early'
                   WHEN peak >= %(burst_links)s THEN 'burst'
                   WHEN link_count >= 2 AND peak >= link_count THEN 'all_links'
               END AS reason
          FROM peaks
    )
"""

WRITE_CLICKS = """
    INSERT INTO delivery_click (
        source_id, event_id, recipient_id, campaign_id, customer_id, company_id,
        link_id, link_position, clicked_at, verdict, verdict_reason)
    SELECT source_id, event_id, recipient_id, campaign_id, customer_id, company_id,
           link_id, position, occurred_at,
           CASE WHEN reason IS NULL THEN 'human' ELSE 'machine' END, reason
      FROM judged ORDER BY source_id, event_id
    ON CONFLICT (source_id, event_id) DO UPDATE
       SET verdict = excluded.verdict, verdict_reason = excluded.verdict_reason,
           customer_id = excluded.customer_id
     WHERE (delivery_click.verdict, delivery_click.verdict_reason,
            delivery_click.customer_id)
        IS DISTINCT FROM
           (excluded.verdict, excluded.verdict_reason, excluded.customer_id)
"""

# Message by message, and not by joins of lists: how many events these messages have is
# not known to the planner, and a wrong guess costs seconds. The verdict is filtered and
# not looked for, or an index of all human clicks would be read for each message.
WRITE_RECIPIENTS = """
    WITH facts AS (
        SELECT r.id, said.opened_at, said.machine_opened_at, clicked.clicked_at,
               said.unsubscribed_at, said.bounced_at, said.delivered_at,
               said.complained_at,
               COALESCE(bounce ->> 'bounce_type', r.bounce_type) AS bounce_type,
               CASE WHEN r.email_address IS NOT NULL
                    THEN COALESCE(bounce ->> 'detail', r.bounce_reason) END
                   AS bounce_reason,
               (r.opened_at, r.clicked_at)
               IS DISTINCT FROM (said.opened_at, clicked.clicked_at) AS reacted
          FROM campaign_recipient r, LATERAL (
               SELECT min(e.occurred_at) FILTER (WHERE e.event_type = 'email_opened'
                          AND NOT %(machine_open)s) AS opened_at,
                      min(e.occurred_at) FILTER (WHERE e.event_type = 'email_opened'
                          AND %(machine_open)s) AS machine_opened_at,
                      min(e.occurred_at) FILTER (
                          WHERE e.event_type = 'email_unsubscribed') AS unsubscribed_at,
                      min(e.occurred_at) FILTER (
                          WHERE e.event_type = 'email_delivered') AS delivered_at,
                      min(e.occurred_at) FILTER (
                          WHERE e.event_type = 'email_complained') AS complained_at,
                      min(e.occurred_at) FILTER (
                          WHERE e.event_type IN ('email_bounced', 'email_dropped'))
                          AS bounced_at,
                      -- a hard one counts more than a soft one, its words are shown
                      (array_agg(e.properties ORDER BY e.properties ->> 'bounce_type',
                                 e.occurred_at, e.event_id) FILTER (
                          WHERE e.event_type IN ('email_bounced', 'email_dropped')))[1]
                          AS bounce
                 FROM marketing_event e
                WHERE e.recipient_id = r.id AND e.xact_id < %(high)s AND %(own)s
               ) said, LATERAL (
               SELECT min(c.clicked_at) FILTER (WHERE c.verdict = 'human') AS clicked_at
                 FROM delivery_click c WHERE c.recipient_id = r.id
               ) clicked
         WHERE r.id = ANY(%(ids)s)
    )
    UPDATE campaign_recipient r
       SET opened_at = f.opened_at, machine_opened_at = f.machine_opened_at,
           clicked_at = f.clicked_at, unsubscribed_at = f.unsubscribed_at,
           bounced_at = f.bounced_at, delivered_at = f.delivered_at,
           complained_at = f.complained_at, bounce_type = f.bounce_type,
           bounce_reason = f.bounce_reason
      FROM facts f
     WHERE r.id = f.id
       AND (r.opened_at, r.machine_opened_at, r.clicked_at, r.unsubscribed_at,
            r.bounced_at, r.delivered_at, r.complained_at, r.bounce_type,
            r.bounce_reason)
        IS DISTINCT FROM
           (f.opened_at, f.machine_opened_at, f.clicked_at, f.unsubscribed_at,
            f.bounced_at, f.delivered_at, f.complained_at, f.bounce_type,
            f.bounce_reason)
 RETURNING CASE WHEN f.reacted THEN r.id END
"""
