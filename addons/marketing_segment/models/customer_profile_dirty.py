from odoo import api, fields, models
from odoo.tools import SQL, file_open

_DROP_MARKS = """
    DROP FUNCTION IF EXISTS
        customer_profile_mark_order(), customer_profile_mark_order_line(),
        customer_profile_mark_move(), customer_profile_mark_move_line(),
        customer_profile_mark_link(), customer_profile_mark_partner(),
        customer_profile_mark_refunds(integer[]), customer_profile_scan_copy()
    CASCADE;
    DROP TABLE IF EXISTS customer_profile_scan
"""


class CustomerProfileDirty(models.Model):
    """Marks left by database triggers; the incremental refresh takes them away."""

    _name = "customer.profile.dirty"
    _description = "Customer To Refresh"
    _auto = False
    _log_access = False

    partner_id = fields.Integer("Customer ID", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    xact_id = fields.Integer("Transaction", readonly=True)

    def init(self):
        """Create the table and the statement triggers that feed it."""
        with file_open("marketing_segment/data/customer_profile_dirty.sql") as script:
            self.env.cr.execute(script.read())

    @api.model
    def _drop_triggers(self):
        self.env.cr.execute(_DROP_MARKS)

    @api.model
    def _take(self):
        """Delete and return the marks whose transaction is certainly over.

        A mark of a transaction that was open when our snapshot was taken stays for the
        next run, as does the order that it stands for. Our own marks are taken: what
        they stand for is visible to us.

        :return: list of (partner id, company id or None), each pair once
        """
        self.env.flush_all()
        return self._take_below(self.env["marketing.projection"]._get_horizon())

    @api.model
    def _take_below(self, horizon):
        return self.env.execute_query(
            SQL(
                """
                WITH taken AS (
                    DELETE FROM customer_profile_dirty
                     WHERE xact_id < %s OR xact_id = pg_current_xact_id()::text::bigint
                 RETURNING partner_id, company_id
                )
                SELECT DISTINCT partner_id, company_id FROM taken
                """,
                horizon,
            )
        )
