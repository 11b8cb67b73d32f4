from odoo import api, fields, models
from odoo.tools import SQL

# xid8 -> xid is modulo 2^32; in progress at once are never that many transactions.
HORIZON = SQL(
    """SELECT least(
           (SELECT min(x::text::bigint)
              FROM pg_snapshot_xip(pg_current_snapshot()) x
             WHERE NOT EXISTS (
                   SELECT FROM pg_stat_activity a
                    WHERE a.backend_xid::text::bigint = x::text::bigint & 4294967295
                      AND a.datname <> current_database())),
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
           pg_current_xact_id_if_assigned()::text::bigint)"""
)


class MarketingProjection(models.Model):
    """How far each projection has read the log.

    A cursor on an id or a time loses rows: a transaction may take id 5, another take
    and commit id 6, a reader pass both, and id 5 be committed only then. Each row
    carries its transaction instead, and a reader stops below the oldest one running.
    """

    _name = "marketing.projection"
    _description = "Projection of the Event Log"
    _order = "name"

    name = fields.Char(required=True, readonly=True)
    xact_id = fields.Char(string="Next Transaction", default="0", readonly=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "A projection has one cursor.")

    @api.model
    def _window(self, name):
        """Lock the cursor of ``name``; return (low, high) to read ``low <= x < high``.

        The window belongs to the snapshot of this transaction: read the rows in it.
        """
        self.env.cr.execute(
            """INSERT INTO marketing_projection (name, xact_id) VALUES (%s, '0')
                   ON CONFLICT (name) DO NOTHING""",
            [name],
        )
        query = SQL(
            """SELECT xact_id::bigint FROM marketing_projection
                WHERE name = %s FOR UPDATE""",
            name,
        )
        low = self.env.execute_query(query)[0][0]
        return low, max(low, self._get_horizon())

    @api.model
    def _advance(self, name, high):
        """Move the cursor of ``name``; commits together with the projected rows."""
        self.env.cr.execute(
            "UPDATE marketing_projection SET xact_id = %s::bigint WHERE name = %s",
            [high, name],
        )
        self.invalidate_model(flush=False)

    @api.model
    def _get_horizon(self):
        """Return the oldest transaction of this database that may still commit rows.

        A snapshot lists the running transactions of the whole cluster, and a backup of
        the database next door would stop every projection here. One that
        pg_stat_activity places in another database can be passed over; one that it does
        not show (any more) counts as ours: its rows are outside of this snapshot.
        """
        return self.env.execute_query(HORIZON)[0][0]
