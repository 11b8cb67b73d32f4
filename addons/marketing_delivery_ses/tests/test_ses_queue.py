import json
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.marketing_delivery.sender import installation

from ..models import delivery_provider_ses_queue as model
from .ses_common import SesCase
from .sns_signer import ARN
from .test_ses_webhook import MODEL, SnsMixin

RECEIVE, DELETE = "AmazonSQS.ReceiveMessage", "AmazonSQS.DeleteMessageBatch"


@tagged("post_install", "-at_install")
class TestSesQueue(SnsMixin, SesCase):
    """Stored, committed, and only then deleted there."""

    def setUp(self):
        super().setUp()
        self.provider.ses_queue_url = self.peer.queue_url
        self._set(self.rows, "sent")

    def _read(self):
        with self.enter_registry_test_mode():
            wait = self.env["delivery.provider"]._pump_read_ses_queue(self.provider.id)
        self.env.invalidate_all()
        return wait

    def _put(self, *records, wrapped=True):
        for told in records:
            body = self.signer.notify(told).decode() if wrapped else json.dumps(told)
            self.peer.put(body)

    def test_from_the_queue_to_the_rows(self):
        self._put(*(self._told("Delivery", row, 5) for row in self.rows))
        self.assertEqual(self._read(), model.PAUSE)
        self.assertFalse(self.peer.queue, "deleted there")
        self.assertEqual(self.peer.requests[RECEIVE], 3, "tens, until it is empty")
        stored = self._stored()
        self.assertEqual(stored.mapped("is_from_queue"), [True, True])
        self._process()
        self._project()
        self.assertTrue(all(self.rows.mapped("delivered_at")))
        self.assertEqual(sum(self._stored().mapped("receipt_count")), 20)
        self.assertTrue(self.provider.ses_queue_read_at)

    def test_raw_records_and_both_ways_count_once(self):
        told = self._told("Delivery", self.rows[0])
        self._put(told, told)
        self._put(told, wrapped=False)
        self._read()
        self.env["delivery.webhook"]._store(self.provider, self.signer.notify(told))
        self._process()
        stored = self._stored()
        self.assertEqual(sum(stored.mapped("event_count")), 1)
        self.assertEqual(sum(stored.mapped("known_count")), 3)

    def test_stored_but_not_deleted_comes_again(self):
        """As after a kill between the commit and the deletion."""
        self._put(*(self._told("Delivery", row) for row in self.rows[:3]))
        with (
            patch(
                "odoo.addons.marketing_delivery_ses.sender.queue.Queue.delete"
            ) as gone,
            self.assertRaisesRegex(RuntimeError, "killed"),
        ):
            gone.side_effect = RuntimeError("killed")
            self._read()
        self.env.invalidate_all()
        self.assertEqual(len(self._stored()), 1)
        self.assertEqual(len(self.peer.queue), 3)
        self.peer.reappear()
        self._read()
        self._process()
        self.assertFalse(self.peer.queue)
        self.assertEqual(sum(self._stored().mapped("event_count")), 3)
        self.assertEqual(sum(self._stored().mapped("known_count")), 3)

    def test_nothing_is_deleted_that_was_not_stored(self):
        self._put(self._told("Delivery", self.rows[0]))
        store = "_store_ses_letters"
        broken = patch.object(self.env.registry["delivery.provider"], store)
        with broken as gone, self.assertRaisesRegex(RuntimeError, "disk"):
            gone.side_effect = RuntimeError("disk full")
            self._read()
        self.assertEqual(len(self.peer.queue), 1)
        self.assertEqual(self.peer.requests[DELETE], 0)

    @mute_logger(MODEL)
    def test_one_that_cannot_be_read_stays_alone(self):
        self._put(self._told("Delivery", self.rows[0]))
        self.peer.put("not json", '{"hello": "world"}', "[" * 50_000)
        self._put(self._told("Delivery", self.rows[1]))
        self._read()
        self.assertFalse(self.peer.queue, "they are kept here, with the reason")
        self._process()
        self.assertEqual(
            sorted(self._stored().mapped("state")), ["failed"] * 3 + ["processed"]
        )
        self.assertEqual(sum(self._stored().mapped("event_count")), 2)

    def test_another_topic_in_the_same_queue(self):
        other = self.signer.notify(
            self._told("Complaint", self.rows[0]), TopicArn=f"{ARN}2"
        )
        self.peer.put(other.decode())
        self._read()
        self._process()
        stored = self._stored()
        self.assertEqual((stored.state, stored.event_count), ("processed", 0))

    def test_what_is_wrong_is_told(self):
        for fault, words in (
            ((403, "AccessDeniedException"), "403 AccessDenied"),
            ((500, "InternalError"), "500"),
        ):
            self.peer.queue_fault = fault
            self.assertIsNone(self._read())
            self.assertIn(words, self.provider.ses_queue_error)
            action = self.provider.action_test_connection()
            self.assertEqual(action["params"]["type"], "danger")
            self.assertEqual(self.provider.state, "ok", "sending works")
            self.assertIn("cannot be read", self.provider.status_detail)
        self.peer.queue_fault = None
        self._put(self._told("Delivery", self.rows[0]))
        message = self.provider.action_test_connection()["params"]["message"]
        self.assertIn("Events in the queue: 1.", message)
        self._read()
        self.assertFalse(self.provider.ses_queue_error)
        self.peer.stop()
        self.assertIsNone(self._read())
        self.assertIn("refused", self.provider.ses_queue_error)

    def test_who_reads(self):
        """Neither an archived provider, nor a copy of this database."""
        self._put(self._told("Delivery", self.rows[0]))
        with patch.object(installation, "find_problem", lambda _cr: "copied"):
            self.assertIsNone(self._read())
        self.provider.active = False
        self.assertIsNone(self._read())
        self.env["delivery.provider"]._cron_read_ses_queues()
        jobs = self.env["marketing.job"].search(
            [("method", "=", "_pump_read_ses_queue"), ("state", "=", "pending")]
        )
        self.assertNotIn(self.provider.id, [j.payload["provider_id"] for j in jobs])
        self.assertEqual(self.peer.requests[RECEIVE], 0)
        self.provider.write({"active": True, "ses_queue_url": False})
        self.assertIsNone(self._read())
        self.assertEqual(len(self.peer.queue), 1)

    def test_one_reader_is_queued(self):
        for _minute in range(3):
            self.env["delivery.provider"]._cron_read_ses_queues()
        jobs = self.env["marketing.job"].search(
            [("key", "=", f"ses-queue:{self.provider.id}")]
        )
        self.assertEqual((len(jobs), jobs.kind), (1, "pump"))
