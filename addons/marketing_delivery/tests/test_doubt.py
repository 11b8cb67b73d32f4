from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sender import doubt
from ..sender import feedback as kinds
from .feedback_common import FeedbackMixin
from .sender_common import SenderCase

TYPES = ["smtp"]  # any type that has receipts
TOKEN = "22222222-2222-2222-2222-222222222222"


@tagged("post_install", "-at_install")
class TestDoubt(FeedbackMixin, SenderCase):
    """When a lost message may go into the queue again: never too early."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._add("a@x.example", "b@x.example")
        cls.lost = fields.Datetime.now() - timedelta(hours=25)

    def setUp(self):
        super().setUp()
        self._set(
            self.rows,
            "in_doubt",
            reason="no_answer",
            doubted_at=self.lost,
            lease_token=TOKEN,
            provider_id=self.provider.id,
            attempt=1,
        )

    def _receive(self, hours, **values):
        return self.env["delivery.webhook"].create(
            {
                "provider_id": self.provider.id,
                "received_at": self.lost + timedelta(hours=hours),
                "state": "processed",
                "receipt_count": 3,
                **values,
            }
        )

    def _receive_all_day(self):
        return [self._receive(hours) for hours in (1, 7, 13, 19)]

    def _requeue(self, types=TYPES):
        self.env.flush_all()
        numbers = doubt.requeue_silent(self.env.cr, types)
        self.env.invalidate_all()
        return numbers

    def test_a_day_of_receipts_and_none_of_these(self):
        self._receive_all_day()
        self.assertEqual(self._requeue(), {self.campaign.id: 2})
        self.assertEqual(set(self.rows.mapped("state")), {"queued"})
        self.assertEqual(set(self.rows.mapped("reason")), {"no_trace"})
        self.assertEqual(set(self.rows.mapped("lease_token")), {False})
        self.assertEqual(self._requeue(), {})

    def test_not_before_a_day_is_over(self):
        self._receive_all_day()
        self._set(self.rows, "in_doubt", doubted_at=fields.Datetime.now())
        self.assertEqual(self._requeue(), {})

    def test_a_webhook_that_was_silent_for_hours_proves_nothing(self):
        webhooks = self._receive_all_day()
        for webhook in webhooks:
            webhook.receipt_count = 0  # opens only: not every message has one
            self.assertEqual(self._requeue(), {})
            webhook.receipt_count = 1
        webhooks[2].received_at = self.lost + timedelta(hours=1)
        self.assertEqual(self._requeue(), {})

    def test_what_is_not_read_yet_may_be_the_sign(self):
        self._receive_all_day()
        for state in ("stored", "failed"):
            waiting = self._receive(20, state=state)
            self.assertEqual(self._requeue(), {}, state)
            waiting.state = "processed"
        self.assertTrue(self._requeue())

    def test_another_provider_s_webhook_proves_nothing(self):
        for webhook in self._receive_all_day():
            webhook.provider_id = self._create_provider()
        self.assertEqual(self._requeue(), {})

    def test_a_sign_of_one_is_a_sign_of_all(self):
        self._receive_all_day()
        self._tell(kinds.DELIVERED, self.rows[0])
        self.assertEqual(self.rows[0].state, "sent")
        self.assertEqual(self._requeue(), {}, "their request had arrived")
        self.assertEqual(self.rows[1].state, "in_doubt")

    def test_only_types_with_receipts(self):
        self._receive_all_day()
        self.assertEqual(self._requeue(["other"]), {})
        self.assertEqual(self._requeue([]), {})
        self.assertNotIn("smtp", self.env["delivery.provider"]._get_receipt_types())

    def test_sweep_goes_on_with_a_campaign_that_was_over(self):
        self._receive_all_day()
        self.campaign.write({"status": "completed", "end_date": self.lost})
        self.env.flush_all()
        model = type(self.env["delivery.provider"])
        self.patch(model, "_get_receipt_types", lambda self: TYPES)
        with self.enter_registry_test_mode():
            self.env["marketing.job"]._sweep()
        self.env.invalidate_all()
        self.assertEqual(self.campaign.status, "running")
        bodies = " ".join(self.campaign.message_ids.mapped("body"))
        self.assertIn("2 messages are sent again", bodies)
        self._pump()
        self.assertEqual(set(self.rows.mapped("state")), {"sent"})
        self.assertEqual(set(self.rows.mapped("doubted_at")), {False})

    def test_a_late_sign_still_keeps_it_from_going_twice(self):
        self._receive_all_day()
        self._requeue()
        self._tell(kinds.DELIVERED, self.rows[0])
        self.assertEqual(self.rows.mapped("state"), ["sent", "queued"])
