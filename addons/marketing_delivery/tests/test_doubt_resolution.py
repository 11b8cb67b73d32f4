from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sender import doubt
from ..sender import feedback as kinds
from .feedback_common import FeedbackMixin
from .sender_common import SenderCase

TOKEN = "33333333-3333-3333-3333-333333333333"
ACTIONS = ("action_mark_sent", "action_mark_not_sent", "action_send_again")


@tagged("post_install", "-at_install")
class TestDoubtResolution(FeedbackMixin, SenderCase):
    """A manager ends the doubt: once, on the record, and the provider knows better."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add("a@x.example", "b@x.example", "c@x.example")
        cls.campaign.audience_size = 3
        cls.lost = fields.Datetime.now() - timedelta(hours=2)
        cls.manager = cls._create_user("mm_doubt_manager", "manager")

    def setUp(self):
        super().setUp()
        self._set(
            self.rows,
            "in_doubt",
            reason="no_answer",
            doubted_at=self.lost,
            counted_at=self.lost,
            lease_token=TOKEN,
            provider_id=self.provider.id,
            attempt=1,
        )

    def _press(self, action, rows=None, user=None):
        rows = self.rows if rows is None else rows
        answer = getattr(rows.with_user(user or self.manager), action)()
        self.env.flush_all()
        self.env.invalidate_all()
        return answer["params"]

    def _entries(self, campaign=None):
        return self.env["marketing.audit.log"].search(
            [
                ("event", "=", "doubt_resolved"),
                ("res_id", "=", (campaign or self.campaign).id),
            ]
        )

    def _count_queued(self):
        return len(self.campaign.recipient_ids.filtered(lambda r: r.state == "queued"))

    # === SENT, NOT SENT ===#

    def test_mark_as_sent(self):
        params = self._press("action_mark_sent", self.rows[:2])
        self.assertEqual(self.rows.mapped("state"), ["sent", "sent", "in_doubt"])
        self.assertEqual(set(self.rows[:2].mapped("reason")), {"by_person"})
        self.assertEqual(set(self.rows[:2].mapped("sent_at")), {self.lost})
        self.assertEqual(set(self.rows.mapped("counted_at")), {self.lost})
        self.assertIn("as sent: 2", params["message"])
        self.assertEqual(
            self._events(),
            [("email_sent", f"sent:{row.send_key}") for row in self.rows[:2]],
        )

    def test_mark_as_not_sent_frees_the_frequency_cap(self):
        self._press("action_mark_not_sent", self.rows[0])
        self.assertEqual(self.rows[0].state, "failed")
        self.assertEqual(self.rows[0].reason, "by_person")
        self.assertFalse(self.rows[0].counted_at)
        self.assertFalse(self.rows[0].sent_at)
        self.assertEqual(
            self._events(), [("email_failed", f"failed:{self.rows[0].send_key}")]
        )

    def test_doubt_without_a_time_gets_one(self):
        self._set(self.rows[0], "in_doubt", doubted_at=None)
        self._press("action_mark_sent", self.rows[0])
        self.assertTrue(self.rows[0].sent_at)

    def test_it_is_entered_and_told(self):
        self._press("action_mark_sent", self.rows[:2])
        entry = self._entries()
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.user_id, self.manager.id)
        self.assertEqual(entry.changes["state"], ["in_doubt", "sent"])
        self.assertEqual(entry.changes["recipient_ids"], [None, self.rows[:2].ids])
        self.assertNotIn("x.example", str(entry.changes))
        body = self.campaign.message_ids[0].body
        self.assertIn(self.manager.name, body)
        self.assertIn("as sent: 2", body)

    def test_a_second_click_changes_nothing(self):
        for first in ACTIONS:
            for second in ACTIONS:
                with self.subTest(first=first, second=second):
                    self.setUp()
                    self._press(first, self.rows[0])
                    states = self.rows.mapped("state"), len(self._entries())
                    count = len(self.campaign.recipient_ids)
                    params = self._press(second, self.rows[0])
                    self.assertEqual(params["type"], "warning")
                    self.assertIn("Not in doubt any more: 1", params["message"])
                    self.assertEqual(
                        (self.rows.mapped("state"), len(self._entries())), states
                    )
                    self.assertEqual(len(self.campaign.recipient_ids), count)

    def test_only_what_is_in_doubt(self):
        self._set(self.rows[0], "queued")
        self._set(self.rows[1], "sent", reason=None)
        self._press("action_mark_not_sent")
        self.assertEqual(self.rows.mapped("state"), ["queued", "sent", "failed"])

    def test_the_provider_knows_better_before_and_after(self):
        self._tell(kinds.DELIVERED, self.rows[0])
        self._press("action_mark_not_sent", self.rows[:2])
        self.assertEqual(self.rows[:2].mapped("state"), ["sent", "failed"])
        self._tell(kinds.DELIVERED, self.rows[1])
        self.assertEqual(self.rows[1].state, "sent")
        self.assertFalse(self.rows[1].reason)
        self._press("action_mark_sent", self.rows[2])
        self._tell(kinds.DELIVERED, self.rows[2])
        sent = [name for name, _key in self._events() if name == "email_sent"]
        self.assertEqual(len(sent), 3, "each is told once")

    def test_what_a_person_decided_is_not_queued_again(self):
        self._press("action_mark_not_sent", self.rows[0])
        self._press("action_send_again", self.rows[1])
        self.env.cr.execute("UPDATE campaign_recipient SET doubted_at = '2020-01-01'")
        for hours in (1, 7, 13, 19):
            self.env["delivery.webhook"].create(
                {
                    "provider_id": self.provider.id,
                    "received_at": fields.Datetime.to_datetime("2020-01-01")
                    + timedelta(hours=hours),
                    "state": "processed",
                    "receipt_count": 1,
                }
            )
        self.env.flush_all()
        numbers = doubt.requeue_silent(self.env.cr, ["smtp"])
        self.assertEqual(numbers, {self.campaign.id: 1}, "the third one only")

    # === AGAIN ===#

    def test_send_again_is_a_further_step(self):
        self._set(
            self.rows[0],
            "in_doubt",
            step_key="2026-05-01",
            variant="B",
            priority=3,
            propensity=0.95,
            not_before="2026-05-01 10:00:00",
        )
        self._press("action_send_again", self.rows[0])
        new = self.campaign.recipient_ids - self.rows
        old = self.rows[0]
        self.assertEqual((old.state, old.reason), ("failed", "sent_again"))
        self.assertEqual(new.step_key, "2026-05-01~again1")
        self.assertEqual(new.state, "queued")
        self.assertNotEqual(new.send_key, old.send_key)
        for name in self.env["campaign.recipient"]._get_columns_taken_over():
            self.assertEqual(new[name], old[name], name)
        self.assertFalse(new.not_before or new.doubted_at or new.provider_id)
        self.assertEqual(new.attempt, 0)
        self.assertEqual(self._entries().changes["state"], ["in_doubt", "sent_again"])

    def test_each_time_another_step(self):
        self._press("action_send_again", self.rows[0])
        new = self.campaign.recipient_ids - self.rows
        self._set(new, "in_doubt", doubted_at=self.lost)
        self._press("action_send_again", new)
        steps = set((self.campaign.recipient_ids - self.rows).mapped("step_key"))
        self.assertEqual(steps, {"~again1", "~again2"})

    def test_it_leaves_once_and_the_sum_holds(self):
        self._press("action_send_again", self.rows[:2])
        self.assertEqual(self.campaign.audience_size, 5)
        self.assertFalse(self.campaign._check_state_sum())
        self._pump()
        self.assertEqual(self._count_queued(), 0)
        self.assertEqual(self.rows.mapped("state"), ["failed", "failed", "in_doubt"])
        new = self.campaign.recipient_ids - self.rows
        self.assertEqual(new.mapped("state"), ["sent", "sent"], "no cap in the way")
        self.assertEqual(self.campaign.status, "completed")
        self.assertFalse(self.campaign.status_reason)

    def test_it_asks_for_consent_like_any_other(self):
        consent = self.env["email.subscription.preference"]
        key = self.rows[0].address_key
        consent._opt_out(self.company.id, "email", key, source="test")
        self._press("action_send_again", self.rows[0])
        self._pump()
        new = self.campaign.recipient_ids - self.rows
        self.assertEqual(new.state, "skipped")

    def test_a_campaign_that_was_over_goes_on(self):
        self.campaign.write({"status": "completed", "end_date": self.lost})
        self._press("action_send_again", self.rows[0])
        self.assertEqual(self.campaign.status, "running")
        self.assertFalse(self.campaign.end_date)
        jobs = self.env["marketing.job"].search(
            [("key", "=", f"deliver:{self.campaign.id}:0")]
        )
        self.assertTrue(jobs)

    def test_a_paused_campaign_stays_paused(self):
        self.campaign.status = "paused"
        self._press("action_send_again", self.rows[0])
        self.assertEqual(self.campaign.status, "paused")
        self.assertEqual(self._count_queued(), 1)

    def test_a_cancelled_campaign_sends_nothing_again(self):
        self.campaign.status = "cancelled"
        with self.assertRaisesRegex(UserError, "is Cancelled: it sends nothing"):
            self._press("action_send_again", self.rows[0])
        self.assertEqual(set(self.rows.mapped("state")), {"in_doubt"})
        self._press("action_mark_not_sent", self.rows[0])
        self.assertEqual(self.rows[0].state, "failed")

    def test_an_audience_that_was_never_recorded_stays_so(self):
        self.campaign.audience_size = 0
        self._press("action_send_again", self.rows[0])
        self.assertEqual(self.campaign.audience_size, 0)

    def test_an_address_that_was_erased_is_not_sent_to(self):
        self._set(self.rows[0], "in_doubt", email_address=None)
        with self.assertRaisesRegex(UserError, "erased"):
            self._press("action_send_again", self.rows[:2])
        self.assertEqual(set(self.rows.mapped("state")), {"in_doubt"})

    def test_several_campaigns_each_with_its_entry(self):
        other = self._create_campaign(self.company, name="Other")
        row = self._add("z@x.example", campaign=other)
        self._set(row, "in_doubt", doubted_at=self.lost)
        self._press("action_send_again", self.rows | row)
        self.assertEqual(len(self._entries()), 1)
        self.assertEqual(len(self._entries(other)), 1)
        self.assertEqual(self.campaign.audience_size, 6)

    def test_the_number_of_queries_does_not_grow(self):
        def measure(rows, action):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._press(action, rows)
            return self.env.cr.sql_log_count - before

        many = self._add(*(f"m{n}@x.example" for n in range(60)), consent=False)
        self._set(many, "in_doubt", doubted_at=self.lost)
        self._press("action_mark_sent", self.rows[2])  # warms caches
        for action in ACTIONS[1:]:
            few = measure(self.rows[0], action)
            self.setUp()
            self.assertLessEqual(measure(many[:30], action), few + 3, action)
            many = many[30:]

    # === RIGHTS ===#

    def test_managers_only(self):
        for group in ("user", "analyst", "compliance"):
            user = self._create_user(f"mm_doubt_{group}", group)
            for action in ACTIONS:
                with self.subTest(group=group, action=action):
                    with self.assertRaises(AccessError):
                        self._press(action, user=user)
        self.assertEqual(set(self.rows.mapped("state")), {"in_doubt"})
        self.assertFalse(self._entries())

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_managers_of_this_company_only(self):
        stranger = self._create_user(
            "mm_doubt_stranger", "manager", company=self.other_company
        )
        for action in (*ACTIONS, "action_check_doubt"):
            with self.assertRaises(AccessError):
                self._press(action, user=stranger)
        self.assertEqual(set(self.rows.mapped("state")), {"in_doubt"})
