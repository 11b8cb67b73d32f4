from contextlib import suppress
from datetime import timedelta

from odoo import fields
from odoo.tools import mute_logger

from .. import control
from ..models.marketing_job_sweep import DIED
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

    def _die(self, job, work):
        """Run the pump in a process that dies within it; then the sweeper finds out."""

        class Killed(BaseException):
            pass

        def work_and_die(model):
            work(model)
            raise Killed

        self.set_work(work_and_die)
        # not assertRaises: its savepoint would undo what was committed before
        with suppress(Killed):
            self.execute(job)
            self.fail("The process lives.")
        job.invalidate_recordset()
        past = fields.Datetime.now() - timedelta(minutes=1)
        self.set_columns(job, lease_until=past)
        with self.enter_registry_test_mode():
            self.Job._recover_pumps()
        job.invalidate_recordset()
        self.set_columns(job, run_at=past)

    def test_a_pump_that_moves_forward_is_not_given_up(self):
        job = self.enqueue(kind="pump")
        for _kill in range(3 * job.max_attempts):
            self._die(job, lambda model: model.env["marketing.job"]._note_progress())
            self.assertEqual((job.state, job.error), ("pending", DIED))
            self.assertEqual(job.attempts, 1)

    def test_a_pump_that_only_dies_is_given_up(self):
        job = self.enqueue(kind="pump")
        for kill in range(1, job.max_attempts):
            self._die(job, lambda model: None)
            self.assertEqual((job.state, job.attempts), ("pending", kill))
        self._die(job, lambda model: None)
        self.assertEqual((job.state, job.error), ("failed", DIED))

    @mute_logger("odoo.addons.marketing_queue.models.marketing_job_execution")
    def test_an_error_after_progress_is_a_first_one(self):
        def work(model):
            model.env["marketing.job"]._note_progress()
            raise ValueError("after some work")

        job = self.enqueue(kind="pump")
        self.set_columns(job, attempts=job.max_attempts - 1)
        self.set_work(work)
        self.execute(job)
        self.assertEqual((job.state, job.attempts), ("pending", 1))

    def test_progress_of_no_pump(self):
        self.Job._note_progress()
        self.set_work(lambda model: model.env["marketing.job"]._note_progress())
        job = self.enqueue()
        self.execute(job)
        self.assertEqual(job.state, "done")
