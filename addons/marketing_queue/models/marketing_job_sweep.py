from odoo import api, models
from odoo.tools import SQL

from .. import control, publisher

# A message this old (seconds) whose job still waits may be lost, for example when
# Redis was emptied. A second message for the same job is harmless.
MESSAGE_AGE = 30
DIED = "The process that ran this pump died: its lease has expired."


class MarketingJob(models.Model):
    _inherit = "marketing.job"

    @api.model
    def _cron_run(self):
        """Repair, then run what is due unless workers do it."""
        self._sweep()
        if not publisher.is_available():
            self._run_pending()

    @api.model
    def _sweep(self):
        """Repair what faults left behind; upper addons extend it for their leases.

        Called each minute by the cron and each 30 s by the Celery parent. It works in
        own short transactions, never in the caller's.
        """
        self._recover_pumps()
        for queue in publisher.QUEUES:
            self._announce_due(queue)

    @api.model
    def _recover_pumps(self):
        """Queue pumps again whose process has died."""
        with self._control() as cr:
            cr.execute(
                SQL(
                    """
                    SELECT %s FROM marketing_job
                     WHERE state = 'running'
                       AND lease_until < statement_timestamp() AT TIME ZONE 'UTC'
                  ORDER BY id
                    """,
                    control.STARTED,
                )
            )
            expired = [control.Start(*row) for row in cr.fetchall()]
        for job in expired:
            self._leave(control.fail, job, DIED)

    @api.model
    def _announce_due(self, queue):
        """Repeat the messages of due jobs, as far as the broker's queue has room."""
        dbname = self.env.cr.dbname
        room = publisher.room(dbname, queue)
        if not room:
            return
        with self._control() as cr:
            cr.execute(
                """
                UPDATE marketing_job
                   SET published_at = statement_timestamp() AT TIME ZONE 'UTC'
                 WHERE id IN (
                     SELECT id FROM marketing_job
                      WHERE state = 'pending' AND queue = %(queue)s
                        AND run_at <= statement_timestamp() AT TIME ZONE 'UTC'
                        AND (published_at IS NULL
                             OR published_at < statement_timestamp() AT TIME ZONE 'UTC'
                                               - make_interval(secs => %(age)s))
                   ORDER BY run_at, id LIMIT %(room)s FOR NO KEY UPDATE SKIP LOCKED)
             RETURNING id
                """,
                {"queue": queue, "age": MESSAGE_AGE, "room": room},
            )
            waiting = sorted(cr.fetchall())
        publisher.publish(dbname, [(job_id, queue, 0) for (job_id,) in waiting])
