"""When people may be written to: outside of the quiet hours where they are."""

from zoneinfo import ZoneInfo

from odoo.addons.marketing_base.zones import find_country_zone, find_zone

from .opening import DAY, SEARCHED, Opening, SendWindow

EVERY_DAY = frozenset(range(7))


class QuietHours:
    """Hours of the night, on each customer's own clock, at which nothing leaves.

    A customer's zone is his own, else that of his country's capital, else the
    company's. Answers are remembered: an audience has few pairs of zone and country.

    :param start: minutes after midnight at which the quiet begins
    :param end: minutes after midnight from which messages leave again
    :param zone: the company's
    """

    def __init__(self, start, end, zone):
        self._open = SendWindow(end % DAY, start % DAY, EVERY_DAY)
        self._zone: ZoneInfo = zone
        self._found = {}

    def find_opening(self, moment, tz="", country="") -> Opening:
        """The rest of the time in which the customer may be written to, or the next."""
        place = (tz or "", country or "")
        known = self._found.get(place)
        if not known or moment >= known.closes:
            zone = self.find_zone(*place)
            known = self._found[place] = self._open.find_opening(moment, zone)
        return known

    def find_zone(self, tz="", country=""):
        return find_zone(tz) or find_country_zone(country) or self._zone

    def find_common(self, moment, window, window_zone, place):
        """The first opening of ``window`` of which a part is not quiet, or None.

        :param place: the customer's (time zone, country code)
        """
        limit = moment + SEARCHED
        while moment < limit:
            mine = self._open.find_opening(moment, self.find_zone(*place))
            theirs = window.find_opening(moment, window_zone)
            opens = max(mine.opens, theirs.opens)
            if opens < min(mine.closes, theirs.closes):
                return Opening(opens, theirs.closes)
            moment = min(mine.closes, theirs.closes)
        return None
