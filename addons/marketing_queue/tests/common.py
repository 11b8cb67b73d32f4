import os
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from .. import publisher


class FakeApp:
    """Stands for the Celery application: remembers messages, or has no broker."""

    def __init__(self, error=None):
        self.sent = []
        self.attempts = 0
        self.error = error

    def send_task(self, name, *, args, queue, countdown):
        self.attempts += 1
        if self.error:
            raise self.error
        self.sent.append((name, args, queue, countdown))


# The tables of the test database may have required columns of any addon.
@tagged("post_install", "-at_install")
class QueueCase(TransactionCase):
    """Jobs that call ``_test_work`` of `res.partner`, a method given by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Job = cls.env["marketing.job"]
        cls.startClassPatcher(
            patch.dict(os.environ, {"MARKETING_BROKER_URL": ""}),
        )
        cls.startClassPatcher(patch.object(publisher, "_silent_until", 0.0))

    def setUp(self):
        super().setUp()
        self.calls = []
        self.set_work(lambda model, **payload: self.calls.append(payload))

    def set_work(self, work):
        self.startPatcher(
            patch.object(self.registry["res.partner"], "_test_work", work, create=True)
        )

    def enqueue(self, payload=None, **options):
        return self.Job._enqueue("res.partner", "_test_work", payload, **options)

    def execute(self, job):
        """Run the job as a worker does, in own transactions."""
        with self.enter_registry_test_mode():
            started = self.Job._execute(job.id)
        job.invalidate_recordset()
        return started

    def set_columns(self, job, **columns):
        """Write what time or another process would have written."""
        job.env.flush_all()
        job.sudo().write(columns)
        job.flush_recordset()

    @contextmanager
    def broker(self, error=None):
        app = FakeApp(error)
        with (
            patch.dict(os.environ, {"MARKETING_BROKER_URL": "redis://broker.invalid"}),
            patch.object(publisher, "_get_app", lambda: app),
            patch.object(publisher, "_silent_until", 0.0),
        ):
            yield app
