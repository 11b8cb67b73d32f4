from datetime import timedelta
from typing import NamedTuple

from odoo import api, models

from odoo.addons.marketing_queue.isolation import read_committed

from ..api.problems import Problem
from ..intake.judge import Judge, Refusal, collect_ids
from ..intake.keeping import keep
from ..intake.log import log_rows

LATE = timedelta(hours=24)
FULL_RETRY_SECONDS = 3600


class Source(NamedTuple):
    """Who sends: the name in the log, its company, and what it may send.

    :param key_id: the key, or None for sources whose failed events are not kept
    :param partner_id: the customer of all events, known by other means than their word
    """

    source_id: str
    company_id: int
    doors: frozenset
    key_id: int | None = None
    partner_id: int | None = None


class MarketingEventIntake(models.AbstractModel):
    """The door for events from outside: judged one by one, stored together."""

    _name = "marketing.event.intake"
    _description = "Intake of Events"

    def init(self):
        """One row a batch, for the quality of the data; kept for a month."""
        self.env.cr.execute(
            """CREATE TABLE IF NOT EXISTS marketing_event_batch (
                   received_at timestamp NOT NULL
                       DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
                   xact_id bigint NOT NULL
                       DEFAULT pg_current_xact_id()::text::bigint,
                   source_id text NOT NULL,
                   company_id integer,
                   received integer NOT NULL,
                   accepted integer NOT NULL,
                   duplicates integer NOT NULL,
                   conflicts integer NOT NULL,
                   rejected integer NOT NULL,
                   late integer NOT NULL);
               CREATE INDEX IF NOT EXISTS marketing_event_batch_received_at_idx
                   ON marketing_event_batch (received_at);
               CREATE INDEX IF NOT EXISTS marketing_event_batch_xact_id_idx
                   ON marketing_event_batch (xact_id)"""
        )

    @api.model
    def _receive(self, source, raws):
        """Judge and store raw events; return one verdict or Refusal for each.

        It commits by itself, so whoever is told a verdict can rely on it.

        :raises Problem: 429, too many failed events of this source are kept already
        """
        judge = self._get_judge(source, raws)
        judged = [judge.judge(raw) for raw in raws]
        rows = [row for row in judged if not isinstance(row, Refusal)]
        if source.partner_id:
            rows = [row._replace(partner_id=source.partner_id) for row in rows]
        with self.env.registry.cursor() as cr:
            read_committed(cr)
            verdicts = log_rows(cr, rows, source.source_id, source.company_id)
            if source.key_id:
                self._keep_refused(cr, source, raws, judged)
            late = self.env.cr.now() - LATE
            _note_batch(cr, source, rows, verdicts, len(raws), late)
        answers = iter(verdicts)
        return [row if isinstance(row, Refusal) else next(answers) for row in judged]

    @api.model
    def _get_judge(self, source, raws, *, any_age=False):
        company = source.company_id
        return Judge(
            self.env["marketing.event.type"]._get_rules(),
            source.doors,
            self._find_customers(collect_ids(raws, "partner_id"), company),
            self._find_campaigns(collect_ids(raws, "campaign_id"), company),
            self.env.cr.now(),
            any_age=any_age,
        )

    @api.model
    def _find_customers(self, ids, company_id):
        """Return {id: the customer it means today} of those the user may read."""
        if not ids:
            return {}
        meanings = self.env["marketing.identity"]._get_canonical_ids(ids)
        partners = self.env["res.partner"].with_context(active_test=False)
        found = partners.search_fetch(
            [
                ("id", "in", list(set(meanings.values()))),
                ("company_id", "in", [False, company_id]),
            ],
            ["commercial_partner_id"],
        )
        customers = {partner.id: partner.commercial_partner_id.id for partner in found}
        return {
            sent: customers[meant]
            for sent, meant in meanings.items()
            if meant in customers
        }

    @api.model
    def _find_campaigns(self, ids, company_id):
        """Return the ids of campaigns of the company; filled where campaigns are."""
        return set()

    @api.model
    def _keep_refused(self, cr, source, raws, judged):
        kept = [
            keep(raw, refusal)
            for raw, refusal in zip(raws, judged, strict=True)
            if isinstance(refusal, Refusal)
        ]
        failures = self.env["marketing.event.failure"]
        if kept and not failures._keep(cr, source, kept):
            raise Problem(
                429,
                "Too many refused events of this key wait to be looked at. Nothing of"
                " this batch was stored: correct it, or ask an administrator.",
                headers={"Retry-After": str(FULL_RETRY_SECONDS)},
            )

    @api.autovacuum
    def _gc_batches(self):
        self.env.cr.execute(
            """DELETE FROM marketing_event_batch
                WHERE received_at < now() AT TIME ZONE 'UTC' - interval '35 days'"""
        )


def _note_batch(cr, source, rows, verdicts, received, late):
    """Add the row of a batch; events before ``late`` came late."""
    late = late.isoformat(" ")
    accepted = [
        row.occurred_at < late
        for row, verdict in zip(rows, verdicts, strict=True)
        if verdict == "accepted"
    ]
    cr.execute(
        """INSERT INTO marketing_event_batch (source_id, company_id, received,
                  accepted, duplicates, conflicts, rejected, late)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            source.source_id,
            source.company_id,
            received,
            len(accepted),
            verdicts.count("duplicate"),
            verdicts.count("conflict"),
            received - len(rows),
            sum(accepted),
        ],
    )
