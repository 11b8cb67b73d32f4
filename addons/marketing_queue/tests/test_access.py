from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from ..models.marketing_job import KEEP_DONE_DAYS
from .common import QueueCase


class TestAccess(QueueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = new_test_user(cls.env, "queue_plain", "base.group_user")
        cls.admin = new_test_user(cls.env, "queue_admin", "base.group_system")

    def test_plain_user_sees_and_changes_nothing(self):
        job = self.enqueue().with_user(self.plain)
        for forbidden in (
            lambda: self.Job.with_user(self.plain).search([]),
            lambda: job.read(["state"]),
            job.action_requeue,
            job.action_cancel,
            job.unlink,
            lambda: job.write({"max_attempts": 9}),
            lambda: job.create({"model": "res.users", "method": "_x"}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.models"):
                forbidden()

    def test_menu_and_action_are_for_administrators(self):
        menu = self.env.ref("marketing_queue.menu_marketing_job")
        for user, visible in ((self.plain, False), (self.admin, True)):
            found = menu.with_user(user)._filter_visible_menus()
            self.assertEqual(bool(found), visible, user.login)

    def test_administrator_cannot_change_what_runs(self):
        job = self.enqueue().with_user(self.admin)
        for values in (
            {"model": "res.users"},
            {"method": "_check_credentials"},
            {"payload": {}},
            {"state": "done"},
            {"max_attempts": 9, "run_at": fields.Datetime.now()},
        ):
            with self.assertRaises(AccessError, msg=str(values)):
                job.write(values)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            job.create({"model": "res.users", "method": "_x"})
        job.max_attempts = 9
        self.assertEqual(job.max_attempts, 9)

    def test_companies_make_no_difference(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.admin.company_ids = [Command.link(other.id)]
        job = self.enqueue()
        jobs = self.Job.with_user(self.admin).with_company(other)
        self.assertIn(job, jobs.search([]))

    def test_requeue(self):
        for state in ("failed", "cancelled"):
            job = self.enqueue().with_user(self.admin)
            self.set_columns(job, state=state, attempts=5, error="old")
            self.set_columns(job, started_at=fields.Datetime.now())
            self.assertTrue(job.action_requeue())
            self.assertEqual((job.state, job.attempts), ("pending", 0))
            self.assertEqual(job.error, "old", "kept until it has succeeded")
            self.assertTrue(self.execute(job))
            self.assertEqual(job.state, "done")

    def test_requeue_announces(self):
        job = self.enqueue()
        self.set_columns(job, state="failed")
        with self.broker() as app:
            job.action_requeue()
            self.env.cr.postcommit.run()
        self.assertEqual([args[1] for _n, args, _q, _c in app.sent], [job.id])

    def test_requeue_of_a_waiting_key(self):
        failed = self.enqueue(key="k")
        self.set_columns(failed, state="failed")
        self.enqueue(key="k")
        with self.assertRaisesRegex(UserError, "k is waiting"):
            failed.action_requeue()
        self.assertEqual(failed.state, "failed")

    def test_two_failed_jobs_of_a_key(self):
        jobs = self.Job
        for _number in range(2):
            job = self.enqueue(key="twice")
            self.set_columns(job, state="failed")
            jobs += job
        with self.assertRaises(UserError):
            jobs.action_requeue()

    def test_cancel(self):
        job = self.enqueue().with_user(self.admin)
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")
        self.assertFalse(self.execute(job))
        self.assertFalse(self.calls)

    def test_buttons_refuse_other_states(self):
        job = self.enqueue()
        with self.assertRaises(UserError):
            job.action_requeue()
        self.set_columns(job, state="done")
        for button in (job.action_requeue, job.action_cancel):
            with self.assertRaises(UserError):
                button()

    def test_form_opens(self):
        job = self.enqueue({"name": "Zoë"}).with_user(self.admin)
        with Form(job) as form:
            self.assertIn('"name": "Zoë"', form.payload_text)
            form.max_attempts = 7
        self.assertEqual(job.max_attempts, 7)

    @mute_logger("odoo.sql_db")
    def test_constraints(self):
        self.enqueue(key="k")
        twin = self.enqueue(key="other")
        with self.assertRaises(UniqueViolation):
            self.set_columns(twin, key="k")
        with self.assertRaises(CheckViolation):
            self.set_columns(twin, max_attempts=0)

    def test_old_jobs_are_deleted(self):
        old = fields.Datetime.now() - timedelta(days=KEEP_DONE_DAYS + 1)
        recent = fields.Datetime.now() - timedelta(days=KEEP_DONE_DAYS - 1)
        jobs = {}
        for state in ("done", "cancelled", "failed", "pending"):
            for moment in (old, recent):
                job = jobs[state, moment] = self.enqueue()
                self.set_columns(job, state=state, finished_at=moment)
        self.Job._gc_finished()
        gone = {key for key, job in jobs.items() if not job.exists()}
        self.assertEqual(gone, {("done", old), ("cancelled", old)})
