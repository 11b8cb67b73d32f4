from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from .. import control, publisher
from .common import QueueCase

LOGGER = "odoo.addons.marketing_queue.publisher"


class TestPublish(QueueCase):
    def message(self, job, queue="score", countdown=None):
        dbname = self.env.cr.dbname
        return (publisher.TASK, (dbname, job.id), f"{queue}@{dbname}", countdown)

    def test_after_commit_and_not_before(self):
        with self.broker() as app:
            job = self.enqueue(queue="deliver")
            self.assertFalse(app.sent)
            self.env.cr.postcommit.run()
        self.assertEqual(app.sent, [self.message(job, "deliver")])

    def test_rollback_announces_nothing(self):
        with self.broker() as app:
            self.enqueue()
            self.env.cr.postcommit.clear()
            self.env.cr.postcommit.run()
        self.assertFalse(app.sent)

    def test_one_message_a_job(self):
        with self.broker() as app:
            jobs = [self.enqueue(key="k"), self.enqueue(key="k"), self.enqueue()]
            self.env.cr.postcommit.run()
        self.assertEqual(app.sent, [self.message(jobs[0]), self.message(jobs[2])])

    def test_existing_job_is_announced_again(self):
        job = self.enqueue(key="k")
        with self.broker() as app:
            self.enqueue(key="k")
            self.env.cr.postcommit.run()
        self.assertEqual(app.sent, [self.message(job)])

    def test_soon_due_by_countdown_later_by_sweeper(self):
        now = fields.Datetime.now()
        with self.broker() as app:
            self.enqueue(run_at=now + timedelta(seconds=40))
            self.enqueue(run_at=now + timedelta(hours=1))
            self.enqueue(run_at=now - timedelta(hours=1))
            self.env.cr.postcommit.run()
        countdowns = [countdown for *_start, countdown in app.sent]
        self.assertEqual(len(countdowns), 2)
        self.assertAlmostEqual(countdowns[0], 40, delta=5)
        self.assertIsNone(countdowns[1])

    def test_broker_down_never_raises_and_is_asked_once(self):
        with self.broker(OSError("refused")) as app:
            jobs = [self.enqueue(), self.enqueue()]
            with self.assertLogs(LOGGER, "WARNING") as logs:
                self.env.cr.postcommit.run()
            self.enqueue()
            self.env.cr.postcommit.run()
            self.assertFalse(publisher.is_available())
        self.assertEqual(app.attempts, 1)
        self.assertEqual(len(logs.output), 1)
        self.assertEqual({job.state for job in jobs}, {"pending"})

    def test_broker_is_asked_again_after_the_silence(self):
        with self.broker(OSError("refused")) as app:
            with self.assertLogs(LOGGER, "WARNING"):
                publisher.publish("db", [(1, "score", 0)])
            app.error = None
            self.assertEqual(publisher.publish("db", [(1, "score", 0)]), 0)
            publisher._silent_until -= publisher.SILENCE + 1
            self.assertEqual(publisher.publish("db", [(1, "score", 0)]), 1)

    def test_without_a_broker_nothing_is_sent(self):
        with patch.object(publisher, "_get_app", side_effect=AssertionError):
            self.enqueue()
            self.env.cr.postcommit.run()
            self.assertEqual(publisher.publish("db", [(1, "score", 0)]), 0)
            self.assertEqual(publisher.room("db", "score"), 0)

    def test_with_a_broker_the_cron_is_not_triggered(self):
        trigger = self.env["ir.cron.trigger"]
        before = trigger.search_count([])
        with self.broker():
            self.enqueue()
        self.assertEqual(trigger.search_count([]), before)

    def test_retry_and_next_slice_are_announced(self):
        job = self.enqueue(kind="pump")
        with self.broker() as app:
            for delay, countdown in ((0, None), (20, 20)):
                self.set_columns(job, state="pending", started_at=False)
                started = control.start(self.env.cr, job.id)
                control.succeed(self.env.cr, started, delay)
                self.env.cr.postcommit.run()
                self.set_columns(job, run_at=fields.Datetime.now())
                self.assertEqual(app.sent.pop(), self.message(job, "score", countdown))

    def test_end_of_a_job_calls_those_of_its_key(self):
        job = self.enqueue(key="k", kind="pump")
        started = control.start(self.env.cr, job.id)
        follower = self.enqueue(key="k", kind="pump")
        with self.broker() as app:
            control.succeed(self.env.cr, started, None)
            self.env.cr.postcommit.run()
        self.assertEqual(app.sent, [self.message(follower)])

    def test_room_without_an_answer(self):
        with self.broker(), self.assertLogs(LOGGER, "WARNING"):
            # The fake application has no connection to count messages on.
            self.assertEqual(publisher.room("db", "score"), 0)
