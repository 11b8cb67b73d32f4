"""The statement that adds a window of the event log to `customer_engagement`.

Read are the events that say once a message what came of it, and of raw opens and clicks
the device. Only our own doors speak about messages, and providers about bounces.
"""

from odoo.tools import SQL

_ONCE = {
    "delivered_count": "campaign_delivered",
    "open_count": "campaign_viewed",
    "click_count": "campaign_clicked",
    "conversion_count": "campaign_converted",
    "unsubscribe_count": "user_unsubscribed",
}
_DEVICES = ("desktop", "mobile", "tablet")
_REQUESTS = ("email_opened", "email_clicked")
BOUNCE = SQL(
    """(e.event_type IN ('email_bounced', 'email_dropped')
        AND (e.source_id = 'odoo' OR starts_with(e.source_id, 'provider:')))"""
)

COUNTED = (*_ONCE, "returned_count", *(f"{device}_count" for device in _DEVICES))
_LAST = {"last_open_at": "campaign_viewed", "last_click_at": "campaign_clicked"}

# A message counts as returned when it has both a delivery and a bounce in the log,
# whichever came first; it is added by the window that brings the second of the two.
_ADD = """
WITH news AS MATERIALIZED (
    SELECT event_type, partner_id, company_id, campaign_id, recipient_id, occurred_at,
           properties ->> 'device' AS device
      FROM marketing_event
     WHERE xact_id >= %(low)s AND xact_id < %(high)s
       AND event_type = ANY(%(types)s) AND source_id = 'odoo'
       AND partner_id IS NOT NULL AND company_id IS NOT NULL
       AND NOT properties ? 'suspect'
       AND (event_type = ANY(%(requests)s) OR event_type = 'campaign_converted'
            OR COALESCE(properties ->> 'channel', 'email') = 'email')
), bounced AS MATERIALIZED (
    SELECT DISTINCT recipient_id FROM marketing_event e
     WHERE e.xact_id >= %(low)s AND e.xact_id < %(high)s AND %(bounce)s
), bounced_before AS MATERIALIZED (
    SELECT DISTINCT recipient_id FROM marketing_event e
     WHERE e.xact_id < %(low)s AND %(bounce)s
       AND e.campaign_id = ANY(ARRAY(
           SELECT DISTINCT campaign_id FROM news
            WHERE event_type = 'campaign_delivered'))
), returned AS (
    SELECT delivered.partner_id, delivered.company_id
      FROM bounced
      JOIN marketing_event delivered ON delivered.recipient_id = bounced.recipient_id
       AND delivered.event_type = 'campaign_delivered' AND delivered.source_id = 'odoo'
       AND delivered.xact_id < %(high)s AND delivered.partner_id IS NOT NULL
       AND COALESCE(delivered.properties ->> 'channel', 'email') = 'email'
     WHERE NOT EXISTS (SELECT FROM marketing_event e
                        WHERE e.recipient_id = bounced.recipient_id
                          AND e.xact_id < %(low)s AND %(bounce)s)
     UNION ALL
    SELECT news.partner_id, news.company_id
      FROM news
      JOIN bounced_before ON bounced_before.recipient_id = news.recipient_id
     WHERE news.event_type = 'campaign_delivered'
), counted AS (
    SELECT partner_id, company_id, event_type, occurred_at, device, 0 AS returned
      FROM news
     UNION ALL
    SELECT partner_id, company_id, NULL, NULL, NULL, 1 FROM returned
), summed AS MATERIALIZED (
    SELECT partner_id, company_id, %(values)s
      FROM counted
     GROUP BY partner_id, company_id
), known AS (
    -- not ON CONFLICT, which would use up an id for each
    UPDATE customer_engagement known
       SET %(sums)s
      FROM summed
     WHERE known.partner_id = summed.partner_id
       AND known.company_id = summed.company_id
    RETURNING known.partner_id, known.company_id
), added AS (
    INSERT INTO customer_engagement (partner_id, company_id, %(columns)s)
    SELECT partner_id, company_id, %(columns)s
      FROM summed
     WHERE NOT EXISTS (SELECT FROM customer_engagement other
                        WHERE other.partner_id = summed.partner_id
                          AND other.company_id = summed.company_id)
)
SELECT partner_id, company_id FROM summed ORDER BY 1, 2
"""


def add_engagement(low, high) -> SQL:
    """Return the statement that adds events of ``low <= transaction < high``.

    It answers with the (logged id, company) pairs that had any.
    """
    columns = (*COUNTED, *_LAST)
    return SQL(
        _ADD,
        low=low,
        high=high,
        types=[*_ONCE.values(), *_REQUESTS],
        requests=list(_REQUESTS),
        bounce=BOUNCE,
        columns=SQL(", ").join(map(SQL.identifier, columns)),
        values=SQL(", ").join(_values()),
        sums=SQL(", ").join(_sums()),
    )


def _values():
    for name, event_type in _ONCE.items():
        yield _named(SQL("COUNT(*) FILTER (WHERE event_type = %s)", event_type), name)
    yield _named(SQL("SUM(returned)"), "returned_count")
    for device in _DEVICES:
        count = SQL(
            "COUNT(*) FILTER (WHERE event_type = ANY(%s) AND device = %s)",
            list(_REQUESTS),
            device,
        )
        yield _named(count, f"{device}_count")
    for name, event_type in _LAST.items():
        last = SQL("MAX(occurred_at) FILTER (WHERE event_type = %s)", event_type)
        yield _named(last, name)


def _named(value, name):
    return SQL("%s AS %s", value, SQL.identifier(name))


def _sums():
    for name in map(SQL.identifier, COUNTED):
        yield SQL("%s = COALESCE(known.%s, 0) + summed.%s", name, name, name)
    for name in map(SQL.identifier, _LAST):
        yield SQL("%s = GREATEST(known.%s, summed.%s)", name, name, name)
