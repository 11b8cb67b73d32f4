import json
from datetime import datetime, timedelta

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_delivery.tests.tracking_common import SENT_AT

from .days_common import DaysMixin

HOUR = 3600
START = SENT_AT.replace(minute=0, second=0)


@tagged("post_install", "-at_install")
class TestCampaignHours(DaysMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls.env["campaign.hourly.stats"]
        cls.env.user.tz = "UTC"

    def _hour(self, number, campaign=None):
        key = ((campaign or self.campaign).id, START + timedelta(hours=number))
        return self._hours(campaign).get(key)

    def test_hand_counted(self):
        self._log("email_sent", 0)
        self._log("email_opened", 100)
        self._log("email_opened", HOUR + 1)
        self._click(HOUR + 60, 1)
        self._click(30 * HOUR, 2, "bot_agent")
        self._log("email_unsubscribed", 30 * HOUR + 10)
        self._credit(self.campaign, 2, revenue=50)
        self._count()
        sent = {"sent": 1, "delivered": 1, "opened": 1, "opens": 1}
        self.assertEqual(self._hour(0), sent)
        self.assertEqual(self._hour(1), {"opens": 1, "clicked": 1, "clicks": 1})
        self.assertEqual(self._hour(30), {"machine_clicks": 1, "unsubscribed": 1})
        self.assertEqual(self._hour(48), {"orders": 1})
        self.assertEqual(len(self._hours()), 4)
        last = self.hours.search([("campaign_id", "=", self.campaign.id)], limit=1)
        self.assertEqual((last.revenue, last.hours_after), (50, 48))

    def test_hours_sum_up_to_days(self):
        for number in range(40):
            self._log("email_opened", 100 + number * 5000, xact=10)
            self._click(200 + number * 7000, 1 + number % 3, xact=10)
        self._count(horizon=20)
        for day in self.campaign.day_ids:
            hours = self.hours.search(
                [("campaign_id", "=", self.campaign.id), ("day", "=", day.day)]
            )
            for column in ("sent", "opens", "opened", "clicks", "clicked", "revenue"):
                self.assertEqual(sum(hours.mapped(column)), day[column], column)

    def test_an_hour_is_one_of_the_company_s_clock(self):
        """In Kathmandu, 5 h 45 min ahead, hours begin at a quarter past in UTC."""
        self.company.partner_id.tz = "Asia/Kathmandu"
        first = (START + timedelta(minutes=15) - SENT_AT).total_seconds() + HOUR
        self._click(first, 1)
        self._click(first - 1, 2)
        self._count()
        clicks = {
            hour: row["clicks"]
            for (_campaign, hour), row in self._hours().items()
            if "clicks" in row
        }
        begins = START + timedelta(hours=1, minutes=15)
        self.assertEqual(clicks, {begins: 1, begins - timedelta(hours=1): 1})

    def test_the_hour_that_comes_twice_is_two(self):
        """Vienna, 2026-10-25: 02:30 is both 00:30 and 01:30 UTC."""
        self.company.partner_id.tz = "Europe/Vienna"
        for number, hour in enumerate((0, 1), start=1):
            moment = datetime(2026, 10, 25, hour, 30)
            self._click((moment - SENT_AT).total_seconds(), number)
        self._count()
        found = [key[1] for key, row in self._hours().items() if "clicks" in row]
        self.assertEqual({hour.hour for hour in found}, {0, 1})
        self.assertEqual(len(found), 2)

    def test_a_late_event_moves_the_first_click_to_another_hour(self):
        self._click(5 * HOUR, 1, xact=10)
        self._count(horizon=20)
        self.assertEqual(self._hour(5), {"clicked": 1, "clicks": 1})
        self._click(60, 2, xact=20)
        self._count(horizon=30)
        self.assertEqual(self._hour(0)["clicked"], 1)
        self.assertEqual(self._hour(5), {"clicks": 1})

    def test_hours_count_from_the_first_message(self):
        """What was counted while only an open was known is counted from there."""
        self._mark_message(self.recipient, sent_at=SENT_AT + timedelta(hours=3))
        self._log("email_opened", HOUR, xact=10)
        self._log("email_opened", 10 * HOUR, xact=10)
        self._count(horizon=20)
        rows = self.hours.search([("campaign_id", "=", self.campaign.id)])
        self.assertEqual(sorted(rows.mapped("hours_after")), [-2, 0, 7])

    def test_chart_of_the_first_72_hours(self):
        self._click(3 * HOUR, 2)
        self._click(100 * HOUR, 2)
        self._count()
        [chart] = json.loads(self.campaign.hour_chart)
        values = [point["value"] for point in chart["values"]]
        self.assertEqual(values, [0, 0, 0, 1, *[0] * 68])
        self.assertEqual(chart["values"][0]["label"], START.strftime("%a %H:%M"))
        empty = self._make_campaign(self.company, 1)
        self.assertEqual(json.loads(empty.hour_chart)[0]["values"], [])

    def test_action_opens_the_hours_of_this_campaign(self):
        self._click(60, 1)
        self._count()
        action = self.campaign.action_open_hours()
        self.assertEqual(self.hours.search(action["domain"]).campaign_id, self.campaign)

    def test_one_row_an_hour(self):
        self._click(60, 1)
        self._count()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                """INSERT INTO campaign_hourly_stats
                          (campaign_id, company_id, day, hour)
                   SELECT campaign_id, company_id, day, hour
                     FROM campaign_hourly_stats"""
            )

    def test_each_group_reads_and_nobody_writes(self):
        self._click(60, 1)
        self._count()
        row = self.hours.search([("campaign_id", "=", self.campaign.id)])
        for group in ("analyst", "user", "manager", "compliance", "administrator"):
            user = self._make_user(f"mmh_{group}", f"marketing_base.group_{group}")
            self.assertEqual(row.with_user(user).read(["clicks"])[0]["clicks"], 1)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(row.with_user(user).has_access(operation))
        stranger = self._make_user(
            "mmh_stranger", "marketing_base.group_manager", self.other_company
        )
        hours = self.hours.with_user(stranger)
        self.assertFalse(hours.search([("campaign_id", "=", self.campaign.id)]))
        with self.assertRaises(AccessError):
            row.with_user(stranger).read(["clicks"])
        employee = new_test_user(self.env, "mmh_employee", groups="base.group_user")
        self.assertFalse(self.hours.with_user(employee).has_access("read"))
