import re

from odoo import api, models
from odoo.tools import SQL, file_open

from ..profile.diary import KEPT

#: What most conditions ask for. A copy of these is a third of the profile's size.
SCANNED = (
    *("id", "partner_id", "company_id", "order_count", "frequency", "recency_days"),
    *("tenure_days", "recency_score", "frequency_score", "monetary_score"),
    *("favourite_category_id", "acquisition_date", "revenue", "monetary"),
    *("average_order", "last_order_date", "rfm_segment", "lifecycle_stage"),
    *("pattern_primary", *KEPT),
)
_TABLE = "customer_profile_scan"
_COLUMN = re.compile(r'"customer_profile"\."(\w+)"')


class CustomerProfile(models.Model):
    """A narrow copy of the profile, from which all customers are read.

    Triggers keep it equal in the transaction of each change, so that it is never
    older than the profile; nothing but statements on everybody reads it.
    """

    _inherit = "customer.profile"

    def init(self):
        result = super().init()
        self._create_scan()
        with file_open("marketing_segment/data/customer_profile_scan.sql") as script:
            self.env.cr.execute(script.read())
        return result

    def _create_scan(self):
        """Copy all profiles, unless the copy has the columns that it should have."""
        copied, wanted = map(self._read_columns, (_TABLE, self._table))
        if copied == {name: wanted[name] for name in SCANNED}:
            return
        self.env.cr.execute(
            SQL(
                """DROP TABLE IF EXISTS %(table)s;
                   CREATE TABLE %(table)s WITH (fillfactor = 90) AS
                   SELECT %(columns)s FROM customer_profile;
                   ALTER TABLE %(table)s ADD PRIMARY KEY (id);
                   ANALYZE %(table)s""",
                table=SQL.identifier(_TABLE),
                columns=SQL(", ").join(map(SQL.identifier, SCANNED)),
            )
        )

    def _read_columns(self, table):
        """Return {name: type} of a table's columns; empty if there is no such table."""
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT attname, format_type(atttypid, atttypmod)
                         FROM pg_attribute
                        WHERE attrelid = to_regclass(%s) AND attnum > 0
                          AND NOT attisdropped""",
                    table,
                )
            )
        )

    @api.model
    def _scan(self, query):
        """Let a query on profiles read the narrow copy if that is all it needs."""
        needed = set(_COLUMN.findall(query.select().code))
        if "customer_profile" in query._tables and needed <= set(SCANNED):
            query._tables["customer_profile"] = SQL.identifier(_TABLE)
        return query
