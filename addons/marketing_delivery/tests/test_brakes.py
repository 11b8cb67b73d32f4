from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from .. import brakes
from ..brakes import Counts, judge
from ..sender.adapter import PERMANENT, Outcome
from .sender_common import FakeAdapter, SenderCase

DELIVERY = "odoo.addons.marketing_delivery.models.email_campaign_delivery"


class TestJudging(BaseCase):
    def _judge(self, delivered, bounces=0, complaints=0, unsubscribes=0):
        trip = judge(Counts(1, delivered, bounces, complaints, unsubscribes))
        return trip and (trip.limit.cause, trip.limit.level)

    def test_a_clean_campaign(self):
        self.assertIsNone(self._judge(100_000, 500, 20, 200))

    def test_complaints_slow_and_then_stop(self):
        self.assertIsNone(self._judge(1000, complaints=2))
        self.assertEqual(self._judge(1000, complaints=3), ("complaints", "slow"))
        self.assertEqual(self._judge(1000, complaints=5), ("complaints", "stopped"))
        self.assertEqual(self._judge(100_000, complaints=120), ("complaints", "slow"))
        self.assertEqual(
            self._judge(100_000, complaints=280), ("complaints", "stopped")
        )

    def test_few_messages_prove_nothing(self):
        self.assertIsNone(self._judge(999, complaints=30))
        self.assertIsNone(self._judge(150, bounces=49))
        self.assertIsNone(self._judge(999, unsubscribes=50))

    def test_bounces_and_opt_outs_stop(self):
        self.assertEqual(self._judge(900, bounces=30), ("bounces", "stopped"))
        self.assertIsNone(self._judge(980, bounces=20))
        self.assertEqual(
            self._judge(2000, unsubscribes=15), ("unsubscribes", "stopped")
        )
        self.assertIsNone(self._judge(2000, unsubscribes=10))

    def test_the_worst_decides(self):
        found = self._judge(1000, bounces=100, complaints=3)
        self.assertEqual(found, ("bounces", "stopped"))

    def test_before_googles_ceiling(self):
        """Whatever its size, a campaign is braked before 0.3 % complain."""
        for number in (1000, 10_000, 20_000, 200_000):
            complaints = round(0.003 * number)
            cause, level = self._judge(number, complaints=complaints)
            self.assertEqual(cause, "complaints")
            self.assertEqual(level, "stopped" if number >= 20_000 else "slow")


class BrakeCase(SenderCase):
    """A campaign with 1,000 messages sent in the last hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("brake_manager", "manager")
        cls.marketer = cls._create_user("brake_user", "user")
        cls.campaign.flush_recordset()
        cls.env.cr.execute(
            "UPDATE email_campaign SET create_uid = %s WHERE id = %s",
            [cls.marketer.id, cls.campaign.id],
        )
        cls.env.invalidate_all()
        cls._send_many(1000)

    @classmethod
    def _send_many(cls, number, campaign=None):
        cls.env.cr.execute(
            """INSERT INTO campaign_recipient (company_id, campaign_id, provider_id,
                      address_key, state, sent_at)
               SELECT %s, %s, %s, md5(random()::text), 'sent',
                      (clock_timestamp() AT TIME ZONE 'UTC') - interval '1 hour'
                 FROM generate_series(1, %s)""",
            [
                cls.company.id,
                (campaign or cls.campaign).id,
                cls.provider.id,
                number,
            ],
        )
        cls.env.invalidate_all()

    def _mark(self, column, number):
        """Let so many messages more have an answer."""
        self.env.cr.execute(
            f"""UPDATE campaign_recipient SET {column} = now() AT TIME ZONE 'UTC'
                 WHERE id IN (SELECT id FROM campaign_recipient
                               WHERE campaign_id = %s AND state = 'sent'
                                 AND {column} IS NULL ORDER BY id DESC LIMIT %s)""",
            [self.campaign.id, number],
        )
        self.env.invalidate_all()

    def _pump(self, *arguments, **values):
        with mute_logger(DELIVERY):
            return super()._pump(*arguments, **values)

    def _activities(self):
        return self.campaign.activity_ids.filtered(
            lambda a: (
                a.activity_type_id.get_external_id()
                == "marketing_delivery.mail_activity_brake"
                or a.activity_type_id
                == self.env.ref("marketing_delivery.mail_activity_brake")
            )
        )


@tagged("post_install", "-at_install")
class TestBrakes(BrakeCase):
    def test_complaints_slow_it_down_and_warn(self):
        self._add("a@x.example")
        self._mark("complained_at", 3)
        self._pump()
        self.assertEqual(self.campaign.status, "completed")
        self.assertEqual(self.campaign.slow_per_hour, brakes.SLOW_PER_HOUR)
        self.assertEqual(self.campaign.brake_level, "slow")
        self.assertIn("3 of 1000", self.campaign.brake_reason)
        self.assertIn("0.1 %", self.campaign.message_ids[0].body)
        self.assertEqual(self._activities().user_id, self.marketer)

    def test_a_slow_campaign_keeps_to_its_rate(self):
        self._add(*(f"c{n}@x.example" for n in range(4)))
        self._mark("complained_at", 3)
        self.patch(brakes, "SLOW_PER_HOUR", 3)
        self.assertTrue(self._pump() > 1)
        states = [s for a, s in self._states().items() if a and "@x" in a]
        self.assertEqual(sorted(states), ["queued"] + ["sent"] * 3)
        self.assertIn("slowed down", self.campaign.status_reason)

    def test_more_complaints_stop_it(self):
        self._add("a@x.example")
        self._mark("complained_at", 5)
        adapter = FakeAdapter()
        self.assertIsNone(self._pump(adapter))
        self.assertFalse(adapter.messages)
        self.assertEqual(self.campaign.status, "paused")
        self.assertIn("0.25 %", self.campaign.status_reason)
        self.assertEqual(len(self._activities()), 1)

    def test_bounces_and_opt_outs_stop_it(self):
        for column, number in (("bounced_at", 30), ("unsubscribed_at", 10)):
            with self.subTest(column), self.env.cr.savepoint() as savepoint:
                self._add(f"{column}@x.example")
                self._mark(column, number)
                self._pump()
                self.assertEqual(self.campaign.status, "paused")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_is_older_than_a_day_does_not_count(self):
        self._add("a@x.example")
        self._mark("complained_at", 9)
        self.env.cr.execute(
            "UPDATE campaign_recipient SET sent_at = sent_at - interval '24 hours'"
            " WHERE sent_at IS NOT NULL"
        )
        self._pump()
        self.assertFalse(self.campaign.brake_level)

    def test_said_once(self):
        self._add("a@x.example")
        self._mark("complained_at", 3)
        self.campaign._judge_brakes()
        number = len(self.campaign.message_ids)
        self.campaign._judge_brakes()
        self.assertEqual(len(self.campaign.message_ids), number)
        self.assertEqual(len(self._activities()), 1)

    def test_slow_becomes_stopped_but_not_the_other_way(self):
        self._mark("complained_at", 3)
        self.campaign._judge_brakes()
        self._mark("complained_at", 3)
        with mute_logger(DELIVERY):
            self.assertFalse(self.campaign._judge_brakes())
        self.assertEqual(self.campaign.brake_level, "stopped")
        self.campaign._apply_brake(self.provider, "slow", "complaints", "less")
        self.assertEqual(self.campaign.brake_level, "stopped")

    def test_each_campaign_has_its_own_brake(self):
        other = self._create_campaign(self.company)
        self._add("a@x.example", campaign=other)
        self._mark("complained_at", 9)
        self.assertIsNone(self._pump(campaign=other))
        self.assertEqual(other.status, "completed")

    def test_refusals_in_a_row_stop_it(self):
        addresses = [f"c{n}@x.example" for n in range(70)]
        self._add(*addresses)
        refused = dict.fromkeys(addresses, Outcome(PERMANENT, "554 spam", "CONTENT"))
        adapter = FakeAdapter(refused)
        self._pump(adapter)
        self.assertEqual(len(adapter.messages), brakes.FAILURES_IN_A_ROW)
        self.assertEqual(self.campaign.status, "paused")
        self.assertIn("50 messages in a row", self.campaign.status_reason)

    def test_refusals_among_accepted_ones_do_not(self):
        addresses = [f"c{n}@x.example" for n in range(70)]
        self._add(*addresses)
        refused = dict.fromkeys(
            [a for n, a in enumerate(addresses) if n % 40],
            Outcome(PERMANENT, "554 spam", "CONTENT"),
        )
        self.assertIsNone(self._pump(FakeAdapter(refused)))
        self.assertEqual(self.campaign.status, "completed")


@tagged("post_install", "-at_install")
class TestLettingGo(BrakeCase):
    def setUp(self):
        super().setUp()
        self._add("a@x.example")
        self._mark("complained_at", 9)
        self._pump()
        self.assertEqual(self.campaign.status, "paused")

    def _release(self, user=None):
        self.campaign.with_user(user or self.manager).action_release_brakes()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_it_goes_on_and_is_not_stopped_by_the_same_messages(self):
        self._release()
        self.assertEqual(
            (self.campaign.status, self.campaign.slow_per_hour), ("running", 0)
        )
        self.assertIsNone(self._pump())
        self.assertEqual(self.campaign.status, "completed")
        self.assertEqual(self._states()["a@x.example"], "sent")

    def test_late_complaints_about_old_messages_do_not_stop_it_again(self):
        self._release()
        self._mark("complained_at", 50)
        self.assertTrue(self.campaign._judge_brakes())

    def test_new_messages_are_judged(self):
        self._release()
        self._send_many(1000)
        self.env.cr.execute(
            """UPDATE campaign_recipient
                  SET sent_at = (clock_timestamp() AT TIME ZONE 'UTC') + interval '1 s'
                WHERE complained_at IS NULL"""
        )
        self._mark("complained_at", 9)
        with mute_logger(DELIVERY):
            self.assertFalse(self.campaign._judge_brakes())

    def test_who_and_why_is_noted(self):
        self._release()
        entry = self.env["marketing.audit.log"].search(
            [("event", "=", "brake_released")], limit=1, order="id desc"
        )
        self.assertEqual(entry.user_id, self.manager.id)
        self.assertEqual(entry.res_id, self.campaign.id)
        self.assertIn("9 of 1000", entry.note)
        self.assertIn("brake_manager", self.campaign.message_ids[0].body)
        self.assertFalse(self._activities())
        self.assertEqual(self.campaign.brake_ids.released_by, self.manager)

    def test_only_a_manager(self):
        with self.assertRaisesRegex(AccessError, "manager"):
            self._release(self.marketer)
        analyst = self._create_user("brake_analyst", "analyst")
        with self.assertRaises(AccessError):
            self._release(analyst)
        stranger = self._create_user(
            "brake_stranger", "manager", company=self.other_company
        )
        with self.assertRaises(AccessError):
            self._release(stranger)

    def test_nothing_to_let_go(self):
        self._release()
        with self.assertRaisesRegex(UserError, "No brake"):
            self._release()

    def test_who_sees_brakes(self):
        for group, company, number in (
            ("analyst", self.company, 1),
            ("user", self.company, 1),
            ("compliance", self.company, 1),
            ("manager", self.other_company, 0),
        ):
            user = self._create_user(f"sees_{group}", group, company=company)
            found = self.env["delivery.brake"].with_user(user).search([])
            self.assertEqual(len(found & self.campaign.brake_ids), number, group)
            with self.assertRaises(AccessError):
                self.env["delivery.brake"].with_user(user).create(
                    {"campaign_id": self.campaign.id}
                )
        with self.assertRaises(AccessError):
            self.campaign.brake_ids.with_user(self.manager).level = "released"

    def test_resuming_is_not_letting_go(self):
        with self.assertRaisesRegex(UserError, "stopped by a brake"):
            self.campaign._check_brakes()

    def test_three_statements_to_judge(self):
        self.env.flush_all()
        self._release()
        with self.assertQueryCount(2):
            self.campaign._judge_brakes()
