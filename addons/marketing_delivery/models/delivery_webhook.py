# Webhooks are processed on own cursors, one transaction each.
# pylint: disable=invalid-commit

import base64
import logging
import time
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from odoo.addons.marketing_base.scrub import scrub_text
from odoo.addons.marketing_queue.isolation import read_committed

from ..sender.unpack import unpack

_logger = logging.getLogger(__name__)

KEEP_BODY_DAYS = 7
KEEP_FAILED_BODY_DAYS = 30
KEEP_DAYS = 90
PUMP_SECONDS = 50


class DeliveryWebhook(models.Model):
    """What a provider has told, as it came; verified before it is stored here."""

    _name = "delivery.webhook"
    _description = "Webhook of a Provider"
    _order = "received_at desc, id desc"
    _log_access = False  # no user has sent it

    provider_id = fields.Many2one(
        "delivery.provider", required=True, readonly=True, ondelete="cascade"
    )
    received_at = fields.Datetime(
        "Received", required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        [("stored", "Stored"), ("processed", "Processed"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="stored",
    )
    # Addresses of customers: for the system only, and not for long.
    body = fields.Binary(attachment=False, readonly=True, groups="base.group_system")
    has_body = fields.Boolean(compute="_compute_has_body")
    content_encoding = fields.Char(readonly=True)
    size = fields.Integer("Bytes", readonly=True, aggregator="sum")
    event_count = fields.Integer("New Events", readonly=True)
    known_count = fields.Integer("Told Before", readonly=True)
    trace_count = fields.Integer(
        "Signs Only",
        readonly=True,
        help="Show that the provider has the message; opens and clicks are counted by"
        " our own pixel and links.",
    )
    unknown_count = fields.Integer(
        "Not Ours",
        readonly=True,
        help="Events of messages that are not in this system.",
    )
    receipt_count = fields.Integer("Receipts", readonly=True)
    error = fields.Char(readonly=True)
    processed_at = fields.Datetime("Processed", readonly=True)

    _stored_idx = models.Index("(id) WHERE state = 'stored'")
    _provider_idx = models.Index("(provider_id, received_at)")

    @api.depends("provider_id", "received_at")
    def _compute_display_name(self):
        for webhook in self:
            moment = webhook.received_at
            time = moment and format_datetime(self.env, moment, dt_format="short")
            webhook.display_name = f"{webhook.provider_id.name}, {time}"

    def _compute_has_body(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM delivery_webhook
                    WHERE id = ANY(%s) AND body IS NOT NULL""",
                self.ids,
            )
        )
        kept = {row[0] for row in rows}
        for webhook in self:
            webhook.has_body = webhook.id in kept

    # === STORE ===#

    @api.model
    def _store(self, provider, body, content_encoding=None):
        """Keep a verified body and have it processed.

        The answer must not leave before the commit.
        """
        # sudo: the provider is nobody here
        webhook = self.sudo().create(
            {
                "provider_id": provider.id,
                "body": base64.b64encode(body),
                "content_encoding": (content_encoding or "")[:40] or False,
                "size": len(body),
            }
        )
        self._enqueue_processing()
        return webhook

    @api.model
    def _enqueue_processing(self):
        return self.env["marketing.job"]._enqueue(
            self._name, "_pump_process", key=self._name, kind="pump", queue="deliver"
        )

    # === PROCESS ===#

    @api.model
    def _pump_process(self):
        """Process what is stored, each in a transaction of its own.

        Returns True when the time was up before all was done.
        """
        deadline = time.monotonic() + PUMP_SECONDS
        while time.monotonic() < deadline:
            with self.env.registry.cursor() as cr:
                read_committed(cr)
                env = api.Environment(cr, SUPERUSER_ID, {})
                if not env[self._name]._process_next():
                    return None
            self.env["marketing.job"]._note_progress()
        return True

    def _process_next(self):
        """Process the oldest one that nobody else has; return whether there was one."""
        self.env.cr.execute(
            """SELECT id FROM delivery_webhook WHERE state = 'stored'
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""
        )
        row = self.env.cr.fetchone()
        if not row:
            return False
        self.browse(row[0])._process()
        self.env.flush_all()
        return True

    def _process(self):
        """Write down what it tells; what cannot be read is kept with the reason."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                values = self._record()
        except OperationalError:
            raise  # the database's problem: it stays stored and is tried again
        except Exception as problem:
            # whatever it is, the next one must not wait for it
            _logger.warning("webhook %s: %s", self.id, type(problem).__name__)
            text = f"{type(problem).__name__}: {scrub_text(problem)}"
            values = {"state": "failed", "error": text[:300]}
        self.write({**values, "processed_at": fields.Datetime.now()})

    def _record(self):
        body = unpack(base64.b64decode(self.body or b""), self.content_encoding)
        feedbacks = self.provider_id._parse_webhook(body)
        tally = self.env["delivery.feedback"]._record(self.provider_id, feedbacks)
        return {
            "state": "processed",
            "error": False,
            "event_count": tally.recorded,
            "known_count": tally.known,
            "trace_count": tally.traces,
            "unknown_count": tally.unknown,
            "receipt_count": tally.receipts,
        }

    # === PEOPLE ===#

    def action_replay(self):
        """Process again, e.g. after a repair; events that are known count once."""
        self.provider_id.check_access("write")
        gone = self.filtered(lambda webhook: not webhook.has_body)
        if gone:
            raise UserError(
                self.env._(
                    "The content is kept for %(days)s days: it cannot be processed"
                    " again.",
                    days=KEEP_BODY_DAYS,
                )
            )
        # sudo: rows are written by the system only; the right was checked above
        self.sudo().write({"state": "stored", "error": False, "processed_at": False})
        self._enqueue_processing()

    @api.autovacuum
    def _gc_webhooks(self):
        """Forget addresses after a week, and all of it after three months."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            """UPDATE delivery_webhook SET body = NULL
                WHERE body IS NOT NULL AND received_at < CASE state
                      WHEN 'processed' THEN %s ELSE %s END""",
            [
                now - timedelta(days=KEEP_BODY_DAYS),
                now - timedelta(days=KEEP_FAILED_BODY_DAYS),
            ],
        )
        self.env.cr.execute(
            "DELETE FROM delivery_webhook WHERE received_at < %s",
            [now - timedelta(days=KEEP_DAYS)],
        )
        self.invalidate_model(flush=False)
