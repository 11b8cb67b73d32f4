from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .. import control
from .common import QueueCase

LOGGER = "odoo.addons.marketing_queue.models.marketing_job_execution"


class TestRun(QueueCase):
    def test_work_gets_the_payload(self):
        job = self.enqueue({"a": 1, "b": [2]})
        self.assertTrue(job._run())
        self.assertEqual(self.calls, [{"a": 1, "b": [2]}])
        self.assertEqual(job.state, "done")
        self.assertTrue(job.finished_at)

    def test_second_delivery_does_nothing(self):
        job = self.enqueue()
        self.assertEqual([job._run() for _delivery in range(4)], [True] + [False] * 3)
        self.assertEqual(len(self.calls), 1)

    def test_only_waiting_jobs_run(self):
        for state in ("running", "done", "failed", "cancelled"):
            job = self.enqueue()
            self.set_columns(job, state=state)
            self.assertFalse(job._run(), state)
        self.assertFalse(self.calls)

    def test_work_runs_as_superuser_without_context(self):
        seen = []
        self.set_work(lambda model: seen.append((model.env.uid, model.env.context)))
        user = new_test_user(self.env, "queue_runner", "base.group_user")
        job = self.enqueue().with_user(user).with_context(lang="xx", force_send=True)
        job._run()
        self.assertEqual(seen, [(SUPERUSER_ID, {})])

    def test_pump_that_wants_more_keeps_waiting(self):
        answers = [True, 30, None]
        self.set_work(lambda model: answers.pop(0))
        job = self.enqueue(kind="pump")
        states = [job._run() and job.state for _slice in range(3)]
        self.assertEqual(states, ["pending", "pending", "done"])


class TestExecute(QueueCase):
    def test_success(self):
        job = self.enqueue({"x": 1})
        self.assertTrue(self.execute(job))
        self.assertEqual((job.state, job.attempts), ("done", 1))
        self.assertEqual(self.calls, [{"x": 1}])
        self.assertFalse(self.execute(job))
        self.assertEqual((len(self.calls), job.attempts), (1, 1))

    def test_not_before_it_is_due(self):
        job = self.enqueue(run_at=fields.Datetime.now() + timedelta(minutes=5))
        self.assertFalse(self.execute(job))
        self.assertEqual((job.state, job.attempts), ("pending", 0))

    def test_unknown_id(self):
        with self.enter_registry_test_mode():
            self.assertFalse(self.Job._execute(2**31 - 1))

    def fail_once(self, job, final=False):
        self.set_columns(job, run_at=fields.Datetime.now() - timedelta(seconds=9))
        with self.assertLogs(LOGGER, "ERROR" if final else "WARNING"):
            self.assertTrue(self.execute(job))

    def test_failure_is_rolled_back_and_retried_later(self):
        def work(model):
            model.create({"name": "half done"})
            raise ArithmeticError("no \0 luck")

        self.set_work(work)
        job = self.enqueue()
        self.fail_once(job)
        self.assertEqual((job.state, job.attempts), ("pending", 1))
        self.assertIn("ArithmeticError: no \N{SYMBOL FOR NULL} luck", job.error)
        self.assertFalse(job.started_at)
        self.assertGreater(job.run_at, fields.Datetime.now() + timedelta(seconds=9))
        self.assertFalse(self.env["res.partner"].search([("name", "=", "half done")]))

    def test_failed_after_all_attempts(self):
        self.set_work(lambda model: 1 / 0)
        for kind in ("transactional", "pump"):
            job = self.enqueue(kind=kind)
            for attempt in range(1, 6):
                self.fail_once(job, final=attempt == 5)
                self.assertEqual(job.attempts, attempt)
            self.assertEqual(job.state, "failed", kind)
            self.assertIn("ZeroDivisionError", job.error)
            self.assertTrue(job.finished_at)
            self.assertFalse(self.execute(job))

    def test_success_clears_the_error(self):
        job = self.enqueue()
        self.set_columns(job, error="old", attempts=2)
        self.execute(job)
        self.assertEqual((job.state, job.error), ("done", False))

    def test_uninstalled_model_fails_with_its_name(self):
        job = self.enqueue()
        self.set_columns(job, model="gone.model")
        self.fail_once(job)
        self.assertIn("gone.model", job.error)

    @mute_logger("odoo.service.model")
    def test_serialization_failure_is_repeated_at_once(self):
        tries = []

        def work(model):
            tries.append(1)
            if len(tries) < 3:
                raise ConcurrencyError

        self.set_work(work)
        job = self.enqueue()
        with patch("odoo.service.model.time.sleep"):
            self.execute(job)
        self.assertEqual((job.state, job.attempts, len(tries)), ("done", 1, 3))

    def test_just_started_job_is_left_alone(self):
        job = self.enqueue()
        self.set_columns(job, started_at=fields.Datetime.now())
        self.assertFalse(self.execute(job))
        past = fields.Datetime.now() - timedelta(seconds=control.START_PAUSE + 2)
        self.set_columns(job, started_at=past)
        self.assertTrue(self.execute(job))

    def test_job_that_kills_its_process_fails_in_the_end(self):
        job = self.enqueue()
        past = fields.Datetime.now() - timedelta(minutes=1)
        self.set_columns(job, started_at=past, attempts=5)
        self.fail_once(job, final=True)
        self.assertEqual(job.state, "failed")
        self.assertIn("died", job.error)
        self.assertFalse(self.calls)

    def test_claim_lost_gives_the_attempt_back(self):
        job = self.enqueue()
        with patch.object(self.registry["marketing.job"], "_claim", lambda job: False):
            self.assertFalse(self.execute(job))
        self.assertEqual((job.attempts, job.started_at), (0, False))

    def test_backoff_grows_with_jitter_and_a_cap(self):
        for attempts, seconds in ((1, 15), (2, 60), (3, 240), (4, 960), (9, 3600)):
            delays = {control.backoff(attempts) for _draw in range(50)}
            self.assertGreater(len(delays), 1)
            self.assertGreaterEqual(min(delays), seconds * 0.75)
            self.assertLessEqual(max(delays), seconds * 1.25)
