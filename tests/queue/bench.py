"""Both sides of the tests: the process that queues jobs and the one that runs them."""

import contextlib
import os
from functools import partial

import redis
from worker_process import wait_for

import odoo.init  # Odoo's set-up comes first
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

EFFECT = "test.marketing.effect"


class Bench:
    """Queue jobs as a request does, and look at what became of them."""

    def __init__(self, configuration, database):
        config.parse_config(["-c", str(configuration), "-d", database])
        self.database = database
        self.registry = Registry(database)
        self.redis = redis.Redis.from_url(os.environ["MM_TEST_REDIS"])

    def close(self):
        self.redis.close()
        odoo.sql_db.close_all()

    def clear(self):
        self.redis.flushall()
        self.sql("DELETE FROM marketing_job")
        self.sql("DELETE FROM test_marketing_effect")

    @contextlib.contextmanager
    def env(self):
        """Commit on success, roll back on an exception."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def enqueue(self, method, *, env=None, key=None, kind="transactional", **payload):
        """Queue one job, in ``env`` or in a transaction of its own; return its id."""
        if env is None:
            with self.env() as own:
                return self.enqueue(method, env=own, key=key, kind=kind, **payload)
        job = env["marketing.job"]._enqueue(EFFECT, method, payload, key=key, kind=kind)
        return job.id

    def enqueue_in_request(self, method, **options):
        """Queue a job as a request does: repeated after serialization failures."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(partial(self.enqueue, method, env=env, **options), env)

    def sql(self, statement, *parameters):
        with self.registry.cursor() as cr:
            cr.execute(statement, parameters)
            return cr.fetchall() if cr.description else []

    def state(self, job_id):
        return self.sql("SELECT state FROM marketing_job WHERE id = %s", job_id)[0][0]

    def attempts(self, job_id):
        statement = "SELECT attempts FROM marketing_job WHERE id = %s"
        return self.sql(statement, job_id)[0][0]

    def is_started(self, job_id):
        statement = "SELECT started_at IS NOT NULL FROM marketing_job WHERE id = %s"
        return self.sql(statement, job_id)[0][0]

    def effects(self, name):
        statement = "SELECT count(*) FROM test_marketing_effect WHERE name = %s"
        return self.sql(statement, name)[0][0]

    def messages(self, queue="score"):
        return self.redis.llen(f"{queue}@{self.database}")

    def let_time_pass(self):
        """Make messages and leases older than they are."""
        self.sql(
            """
            UPDATE marketing_job SET published_at = published_at - interval '1 hour',
                   lease_until = lease_until - interval '1 hour'
            """
        )

    def let_backoff_pass(self):
        self.sql("UPDATE marketing_job SET run_at = run_at - interval '1 hour'")

    def wait_done(self, *job_ids, seconds=20):
        wait_for(
            lambda: all(self.state(job_id) == "done" for job_id in job_ids),
            seconds,
            f"done for the jobs {job_ids}",
        )

    def wait_until_idle(self, worker):
        """Let a running worker finish, so that it does not touch the next test."""
        if worker.is_running():
            active = "SELECT 1 FROM marketing_job WHERE state IN ('pending', 'running')"
            wait_for(lambda: not self.sql(active), what="an idle worker")
