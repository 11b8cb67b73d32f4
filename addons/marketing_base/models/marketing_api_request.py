from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

KEEP_DAYS = "marketing_base.api_request_days"
DEFAULT_KEEP_DAYS = 30
GC_BATCH = 10_000


class MarketingApiRequest(models.Model):
    """One line a request: which operation, how it ended and how long it took.

    No body, no query, no client address and no path with an id in it.
    """

    _name = "marketing.api.request"
    _description = "API Request"
    _order = "id desc"
    _rec_name = "route"
    _log_access = False

    requested_at = fields.Datetime("Time", readonly=True, index=True)
    method = fields.Char(readonly=True)
    route = fields.Char(readonly=True)
    status = fields.Integer(readonly=True, aggregator=None)
    outcome = fields.Selection(
        [
            ("ok", "Answered"),
            ("refused", "Refused"),
            ("limited", "Too Many"),
            ("failed", "Failed"),
        ],
        readonly=True,
    )
    duration = fields.Integer("Milliseconds", readonly=True, aggregator="avg")
    key_id = fields.Many2one(
        "marketing.api.key", "API Key", readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")

    @api.model
    def _record(self, operation, status, *, milliseconds, key_id=None):
        """Add a line in the transaction of the caller, without the ORM."""
        outcome = "ok" if status < 400 else "refused" if status < 500 else "failed"
        self.env.cr.execute(
            """INSERT INTO marketing_api_request (requested_at, method, route, status,
                      outcome, duration, key_id, company_id)
               SELECT clock_timestamp() AT TIME ZONE 'UTC', %s, %s, %s, %s, %s, key.id,
                      key.company_id
                 FROM (SELECT) one LEFT JOIN marketing_api_key key ON key.id = %s""",
            [
                operation.method,
                operation.template,
                status,
                "limited" if status == 429 else outcome,
                milliseconds,
                key_id or None,
            ],
        )

    @api.model_create_multi
    def create(self, vals_list):
        raise AccessError(self.env._("Requests are recorded by the system only."))

    def write(self, vals):
        raise AccessError(self.env._("Requests are recorded by the system only."))

    @api.autovacuum
    def _gc_requests(self):
        # sudo: a setting of the whole database
        text = self.env["ir.config_parameter"].sudo().get_param(KEEP_DAYS) or ""
        days = int(text) if text.isdecimal() else DEFAULT_KEEP_DAYS
        deleted = self.env.execute_query(
            SQL(
                """DELETE FROM marketing_api_request WHERE id IN (
                       SELECT id FROM marketing_api_request
                        WHERE requested_at < (now() AT TIME ZONE 'UTC')
                              - make_interval(days => %s)
                        LIMIT %s)
                RETURNING id""",
                days,
                GC_BATCH,
            )
        )
        return len(deleted), len(deleted) == GC_BATCH
