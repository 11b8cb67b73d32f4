from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, warmup
from odoo.tools import mute_logger

from ..models.email_campaign_window import WEEKDAYS
from .window_common import WindowCase

NOON = datetime(2026, 11, 20, 12)  # a Friday
HOURS = {
    "use_send_window": True,
    "window_start": 9.0,
    "window_end": 18.0,
    "window_clock": "campaign",
    "window_tz": "Europe/Berlin",
}


@tagged("post_install", "-at_install")
class TestWindowFields(WindowCase):
    def test_defaults(self):
        campaign = self._create_campaign()
        self.assertFalse(campaign.use_send_window)
        window = campaign._get_window()
        self.assertEqual((window.start, window.end), (540, 1080))
        self.assertEqual(window.days, set(range(5)))

    def test_time_zone_of_the_company(self):
        self.env.user.tz = "Asia/Tokyo"
        self.assertEqual(self._create_campaign().window_tz, "Asia/Tokyo")
        self.company.country_id = self.env.ref("base.fr")
        self.assertEqual(self._create_campaign().window_tz, "Europe/Paris")
        self.company.partner_id.tz = "Europe/Berlin"
        self.assertEqual(self._create_campaign().window_tz, "Europe/Berlin")
        self.other_company.partner_id.tz = "America/Lima"
        campaign = self._create_campaign(segment_ids=False, template_id=False)
        campaign.company_id = self.other_company
        self.assertEqual(campaign.window_tz, "America/Lima")

    def test_hours_that_are_none(self):
        campaign = self._create_campaign()
        for start, end in (
            (9, 9),
            (0, 0),
            (-1, 9),
            (24, 9),
            (9, 24.01),
            (23.9999, 5),
            (float("nan"), 9),
            (9, float("inf")),
        ):
            with self.subTest(start=start, end=end), mute_logger("odoo.sql_db"):
                with self.assertRaises(ValidationError):
                    campaign.write({"window_start": start, "window_end": end})
        for start, end in ((0, 24), (22, 6), (18, 0), (0, 0.5)):
            campaign.write({"window_start": start, "window_end": end})

    def test_a_copy_keeps_the_hours(self):
        copy = self._create_campaign(**HOURS, sat=True).copy()
        self.assertTrue(copy.use_send_window and copy.sat)
        self.assertEqual(copy.window_tz, "Europe/Berlin")

    def test_fixed_while_it_is_sent(self):
        self._create_customers("a@x.example")
        campaign = self._listed(HOURS).with_user(self.user)
        for values in ({"window_end": 20}, {"sun": True}, {"use_send_window": False}):
            with self.assertRaisesRegex(UserError, "pause it"):
                campaign.write(values)
        campaign.action_pause()
        campaign.window_end = 20
        campaign.action_cancel()
        with self.assertRaisesRegex(UserError, "over"):
            campaign.window_end = 21

    def test_who_may_change_them(self):
        campaign = self._create_campaign()
        with self.assertRaises(AccessError):
            campaign.with_user(self.analyst).write(HOURS)
        stranger = self._create_user(
            "mmk_stranger", "marketing_base.group_user", self.other_company
        )
        theirs = campaign.with_user(stranger).with_context(allowed_company_ids=None)
        with self.assertRaises(AccessError):
            theirs.write(HOURS)
        campaign.with_user(self.user).write(HOURS)
        self.assertTrue(campaign.with_user(self.analyst).use_send_window)

    def test_progress_says_who_waits(self):
        self._create_customers("a@x.example", "b@x.example")
        campaign = self._listed(self._window(30, 120))
        self.assertFalse(campaign.get_progress()["waiting"])
        self._pump(campaign)
        reader = campaign.with_user(self.analyst)
        self.assertIn(
            "2 wait for their sending hours", reader.get_progress()["waiting"]
        )
        self._mark(campaign.recipient_ids[0], reason="deferred")
        self.assertIn("1 wait", reader.get_progress()["waiting"])
        campaign.action_pause()
        self.assertFalse(reader.get_progress()["waiting"])


@tagged("post_install", "-at_install")
class TestWindowChecks(WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers("anna@x.example", "ben@x.example")
        cls.customers.write({"tz": False, "country_id": False})

    def _find(self, campaign, key):
        with self._freeze_now(NOON):
            checks = campaign.with_user(self.user).get_checklist()
        found = [check for check in checks if check["key"] == key]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def test_nothing_to_say_without_hours(self):
        campaign = self._create_campaign()
        for key in ("window", "opening", "zones"):
            self.assertIsNone(self._find(campaign, key))
        campaign.write(dict.fromkeys(WEEKDAYS, False))
        self.assertIsNone(self._find(campaign, "window"))

    def test_no_weekday_blocks_every_way_to_start(self):
        campaign = self._create_campaign(**HOURS, **dict.fromkeys(WEEKDAYS, False))
        campaign.scheduled_date = self._at(hours=1)
        check = self._find(campaign, "window")
        self.assertEqual(check["level"], "blocking")
        self.assertIsNone(self._find(campaign, "opening"))
        for action in ("action_send_now", "action_schedule", "action_request_approval"):
            with self.assertRaisesRegex(UserError, "weekday"):
                getattr(campaign.with_user(self.user), action)()
        campaign.mon = True
        campaign.action_schedule()
        campaign.mon = False
        with self._freeze_now(campaign.scheduled_date):
            self.env["email.campaign"]._start_scheduled(campaign.id)
        self.assertEqual(campaign.status, "paused")
        self.assertIn("weekday", campaign.status_reason)

    def test_first_messages(self):
        campaign = self._create_campaign(**HOURS)
        check = self._find(campaign, "opening")
        self.assertEqual(check["level"], "ok")
        self.assertIn("on Mon, Tue, Wed, Thu, Fri from 9:00", check["text"])
        self.assertIn("leave at once", check["text"])
        campaign.scheduled_date = NOON.replace(hour=20)
        text = self._find(campaign, "opening")["text"]
        self.assertIn("11/23/2026 09:00:00 AM", text)
        self.assertIn("(Europe/Berlin)", text)
        campaign.write(dict.fromkeys(WEEKDAYS, True))
        self.assertIn("every day", self._find(campaign, "opening")["text"])

    def test_first_of_the_customers_clocks(self):
        campaign = self._create_campaign(**{**HOURS, "window_clock": "customer"})
        campaign.scheduled_date = NOON.replace(day=22)  # Sunday
        self.customers[0].tz = "Asia/Tokyo"
        self.assertIn("(Asia/Tokyo)", self._find(campaign, "opening")["text"])

    def test_customers_without_a_time_zone(self):
        campaign = self._create_campaign(**HOURS)
        self.assertIsNone(self._find(campaign, "zones"), "one clock for everybody")
        campaign.window_clock = "customer"
        check = self._find(campaign, "zones")
        self.assertEqual(check["level"], "warning")
        self.assertIn("2 of 2", check["text"])
        self.assertIn("Europe/Berlin", check["text"])
        more = self._create_customers("c@x.example", "d@x.example", "e@x.example")
        more.write({"tz": False, "country_id": self.env.ref("base.jp").id})
        check = self._find(campaign, "zones")
        self.assertEqual(check["level"], "ok")
        self.assertIn("2 of 5", check["text"])
        self.customers.write({"tz": "Asia/Tokyo"})
        self.assertIsNone(self._find(campaign, "zones"))

    def test_empty_or_broken_audience(self):
        campaign = self._create_campaign(**{**HOURS, "window_clock": "customer"})
        campaign.segment_ids = False
        self.assertIn("at once", self._find(campaign, "opening")["text"])
        nobody = self._create_segment("Nobody", [("order_count", ">=", 99)])
        campaign.segment_ids = [Command.set(nobody.ids)]
        self.assertIn("at once", self._find(campaign, "opening")["text"])

    def test_only_the_own_companys_customers_count(self):
        self._create_customers("zoe@x.example", company=self.other_company)
        campaign = self._create_campaign(**{**HOURS, "window_clock": "customer"})
        self.assertIn("2 of 2", self._find(campaign, "zones")["text"])

    @warmup
    def test_one_more_query_for_any_audience(self):
        campaign = self._create_campaign(**{**HOURS, "window_clock": "customer"})
        self._create_customers(*(f"n{i}@x.example" for i in range(30)))
        estimate = campaign._estimate_audience()
        self.env.flush_all()
        with self.assertQueryCount(3):
            campaign._list_opening_checks(estimate)
