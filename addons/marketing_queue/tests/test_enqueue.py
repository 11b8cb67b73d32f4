from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from ..models.marketing_job_enqueue import MAX_SLOTS
from .common import QueueCase


class TestEnqueue(QueueCase):
    def test_row(self):
        job = self.enqueue({"ids": [1, 2], "name": "Zoë"}, queue="deliver")
        self.assertEqual(job.state, "pending")
        self.assertEqual(job.payload, {"ids": [1, 2], "name": "Zoë"})
        self.assertEqual(
            (job.model, job.method, job.queue, job.kind, job.attempts),
            ("res.partner", "_test_work", "deliver", "transactional", 0),
        )
        self.assertEqual(job.max_attempts, 5)
        self.assertEqual(job.create_uid, self.env.user)
        self.assertLessEqual(job.run_at, fields.Datetime.now() + timedelta(seconds=1))

    def test_orm_finds_the_row(self):
        job = self.enqueue(key="one")
        self.assertEqual(self.Job.search([("key", "=", "one")]), job)

    def test_key_is_queued_once(self):
        first = self.enqueue({"number": 1}, key="profile:7")
        second = self.enqueue({"number": 2}, key="profile:7")
        self.assertEqual(first, second)
        self.assertEqual(second.payload, {"number": 1})

    def test_other_keys_and_no_key_are_other_jobs(self):
        jobs = [self.enqueue(key=key) for key in ("a", "b", None, None, "", "")]
        self.assertEqual(len(set(jobs)), 6)

    def test_key_is_free_after_the_end(self):
        for state in ("done", "failed", "cancelled"):
            job = self.enqueue(key="again")
            self.set_columns(job, state=state)
            self.assertNotEqual(self.enqueue(key="again"), job, state)
            self.set_columns(self.Job.search([("key", "=", "again")]), state="done")

    def test_running_pump_gets_one_follower(self):
        running = self.enqueue(key="pump", kind="pump")
        self.set_columns(running, state="running")
        follower = self.enqueue(key="pump", kind="pump")
        self.assertNotEqual(follower, running)
        self.assertEqual(self.enqueue(key="pump", kind="pump"), follower)

    def test_job_may_queue_its_own_key(self):
        self.set_work(lambda model, **payload: followers.append(self.enqueue(key="k")))
        followers = []
        job = self.enqueue(key="k")
        self.assertTrue(job._run())
        self.assertEqual((job.state, followers[0].state), ("done", "pending"))
        self.assertNotEqual(followers[0], job)
        self.assertEqual(self.enqueue(key="k"), followers[0])

    def test_too_many_starting_jobs_of_a_key(self):
        for slot in range(MAX_SLOTS):
            job = self.enqueue(key=f"slot:{slot}")
            self.set_columns(job, key="crowd", slot=slot)
        taken = patch.object(self.registry["marketing.job"], "_share_waiting")
        with taken as share, self.assertRaisesRegex(RuntimeError, "crowd"):
            share.return_value = None
            self.enqueue(key="crowd")

    def test_sooner_wins(self):
        later = fields.Datetime.now() + timedelta(hours=2)
        job = self.enqueue(key="due", run_at=later)
        self.assertEqual(job.run_at, later)
        soon = fields.Datetime.now() + timedelta(hours=1)
        self.assertEqual(self.enqueue(key="due", run_at=soon).run_at, soon)
        self.enqueue(key="due", run_at=later)
        self.assertEqual(job.run_at, soon)
        self.enqueue(key="due")
        self.assertLess(job.run_at, soon)

    def test_everybody_may_queue(self):
        user = new_test_user(self.env, "queue_plain", "base.group_user")
        job = self.Job.with_user(user)._enqueue("res.partner", "_test_work")
        self.assertEqual((job.state, job.create_uid), ("pending", user))

    def test_refused_calls(self):
        for model, method in (
            ("res.nothing", "_test_work"),
            ("res.partner", "unlink"),
            ("res.partner", "__class__"),
            ("res.partner", "_no_such_method"),
            ("res.partner", "_name"),
        ):
            with self.assertRaises(ValueError, msg=method):
                self.Job._enqueue(model, method)

    def test_refused_options(self):
        for options in ({"kind": "magic"}, {"queue": "fast"}):
            with self.assertRaises(ValueError, msg=str(options)):
                self.enqueue(**options)

    def test_refused_payloads(self):
        for payload in (
            [1],
            {"partner": self.env.user.partner_id},
            {"day": fields.Date.today()},
            {1: "x"},
            {"nested": {"deep": [object()]}},
            {"number": float("nan")},
            {"number": [float("inf")]},
            {"text": "a\0b"},
            {"a\0b": 1},
        ):
            with self.assertRaises(ValueError, msg=repr(payload)):
                self.enqueue(payload)
        self.assertFalse(self.Job.search([("method", "=", "_test_work")]))

    def test_embedded_runner_is_woken_once(self):
        cron = self.env.ref("marketing_queue.ir_cron_run_jobs")
        trigger = self.env["ir.cron.trigger"]
        before = trigger.search_count([("cron_id", "=", cron.id)])
        later = fields.Datetime.now() + timedelta(hours=1)
        self.env.cr.precommit.data.clear()
        for run_at in (None, None, later, later):
            self.enqueue(run_at=run_at)
        self.assertEqual(trigger.search_count([("cron_id", "=", cron.id)]), before + 2)
