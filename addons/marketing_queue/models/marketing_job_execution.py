import logging
import time
import traceback
from contextlib import contextmanager
from functools import partial

from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import retrying

from .. import control
from ..isolation import read_committed
from .marketing_job_enqueue import EXECUTING

_logger = logging.getLogger(__name__)

# The embedded runner waits this long for a job that is nearly due (seconds).
SHORT_WAIT = 5
# Where a pump's cursor keeps what it was started with.
PUMP = "marketing_queue.pump"


class MarketingJob(models.Model):
    _inherit = "marketing.job"

    def _run(self):
        """Claim, work and mark done in the caller's transaction; for workers and tests.

        Return False when the job does not wait any more or another process has it.
        """
        self.ensure_one()
        # sudo: jobs run as the superuser, with no context of whoever queued them.
        job = self.with_user(SUPERUSER_ID).with_context({})
        if not job._claim():
            return False
        cache = self.env.cr.cache
        cache[EXECUTING] = job.id
        try:
            again = getattr(job.env[job.model], job.method)(**(job.payload or {}))
            job.flush_recordset()
            job._close(again if job.kind == "pump" else None)
        finally:
            del cache[EXECUTING]
        return True

    def _claim(self):
        """Lock this waiting job and its key until the end of the transaction."""
        self.flush_recordset()
        self.env.cr.execute(
            """
            SELECT key FROM marketing_job WHERE id = %s AND state = 'pending'
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            [self.id],
        )
        row = self.env.cr.fetchone()
        if not row:
            return False
        self.invalidate_recordset(flush=False)
        return not row[0] or control.try_lock_key(self.env.cr, row[0])

    def _close(self, again):
        if _delay(again) is None:
            now = fields.Datetime.now()
            self.write({"state": "done", "finished_at": now, "error": False})

    @api.model
    def _execute(self, job_id):
        """Run one job in own transactions; return whether it was started.

        A job's error ends up on its row, never with the caller.
        """
        with self._control() as cr:
            job = control.start(cr, job_id)
        if not job:
            return False
        try:
            if job.attempts > job.max_attempts:
                raise ChildProcessError("Each process that ran this job died.")
            work = self._execute_pump if job.is_pump else self._execute_transaction
            return work(job)
        except Exception as error:  # whatever a job raises is on its row
            self.env.registry.reset_changes()
            self._record_failure(job, error)
        return True

    def _execute_transaction(self, job):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            has_run = retrying(partial(env[self._name].browse(job.id)._run), env)
        with self._control() as cr:
            if not has_run:
                control.give_back(cr, job)
            control.announce_key(cr, job)
        return has_run

    def _execute_pump(self, job):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.cache[PUMP] = job
            again = getattr(env[job.model], job.method)(**(job.payload or {}))
        self.env.registry.signal_changes()
        self._leave(control.succeed, job, _delay(again))
        return True

    @api.model
    def _note_progress(self):
        """A pump calls this when a part of its work is committed.

        However many processes die, work that moves forward is not given up: attempts
        before this one do not count any more. It costs nothing in a first attempt.
        """
        cache = self.env.cr.cache
        job = cache.get(PUMP)
        if job and job.attempts > 1:
            cache[PUMP] = job._replace(attempts=1)
            with self._control() as cr:
                control.note_progress(cr, job)

    def _record_failure(self, job, error):
        text = "".join(traceback.format_exception(error))
        final = self._leave(control.fail, job, text)
        level = logging.ERROR if final else logging.WARNING
        _logger.log(level, "%s, attempt %s failed:\n%s", job.label, job.attempts, text)

    def _leave(self, transition, job, *args):
        """Apply a transition of ``control``, again if its key was queued meanwhile."""
        try:
            with self._control() as cr:
                return transition(cr, job, *args)
        except UniqueViolation:
            with self._control() as cr:
                return transition(cr, job, *args)

    @contextmanager
    def _control(self):
        """Open an own short transaction that sees what others committed."""
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            yield cr

    @api.model
    def _run_pending(self, seconds=50):
        """Run due jobs in this process for at most about ``seconds``.

        The last job may take longer than the time left; a pump stops after 50 s.
        """
        deadline = time.monotonic() + seconds
        refused = []
        while (left := deadline - time.monotonic()) > 0:
            job_id, wait = self._find_next(refused)
            if not job_id or wait > min(SHORT_WAIT, left):
                break
            if wait > 0:
                time.sleep(wait)
            elif not self._execute(job_id):
                refused.append(job_id)

    @api.model
    def _find_next(self, refused):
        """Return the next job and the seconds until it is due."""
        with self._control() as cr:
            cr.execute(
                """
                SELECT id, EXTRACT(epoch FROM run_at - statement_timestamp()
                                                       AT TIME ZONE 'UTC')::float
                  FROM marketing_job
                 WHERE state = 'pending' AND id <> ALL(%s)
              ORDER BY run_at, id LIMIT 1
                """,
                [refused],
            )
            return cr.fetchone() or (None, 0)


def _delay(again):
    """Return the seconds a pump asked for: None = finished, True = at once."""
    if again is None or again is False:
        return None
    return 0 if again is True else max(0, again)
