"""Control transactions: short, committed on their own, around the work of a job."""

import os
import random
from typing import Any, NamedTuple

from odoo.tools import SQL

from . import publisher

# A pump stops after 50 s at most, so after this time its process is gone, or waits for
# an answer that does not come: then the next one works beside it, which does no harm.
# A campaign must not wait for a killed sender for longer than for its messages.
LEASE_SECONDS = float(os.environ.get("MARKETING_JOB_LEASE_SECONDS") or 120)
# A job that has just started is not started again: the first process is still on its
# way to the row's lock, or it died and the next sweep is early enough.
START_PAUSE = 2
BACKOFF_FIRST = 15
BACKOFF_FACTOR = 4
BACKOFF_LONGEST = 3600


class Start(NamedTuple):
    """What a process needs to know of the job it has started."""

    id: int
    model: str
    method: str
    payload: dict[str, Any] | None
    key: str | None
    kind: str
    queue: str
    attempts: int
    max_attempts: int
    token: str | None

    @property
    def is_pump(self):
        return self.kind == "pump"

    @property
    def label(self):
        return f"job {self.id} {self.model}.{self.method}"


STARTED = SQL(
    "id, model, method, payload, key, kind, queue, attempts, max_attempts, lease_token"
)
_LOCK_DUE = """
    SELECT key FROM marketing_job
     WHERE id = %(id)s AND state = 'pending'
       AND run_at <= statement_timestamp() AT TIME ZONE 'UTC'
       AND (started_at IS NULL OR started_at < statement_timestamp()
                AT TIME ZONE 'UTC' - make_interval(secs => %(pause)s))
       FOR NO KEY UPDATE SKIP LOCKED
"""
_START = """
    UPDATE marketing_job SET
           attempts = attempts + 1,
           started_at = statement_timestamp() AT TIME ZONE 'UTC',
           state = CASE kind WHEN 'pump' THEN 'running' ELSE state END,
           lease_token = CASE kind WHEN 'pump' THEN gen_random_uuid()::text END,
           lease_until = CASE kind WHEN 'pump' THEN statement_timestamp()
               AT TIME ZONE 'UTC' + make_interval(secs => %(lease)s) END
     WHERE id = %(id)s
 RETURNING %(started)s
"""
_LEAVE = """
    UPDATE marketing_job this SET
           state = CASE
               WHEN %(state)s <> 'pending' OR kind <> 'pump' OR NOT EXISTS (
                   SELECT 1 FROM marketing_job other
                    WHERE other.key = this.key AND other.state = 'pending')
               THEN %(state)s
               WHEN %(error)s IS NULL THEN 'done' ELSE 'cancelled' END,
           attempts = %(attempts)s,
           error = %(error)s,
           run_at = CASE WHEN %(state)s = 'pending' THEN statement_timestamp()
               AT TIME ZONE 'UTC' + make_interval(secs => %(delay)s)
               ELSE run_at END,
           finished_at = CASE WHEN %(state)s <> 'pending'
               THEN statement_timestamp() AT TIME ZONE 'UTC' END,
           started_at = CASE WHEN %(state)s <> 'pending' THEN started_at END,
           published_at = NULL, lease_token = NULL, lease_until = NULL
     WHERE id = %(id)s AND state = %(held)s
       AND lease_token IS NOT DISTINCT FROM %(token)s
 RETURNING state
"""


def start(cr, job_id):
    """Count an attempt at a due job, and lease it if it is a pump.

    Return its :class:`Start`, or None when it is not due, another process has it, or
    another job of its key runs.
    """
    cr.execute(_LOCK_DUE, {"id": job_id, "pause": START_PAUSE})
    row = cr.fetchone()
    if not row or (row[0] and not _is_key_free(cr, row[0])):
        return None
    cr.execute(SQL(_START, id=job_id, lease=LEASE_SECONDS, started=STARTED))
    return Start(*cr.fetchone())


def try_lock_key(cr, key):
    """Reserve a key until the end of the transaction: one job of a key at a time."""
    cr.execute(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
        [f"marketing_queue:{key}"],
    )
    return cr.fetchone()[0]


def _is_key_free(cr, key):
    if not try_lock_key(cr, key):
        return False
    cr.execute(
        """
        SELECT 1 FROM marketing_job
         WHERE key = %s AND state = 'running'
           AND lease_until > statement_timestamp() AT TIME ZONE 'UTC' LIMIT 1
        """,
        [key],
    )
    return not cr.fetchone()


def give_back(cr, job):
    """Undo :func:`start` when the work was not begun."""
    cr.execute(
        """
        UPDATE marketing_job SET attempts = attempts - 1, started_at = NULL
         WHERE id = %s AND state = 'pending' AND attempts = %s
        """,
        [job.id, job.attempts],
    )


def succeed(cr, job, delay):
    """Finish a pump (``delay`` None), or let it run again in ``delay`` seconds."""
    _leave(cr, job, "done" if delay is None else "pending", delay=delay, attempts=0)


def fail(cr, job, error):
    """Keep the traceback; the job waits for its next attempt or has failed.

    Return whether it has failed for good.
    """
    attempts = _read_attempts(cr, job)
    exhausted = attempts >= job.max_attempts
    _leave(
        cr,
        job,
        "failed" if exhausted else "pending",
        delay=backoff(attempts),
        attempts=attempts,
        # PostgreSQL text cannot hold it, and a message may quote its input.
        error=error.replace("\0", "\N{SYMBOL FOR NULL}"),
    )
    return exhausted


def _read_attempts(cr, job):
    """The attempts in a row that got nowhere: progress lowers them meanwhile."""
    cr.execute("SELECT attempts FROM marketing_job WHERE id = %s", [job.id])
    row = cr.fetchone()
    return row[0] if row else job.attempts


def note_progress(cr, job):
    """Count this attempt of a pump as its first: those before it were no failures."""
    cr.execute(
        """
        UPDATE marketing_job SET attempts = 1
         WHERE id = %s AND state = 'running' AND lease_token = %s
        """,
        [job.id, job.token],
    )


def backoff(attempts):
    """Return seconds until the next attempt: exponential, capped, spread by 25 %."""
    seconds = min(BACKOFF_FIRST * BACKOFF_FACTOR ** (attempts - 1), BACKOFF_LONGEST)
    return seconds * random.uniform(0.75, 1.25)


def _leave(cr, job, state, *, delay, attempts, error=None):
    """Move a started job on, unless it was cancelled or has lost its lease.

    A pump whose key waits already is not queued a second time: the waiting job goes on.
    """
    cr.execute(
        _LEAVE,
        {
            "id": job.id,
            "state": state,
            "delay": delay or 0,
            "attempts": attempts,
            "error": error,
            "held": "running" if job.is_pump else "pending",
            "token": job.token,
        },
        log_exceptions=False,
    )
    if cr.fetchone() == ("pending",):
        publisher.announce(cr, job.id, job.queue, delay or 0)
    announce_key(cr, job)


def announce_key(cr, job):
    """Call the jobs that waited for this job's key."""
    if not job.key or not publisher.broker_url():
        return
    cr.execute(
        """
        SELECT id, queue FROM marketing_job
         WHERE key = %s AND state = 'pending' AND id <> %s
           AND run_at <= statement_timestamp() AT TIME ZONE 'UTC'
        """,
        [job.key, job.id],
    )
    for job_id, queue in cr.fetchall():
        publisher.announce(cr, job_id, queue)
