from datetime import timedelta

from odoo import fields

from .. import control
from .common import QueueCase


class TestPump(QueueCase):
    def test_lease_while_it_runs(self):
        seen = []

        def work(model):
            seen.append(model.env["marketing.job"].browse(job.id).read()[0])

        self.set_work(work)
        job = self.enqueue(kind="pump")
        self.execute(job)
        (row,) = seen
        self.assertEqual(row["state"], "running")
        self.assertTrue(row["lease_token"])
        left = row["lease_until"] - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds(), control.LEASE_SECONDS, delta=10)
        self.assertEqual((job.state, job.lease_token), ("done", False))

    def test_answers(self):
        for answer, state, delay in (
            (None, "done", None),
            (False, "done", None),
            (True, "pending", 0),
            (0, "pending", 0),
            (90.5, "pending", 90.5),
            (-3, "pending", 0),
        ):
            self.set_work(lambda model, answer=answer: answer)
            job = self.enqueue(kind="pump")
            self.set_columns(job, attempts=3, error="old")
            self.execute(job)
            self.assertEqual((job.state, job.error), (state, False), answer)
            if delay is not None:
                wait = (job.run_at - fields.Datetime.now()).total_seconds()
                self.assertAlmostEqual(wait, delay, delta=5)
                self.assertEqual((job.attempts, job.started_at), (0, False))

    def test_late_process_changes_nothing(self):
        def work(model):
            model.env["marketing.job"].browse(job.id).lease_token = "somebody else"
            return True

        self.set_work(work)
        job = self.enqueue(kind="pump")
        self.execute(job)
        self.assertEqual((job.state, job.lease_token), ("running", "somebody else"))

    def test_cancelled_while_it_runs(self):
        def work(model):
            model.env["marketing.job"].browse(job.id).action_cancel()
            return True

        self.set_work(work)
        job = self.enqueue(kind="pump")
        self.execute(job)
        self.assertEqual(job.state, "cancelled")

    def test_follower_takes_over(self):
        self.set_work(lambda model: [followers.append(queue()), 60][1])
        followers = []

        def queue():
            return self.enqueue(key="campaign:1", kind="pump").id

        job = self.enqueue(key="campaign:1", kind="pump")
        self.execute(job)
        self.assertEqual(job.state, "done")
        follower = self.Job.browse(followers)
        self.assertEqual(follower.state, "pending")
        self.assertNotEqual(follower, job)

    def test_one_pump_of_a_key_at_a_time(self):
        now = fields.Datetime.now()
        running = self.enqueue(key="campaign:2", kind="pump")
        lease = now + timedelta(minutes=2)
        self.set_columns(running, state="running", lease_until=lease)
        follower = self.enqueue(key="campaign:2", kind="pump")
        self.assertFalse(self.execute(follower))
        self.set_columns(running, lease_until=now - timedelta(minutes=1))
        self.assertTrue(self.execute(follower))
