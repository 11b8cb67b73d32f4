from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..intake.keeping import Kept

KEEP_DAYS = 30
CAP = "marketing_base.failed_event_cap"
DEFAULT_CAP = 10_000
GC_BATCH = 10_000


class MarketingEventFailure(models.Model):
    """An event from outside that was refused: kept, so that nothing is lost silently.

    Like the log it holds no address of a person. Sent again it is counted on its row.
    """

    _name = "marketing.event.failure"
    _description = "Failed Event"
    _inherit = ["marketing.event.source"]
    _order = "received_at desc, id desc"
    _rec_name = "event_id"
    _log_access = False

    received_at = fields.Datetime("Received", readonly=True, index=True)
    state = fields.Selection(
        [("failed", "Failed"), ("replayed", "Replayed")],
        "Status",
        readonly=True,
        required=True,
        default="failed",
    )
    code = fields.Selection(
        [
            ("not_an_object", "Not an Event"),
            ("unknown_field", "Unknown Field"),
            ("missing_field", "Field Missing"),
            ("invalid_field", "Wrong Field"),
            ("invalid_event_id", "Wrong Identifier"),
            ("invalid_time", "Wrong Time"),
            ("unreadable_value", "Unreadable Number"),
            ("duplicate_name", "Same Name Twice"),
            ("unstorable_text", "Unstorable Text"),
            ("too_deep", "Nested Too Deep"),
            ("too_many_properties", "Too Many Properties"),
            ("too_large", "Too Large"),
            ("too_old", "Too Old"),
            ("in_future", "In the Future"),
            ("unknown_type", "Unknown Type"),
            ("type_not_accepted", "Type Not Accepted"),
            ("invalid_properties", "Properties Against the Schema"),
            ("unknown_customer", "Unknown Customer"),
            ("unknown_campaign", "Unknown Campaign"),
        ],
        "Reason",
        readonly=True,
    )
    detail = fields.Char("Explanation", readonly=True)
    pointer = fields.Char("Place", readonly=True)
    event_type = fields.Char(readonly=True)
    event_id = fields.Char("Event Identifier", readonly=True)
    source_id = fields.Char("Source Code", readonly=True, required=True)
    key_id = fields.Many2one(
        "marketing.api.key", "API Key", readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, required=True, index=True, ondelete="cascade"
    )
    attempts = fields.Integer(
        "Times Received", readonly=True, default=1, aggregator=None
    )
    is_replayable = fields.Boolean(
        "Can Be Replayed",
        readonly=True,
        help="The event itself can be stored; a setting or its age stands against it.",
    )
    payload = fields.Text("Event", readonly=True)
    replayed_at = fields.Datetime("Replayed On", readonly=True)
    replayed_by_id = fields.Many2one(
        "res.users", "Replayed By", readonly=True, ondelete="set null"
    )

    _source_event_uniq = models.UniqueIndex(
        "(source_id, event_id) WHERE state = 'failed' AND event_id IS NOT NULL"
    )
    _source_state_idx = models.Index("(source_id) WHERE state = 'failed'")

    @api.model
    def _keep(self, cr, source, kept):
        """Store refused events with the cursor of the batch.

        :return: whether there is room; the caller gives up its transaction if not
        """
        cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [source.source_id]
        )
        # one statement cannot touch a row twice: of equal identifiers the last counts
        named = {row.event_id: row for row in kept if row.event_id is not None}
        rows = [*named.values(), *(row for row in kept if row.event_id is None)]
        cr.execute(self._keep_sql(source, rows))
        cap = self._get_cap()
        cr.execute(
            """SELECT count(*) FROM (
                   SELECT FROM marketing_event_failure
                    WHERE source_id = %s AND state = 'failed' LIMIT %s) counted""",
            [source.source_id, cap + 1],
        )
        return cr.fetchone()[0] <= cap

    @api.model
    def _keep_sql(self, source, rows):
        columns = dict(
            zip(Kept._fields, map(list, zip(*rows, strict=True)), strict=True)
        )
        return SQL(
            """INSERT INTO marketing_event_failure AS known (
                      received_at, state, attempts, source_id, key_id, company_id,
                      event_id, event_type, code, detail, pointer, payload,
                      is_replayable)
               SELECT clock_timestamp() AT TIME ZONE 'UTC', 'failed', 1, %(source)s,
                      %(key)s, %(company)s, given.*
                 FROM unnest(%(event_id)s::text[], %(event_type)s::text[],
                             %(code)s::text[], %(detail)s::text[],
                             %(pointer)s::text[], %(payload)s::text[],
                             %(is_replayable)s::bool[]) given
                   ON CONFLICT (source_id, event_id)
                WHERE state = 'failed' AND event_id IS NOT NULL DO UPDATE
                  SET received_at = EXCLUDED.received_at,
                      attempts = known.attempts + 1, key_id = EXCLUDED.key_id,
                      event_type = EXCLUDED.event_type, code = EXCLUDED.code,
                      detail = EXCLUDED.detail, pointer = EXCLUDED.pointer,
                      payload = EXCLUDED.payload,
                      is_replayable = EXCLUDED.is_replayable""",
            source=source.source_id,
            key=source.key_id or None,
            company=source.company_id,
            **columns,
        )

    @api.model
    def _get_cap(self):
        # sudo: a setting of the whole database
        text = self.env["ir.config_parameter"].sudo().get_param(CAP) or ""
        return int(text) if text.isdecimal() else DEFAULT_CAP

    @api.model_create_multi
    def create(self, vals_list):
        raise AccessError(self.env._("Failed events are recorded by the system only."))

    def write(self, vals):
        raise AccessError(self.env._("Failed events are recorded by the system only."))

    @api.autovacuum
    def _gc_failures(self):
        deleted = self.env.execute_query(
            SQL(
                """DELETE FROM marketing_event_failure WHERE id IN (
                       SELECT id FROM marketing_event_failure
                        WHERE received_at < (now() AT TIME ZONE 'UTC')
                              - make_interval(days => %s)
                        LIMIT %s)
                RETURNING id""",
                KEEP_DAYS,
                GC_BATCH,
            )
        )
        return len(deleted), len(deleted) == GC_BATCH
