from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..api.metrics import Metric

# Beyond these somebody should look.
MAX_QUEUE_SECONDS = 900
MAX_SWEEP_SECONDS = 600
OPEN_STATES = ("pending", "running", "failed")
MAX_COUNT = 10_000


class MarketingHealth(models.AbstractModel):
    """How the installation is doing; upper addons extend the two hooks.

    The queue and the log belong to all companies and show no customer; what belongs to
    a company is counted for the company of the caller only.
    """

    _name = "marketing.health"
    _description = "Health of the Marketing Suite"

    @api.model
    def _get_checks(self):
        """Return {name: {"ok": …, …}}; one that is not ok makes the whole unhealthy."""
        return {
            "database": {"ok": bool(self.env.execute_query(SQL("SELECT 1")))},
            "queue": self._check_queue(),
            "sweeper": self._check_sweeper(),
            "partitions": self._check_partitions(),
        }

    @api.model
    def _get_metrics(self):
        """Return the :class:`Metric` families of this addon and those below."""
        return [
            self._get_jobs_metric(),
            Metric(
                "marketing_job_oldest_seconds",
                "gauge",
                "How long the oldest due job has waited.",
                [({}, self._get_queue_seconds())],
            ),
            Metric(
                "marketing_events_written_total",
                "counter",
                "Rows written to the event log since the statistics were reset.",
                [({}, self._count_written_events())],
            ),
            Metric(
                "marketing_projection_lag_seconds",
                "gauge",
                "Age of the oldest event that the projection has not read.",
                self._get_projection_lags(),
            ),
        ]

    def _check_queue(self):
        seconds = self._get_queue_seconds()
        return {"ok": seconds <= MAX_QUEUE_SECONDS, "oldest_seconds": seconds}

    def _get_queue_seconds(self):
        query = SQL(
            """SELECT COALESCE(extract(epoch FROM now() AT TIME ZONE 'UTC'
                      - min(run_at)), 0)::int
                 FROM marketing_job
                WHERE state = 'pending' AND run_at <= now() AT TIME ZONE 'UTC'"""
        )
        return self.env.execute_query(query)[0][0]

    def _check_sweeper(self):
        """The cron sweeps each minute, with workers and without."""
        # sudo: crons are for the system; its last run is no secret
        cron = self.env.ref("marketing_queue.ir_cron_run_jobs").sudo()
        if not cron.active or not cron.lastcall:
            return {"ok": False, "last_run": None}
        seconds = int((fields.Datetime.now() - cron.lastcall).total_seconds())
        return {"ok": seconds <= MAX_SWEEP_SECONDS, "seconds_ago": seconds}

    def _check_partitions(self):
        """This month and the next: without them rows go to the default partition."""
        today = date.today()
        months = (today, today + relativedelta(months=1))
        names = [f"marketing_event_{month:%Y_%m}" for month in months]
        query = SQL(
            "SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NULL",
            names,
        )
        missing = [name for (name,) in self.env.execute_query(query)]
        return {"ok": not missing, "missing": missing}

    def _get_jobs_metric(self):
        """Open jobs only: the done ones of a month may be millions.

        The labels are the fields' own values, also at zero, whatever the table holds,
        and each number stops at MAX_COUNT: one scrape reads a bounded piece of index.
        """
        fields_ = self.env["marketing.job"]._fields
        queues = list(fields_["queue"].get_values(self.env))
        rows = self.env.execute_query(self._count_jobs_sql(queues))
        samples = [
            ({"queue": queue, "state": state}, count) for queue, state, count in rows
        ]
        return Metric(
            "marketing_jobs",
            "gauge",
            f"Jobs waiting, running or failed; {MAX_COUNT} means as many or more.",
            samples,
        )

    @api.model
    def _count_jobs_sql(self, queues):
        return SQL(
            """SELECT label.queue, label.state, counted.number
                 FROM (SELECT queue, state
                         FROM unnest(%(queues)s::text[]) queue,
                              unnest(%(states)s::text[]) state) label
                CROSS JOIN LATERAL (
                      SELECT count(*) FROM (
                      SELECT FROM marketing_job job
                       WHERE job.state = label.state AND job.queue = label.queue
                       LIMIT %(most)s) AS taken) AS counted(number)
             ORDER BY label.queue, label.state""",
            queues=queues,
            states=list(OPEN_STATES),
            most=MAX_COUNT,
        )

    def _count_written_events(self):
        """From the server's statistics: counting a log of years would take minutes."""
        query = SQL(
            """SELECT COALESCE(sum(stat.n_tup_ins), 0)::bigint
                 FROM pg_inherits part
                 JOIN pg_stat_user_tables stat ON stat.relid = part.inhrelid
                WHERE part.inhparent = 'marketing_event'::regclass"""
        )
        return self.env.execute_query(query)[0][0]

    def _get_projection_lags(self):
        query = SQL(
            """SELECT projection.name, COALESCE(extract(epoch FROM
                      now() AT TIME ZONE 'UTC' - unread.received_at), 0)::int
                 FROM marketing_projection projection
            LEFT JOIN LATERAL (
                      SELECT received_at FROM marketing_event
                       WHERE xact_id >= projection.xact_id::bigint
                    ORDER BY xact_id LIMIT 1) unread ON TRUE
             ORDER BY projection.name"""
        )
        return [
            ({"projection": name}, max(0, seconds))
            for name, seconds in self.env.execute_query(query)
        ]
