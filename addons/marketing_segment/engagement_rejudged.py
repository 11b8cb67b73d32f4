"""The statement that follows opens and clicks whose judgement changed later.

The first word on a reaction is counted when it comes. A later one, `campaign_rejudged`,
says what holds now: whoever has one in the window gets opens and clicks counted anew,
from all that is logged of them. These are few.
"""

from odoo.tools import SQL

_RECOUNT = """
WITH news AS MATERIALIZED (
    SELECT DISTINCT partner_id, company_id FROM marketing_event
     WHERE xact_id >= %(low)s AND xact_id < %(high)s
       AND event_type = 'campaign_rejudged' AND source_id = 'odoo'
       AND partner_id IS NOT NULL AND company_id IS NOT NULL
), words AS MATERIALIZED (
    SELECT said.partner_id, said.company_id, said.recipient_id, said.event_type,
           said.occurred_at, said.properties
      FROM news
      JOIN marketing_event said
        ON said.partner_id = news.partner_id AND said.company_id = news.company_id
     WHERE said.xact_id < %(high)s AND said.source_id = 'odoo'
       AND said.event_type
           IN ('campaign_viewed', 'campaign_clicked', 'campaign_rejudged')
       AND COALESCE(said.properties ->> 'channel', 'email') = 'email'
       AND NOT said.properties ? 'suspect'
), last_words AS (
    SELECT DISTINCT ON (recipient_id, reaction) recipient_id,
           properties ->> 'reaction' AS reaction,
           (properties ->> 'at')::timestamp AS at
      FROM words
     WHERE event_type = 'campaign_rejudged'
     ORDER BY recipient_id, reaction, (properties ->> 'revision')::int DESC
), reactions AS (
    SELECT words.partner_id, words.company_id, words.event_type,
           CASE WHEN last_words.recipient_id IS NULL THEN words.occurred_at
                ELSE last_words.at END AS at
      FROM words
      LEFT JOIN last_words ON last_words.recipient_id = words.recipient_id
                          AND last_words.reaction = words.event_type
     WHERE words.event_type <> 'campaign_rejudged'
), counted AS (
    SELECT partner_id, company_id,
           COUNT(at) FILTER (WHERE event_type = 'campaign_viewed') AS opens,
           COUNT(at) FILTER (WHERE event_type = 'campaign_clicked') AS clicks,
           MAX(at) FILTER (WHERE event_type = 'campaign_viewed') AS last_open_at,
           MAX(at) FILTER (WHERE event_type = 'campaign_clicked') AS last_click_at
      FROM reactions
     GROUP BY partner_id, company_id
)
UPDATE customer_engagement known
   SET open_count = counted.opens, click_count = counted.clicks,
       last_open_at = counted.last_open_at, last_click_at = counted.last_click_at
  FROM counted
 WHERE known.partner_id = counted.partner_id AND known.company_id = counted.company_id
RETURNING known.partner_id, known.company_id
"""

#: The last word on the reaction that the event ``said`` is the first word of.
LAST_WORD = """
LATERAL (
    SELECT TRUE AS known, (word.properties ->> 'at')::timestamp AS at
      FROM marketing_event word
     WHERE word.recipient_id = said.recipient_id AND word.source_id = 'odoo'
       AND word.event_type = 'campaign_rejudged'
       AND word.properties ->> 'reaction' = said.event_type
     ORDER BY (word.properties ->> 'revision')::int DESC LIMIT 1)
"""


def recount_rejudged(low, high) -> SQL:
    """Return the statement for what was judged anew in ``low <= transaction < high``.

    It answers with the (logged id, company) pairs that it counted.
    """
    return SQL(_RECOUNT, low=low, high=high)
