"""Times for the queued messages of a campaign that have none, or one that has passed.

A campaign has few pairs of time zone and country. Python finds the time of each, and
one statement writes them all.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from odoo.addons.marketing_delivery.models.campaign_recipient import OPEN_STATES
from odoo.addons.marketing_delivery.send_window.opening import MINUTE, get_offset
from odoo.addons.marketing_delivery.sender import outbox

PLACE = """COALESCE(partner.tz, '') AS tz, COALESCE(country.code, '') AS country"""
_TIMELESS = """
      FROM campaign_recipient message
      LEFT JOIN res_partner partner ON partner.id = message.customer_id
      LEFT JOIN res_country country ON country.id = partner.country_id
     WHERE message.campaign_id = %(campaign)s AND message.state = 'queued'
       AND (message.not_after IS NULL OR message.not_after <= %(now)s)
"""
# A transaction over a million rows would hold up whoever reads the log behind it.
PORTION = 50_000
# A retry may be due only after the window has closed; then it gets another time.
_WRITE = f"""
    WITH due AS (
        SELECT message.id, {PLACE} {_TIMELESS}
         LIMIT %(portion)s FOR UPDATE OF message SKIP LOCKED
    ), time AS (
        SELECT * FROM unnest(%(zones)s::text[], %(countries)s::text[],
                             %(offsets)s::int[], %(opens)s::timestamp[],
                             %(closes)s::timestamp[])
                   AS time(tz, country, tz_offset, opens, closes)
    )
    UPDATE campaign_recipient message
       SET tz_offset = time.tz_offset,
           not_before = GREATEST(message.not_before, time.opens),
           not_after = time.closes,
           state = CASE WHEN time.opens IS NULL THEN 'skipped' ELSE message.state END,
           reason = CASE WHEN time.opens IS NULL THEN 'quiet_hours'
                         ELSE message.reason END,
           {outbox.TOUCH}
      FROM due JOIN time USING (tz, country)
     WHERE message.id = due.id
"""


def write_times(cr, campaign_id, window, find_zone, quiet=None):
    """Give messages without a valid time the next opening of the window.

    `find_zone` tells the zone of a (time zone, country code), "" for none. With `quiet`
    hours it is an opening of which a part is not quiet where the customer is; who has
    none is left out. Rows that somebody else holds are left to a later round: the gate
    refuses them until then.

    :return: whether there may be more of them: commit, and call it again
    """
    values = {"campaign": campaign_id, "now": outbox.read_now(cr), "portion": PORTION}
    cr.execute(f"SELECT DISTINCT {PLACE} {_TIMELESS}", values)
    places = cr.fetchall()
    if not places:
        return False
    times = [
        _find_time(values["now"], place, window, find_zone(*place), quiet)
        for place in places
    ]
    values |= {
        "offsets": [offset for offset, _opens, _closes in times],
        "opens": [opens for _offset, opens, _closes in times],
        "closes": [closes for _offset, _opens, closes in times],
        "zones": [tz for tz, _country in places],
        "countries": [country for _tz, country in places],
    }
    cr.execute(_WRITE, values)
    return cr.rowcount == PORTION


def _find_time(now, place, window, zone, quiet):
    """Return (minutes east of UTC, opens, closes) for the customers of a place."""
    opening = (
        quiet.find_common(now, window, zone, place)
        if quiet
        else window.find_opening(now, zone)
    )
    if not opening:
        return get_offset(now, zone) // MINUTE, None, None
    return get_offset(opening.opens, zone) // MINUTE, opening.opens, opening.closes


def drop_times(cr, campaign_ids):
    """Forget the times of a window that has changed.

    Messages that a sender still holds lose theirs too: they may come back.
    """
    cr.execute(
        """
        UPDATE campaign_recipient SET not_before = NULL, not_after = NULL
         WHERE campaign_id = ANY(%s) AND state = ANY(%s) AND not_after IS NOT NULL
        """,
        [list(campaign_ids), list(OPEN_STATES)],
    )
