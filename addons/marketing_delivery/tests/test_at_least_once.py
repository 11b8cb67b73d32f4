from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sender import doubt, settings
from ..sender import feedback as kinds
from ..sender.adapter import UNKNOWN, Outcome
from .feedback_common import FeedbackMixin
from .sender_common import FakeAdapter, SenderCase

LOST = Outcome(UNKNOWN, "closed", "CONTENT")


@tagged("post_install", "-at_install")
class TestAtLeastOnce(FeedbackMixin, SenderCase):
    """Transactional messages that rather arrive twice than never."""

    def setUp(self):
        super().setUp()
        self.campaign.write({"is_transactional": True, "at_least_once": True})
        self.row = self._add("a@x.example")

    def _lose(self):
        """Send; the answer is lost. Return the message as it left."""
        adapter = FakeAdapter({"a@x.example": LOST})
        self._set(self.row, self.row.state, not_before=None)
        self._pump(adapter)
        return adapter.messages[0]

    def _repeat(self):
        self.env.flush_all()
        numbers = doubt.repeat_lost(self.env.cr)
        self.env.invalidate_all()
        return numbers

    def test_only_transactional_messages_may(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.campaign.write({"is_transactional": False, "at_least_once": True})
            self.env.flush_all()

    def test_it_is_off_by_default(self):
        campaign = self._create_campaign(self.company, is_transactional=True)
        self.assertFalse(campaign.at_least_once)
        row = self._add("b@x.example", campaign=campaign)
        self._pump(FakeAdapter({"b@x.example": LOST}), campaign=campaign)
        self.assertEqual(self._repeat(), {})
        self.assertEqual(row.state, "in_doubt")

    def test_a_lost_one_leaves_again_as_the_same_message(self):
        first = self._lose()
        self.assertEqual((self.row.state, self.campaign.status), ("in_doubt",) + DONE)
        with self.enter_registry_test_mode():
            self.env["marketing.job"]._sweep()
        self.env.invalidate_all()
        self.assertEqual((self.row.state, self.row.reason), ("queued", "answer_lost"))
        self.assertEqual(self.campaign.status, "running")
        self.assertGreater(self.row.not_before, fields.Datetime.now())
        second = self._lose()
        self.assertEqual(_get_name(first), _get_name(second))
        self._repeat()
        self._set(self.row, "queued", not_before=None)
        self.campaign.status = "running"
        self._pump()
        self.assertEqual((self.row.state, self.row.resend_count), ("sent", 2))
        self.assertEqual(
            [kind for kind, _id in self._events()], ["email_in_doubt", "email_sent"]
        )

    def test_it_ends(self):
        for attempt in range(1, settings.MAX_ATTEMPTS):
            self._set(self.row, "in_doubt", reason="no_answer", attempt=attempt)
            self.assertEqual(self._repeat(), {self.campaign.id: 1})
            wait = self.row.not_before - fields.Datetime.now()
            wanted = settings.RETRY * 2 ** (attempt - 1)
            self.assertAlmostEqual(wait.total_seconds(), wanted, delta=20)
        self._set(
            self.row, "in_doubt", reason="no_answer", attempt=settings.MAX_ATTEMPTS
        )
        self.assertEqual(self._repeat(), {}, "now a person decides")

    def test_what_arrived_is_not_sent_again(self):
        for sign in ("traced_at", "opened_at", "machine_opened_at", "clicked_at"):
            self._set(self.row, "in_doubt", reason="no_answer", attempt=1)
            self._set(self.row, "in_doubt", **{sign: fields.Datetime.now()})
            self.assertEqual(self._repeat(), {}, sign)
            self._set(self.row, "in_doubt", **{sign: None})
        self.assertEqual(self._repeat(), {self.campaign.id: 1})

    def test_a_sign_that_comes_while_it_waits_ends_it(self):
        self._lose()
        self._repeat()
        self._tell(kinds.DELIVERED, self.row)
        self.assertEqual(self.row.state, "sent")

    def test_a_pause_and_a_cancellation_win(self):
        for status in ("paused", "cancelled"):
            self._set(self.row, "in_doubt", reason="no_answer", attempt=1)
            self.campaign.status = status
            self.assertEqual(self._repeat(), {}, status)

    def test_the_stop_list_wins(self):
        self._lose()
        self._repeat()
        self.env["mail.blacklist"]._add("a@x.example")
        self._set(self.row, "queued", not_before=None)
        self.campaign.status = "running"
        self._pump()
        self.assertEqual((self.row.state, self.row.reason), ("skipped", "blacklisted"))

    def test_what_a_person_decided_stays(self):
        self._set(self.row, "failed", reason="by_person", attempt=1)
        self.assertEqual(self._repeat(), {})

    def test_marketing_is_never_repeated(self):
        """Not even when the flag was set past the constraint's intention."""
        self.campaign.write({"at_least_once": False, "is_transactional": False})
        self._set(self.row, "in_doubt", reason="no_answer", attempt=1)
        self.assertEqual(self._repeat(), {})


DONE = ("completed",)


def _get_name(message):
    [name] = [
        line
        for line in message.data.split(b"\r\n")
        if line.lower().startswith(b"message-id:")
    ]
    return name
