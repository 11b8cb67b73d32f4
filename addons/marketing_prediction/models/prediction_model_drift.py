import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_engine import evaluation

#: Above it the scores of today are others than those that were judged.
DRIFTED = 0.25


class PredictionModel(models.Model):
    """How far the scores moved since the version was fitted."""

    _inherit = "prediction.model"

    @api.model
    def _measure_drift(self, model_id):
        """Job: compare today's scores with those of the day of the fit."""
        model = self.browse(model_id).exists()
        if model.state != "in_use":
            return
        edges, then = model.spread["edges"], model.spread["cases"]
        now = np.zeros(len(then))
        rows = self.env.execute_query(model._get_spread_sql(edges))
        for group, count in rows:
            now[group] = count
        drift = evaluation.population_stability(then, now) if now.sum() else 0.0
        model.write(
            {
                "drift": drift,
                "drift_on": fields.Date.today(),
                "has_drifted": drift > DRIFTED,
                "scored_count": int(now.sum()),
            }
        )

    def _get_spread_sql(self, edges):
        method = self._get_method()
        score = SQL.identifier(method.watched)
        return SQL(
            """SELECT width_bucket(%(score)s::float8, %(edges)s::float8[]), COUNT(*)
                 FROM customer_profile
                WHERE company_id = %(company)s AND %(model)s = %(id)s
                GROUP BY 1""",
            score=score,
            edges=edges,
            company=self.company_id.id,
            model=SQL.identifier(method.model_field),
            id=self.id,
        )
