from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_engine import evaluation

#: Tenths of the scores are compared.
TENTHS = 10
#: Above it the scores of today are others than those that were judged.
DRIFTED = 0.25
#: Batches that were queued together are mostly done by then.
DRIFT_AFTER = timedelta(minutes=20)


class PredictionModel(models.Model):
    """How far the scores moved since the version was put to use."""

    _inherit = "prediction.model"

    @api.model
    def _measure_drift(self, model_id):
        """Job: compare today's scores with the first ones of the version.

        Not with those that were judged: these are of the customers of a month before,
        and of some of them only.
        """
        model = self.browse(model_id).exists()
        if model.state != "in_use":
            return
        if model._has_waiting_batches():
            model._enqueue_drift()
            return
        spread = model.spread or model._read_spread()
        now = model._count_scores(spread["edges"])
        drift = 0.0
        if sum(now):
            model.spread = spread
            drift = evaluation.population_stability(spread["cases"], now)
        model.write(
            {
                "drift": drift,
                "drift_on": fields.Date.today(),
                "has_drifted": drift > DRIFTED,
                "scored_count": sum(now),
            }
        )

    def _has_waiting_batches(self):
        domain = [
            ("key", "=like", f"{self._name}:score:{self.id}:%"),
            ("state", "in", ["pending", "running"]),
        ]
        return bool(self.env["marketing.job"].search_count(domain, limit=1))

    def _enqueue_drift(self):
        self.env["marketing.job"]._enqueue(
            self._name,
            "_measure_drift",
            {"model_id": self.id},
            key=f"{self._name}:drift:{self.id}",
            run_at=fields.Datetime.now() + DRIFT_AFTER,
        )

    def _read_spread(self):
        """Return the edges of tenths of the scores, and the customers between them."""
        [(edges,)] = self._query_scores(
            SQL(
                "percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY %s::float8)",
                [tenth / TENTHS for tenth in range(1, TENTHS)],
                self._get_watched(),
            )
        )
        edges = sorted(set(edges or []))
        return {"edges": edges, "cases": self._count_scores(edges)}

    def _count_scores(self, edges):
        counts = [0] * (len(edges) + 1)
        group = SQL(
            "width_bucket(%s::float8, %s::float8[])", self._get_watched(), edges
        )
        for place, count in self._query_scores(SQL("%s, COUNT(*)", group), group):
            counts[place] = count
        return counts

    def _get_watched(self):
        return SQL.identifier(self._get_method().watched)

    def _query_scores(self, columns, group=None):
        """Return the columns of the customers whom this version scored."""
        self.env["customer.profile"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT %s FROM customer_profile
                    WHERE company_id = %s AND %s = %s AND %s IS NOT NULL %s""",
                columns,
                self.company_id.id,
                SQL.identifier(self._get_method().model_field),
                self.id,
                self._get_watched(),
                SQL("GROUP BY 1") if group else SQL(),
            )
        )
