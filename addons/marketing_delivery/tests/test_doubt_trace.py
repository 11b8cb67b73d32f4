from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .feedback_common import FeedbackMixin
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestDoubtTrace(FeedbackMixin, SenderCase):
    """What is said about a message in doubt: never more than is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.row = cls._add("a@x.example")
        cls.user = cls._create_user("mm_trace_user", "user")
        cls.provider.name = "Relay One"

    def setUp(self):
        super().setUp()
        self._doubt(hours=2)
        self._receipts(["smtp"])  # stands for a type whose webhook tells of each

    def _doubt(self, hours, rows=None):
        self.lost = fields.Datetime.now() - timedelta(hours=hours)
        rows = rows or self.row
        self._set(rows, "in_doubt", doubted_at=self.lost, provider_id=self.provider.id)

    def _receipts(self, types):
        model = type(self.env["delivery.provider"])
        self.patch(model, "_get_receipt_types", lambda self: types)

    def _receive(self, hours, state="processed"):
        self.env["delivery.webhook"].create(
            {
                "provider_id": self.provider.id,
                "received_at": self.lost + timedelta(hours=hours),
                "state": state,
            }
        )

    def _note(self):
        self.env.invalidate_all()
        return self.row.with_user(self.user).doubt_note

    def test_without_receipts_it_cannot_be_known(self):
        self._receipts([])
        self.assertIn("Relay One gives no receipts", self._note())
        self.assertIn(f"X-SK: {self.row.send_key}", self._note())

    def test_without_a_provider(self):
        self._set(self.row, "in_doubt", provider_id=None)
        self.assertIn("deleted", self._note())

    def test_an_open_or_a_click_shows_that_it_arrived(self):
        for name in ("opened_at", "clicked_at"):
            self._set(self.row, "in_doubt", **{name: fields.Datetime.now()})
            self.assertIn("It arrived", self._note())
            self._set(self.row, "in_doubt", **{name: None})

    def test_silence_of_the_whole_webhook(self):
        self._receive(-1)
        self.assertIn("nothing at all since then", self._note())

    def test_it_tells_of_others_only(self):
        self._receive(1)
        self.assertIn("has not told of this one", self._note())
        self.assertIn("sent again by itself", self._note())

    def test_what_is_not_read_yet_may_tell(self):
        for state in ("stored", "failed"):
            self._receive(1, state)
        self.assertIn("2 webhooks of Relay One", self._note())

    def test_a_day_that_proved_nothing(self):
        self._doubt(hours=30)
        self._receive(1)
        self.assertIn("that proves nothing", self._note())

    def test_no_doubt_no_note(self):
        self._set(self.row, "sent")
        self.assertFalse(self._note())

    def test_another_provider_s_webhooks_say_nothing(self):
        other = self._create_provider()
        self.env["delivery.webhook"].create({"provider_id": other.id})
        self.assertIn("nothing at all", self._note())

    def test_check_reads_what_is_stored_and_says_it(self):
        self._receipts([])
        jobs = self.env["marketing.job"].sudo()
        jobs.search([("key", "=", "delivery.webhook")]).unlink()
        params = self.row.with_user(self.user).action_check_doubt()["params"]
        self.assertIn("gives no receipts", params["message"])
        self.assertEqual(jobs.search_count([("key", "=", "delivery.webhook")]), 1)
        self._set(self.row, "sent")
        params = self.row.with_user(self.user).action_check_doubt()["params"]
        self.assertEqual(params["message"], "Not in doubt any more: 1.")

    def test_one_look_at_the_webhooks_for_a_page(self):
        rows = self._add(*(f"m{n}@x.example" for n in range(40)), consent=False)
        self._doubt(1, rows)
        rows.with_user(self.user).mapped("doubt_note")  # warms caches
        counts = []
        for number in (2, 40):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(
                all(rows[:number].with_user(self.user).mapped("doubt_note"))
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
