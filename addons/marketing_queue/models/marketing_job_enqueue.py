from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL

from .. import publisher

# An enqueuer meets at most: the running job of its key, one waiting, one just starting.
MAX_SLOTS = 8
EXECUTING = "marketing_queue.executing"
SCALARS = (str, int, float, bool, type(None))


class MarketingJob(models.Model):
    _inherit = "marketing.job"

    @api.model
    def _enqueue(
        self,
        model,
        method,
        payload=None,
        *,
        key=None,
        kind="transactional",
        queue="score",
        run_at=None,
    ):
        """Queue ``env[model].method(**payload)`` in the caller's transaction.

        While a job with the same ``key`` waits, that one is returned: it cannot start
        before the caller's transaction ends, so it will see the caller's data. A job
        that has started already is followed by a new one.

        ``run_at`` is a naive UTC time. Raises :class:`ValueError` for a job that could
        never run, and a serialization failure, which requests retry, in a race for
        one key.
        """
        values = {
            "model": model,
            "method": method,
            "payload": payload or {},
            "key": key or None,
            "kind": kind,
            "queue": queue,
            "run_at": run_at,
        }
        self._check_job(values)
        self.flush_model()
        job_id = self._insert_keyed(values) if key else self._insert(values, slot=0)
        self._wake(job_id, queue, run_at)
        # sudo: jobs are readable by administrators, but everybody's work queues them.
        job = self.sudo().browse(job_id)
        job.invalidate_recordset(flush=False)
        return job

    def _check_job(self, values):
        model, method = values["model"], values["method"]
        if model not in self.env:
            raise ValueError(f"There is no model {model!r}.")
        if not method.startswith("_") or method.startswith("__"):
            raise ValueError(f"A job's method starts with one underscore: {method!r}.")
        if not callable(getattr(type(self.env[model]), method, None)):
            raise ValueError(f"The model {model!r} has no method {method!r}.")
        for field in ("kind", "queue"):
            if values[field] not in dict(self._fields[field].selection):
                raise ValueError(f"Unknown {field} {values[field]!r}.")
        if not isinstance(values["payload"], dict):
            raise ValueError("A job's payload is a dictionary of named arguments.")
        _check_json(values["payload"])

    def _insert_keyed(self, values):
        """Return the id of the waiting job of this key, new if there is none."""
        for slot in range(MAX_SLOTS):
            job_id = self._share_waiting(values) or self._insert(values, slot)
            if job_id:
                return job_id
        raise RuntimeError(f"Too many jobs of the key {values['key']!r} are starting.")

    def _insert(self, values, slot):
        """Insert one row; return its id, or None when the key's slot is taken."""
        columns = {
            **values,
            "slot": slot,
            "state": "pending",
            "attempts": 0,
            "max_attempts": self._default_max_attempts(),
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "payload": Json(values["payload"]),
            "run_at": _utc(values["run_at"]),
            **dict.fromkeys(("published_at", "create_date", "write_date"), _utc()),
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO marketing_job (%s) VALUES (%s)
                ON CONFLICT (key, slot) WHERE key IS NOT NULL AND state = 'pending'
                DO NOTHING RETURNING id
                """,
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(columns.values()),
            )
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _share_waiting(self, values):
        """Return the job of this key that waits, and keep it from starting before us.

        None when there is none, or when it is being executed just now, by another
        process (which has its lock) or by this transaction.
        """
        self.env.cr.execute(
            """
            SELECT id, run_at > COALESCE(%(run_at)s, statement_timestamp()
                                         AT TIME ZONE 'UTC')
              FROM marketing_job
             WHERE key = %(key)s AND state = 'pending' AND id <> %(executing)s
          ORDER BY slot LIMIT 1 FOR SHARE SKIP LOCKED
            """,
            {
                "key": values["key"],
                "run_at": values["run_at"],
                "executing": self.env.cr.cache.get(EXECUTING, 0),
            },
        )
        job_id, is_later = self.env.cr.fetchone() or (None, False)
        if is_later:
            self.env.cr.execute(
                SQL(
                    "UPDATE marketing_job SET run_at = %s WHERE id = %s",
                    _utc(values["run_at"]),
                    job_id,
                )
            )
        return job_id

    def _wake(self, job_id, queue, run_at):
        """Call whoever runs jobs once the transaction is committed."""
        if publisher.broker_url():
            delay = (run_at - self.env.cr.now()).total_seconds() if run_at else 0
            publisher.announce(self.env.cr, job_id, queue, max(0, delay))
            return
        triggered = self.env.cr.precommit.data.setdefault("marketing_queue", set())
        cron = self.env.ref("marketing_queue.ir_cron_run_jobs", False)
        if cron and run_at not in triggered:
            triggered.add(run_at)
            # sudo: whoever queues work may wake the cron that runs it.
            cron.sudo()._trigger(at=run_at)


def _utc(moment=None):
    """Return SQL for ``moment``, or for the database's clock."""
    if moment:
        return SQL("%s", moment)
    return SQL("(statement_timestamp() AT TIME ZONE 'UTC')")


def _check_json(value):
    """Refuse what a job could not read back, such as records and dates."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("The names in a job's payload are strings.")
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple)):
        for item in value:
            _check_json(item)
    elif not isinstance(value, SCALARS) or value != value:
        raise ValueError(f"A job's payload holds ids and plain values, not {value!r}.")
    elif value in (float("inf"), float("-inf")) or "\0" in str(value):
        raise ValueError(f"PostgreSQL cannot store {value!r} in a job's payload.")
