from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sender import outbox, pacing, pacing_sql
from ..sender.adapter import TRANSIENT, Outcome
from .sender_common import FakeAdapter, SenderCase

BUSY = Outcome(TRANSIENT, "452 4.2.2 slow down", "RCPT", bounce_type="soft")


class PacingCase(SenderCase):
    """Big is a mailbox provider with two domains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = cls.env["delivery.mailbox"].create(
            {"name": "Big", "domains": "big.example, BIG.co.example"}
        )
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.pacing = self._prepare()

    def _prepare(self):
        groups = pacing.prepare(self.env.cr, self.provider.id, self.company.id)
        return pacing.Pacing(self.env.cr, self.provider.id, groups)

    def _cap(self, **caps):
        self.mailbox.write({f"cap_per_{name}": value for name, value in caps.items()})
        self.env.flush_all()

    def _pace(self):
        self.env.invalidate_all()
        return self.mailbox.pace_ids.filtered(lambda p: p.provider_id == self.provider)

    def _seconds(self, moment):
        return (moment - outbox.read_now(self.env.cr)).total_seconds()

    def _addresses(self, number, domain="big.example"):
        return [f"c{n}@{domain}" for n in range(number)]


@tagged("post_install", "-at_install")
class TestPacing(PacingCase):
    def test_a_limit_a_minute(self):
        self._cap(minute=3)
        self._add(*self._addresses(5), *self._addresses(2, "small.example"))
        adapter = FakeAdapter()
        wait = self._pump(adapter)
        addresses = [message.address for message in adapter.messages]
        self.assertEqual(sum(a.endswith("big.example") for a in addresses), 3)
        self.assertEqual(sum(a.endswith("small.example") for a in addresses), 2)
        self.assertTrue(1 <= wait <= 60, "the others leave in the next minute")
        waiting = self.campaign.recipient_ids.filtered(lambda r: r.state == "queued")
        self.assertEqual(set(waiting.mapped("reason")), {"mailbox_pace"})

    def test_what_is_over_is_spread_over_the_windows_to_come(self):
        self._cap(hour=2)
        rows = self._add(*self._addresses(7))
        self._pump()
        hours = sorted(
            self._seconds(row.not_before) // 3600
            for row in rows
            if row.state == "queued"
        )
        first = hours[0]
        self.assertEqual([h - first for h in hours], [0, 0, 1, 1, 2])

    def test_both_domains_share_the_limit(self):
        self._cap(day=2)
        self._add("a@big.example", "b@big.co.example", "c@big.co.example")
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertEqual(len(adapter.messages), 2)

    def test_each_provider_has_its_own_counters(self):
        self._cap(day=1)
        self._add(*self._addresses(2))
        self._pump()
        other = self._create_provider(name="Other")
        self.campaign.provider_id = other
        self.env.cr.execute("UPDATE campaign_recipient SET not_before = NULL")
        self._pump()
        self.assertEqual(set(self._states().values()), {"sent"})

    def test_what_is_refused_costs_nothing(self):
        self._cap(day=2)
        self._add(*(f"no{n}@big.example" for n in range(5)), consent=False)
        self._add(*self._addresses(2))
        self._pump()
        self.assertEqual(self._pace().day_now, 2)
        self.assertEqual(sorted(self._states().values()).count("sent"), 2)

    def test_three_deferrals_bring_a_rest(self):
        addresses = self._addresses(14)
        rows = self._add(*addresses, "other@small.example")
        outcomes = dict.fromkeys(addresses[:3], BUSY)
        outcomes.update(dict.fromkeys(addresses[3:], BUSY))
        adapter = FakeAdapter(outcomes)
        self._pump(adapter)
        tried = [m.address for m in adapter.messages if "big" in m.address]
        self.assertEqual(len(tried), 10, "one batch, then they rest")
        self.assertEqual(self._states()["other@small.example"], "sent")
        pace = self._pace()
        self.assertTrue(pace.is_paused)
        self.assertTrue(50 < self._seconds(pace.paused_until) <= 60)
        late = rows.filtered(lambda row: row.reason == "mailbox_pace")
        self.assertEqual(len(late), 4)
        self.assertEqual(self.mailbox.paused_until, pace.paused_until)

    def test_rests_grow_and_end_with_an_acceptance(self):
        lengths = []
        for _rest in range(8):
            self.pacing.learn([("a@big.example", True)] * 3)
            lengths.append(round(self._seconds(self._pace().paused_until), -1))
        self.assertEqual(lengths[:4], [60, 120, 240, 480])
        self.assertEqual(lengths[-1], pacing_sql.LONGEST_PAUSE)
        self.pacing.learn([("a@big.example", False)])
        pace = self._pace()
        self.assertFalse(pace.paused_until)
        self.assertEqual((pace.level, pace.streak), (0, 0))

    def test_two_deferrals_and_an_acceptance_are_no_reason(self):
        self.pacing.learn([("a@big.example", True)] * 2)
        self.pacing.learn([("a@big.example", False)])
        self.pacing.learn([("a@big.example", True)] * 2)
        self.assertFalse(self._pace().paused_until)

    def test_a_message_put_off_for_its_content_says_nothing_about_the_address(self):
        outcome = Outcome(TRANSIENT, "451 greylisted", "CONTENT")
        addresses = self._addresses(4)
        self._add(*addresses)
        self._pump(FakeAdapter(dict.fromkeys(addresses, outcome)))
        self.assertEqual(self._pace().streak, 0)

    def test_a_person_ends_the_rest(self):
        self.pacing.learn([("a@big.example", True)] * 3)
        admin = self._create_user("pace_admin", "administrator")
        self._pace().with_user(admin).action_end_rest()
        self.env.flush_all()
        self.assertFalse(self._pace().is_paused)
        self._add("a@big.example")
        self.assertIsNone(self._pump())

    def test_a_rest_that_is_over(self):
        self.pacing.learn([("a@big.example", True)] * 3)
        self.env.cr.execute(
            "UPDATE delivery_mailbox_pace SET paused_until = paused_until - %s",
            [timedelta(minutes=2)],
        )
        self._add("a@big.example")
        self.assertIsNone(self._pump())

    def test_a_group_of_the_company_wins_over_a_shared_one(self):
        own = self.env["delivery.mailbox"].create(
            {"name": "Own", "domains": "big.example", "company_id": self.company.id}
        )
        self.env.flush_all()
        self.assertEqual(self._prepare().find_group("A@Big.example"), own.id)
        groups = pacing.prepare(self.env.cr, self.provider.id, self.other_company.id)
        self.assertEqual(groups["big.example"], self.mailbox.id)

    def test_unknown_domains_cost_no_statement(self):
        rows = self._add(*self._addresses(3, "small.example"))
        with self.assertQueryCount(0):
            self.assertEqual(self.pacing.find_waits(rows), {})
            self.pacing.learn([("a@small.example", False)])
            self.pacing.give_back([])


@tagged("post_install", "-at_install")
class TestMailboxProvider(PacingCase):
    def test_domains_are_written_in_one_way(self):
        self.assertEqual(self.mailbox.domains, "big.example big.co.example")
        self.mailbox.domains = "b.example;a.example\nB.example"
        self.assertEqual(self.mailbox.domains, "b.example a.example")
        self.mailbox.domains = "Bücher.example. b.example"
        self.assertEqual(self.mailbox.domains, "xn--bcher-kva.example b.example")

    def test_what_is_no_domain(self):
        for text in ("big", "a@big.example", "big .example", "-a.example", ","):
            with self.assertRaisesRegex(ValidationError, "domains"):
                self.mailbox.domains = text

    def test_a_domain_belongs_to_one_group(self):
        other = self.env["delivery.mailbox"].create(
            {"name": "Other", "domains": "new.example"}
        )
        with self.assertRaisesRegex(ValidationError, "belong to Big already"):
            other.domains = "new.example big.example"
        other.domains = "new.example"
        self.mailbox.active = False
        other.domains = "new.example big.example"

    def test_a_negative_limit(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.mailbox.cap_per_hour = -1
            self.env.flush_all()

    def test_big_ones_are_known(self):
        groups = pacing.prepare(self.env.cr, self.provider.id, self.company.id)
        names = {
            self.env["delivery.mailbox"].browse(groups[domain]).name
            for domain in ("gmail.com", "outlook.com", "yahoo.com", "icloud.com")
        }
        self.assertEqual(names, {"Gmail", "Outlook", "Yahoo", "iCloud"})
