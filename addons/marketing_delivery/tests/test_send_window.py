from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytz

from odoo.tests import BaseCase, tagged

from odoo.addons.marketing_base.zones import CAPITALS

from ..send_window import Opening, SendWindow, find_country_zone, find_zone

MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))
# Clocks that change by 30 minutes and by two hours, at midnight and twice a year more.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
WINDOWS = (
    SendWindow(9 * 60, 18 * 60, frozenset(range(5))),
    SendWindow(22 * 60, 6 * 60, EVERY_DAY),
    SendWindow(23 * 60 + 30, 90, frozenset((5,))),
    SendWindow(90, 150, EVERY_DAY),
    SendWindow(135, 165, frozenset((5, 6))),
    SendWindow(0, 1440, EVERY_DAY),
    SendWindow(0, 1440, frozenset((6,))),
    SendWindow(0, 30, EVERY_DAY),
    SendWindow(18 * 60, 0, frozenset((4, 6))),
    SendWindow(1, 0, EVERY_DAY),
)


def find_changes(zone, year=2026):
    """The hours in which the clocks change."""
    hours = [datetime(year, 1, 1) + timedelta(hours=n) for n in range(366 * 24)]
    offsets = [hour.replace(tzinfo=UTC).astimezone(zone).utcoffset() for hour in hours]
    return [
        hours[number + 1]
        for number, (one, other) in enumerate(pairwise(offsets))
        if one != other
    ]


def is_open_naively(wall, window):
    """Look whether a window that began today or yesterday is still open."""
    end = window.end if window.end > window.start else window.end + 1440
    for ago in (0, 1):
        began = (wall - timedelta(days=ago)).date()
        passed = wall - datetime(began.year, began.month, began.day)
        if began.weekday() in window.days and (
            timedelta(minutes=window.start) <= passed < timedelta(minutes=end)
        ):
            return True
    return False


@tagged("post_install", "-at_install")
class TestOpenings(BaseCase):
    def _assert_like_minute_by_minute(self, zone, start):
        """Compare twelve days; what the oracle does not see to its end is left out."""
        moments = [start + number * MINUTE for number in range(12 * 1440)]
        walls = [
            moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
            for moment in moments
        ]
        for window in WINDOWS:
            is_open = [is_open_naively(wall, window) for wall in walls]
            edges = [n for n in range(1, len(walls)) if is_open[n] != is_open[n - 1]]
            for number in {*range(0, 6 * 1440, 97), *edges}:
                ahead = edges[bisect_left(edges, number + 1) :]
                if len(ahead) < 2:
                    continue
                expected = (
                    Opening(moments[number], moments[ahead[0]])
                    if is_open[number]
                    else Opening(moments[ahead[0]], moments[ahead[1]])
                )
                found = window.find_opening(moments[number], zone)
                self.assertEqual(found, expected, f"{zone} {window} {moments[number]}")
                self.compared += 1

    def test_each_change_of_the_clocks(self):
        self.compared = 0
        for name in ZONES:
            zone = find_zone(name)
            changes = find_changes(zone) or [datetime(2026, 2, 28)]
            for change in changes:
                day = datetime(change.year, change.month, change.day)
                self._assert_like_minute_by_minute(zone, day - timedelta(days=2))
        self.assertGreater(self.compared, 10_000)

    def test_hour_that_does_not_exist(self):
        berlin = find_zone("Europe/Berlin")
        window = SendWindow(135, 165, EVERY_DAY)  # 02:15 to 02:45
        self.assertEqual(
            window.find_opening(datetime(2026, 3, 28, 12), berlin),
            Opening(datetime(2026, 3, 30, 0, 15), datetime(2026, 3, 30, 0, 45)),
        )
        only_sunday = SendWindow(135, 165, frozenset((6,)))
        self.assertEqual(
            only_sunday.find_opening(datetime(2026, 3, 28, 12), berlin).opens,
            datetime(2026, 4, 5, 0, 15),
        )

    def test_window_around_the_gap_is_shorter(self):
        berlin = find_zone("Europe/Berlin")
        window = SendWindow(60, 240, EVERY_DAY)  # 01:00 to 04:00, two hours today
        self.assertEqual(
            window.find_opening(datetime(2026, 3, 28, 12), berlin),
            Opening(datetime(2026, 3, 29, 0, 0), datetime(2026, 3, 29, 2, 0)),
        )

    def test_hour_that_comes_twice_is_open_twice(self):
        berlin = find_zone("Europe/Berlin")
        window = SendWindow(135, 165, EVERY_DAY)
        first = window.find_opening(datetime(2026, 10, 24, 12), berlin)
        second = window.find_opening(first.closes, berlin)
        self.assertEqual(first.opens, datetime(2026, 10, 25, 0, 15))
        self.assertEqual(second.opens, datetime(2026, 10, 25, 1, 15))

    def test_night_belongs_to_the_day_on_which_it_begins(self):
        window = SendWindow(22 * 60, 6 * 60, frozenset((4,)))  # Friday
        utc = find_zone("UTC")
        night = Opening(datetime(2026, 11, 20, 22), datetime(2026, 11, 21, 6))
        self.assertEqual(window.find_opening(datetime(2026, 11, 20, 5), utc), night)
        saturday = datetime(2026, 11, 21, 5, 59)
        self.assertEqual(
            window.find_opening(saturday, utc), Opening(saturday, night.closes)
        )

    def test_seconds_neither_close_nor_open_a_minute(self):
        window = SendWindow(540, 600, EVERY_DAY)
        utc = find_zone("UTC")
        late = datetime(2026, 11, 20, 9, 59, 59)
        self.assertEqual(
            window.find_opening(late, utc), Opening(late, datetime(2026, 11, 20, 10))
        )
        early = datetime(2026, 11, 20, 8, 59, 59, 999)
        self.assertEqual(
            window.find_opening(early, utc).opens, datetime(2026, 11, 20, 9)
        )

    def test_always_open_is_looked_at_again(self):
        moment = datetime(2026, 11, 20, 9, 30)
        always = SendWindow(0, 1440, EVERY_DAY)
        opening = always.find_opening(moment, find_zone("UTC"))
        self.assertEqual(opening.opens, moment)
        self.assertGreater(opening.closes, moment + timedelta(days=7))

    def test_without_a_weekday(self):
        with self.assertRaises(ValueError):
            SendWindow(540, 1080, frozenset()).find_opening(
                datetime(2026, 11, 20), find_zone("UTC")
            )


@tagged("post_install", "-at_install")
class TestZones(BaseCase):
    def test_every_zone_that_a_partner_can_have(self):
        window = WINDOWS[0]
        moment = datetime(2026, 7, 1, 12)
        for name in pytz.all_timezones:
            zone = find_zone(name)
            expected = pytz.utc.localize(moment).astimezone(pytz.timezone(name))
            local = moment.replace(tzinfo=UTC).astimezone(zone)
            self.assertEqual(local.utcoffset(), expected.utcoffset(), name)
            self.assertTrue(window.find_opening(moment, zone).closes > moment, name)

    def test_what_is_no_zone(self):
        for name in (None, False, "", "Europe/Nowhere", "../../etc/passwd", "x" * 999):
            self.assertIsNone(find_zone(name))

    def test_names_of_yesterday(self):
        self.assertTrue(find_zone("Asia/Calcutta"))
        self.assertTrue(find_zone("US/Eastern"))

    def test_capitals_lie_in_their_country(self):
        for code, name in CAPITALS.items():
            if code != "XK":  # not in the list of the standard
                self.assertIn(name, pytz.country_timezones[code], code)

    def test_countries(self):
        self.assertEqual(find_country_zone("US").key, "America/New_York")
        self.assertEqual(find_country_zone("AT").key, "Europe/Vienna")
        for code in (None, "", "AQ", "??"):
            self.assertIsNone(find_country_zone(code))
        without = {code for code in pytz.country_names if not find_country_zone(code)}
        self.assertEqual(without, {"AQ", "BV", "HM", "UM"}, "nobody lives there")
