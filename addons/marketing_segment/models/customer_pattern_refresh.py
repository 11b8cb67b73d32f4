import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_selected_events
from odoo.addons.marketing_engine.patterns import PATTERNS, PatternScores, classify

from ..pattern_arrays import (
    SOURCES,
    collect_evidence,
    read_columns,
    read_labels,
    to_literal,
)
from ..pattern_write import write_labels, write_primary

# Customers of one job: their figures take some 200 MB while they are read.
RANGE = 200_000

_FIGURES = """
    SELECT behaviour.partner_id, behaviour.top_category_id, %s
      FROM customer_behaviour behaviour
      JOIN customer_profile profile
        ON profile.partner_id = behaviour.partner_id
       AND profile.company_id = behaviour.company_id
     WHERE behaviour.company_id = %s AND behaviour.partner_id BETWEEN %s AND %s
     ORDER BY behaviour.partner_id
"""
_LABELS = """
    SELECT partner_id, pattern FROM customer_pattern
     WHERE company_id = %s AND partner_id BETWEEN %s AND %s
       AND partner_id = ANY(%s::int[])
"""
_EVENTS = """
    SELECT 'odoo' AS source_id, 'pattern:' || move.id || ':' || move.change AS event_id,
           'user_segmented' AS event_type, NULL::timestamp AS occurred_at,
           %(company)s::int AS company_id, move.partner_id,
           NULL::int AS campaign_id, NULL::int AS recipient_id,
           jsonb_strip_nulls(jsonb_build_object(
               'pattern', move.pattern, 'change', move.change, 'source', 'pattern',
               'previous_primary', move.previous, 'primary', move.main,
               'figure', move.figure, 'threshold', move.threshold)) AS properties
      FROM unnest(%(changes)s::text[], %(ids)s::int[], %(partners)s::int[],
                  %(patterns)s::text[], %(previous)s::text[], %(main)s::text[],
                  %(figures)s::float8[], %(thresholds)s::float8[])
           AS move(change, id, partner_id, pattern, previous, main, figure, threshold)
"""


class CustomerPattern(models.Model):
    """The nightly run: figures of everybody at once, then labels by ranges of ids."""

    _inherit = "customer.pattern"

    @api.model
    def _enqueue_refresh(self, company):
        return self.env["marketing.job"]._enqueue(
            self._name,
            "_refresh_company",
            {"company_id": company.id},
            key=f"customer.pattern:{company.id}",
        )

    @api.model
    def _refresh_company(self, company_id):
        """Job: compute the figures of a company that may be gone by now.

        Ranks need everybody, so they are part of the figures; what follows looks at
        each customer alone and is split into jobs.
        """
        company = self.env["res.company"].browse(company_id).exists()
        if not company:
            return
        thresholds = self.env["customer.pattern.threshold"]._ensure(company)
        behaviour = self.env["customer.behaviour"]
        _rows, categories, places = behaviour._rebuild(company, thresholds.window_days)
        task = {
            "company_id": company.id,
            "categories": categories,
            "places": places,
            "is_baseline": thresholds.is_baseline_due,
        }
        thresholds.write(
            {"is_baseline_due": False, "last_run_at": fields.Datetime.now()}
        )
        ranges = behaviour._split(company, RANGE)
        for first, last in ranges:
            if len(ranges) == 1:
                self._classify_range(first=first, last=last, **task)
            else:
                self._enqueue_range({"first": first, "last": last, **task})
        self.env["customer.profile.history"]._enqueue_month(company)

    def _enqueue_range(self, task):
        self.env["marketing.job"]._enqueue(
            self._name,
            "_classify_range",
            task,
            key=f"customer.pattern:{task['company_id']}:{task['first']}",
        )

    @api.model
    def _count_waiting(self, company):
        """Return how many ranges of a company are not classified yet."""
        return self.env["marketing.job"].search_count(
            [
                ("key", "=like", f"customer.pattern:{company.id}:%"),
                ("state", "in", ("pending", "running")),
            ]
        )

    @api.model
    def _classify_range(self, company_id, first, last, categories, places, is_baseline):
        """Job: label the customers of a range of ids and log who changed."""
        company = self.env["res.company"].browse(company_id).exists()
        if not company:
            return
        self.env.flush_all()
        figures = self._get_figures()
        rows = self.env.execute_query(
            SQL(_FIGURES, SQL(", ").join(figures.values()), company.id, first, last)
        )
        if rows:
            columns = read_columns(rows, ("id", "category", *figures))
            thresholds = self.env["customer.pattern.threshold"]._ensure(company)
            params = thresholds._get_params(categories, places)
            self._label(company, columns, params, is_baseline)
        self.env["customer.profile.history"]._enqueue_month(company)

    @api.model
    def _get_figures(self):
        """Return {column of the engine: SQL on `behaviour` and `profile`}.

        An addon that knows the probability that a customer is still one adds
        "p_alive".
        """
        return {
            name: SQL.identifier("behaviour", column)
            for name, column in SOURCES.items()
        }

    def _label(self, company, columns, params, is_baseline):
        ids = columns.pop("id").astype(np.int64)
        category_ids = columns.pop("category")
        before = self._read_previous(company, ids)
        now = classify(columns, params, previous=before.labels)
        evidence = collect_evidence(columns, params)
        moves = self.env.execute_query(
            write_labels(company, fields.Date.today(), ids, now, evidence, category_ids)
        )
        self.env.cr.execute(write_primary(company, ids, now.primary))
        if moves and not is_baseline:
            self._log_moves(company, ids, moves, (before, now), evidence)
            moved = sorted({partner_id for _change, _id, partner_id, _pattern in moves})
            self.env["customer.segment"]._enqueue_changed(company, moved)
        self.env["customer.profile"].invalidate_model(flush=False)
        self.invalidate_model(flush=False)

    def _read_previous(self, company, ids):
        """Return the labels of the last run, as the engine tells them."""
        rows = self.env.execute_query(
            SQL(
                _LABELS, company.id, int(ids[0]), int(ids[-1]), to_literal(ids.tolist())
            )
        )
        labels = read_labels(ids, rows)
        return PatternScores(labels, labels.astype(np.float64))

    def _log_moves(self, company, ids, moves, runs, evidence):
        """Log each pattern that came or went, with the figure behind it."""
        changes, row_ids, partner_ids, patterns = map(list, zip(*moves, strict=True))
        rows = np.searchsorted(ids, partner_ids)
        columns = np.array([PATTERNS.index(name) for name in patterns])
        previous, main = (
            [_get_name(number) for number in run.primary[rows].tolist()] for run in runs
        )
        insert_selected_events(
            self.env.cr,
            SQL(
                _EVENTS,
                company=company.id,
                changes=changes,
                ids=row_ids,
                partners=partner_ids,
                patterns=patterns,
                previous=previous,
                main=main,
                figures=to_literal(evidence.figure[rows, columns].tolist()),
                thresholds=to_literal(evidence.threshold[columns].tolist()),
            ),
        )


def _get_name(number):
    return PATTERNS[number] if number >= 0 else None
