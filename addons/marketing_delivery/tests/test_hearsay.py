from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sender import feedback as kinds
from ..sender.feedback import Feedback
from ..sender.hearsay import MEMORY
from ..sender.pacing_sql import FIRST_PAUSE, STREAK
from .sender_common import FakeAdapter
from .test_pacing import PacingCase


@tagged("post_install", "-at_install")
class TestHearsay(PacingCase):
    """Webhooks and notices tell that a mailbox provider puts messages off."""

    def setUp(self):
        super().setUp()
        self.rows = self._add(*self._addresses(2 * STREAK + 4))
        self.told = 0

    def _tell(self, kind, rows, minutes=0):
        moment = fields.Datetime.now() - timedelta(minutes=minutes)
        feedbacks = []
        for row in rows:
            self.told += 1
            event_id = f"{kind}-{self.told}"
            feedbacks.append(Feedback(kind, row.send_key, event_id, moment))
        self.env.flush_all()
        self.env["delivery.feedback"]._record(self.provider, feedbacks)

    def _rest(self):
        """Return for how long the mailbox provider gets nothing, in seconds."""
        until = self._pace().paused_until
        return self._seconds(until) if until else 0

    def _age(self, seconds):
        """Let time pass."""
        self.env.cr.execute(
            """UPDATE delivery_mailbox_pace
                  SET told_at = told_at - make_interval(secs => %(age)s),
                      told_until = told_until - make_interval(secs => %(age)s),
                      paused_until = paused_until - make_interval(secs => %(age)s)""",
            {"age": seconds},
        )

    def test_deferrals_make_a_rest(self):
        self._tell(kinds.DEFERRED, self.rows[: STREAK - 1])
        self.assertEqual(self._rest(), 0)
        self._tell(kinds.DEFERRED, self.rows[STREAK - 1])
        self.assertAlmostEqual(self._rest(), FIRST_PAUSE, delta=5)
        self.assertIn("Big", self.provider.status_detail)
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertFalse(adapter.messages)
        self.assertEqual(set(self.rows.mapped("reason")), {"mailbox_pace"})

    def test_each_further_one_is_twice_as_long(self):
        for level in range(4):
            self._tell(kinds.DEFERRED, self.rows[:STREAK])
            self.assertAlmostEqual(self._rest(), FIRST_PAUSE * 2**level, delta=5)
            self._age(FIRST_PAUSE * 2**level + 1)

    def test_what_the_provider_takes_does_not_end_it(self):
        """It takes everything at once, whatever the mailbox provider says later."""
        self._tell(kinds.DEFERRED, self.rows[:STREAK])
        self.pacing.learn([(address, False) for address in self._addresses(5)])
        self.assertAlmostEqual(self._rest(), FIRST_PAUSE, delta=5)
        # nor when the sender was refused itself and is heard again
        self.pacing.learn([(address, True) for address in self._addresses(1)])
        self.pacing.learn([(address, False) for address in self._addresses(1)])
        self.assertAlmostEqual(self._rest(), FIRST_PAUSE, delta=5)

    def test_deliveries_end_it(self):
        self._tell(kinds.DEFERRED, self.rows[:STREAK])
        self._tell(kinds.DELIVERED, self.rows[STREAK : STREAK + 2])
        self.assertEqual(self._rest(), 0)
        self._tell(kinds.DEFERRED, self.rows[:STREAK])
        self.assertAlmostEqual(self._rest(), FIRST_PAUSE, delta=5)

    def test_a_rest_of_the_sender_s_own_stays(self):
        for _time in range(STREAK):
            self.pacing.learn([(address, True) for address in self._addresses(1)])
        rest = self._rest()
        self.assertGreater(rest, 0)
        self._tell(kinds.DELIVERED, self.rows[:2])
        self.assertAlmostEqual(self._rest(), rest, delta=5)

    def test_the_majority_counts(self):
        both = [
            *(Feedback(kinds.DEFERRED, r.send_key, f"d{r.id}") for r in self.rows[:6]),
            Feedback(kinds.DELIVERED, self.rows[7].send_key, "delivered"),
        ]
        self.env["delivery.feedback"]._record(self.provider, both)
        self.assertGreater(self._rest(), 0)

    def test_old_news_and_news_told_twice_are_none(self):
        self._tell(kinds.DEFERRED, self.rows[:STREAK], minutes=40)
        self.assertEqual(self._rest(), 0)
        again = [Feedback(kinds.DEFERRED, self.rows[0].send_key, "one")]
        for _time in range(STREAK):
            self.env["delivery.feedback"]._record(self.provider, again)
        self.assertEqual(self._rest(), 0)
        self._age(MEMORY + 1)
        self._tell(kinds.DEFERRED, self.rows[1:STREAK])
        self.assertEqual(self._rest(), 0, "the first is forgotten")

    def test_other_mailbox_providers_go_on(self):
        other = self._add("a@small.example")
        self._tell(kinds.DEFERRED, self.rows[:STREAK])
        adapter = FakeAdapter()
        self._pump(adapter)
        self.assertEqual(
            [message.address for message in adapter.messages], ["a@small.example"]
        )
        self.assertEqual(other.state, "sent")

    def test_a_person_ends_it(self):
        self._tell(kinds.DEFERRED, self.rows[:STREAK])
        self._pace().action_end_rest()
        self.assertEqual(self._rest(), 0)
        self.pacing.learn([(address, False) for address in self._addresses(1)])
        self.assertEqual(self._rest(), 0)
