from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..models import marketing_job_execution
from .common import QueueCase

LOGGER = "odoo.addons.marketing_queue.models.marketing_job_execution"


class TestRunPending(QueueCase):
    def setUp(self):
        super().setUp()
        waiting = self.Job.search([("state", "=", "pending")])
        self.set_columns(waiting, state="cancelled")
        self.sleep = self.startPatcher(
            patch.object(marketing_job_execution.time, "sleep")
        )

    def run_pending(self, seconds=50):
        with self.enter_registry_test_mode():
            self.Job._run_pending(seconds)
        self.Job.invalidate_model()

    def test_oldest_first(self):
        now = fields.Datetime.now()
        for minutes in (1, 3, 2):
            self.enqueue({"n": minutes}, run_at=now - timedelta(minutes=minutes))
        self.run_pending()
        self.assertEqual(self.calls, [{"n": 3}, {"n": 2}, {"n": 1}])

    def test_a_failing_job_stops_nobody_else(self):
        bad = self.enqueue({"surprise": 1})
        self.set_work(lambda model, n: self.calls.append(n))
        self.enqueue({"n": 1})
        with self.assertLogs(LOGGER, "WARNING"):
            self.run_pending()
        self.assertEqual((self.calls, bad.state), ([1], "pending"))

    def test_pump_runs_until_it_is_finished(self):
        answers = [True, True, None]
        self.set_work(lambda model: answers.pop(0))
        job = self.enqueue(kind="pump")
        self.run_pending()
        self.assertEqual((answers, job.state), ([], "done"))

    def test_no_time_no_work(self):
        self.enqueue()
        self.run_pending(seconds=0)
        self.assertFalse(self.calls)

    def test_later_jobs_are_not_waited_for(self):
        self.enqueue(run_at=fields.Datetime.now() + timedelta(minutes=1))
        self.run_pending()
        self.assertFalse(self.calls)
        self.sleep.assert_not_called()

    def test_nearly_due_jobs_are_waited_for(self):
        job = self.enqueue(run_at=fields.Datetime.now() + timedelta(seconds=4))
        early = fields.Datetime.now() - timedelta(seconds=1)
        self.sleep.side_effect = lambda wait: self.set_columns(job, run_at=early)
        self.run_pending()
        self.assertEqual(len(self.calls), 1)
        self.assertLessEqual(self.sleep.call_args.args[0], 5)

    def test_refused_job_is_tried_once(self):
        job = self.enqueue()
        self.set_columns(job, started_at=fields.Datetime.now() + timedelta(minutes=1))
        self.enqueue({"n": 2})
        self.run_pending()
        self.assertEqual((self.calls, job.state), ([{"n": 2}], "pending"))
