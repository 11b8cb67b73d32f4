"""Times for the messages of a campaign that is spread over the hours of the day.

Customers get the hour at which they, and people like them, click: a draw from their own
hours, drawn towards those of all customers of the company. Arrays are read by one
statement each, the formulas are in `marketing_engine`, one statement writes the times.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from datetime import timedelta

import numpy as np

from odoo.addons.marketing_delivery.send_window.opening import MINUTE, get_offset
from odoo.addons.marketing_delivery.sender import outbox
from odoo.addons.marketing_engine.sending import HOURS, draw_hours, hour_weights

from .plan import PLACE, PORTION

DAYS = 180  # of clicks
# Two numbers of its own, 0 to below 1, from the key of each message.
_DRAW = "('x' || substr(md5(message.send_key), {}, 8))::bit(32)::bigint / 4294967296.0"
_READ = f"""
    SELECT message.id, message.customer_id, {PLACE},
           ({_DRAW.format(1)})::float, ({_DRAW.format(9)})::float
      FROM campaign_recipient message
      LEFT JOIN res_partner partner ON partner.id = message.customer_id
      LEFT JOIN res_country country ON country.id = partner.country_id
     WHERE message.campaign_id = %(campaign)s AND message.state = 'queued'
       AND message.not_before IS NULL
     LIMIT %(portion)s FOR UPDATE OF message SKIP LOCKED
"""
_CLICKS = f"""
    SELECT click.customer_id, {PLACE}, date_trunc('hour', click.clicked_at), count(*)
      FROM delivery_click click
      LEFT JOIN res_partner partner ON partner.id = click.customer_id
      LEFT JOIN res_country country ON country.id = partner.country_id
     WHERE click.verdict = 'human' AND click.company_id = %(company)s
       AND click.clicked_at > {outbox.NOW} - make_interval(days => {DAYS})
       AND %(who)s
     GROUP BY 1, 2, 3, 4
"""
_OF_ALL = f"""
    SELECT NULL, tz, country, hour, sum(number)::int
      FROM ({_CLICKS.replace("%(who)s", "TRUE")})
           AS one(customer, tz, country, hour, number)
     GROUP BY 2, 3, 4
"""
_OF_SOME = _CLICKS.replace("%(who)s", "click.customer_id = ANY(%(customers)s)")
_WRITE = """
    UPDATE campaign_recipient message
       SET not_before = time.opens, tz_offset = time.tz_offset
      FROM unnest(%(ids)s::int[], %(opens)s::timestamp[], %(offsets)s::int[])
           AS time(id, opens, tz_offset)
     WHERE message.id = time.id
"""


def write_hours(cr, campaign_id, company_id, find_zone):
    """Give messages without a time one within the next 24 hours, 06:00 to 22:00.

    `find_zone` tells the zone of a (time zone, country code), "" for none.

    :return: whether there may be more of them: commit, and call it again
    """
    cr.execute(_READ, {"campaign": campaign_id, "portion": PORTION})
    rows = cr.fetchall()
    if not rows:
        return False
    values = {"company": company_id, "customers": list({row[1] for row in rows})}
    cr.execute(_OF_ALL, values)
    common = hour_weights(_count_hours(cr.fetchall(), find_zone).get(None, [0] * HOURS))
    cr.execute(_OF_SOME, values)
    own = _count_hours(cr.fetchall(), find_zone)
    table = np.array([own.get(row[1], [0] * HOURS) for row in rows], dtype=float)
    weights = hour_weights(table, common=common)
    hours = draw_hours(weights, [row[4] for row in rows])
    _write(cr, rows, hours, find_zone)
    return len(rows) == PORTION


def _count_hours(clicks, find_zone):
    """Return {customer: clicks by hour of the day}, on their own clocks."""
    found = {}
    for customer_id, tz, country, moment, number in clicks:
        local = moment + get_offset(moment, find_zone(tz, country))
        found.setdefault(customer_id, [0] * HOURS)[local.hour] += number
    return found


def _write(cr, rows, hours, find_zone):
    now = outbox.read_now(cr)
    known = {}
    opens, offsets = [], []
    for row, hour in zip(rows, hours, strict=True):
        place = (row[2], row[3], int(hour))
        if place not in known:
            known[place] = _find_next(now, find_zone(*place[:2]), place[2])
        begins, offset = known[place]
        opens.append(begins + timedelta(minutes=int(60 * row[5])))
        offsets.append(offset)
    cr.execute(
        _WRITE, {"ids": [row[0] for row in rows], "opens": opens, "offsets": offsets}
    )


def _find_next(now, zone, hour):
    """Return when this hour, or the rest of it, comes next, and the offset then."""
    offset = get_offset(now, zone)
    local = now + offset
    begins = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if begins.hour < local.hour:
        begins += timedelta(days=1)
    offset = get_offset(begins - offset, zone)
    return begins - offset, offset // MINUTE
