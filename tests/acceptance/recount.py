"""The numbers again, from the raw event log, by somebody who knows no projection."""

# `judged` repeats the rules for people and machines in its own words: whoever says that
# it is a robot, is too fast, or follows three links within ten seconds, is one.
RECOUNT = """
    WITH log AS (
        SELECT e.recipient_id, e.event_type, e.occurred_at, e.properties
          FROM marketing_event e
         WHERE e.campaign_id = %(campaign)s AND e.recipient_id IS NOT NULL
    ), sent AS (
        SELECT recipient_id, min(occurred_at) AS at
          FROM log WHERE event_type = 'email_sent' GROUP BY 1
    ), returned AS (
        SELECT DISTINCT recipient_id FROM log
         WHERE event_type IN ('email_bounced', 'email_dropped')
    ), visits AS (
        SELECT log.*, sent.at FROM log JOIN sent USING (recipient_id)
         WHERE event_type IN ('email_opened', 'email_clicked')
           AND NOT properties ? 'suspect'
    ), opened AS (
        SELECT DISTINCT recipient_id FROM visits
         WHERE event_type = 'email_opened'
           AND occurred_at > at + interval '5 seconds'
    ), clicked AS (
        SELECT DISTINCT visit.recipient_id FROM visits visit
         WHERE visit.event_type = 'email_clicked'
           AND visit.occurred_at > visit.at + interval '2 seconds'
           AND 3 > (SELECT count(DISTINCT other.properties ->> 'link_position')
                      FROM visits other
                     WHERE other.recipient_id = visit.recipient_id
                       AND other.event_type = 'email_clicked'
                       AND abs(EXTRACT(epoch FROM other.occurred_at
                                                  - visit.occurred_at)) <= 10)
    ), facts (name, recipient_id) AS (
        SELECT 'sent', recipient_id FROM sent
         UNION SELECT 'delivered', recipient_id FROM sent
                WHERE recipient_id NOT IN (SELECT recipient_id FROM returned)
         UNION SELECT 'deferred', recipient_id FROM log
                WHERE event_type = 'email_deferred'
         UNION SELECT 'bounced', recipient_id FROM returned
         UNION SELECT 'complained', recipient_id FROM log
                WHERE event_type = 'email_complained'
         UNION SELECT 'unsubscribed', recipient_id FROM log
                WHERE event_type = 'email_unsubscribed'
         UNION SELECT 'opened', recipient_id FROM opened
         UNION SELECT 'clicked', recipient_id FROM clicked
    )
    SELECT name, count(*) FROM facts
      JOIN campaign_recipient message ON message.id = facts.recipient_id
     WHERE %(provider)s IS NULL OR message.provider_id = %(provider)s
     GROUP BY name
"""


def recount(house, provider=None):
    """Return the numbers, of one provider or of both."""
    provider_id = provider and house.known["providers"][provider]
    return dict(house.query(RECOUNT, provider=provider_id))
