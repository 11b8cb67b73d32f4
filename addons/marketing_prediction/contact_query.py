"""The SQL of when, how often and through what a customer was written to and clicked.

Hours are those at which clicked messages were *sent*, on the clock of the customer: the
hour of a click itself is made by the hour of sending.
"""

import numpy as np

from odoo.tools import SQL

from odoo.addons.marketing_base.zones import find_country_zone, find_zone

from .arrays import hash_arrays, to_arrays

HISTORY_DAYS = 365
TEST_DAYS = 30
HOURS = 24
CHANNELS = ("email", "sms", "push")

_MESSAGES = """
messages AS (
    SELECT p.commercial_partner_id AS partner_id, message.id, message.channel,
           message.sent_at, message.clicked_at,
           message.sent_at >= %(until)s::date - %(test)s AS late,
           (message.sent_at AT TIME ZONE 'UTC' AT TIME ZONE
               COALESCE(place.zone, %(zone)s)) AS local,
           message.unsubscribed_at IS NOT NULL AS objected
      FROM campaign_recipient message
      JOIN res_partner p ON p.id = message.customer_id
      LEFT JOIN res_country country ON country.id = p.country_id
      LEFT JOIN unnest(%(tzs)s::text[], %(codes)s::text[], %(zones)s::text[])
                AS place (tz, code, zone)
        ON place.tz = COALESCE(p.tz, '') AND place.code = COALESCE(country.code, '')
     WHERE message.state = 'sent' AND message.bounced_at IS NULL
       AND message.company_id = %(company)s AND %(customers)s
       AND message.sent_at >= %(until)s::date - %(history)s
       AND message.sent_at < %(until)s
)"""

_HABITS = """
, complained AS (
    SELECT DISTINCT recipient_id FROM marketing_event
     WHERE event_type = 'email_complained' AND company_id = %(company)s
       AND occurred_at >= %(until)s::date - %(history)s
), weeks AS (
    SELECT partner_id, COUNT(*) AS number, COUNT(clicked_at) > 0 AS clicked
      FROM messages WHERE NOT late OR %(all)s
     GROUP BY partner_id, date_trunc('week', sent_at)
), pace AS (
    SELECT partner_id, COUNT(*) AS weeks, SUM(number) AS in_weeks
      FROM weeks WHERE clicked GROUP BY partner_id
), counts AS (
    SELECT partner_id, %(counts)s,
           COUNT(*) FILTER (WHERE late) AS late_sent,
           COUNT(clicked_at) FILTER (WHERE late) AS late_clicks,
           COUNT(*) FILTER (WHERE (NOT late OR %(all)s) AND (
               objected OR complained.recipient_id IS NOT NULL)) AS objections
      FROM messages LEFT JOIN complained ON complained.recipient_id = messages.id
     GROUP BY partner_id
)
SELECT %(columns)s
  FROM counts LEFT JOIN pace ON pace.partner_id = counts.partner_id
"""

_HOURS = """
SELECT array_agg(partner_id), array_agg(hour), array_agg(late::int), array_agg(number)
  FROM (SELECT partner_id, EXTRACT(hour FROM local)::int AS hour, late,
               COUNT(*) AS number
          FROM messages
         WHERE clicked_at < sent_at + interval '24 hours'
         GROUP BY 1, 2, 3) clicks
"""


def read_contacts(env, company, until, customers=None, *, training=False):
    """Return arrays, one element a customer; hours and channels have two dimensions.

    :param training: keep the last days apart, to judge by them
    """
    env.flush_all()
    parameters = {
        "company": company.id,
        "until": until,
        "test": TEST_DAYS,
        "history": HISTORY_DAYS,
        "all": not training,
        "customers": customers or SQL("p.commercial_partner_id IS NOT NULL"),
        **_find_zones(env, company),
    }
    messages = SQL(_MESSAGES, **parameters)
    data = _read_habits(env, messages, parameters, training)
    [row] = env.execute_query(SQL("WITH %s %s", messages, SQL(_HOURS)))
    for name, is_late in (("hours", False), ("late_hours", True)):
        data[name] = _table(data["partner_id"], row, is_late if training else None)
    return data


def _find_zones(env, company):
    """Return the time zone of each place that customers live at."""
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT COALESCE(p.tz, ''), COALESCE(country.code, '')
                 FROM res_partner p
                 LEFT JOIN res_country country ON country.id = p.country_id"""
        )
    )
    found = [
        (tz, code, zone)
        for tz, code in rows
        if (zone := find_zone(tz) or find_country_zone(code))
    ]
    tzs, codes, zones = zip(*found, strict=True) if found else ((), (), ())
    own = find_zone(company.partner_id.tz)
    return {
        "tzs": list(tzs),
        "codes": list(codes),
        "zones": [str(zone) for zone in zones],
        "zone": str(own) if own else "UTC",
    }


def _read_habits(env, messages, parameters, training):
    counts = _count_channels(training)
    names = ["late_sent", "late_clicks", "objections", *counts, "weeks", "in_weeks"]
    columns = [SQL("array_agg(counts.partner_id)")] + [
        SQL("array_agg(COALESCE(%s, 0)::float8)", SQL.identifier(name))
        for name in names
    ]
    query = SQL(
        _HABITS,
        **parameters,
        counts=SQL(", ").join(
            SQL("%s AS %s", count, SQL.identifier(name))
            for name, count in counts.items()
        ),
        columns=SQL(", ").join(columns),
    )
    [row] = env.execute_query(SQL("WITH %s %s", messages, query))
    data = to_arrays(("partner_id", *names), row)
    for what in ("sent", "clicks"):
        data[what] = np.column_stack([data[f"{what}_{name}"] for name in CHANNELS])
    return data


def _count_channels(training):
    """Return {name: SQL} of the messages and clicks of each channel."""
    return {
        f"{what}_{channel}": SQL(
            "COUNT(%s) FILTER (WHERE channel = %s AND (NOT late OR %s))",
            column,
            channel,
            not training,
        )
        for channel in CHANNELS
        for what, column in (("sent", SQL("*")), ("clicks", SQL("clicked_at")))
    }


def _table(partner_ids, row, is_late):
    """Return clicks of each customer by hour; only late or earlier ones, or all."""
    table = np.zeros((partner_ids.size, HOURS))
    if row[0]:
        ids, hours, late, number = (np.array(values, dtype=np.int64) for values in row)
        part = np.ones(ids.size, bool) if is_late is None else late == is_late
        places = np.searchsorted(partner_ids, ids[part])
        np.add.at(table, (places, hours[part]), number[part])
    return table


def hash_of(data):
    return hash_arrays(data, sorted(data))
