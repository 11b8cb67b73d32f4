from datetime import timedelta
from unittest.mock import patch

from psycopg2.extensions import (
    ISOLATION_LEVEL_READ_COMMITTED,
    ISOLATION_LEVEL_REPEATABLE_READ,
)

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .. import publisher
from ..isolation import read_committed
from ..models.marketing_job_sweep import DIED, MESSAGE_AGE
from .common import QueueCase


class TestSweep(QueueCase):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.set_columns(
            self.Job.search([("state", "in", ("pending", "running"))]),
            state="cancelled",
        )

    def sweep(self):
        with self.enter_registry_test_mode():
            self.Job._sweep()
        self.Job.invalidate_model()

    def make_expired(self, **columns):
        job = self.enqueue(key=columns.pop("key", None), kind="pump")
        columns.setdefault("lease_until", self.now - timedelta(minutes=1))
        columns.setdefault("attempts", 1)
        self.set_columns(job, state="running", lease_token="gone", **columns)
        return job

    def test_expired_pump_waits_again(self):
        job = self.make_expired()
        self.sweep()
        self.assertEqual((job.state, job.error), ("pending", DIED))
        self.assertFalse(job.lease_token)
        self.assertGreater(job.run_at, self.now)

    def test_pump_that_dies_each_time_fails(self):
        job = self.make_expired(attempts=5)
        self.sweep()
        self.assertEqual((job.state, job.error), ("failed", DIED))

    def test_expired_pump_with_a_follower(self):
        job = self.make_expired(key="k")
        follower = self.enqueue(key="k", kind="pump")
        self.sweep()
        self.assertEqual((job.state, follower.state), ("cancelled", "pending"))

    def test_leased_pump_is_left_alone(self):
        job = self.make_expired(lease_until=self.now + timedelta(minutes=1))
        self.sweep()
        self.assertEqual((job.state, job.lease_token), ("running", "gone"))

    def announced(self, room=publisher.TOP_UP):
        # The sweeps of upper addons may find work of their own meanwhile.
        known = set(self.Job.search([]).ids)
        with (
            self.broker() as app,
            patch.object(publisher, "room", lambda dbname, queue: room),
        ):
            self.sweep()
        told = [args[1] for _name, args, _queue, _countdown in app.sent]
        return [job_id for job_id in told if job_id in known]

    def test_only_lost_messages_are_repeated(self):
        old = self.now - timedelta(seconds=MESSAGE_AGE + 5)
        lost = self.enqueue()
        self.set_columns(lost, published_at=old)
        never = self.enqueue(queue="deliver")
        self.set_columns(never, published_at=False)
        self.enqueue()
        later, done = self.enqueue(), self.enqueue()
        tomorrow = self.now + timedelta(days=1)
        self.set_columns(later, run_at=tomorrow, published_at=old)
        self.set_columns(done, state="done", published_at=old)
        self.assertEqual(self.announced(), [never.id, lost.id])
        self.assertFalse(self.announced(), "they have been announced just now")

    def test_full_queue_gets_no_more(self):
        jobs = [self.enqueue() for _number in range(3)]
        for job in jobs:
            self.set_columns(job, published_at=False)
        self.assertFalse(self.announced(room=0))
        self.assertEqual(self.announced(room=2), [job.id for job in jobs[:2]])

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("marketing_queue.ir_cron_run_jobs").method_direct_trigger()
        self.Job.invalidate_model()

    def test_cron_runs_jobs_without_a_broker(self):
        job = self.enqueue({"n": 1})
        self.run_cron()
        self.assertEqual((self.calls, job.state), ([{"n": 1}], "done"))

    def test_cron_leaves_jobs_to_the_workers(self):
        job = self.enqueue()
        with self.broker(), patch.object(publisher, "room", lambda *_args: 0):
            self.run_cron()
        self.assertEqual((self.calls, job.state), ([], "pending"))

    @mute_logger("odoo.addons.marketing_queue.publisher")
    def test_cron_runs_jobs_when_the_broker_is_down(self):
        job = self.enqueue()
        with self.broker(OSError("down")):
            self.run_cron()
        self.assertEqual(job.state, "done")

    def test_upper_addons_extend_the_sweep(self):
        seen = []
        with patch.object(
            self.registry["marketing.job"], "_sweep", lambda job: seen.append(1)
        ):
            self.run_cron()
        self.assertEqual(seen, [1])


@tagged("post_install", "-at_install")
class TestIsolation(TransactionCase):
    def level(self, cr):
        cr.execute("SHOW transaction_isolation")
        return cr.fetchone()[0]

    def test_own_cursor(self):
        with self.registry.cursor() as cr:
            read_committed(cr)
            self.assertEqual(self.level(cr), "read committed")
            self.assertEqual(
                cr.connection.isolation_level, ISOLATION_LEVEL_READ_COMMITTED
            )

    def test_level_does_not_outlive_the_cursor(self):
        with self.registry.cursor() as cr:
            read_committed(cr)
        with self.registry.cursor() as cr:
            self.assertEqual(
                cr.connection.isolation_level, ISOLATION_LEVEL_REPEATABLE_READ
            )
            self.assertEqual(self.level(cr), "repeatable read")

    def test_open_transaction_is_refused(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1")
            with self.assertRaises(RuntimeError):
                read_committed(cr)

    def test_test_cursor_is_left_alone(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            read_committed(cr)
            self.assertEqual(self.level(cr), "repeatable read")
