from datetime import time

from odoo import fields, models
from odoo.tools import SQL, format_datetime, format_time

from odoo.addons.marketing_delivery.send_window import (
    DAY,
    find_country_zone,
    find_zone,
)

from .email_campaign_checklist import Check
from .email_campaign_window import WEEKDAYS

MOST_UNKNOWN = 0.5
PLACE = {"field": "use_send_window"}


class EmailCampaign(models.Model):
    """Checks of the sending hours: are there any, whose, and when do they begin?"""

    _inherit = "email.campaign"

    def _list_weekday_checks(self):
        if problem := self._get_window_problem():
            return [Check("window", "blocking", problem, "", PLACE)]
        return []

    def _list_opening_checks(self, estimate):
        if not self.use_send_window or self._get_window_problem():
            return []
        if self.window_clock == "campaign":
            return [self._make_opening_check({self._find_window_zone()})]
        # an audience that is empty or cannot be counted is a check of its own
        places = self._count_places() if estimate and estimate["audience"] else []
        zones = {self._find_window_zone(tz, country) for tz, country, _n in places}
        return [
            self._make_opening_check(zones or {self._find_window_zone()}),
            *self._list_unknown_zone_checks(places),
        ]

    def _make_opening_check(self, zones):
        now = fields.Datetime.now()
        start = max(self.scheduled_date or now, now)
        window = self._get_window()
        openings = {zone: self._find_shown(start, zone).opens for zone in zones}
        first = min(openings, key=openings.get)
        opens = openings[first]
        text = self.env._(
            "It is sent %(days)s from %(start)s to %(end)s; the first messages leave"
            " %(when)s.",
            days=self._describe_days(),
            start=self._format_minute(window.start),
            end=self._format_minute(window.end),
            when=self._describe_opening(opens, first, is_now=opens == now),
        )
        return Check("opening", "ok", text, "", PLACE)

    def _find_shown(self, start, zone):
        """With one clock for everybody the quiet hours differ by customer."""
        if self.window_clock == "customer":
            return self._find_common(start, zone)
        return self._get_window().find_opening(start, zone)

    def _describe_opening(self, opens, zone, *, is_now):
        if is_now:
            return self.env._("at once")
        return self.env._(
            "on %(when)s (%(zone)s)",
            when=format_datetime(self.env, opens, tz=zone.key),
            zone=zone.key,
        )

    def _describe_days(self):
        labels = [self._fields[day]._description_string(self.env) for day in WEEKDAYS]
        chosen = [labels[number] for number in sorted(self._get_window().days)]
        if len(chosen) == len(labels):
            return self.env._("every day")
        return self.env._("on %(days)s", days=", ".join(chosen))

    def _format_minute(self, minute):
        minute %= DAY
        return format_time(
            self.env, time(minute // 60, minute % 60), time_format="short"
        )

    def _count_places(self):
        """[(time zone, country code, customers)] of those who would receive it now."""
        self.env.flush_all()
        statement = SQL(
            """%s SELECT COALESCE(partner.tz, ''), COALESCE(country.code, ''), count(*)
                    FROM audience
                    JOIN res_partner partner ON partner.id = audience.partner_id
                    LEFT JOIN res_country country ON country.id = partner.country_id
                   WHERE reason IS NULL AND NOT in_holdout GROUP BY 1, 2""",
            self._judged_audience_sql(),
        )
        return self.env.execute_query(statement)

    def _list_unknown_zone_checks(self, places):
        total = sum(number for _tz, _country, number in places)
        unknown = sum(
            number
            for tz, country, number in places
            if not (find_zone(tz) or find_country_zone(country))
        )
        if not unknown:
            return []
        text = self.env._(
            "The time zone of %(count)s of %(total)s customers is not known:"
            " %(zone)s counts for them.",
            count=self._format_number(unknown),
            total=self._format_number(total),
            zone=self._find_window_zone().key,
        )
        if unknown < MOST_UNKNOWN * total:
            return [Check("zones", "ok", text, "", PLACE)]
        fix = self.env._(
            "Contacts have a time zone of their own, or the one of their country's"
            " capital."
        )
        return [Check("zones", "warning", text, fix, PLACE)]
