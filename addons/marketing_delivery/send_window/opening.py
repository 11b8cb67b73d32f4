"""When a window of hours and weekdays is open on the clock of a time zone.

All moments are naive UTC, as Odoo stores them; seconds do not count.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

DAY = 1440  # minutes
MINUTE = timedelta(minutes=1)
# A weekly window can be swallowed by one change of the clocks, not by two.
SEARCHED = timedelta(days=16)


class Opening(NamedTuple):
    """A time without a break in which a window is open; `closes` is the first after."""

    opens: datetime
    closes: datetime


class SendWindow(NamedTuple):
    """`start` and `end` in minutes after midnight, `days` from 0 for Monday.

    A window that ends before it starts goes on after midnight and belongs to the day
    on which it starts.
    """

    start: int
    end: int
    days: frozenset

    def is_open(self, moment, zone):
        """Whether the clock on the wall shows a time of the window.

        So an hour that comes twice counts twice, and one that is skipped never comes.
        """
        wall = _read_wall(moment, zone)
        minute, day = wall.hour * 60 + wall.minute, wall.weekday()
        if self.start < self.end:
            return self.start <= minute < self.end and day in self.days
        if minute >= self.start:
            return day in self.days
        return minute < self.end and (day - 1) % 7 in self.days

    def find_opening(self, moment, zone):
        """The rest of the opening that `moment` is in, else the next one.

        :raises ValueError: when there is none, because no weekday is chosen
        """
        opens = self._find(moment, zone, is_open=True)
        if not opens:
            raise ValueError("The window never opens.")
        closes = self._find(opens, zone, is_open=False)
        return Opening(opens, closes or opens + SEARCHED)

    def _find(self, moment, zone, *, is_open):
        """The first moment from this one on at which the window is (not) open."""
        limit = moment + SEARCHED
        while moment < limit:
            if self.is_open(moment, zone) == is_open:
                return moment
            moment = self._find_edge(moment, zone)
        return None

    def _find_edge(self, moment, zone):
        """The next moment at which the clock shows an end, or is put forward or back.

        In between the window neither opens nor closes.
        """
        moment = moment.replace(second=0, microsecond=0)
        wall = _read_wall(moment, zone)
        minute = wall.hour * 60 + wall.minute
        ahead = min((edge - minute - 1) % DAY + 1 for edge in (self.start, self.end))
        offset = get_offset(moment, zone)
        minutes = range(1, ahead + 1)
        if get_offset(moment + ahead * MINUTE, zone) == offset:
            return moment + ahead * MINUTE
        place = bisect_left(
            minutes,
            True,
            key=lambda number: get_offset(moment + number * MINUTE, zone) != offset,
        )
        return moment + minutes[place] * MINUTE


def get_offset(moment, zone):
    """How far the clocks of the zone are ahead of UTC."""
    return _read_wall(moment, zone).utcoffset()


def _read_wall(moment, zone):
    return moment.replace(tzinfo=UTC).astimezone(zone)
