"""Newsletters of the last months and how people reacted: made up, unlike the purchases.

The data tell nothing of who reads what, and without a past nothing can be learned about
it. Each customer has a fondness for mails and a time of day, both drawn from the number
of the household, so they are the same in every database.
"""

from datetime import UTC, datetime, time, timedelta

from odoo.tools import SQL

WEEKS = 16
#: Weekday (Monday is 0), hour in UTC and name: morning and evening in Cincinnati.
TURNS = ((1, 13, "Tuesday morning"), (4, 23, "Friday evening"))

MESSAGES = """
    INSERT INTO campaign_recipient (company_id, campaign_id, customer_id, address_key,
           email_address, state, queued_at, sent_at)
    SELECT c.company_id, c.id, p.partner_id, p.address_key, p.email_address, 'sent',
           c.start_date, c.start_date
      FROM email_campaign c
      JOIN email_subscription_preference p ON p.company_id = c.company_id
       AND p.channel = 'email' AND p.is_subscribed
      JOIN person ON person.partner_id = p.partner_id
       AND person.first_seen < c.start_date
     WHERE c.id = ANY(%(campaigns)s)
     ORDER BY c.id, p.partner_id
"""
# `fond` and the dice lie between 0 and 1; a lover of mornings clicks less at night.
REACTIONS = """
    CREATE TEMP TABLE reaction AS
    SELECT r.*, dice.opens < .2 + .6 * fond AS opened,
           dice.clicks < .45 * fond ^ 3
               * CASE WHEN likes_mornings = is_morning THEN 1.6 ELSE .3 END AS clicked,
           r.sent_at + dice.minutes AS reacted_at
      FROM (SELECT id, company_id, campaign_id, customer_id, sent_at,
                   extract(hour FROM sent_at) = %(morning)s AS is_morning
              FROM campaign_recipient WHERE campaign_id = ANY(%(campaigns)s)) r
      JOIN person ON person.partner_id = r.customer_id,
           LATERAL (SELECT pg_temp.dice('fond', household_id) AS fond,
                           pg_temp.dice('time', household_id) < .5 AS likes_mornings
                   ) AS own,
           LATERAL (SELECT pg_temp.dice('opens' || sent_at, household_id) AS opens,
                           pg_temp.dice('clicks' || sent_at, household_id) AS clicks,
                           make_interval(mins => 1 + (600 * pg_temp.dice(
                               'minutes' || sent_at, household_id))::int) AS minutes
                   ) AS dice
"""
DICE = """
    CREATE FUNCTION pg_temp.dice(text, int) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
        SELECT (('x' || substr(md5($1 || $2), 1, 7))::bit(28)::int) / 268435456.0
    $$
"""
EVENTS = """
    SELECT 'odoo' AS source_id, 'demo:' || id || ':' || %(type)s AS event_id,
           %(type)s AS event_type, %(at)s AS occurred_at, company_id,
           customer_id AS partner_id, campaign_id, id AS recipient_id,
           %(properties)s::jsonb AS properties
      FROM reaction WHERE %(rows)s
"""


def load_newsletters(env) -> tuple[int, int]:
    """Write what an old newsletter tool would hand over; return (messages, clicks)."""
    campaigns = _make_campaigns(env)
    values = {"campaigns": campaigns.ids, "morning": TURNS[0][1]}
    env.cr.execute(DICE)
    env.cr.execute(SQL(MESSAGES, **values))
    messages = env.cr.rowcount
    env.cr.execute(SQL(REACTIONS, **values))
    _log(env, "email_sent", "{}", SQL("sent_at"), SQL("TRUE"))
    mail = '{"method": "pixel", "device": "mobile"}'
    _log(env, "email_opened", mail, SQL("reacted_at"), SQL("opened OR clicked"))
    click = '{"method": "link", "device": "mobile", "link_position": 1}'
    later = SQL("reacted_at + interval '40 seconds'")
    return messages, _log(env, "email_clicked", click, later, SQL("clicked"))


def _make_campaigns(env):
    """Two finished campaigns a week, with a link each can be clicked by."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    turns = [
        (datetime.combine(monday + timedelta(days=day - 7 * week), time(hour)), name)
        for week in range(WEEKS, 0, -1)
        for day, hour, name in TURNS
    ]
    for month in {moment.date().replace(day=1) for moment, _name in turns}:
        env["marketing.event"]._ensure_month(month)
    campaigns = env["email.campaign"].create(
        [
            {
                "name": f"Offers of {moment:%d %b}, {name} (made up)",
                "utm_campaign": f"offers-{moment:%Y-%m-%d}",
            }
            for moment, name in turns
        ]
    )
    for campaign, (moment, _name) in zip(campaigns, turns, strict=True):
        campaign.write(
            {"status": "completed", "start_date": moment, "end_date": moment}
        )
    env["marketing.link"].create(
        [
            {
                "campaign_id": campaign.id,
                "position": position,
                "url": f"https://shop.example.com/{page}",
            }
            for campaign in campaigns
            for position, page in enumerate(("offers", "recipes", "stores"), 1)
        ]
    )
    env.flush_all()
    return campaigns


def _log(env, kind, properties, moment, rows) -> int:
    # not at the top: the addons can be imported once the configuration is read
    from odoo.addons.marketing_base.events import insert_selected_events

    select = SQL(EVENTS, type=kind, at=moment, properties=properties, rows=rows)
    return insert_selected_events(env.cr, select)
