from odoo import api, models
from odoo.tools import SQL, split_every


class CampaignRecount(models.AbstractModel):
    """Statistics of campaigns: one with something new is counted again, as a whole.

    So late, doubled and shuffled events end in the same rows as a rebuild. Who inherits
    this names the cursor and says in `_count` how campaigns are counted.
    """

    _name = "campaign.recount"
    _description = "Statistics Counted by Campaign"

    _recount_name = ""  # the cursor in the log, and the beginning of the marks' table
    _recount_types = ()  # events after which a campaign is counted again
    _recount_chunk = 100  # campaigns a statement

    def init(self):
        """Make the table of campaigns to count again although no event says so.

        It is only inserted into: whoever marks a campaign never waits for the one who
        counts.
        """
        if self._recount_name:
            self.env.cr.execute(
                SQL(
                    "CREATE TABLE IF NOT EXISTS %s (campaign_id integer NOT NULL)",
                    self._marks(),
                )
            )

    def _marks(self):
        return SQL.identifier(f"{self._recount_name}_dirty")

    @api.model
    def _drop_marks(self):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", self._marks()))

    @api.model
    def _cron_enqueue(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _mark(self, campaign_ids):
        """Have these campaigns counted again by the next run."""
        if campaign_ids:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %s SELECT unnest(%s)",
                    self._marks(),
                    sorted(campaign_ids),
                )
            )

    @api.model
    def _run(self):
        """Count what is new; return how many campaigns were looked at."""
        projection = self.env["marketing.projection"]
        low, high = projection._window(self._recount_name)
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM %s RETURNING campaign_id", self._marks()))
        touched = {row[0] for row in self.env.cr.fetchall()}
        touched |= self._get_touched(low, high)
        self._recount(sorted(touched), high)
        projection._advance(self._recount_name, high)
        return len(touched)

    @api.model
    def _rebuild(self):
        """Drop all rows and count everything, up to where the last run stopped."""
        low, _high = self.env["marketing.projection"]._window(self._recount_name)
        self.env.flush_all()
        self._drop_rows()
        self.env.cr.execute("SELECT id FROM email_campaign ORDER BY id")
        self._recount([row[0] for row in self.env.cr.fetchall()], low)

    def _drop_rows(self):
        self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(self._table)))

    def _get_touched(self, low, high):
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT campaign_id FROM marketing_event
                    WHERE xact_id >= %s AND xact_id < %s
                      AND event_type = ANY(%s) AND campaign_id IS NOT NULL""",
                low,
                high,
                list(self._recount_types),
            )
        )
        return {row[0] for row in rows}

    def _recount(self, campaign_ids, high):
        """Make the rows of these campaigns what the log below ``high`` says."""
        for ids in split_every(self._recount_chunk, campaign_ids, list):
            self._count(ids, high)
        self.invalidate_model(flush=False)

    def _count(self, ids, high):
        raise NotImplementedError


def names_of(columns):
    return SQL(", ").join(map(SQL.identifier, columns))


_REPLACE = """
    %(dropped)s AS (
        DELETE FROM %(table)s kept
         WHERE campaign_id = ANY(%(ids)s)
           AND NOT EXISTS (SELECT FROM %(counted)s fresh WHERE %(same)s)
    ), %(written)s AS (
        INSERT INTO %(table)s AS kept (%(keys)s, %(columns)s)
        SELECT %(keys)s, %(columns)s FROM %(counted)s ORDER BY %(keys)s
            ON CONFLICT (%(unique)s) DO UPDATE
           SET (%(columns)s) = ROW(%(new)s)
         WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
    )"""


def replace_rows(table, counted, ids, keys, columns, nullable=()):
    """Return CTEs that make the rows of campaigns in ``table`` those of ``counted``.

    Only what differs is written, so a run without news leaves no dead rows.

    :param counted: name of the CTE with the new rows
    :param keys: what names a row beside its campaign; ``nullable`` are those of them
        that are ids and may be empty
    :param columns: all others
    """
    keys = ("campaign_id", *keys)
    return SQL(
        _REPLACE,
        dropped=SQL.identifier(f"{counted}_dropped"),
        written=SQL.identifier(f"{counted}_written"),
        table=SQL.identifier(table),
        counted=SQL.identifier(counted),
        ids=ids,
        keys=names_of(keys),
        columns=names_of(columns),
        old=_columns_of("kept", columns),
        new=_columns_of("excluded", columns),
        same=_is_same(keys, nullable),
        unique=SQL(", ").join(_key(name, nullable) for name in keys),
    )


def _columns_of(side, names):
    return SQL(", ").join(SQL.identifier(side, name) for name in names)


def _is_same(keys, nullable):
    return SQL(" AND ").join(
        SQL("%s = %s", _key(name, nullable, "kept"), _key(name, nullable, "fresh"))
        for name in keys
    )


def _key(name, nullable, *side):
    column = SQL.identifier(*side, name)
    return SQL("COALESCE(%s, 0)", column) if name in nullable else column
