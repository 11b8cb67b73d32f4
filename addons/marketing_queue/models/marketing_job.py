import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

KEEP_DONE_DAYS = 30
GC_BATCH = 10_000
DEFAULT_MAX_ATTEMPTS = 5
# What an administrator may change by hand: a job's call runs as the superuser.
WRITABLE = {"max_attempts"}


class MarketingJob(models.Model):
    """One piece of background work; this row, not the broker's message, is the job."""

    _name = "marketing.job"
    _description = "Marketing Job"
    _order = "id desc"
    _rec_name = "method"

    model = fields.Char(required=True, readonly=True)
    method = fields.Char(required=True, readonly=True)
    payload = fields.Json(readonly=True)
    payload_text = fields.Text("Arguments", compute="_compute_payload_text")
    key = fields.Char(
        readonly=True,
        help="While a job with this key waits, the same work is not queued again.",
    )
    slot = fields.Integer(
        default=0,
        readonly=True,
        help="0, or higher when the key's earlier job had already started.",
    )
    kind = fields.Selection(
        [("transactional", "One transaction"), ("pump", "Pump")],
        default="transactional",
        required=True,
        readonly=True,
    )
    queue = fields.Selection(
        [("deliver", "Delivery"), ("score", "Scoring")],
        default="score",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="pending",
        required=True,
        readonly=True,
    )
    run_at = fields.Datetime("Due", required=True, readonly=True)
    attempts = fields.Integer(readonly=True)
    max_attempts = fields.Integer(
        default=lambda self: self._default_max_attempts(), required=True
    )
    error = fields.Text("Traceback", readonly=True)
    published_at = fields.Datetime("Announced", readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    lease_until = fields.Datetime("Reserved Until", readonly=True)
    lease_token = fields.Char(readonly=True)

    _key_uniq = models.UniqueIndex(
        "(key, slot) WHERE key IS NOT NULL AND state = 'pending'",
        "A job with this key is already waiting.",
    )
    # also what the metrics count by, without touching the rows
    _state_queue_idx = models.Index("(state, queue)")
    _due_idx = models.Index("(run_at, id) WHERE state = 'pending'")
    _lease_idx = models.Index("(lease_until) WHERE state = 'running'")

    _max_attempts_positive = models.Constraint(
        "CHECK(max_attempts > 0)", "A job needs at least one attempt."
    )

    @api.model
    def _default_max_attempts(self):
        return DEFAULT_MAX_ATTEMPTS

    @api.depends("payload")
    def _compute_payload_text(self):
        for job in self:
            job.payload_text = json.dumps(
                job.payload or {}, ensure_ascii=False, indent=2
            )

    def write(self, vals):
        if not self.env.su and set(vals) - WRITABLE:
            raise AccessError(
                self.env._("A job is changed by its buttons only: requeue or cancel.")
            )
        return super().write(vals)

    def action_requeue(self):
        """Give failed and cancelled jobs a fresh set of attempts."""
        for job in self._lock_in_states("failed", "cancelled"):
            if job.key and self._count_waiting(job.key):
                raise UserError(
                    self.env._("A job of the key %(key)s is waiting.", key=job.key)
                )
            job._reset_to_pending()
        return True

    def _reset_to_pending(self):
        self.write(
            {
                "state": "pending",
                "slot": 0,
                "attempts": 0,
                "run_at": fields.Datetime.now(),
                "started_at": False,
                "finished_at": False,
                "lease_token": False,
                "lease_until": False,
            }
        )
        self.flush_recordset()
        self._wake(self.id, self.queue, None)

    def action_cancel(self):
        """Keep waiting jobs from starting; a running pump stops at its next pause."""
        self._lock_in_states("pending", "running").write(
            {
                "state": "cancelled",
                "finished_at": fields.Datetime.now(),
                "lease_token": False,
                "lease_until": False,
            }
        )
        return True

    def _lock_in_states(self, *states):
        """Return the jobs for the superuser, locked; refuse those in other states."""
        self.check_access("write")
        # sudo: the check above decides who manages jobs, `write` keeps the rest out.
        jobs = self.sudo()
        if len(jobs.try_lock_for_update()) < len(jobs):
            raise UserError(
                self.env._("A job is being executed right now. Try again in a minute.")
            )
        jobs.invalidate_recordset()
        if any(job.state not in states for job in jobs):
            raise UserError(self.env._("The state of a job has changed. Reload first."))
        return jobs

    def _count_waiting(self, key):
        return self.search_count([("key", "=", key), ("state", "=", "pending")])

    @api.autovacuum
    def _gc_finished(self):
        """Delete jobs done or cancelled long ago; failed ones stay to be looked at."""
        deleted = self.env.execute_query(
            SQL(
                """
                DELETE FROM marketing_job WHERE id IN (
                    SELECT id FROM marketing_job
                     WHERE state IN ('done', 'cancelled')
                       AND finished_at < (now() AT TIME ZONE 'UTC')
                                         - make_interval(days => %s)
                     LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING id
                """,
                KEEP_DONE_DAYS,
                GC_BATCH,
            )
        )
        return len(deleted), len(deleted) == GC_BATCH
