import logging

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_queue.isolation import own_transaction

_logger = logging.getLogger(__name__)


class StoreMatrix(models.Model):
    """Computing: read, close, compute, write; no transaction is open in between."""

    _inherit = "store.matrix"

    @api.model
    def _pump_compute(self, company_id):
        # it loads scipy.optimize, which web processes do without
        from ..matrix_work import compute_matrix

        with own_transaction(self.env.registry) as env:
            matrix = env[self._name].search([("company_id", "=", company_id)], limit=1)
            if not matrix:
                return
            question = matrix._read_question()
            problem = matrix._find_problem(question)
        answer = error = None
        try:
            if not problem:
                answer = compute_matrix(question)
        except Exception as exception:  # told to the user in a sentence, see below
            error = exception
        with own_transaction(self.env.registry) as env:
            matrix = env[self._name].search([("company_id", "=", company_id)], limit=1)
            if matrix and answer is None:
                _logger.info("matrix of company %s: %s", company_id, problem or error)
                problem = problem or matrix._describe_problem(error)
                matrix.write({"state": "failed", "message": problem})
            elif matrix:
                matrix._keep(question, answer)
        if error and not isinstance(error, ValueError):
            raise error

    def _keep(self, question, answer):
        """Replace the cells by the new ones."""
        self.ensure_one()
        self._replace_cells(answer["cells"])
        self._fill_places()
        self.env["store.matrix.cell"].invalidate_model()
        text = f"{question['period_start']} – {question['period_end']}"
        self.write(
            {
                "state": "done",
                "message": False,
                "computed_at": fields.Datetime.now(),
                "computed_for": text,
                "unpriced": question["unpriced"] or False,
                **answer["totals"],
            }
        )

    def _replace_cells(self, cells):
        """Write {name: values of all cells} by one statement."""
        names = list(cells)
        kinds = [CELL_TYPES[name] for name in names]
        self.env.execute_query(
            SQL("DELETE FROM store_matrix_cell WHERE matrix_id = %s", self.id)
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO store_matrix_cell (matrix_id, company_id, %(names)s)
                   SELECT %(matrix)s, %(company)s, cell.*
                     FROM unnest(%(columns)s) AS cell""",
                names=SQL(", ").join(map(SQL.identifier, names)),
                matrix=self.id,
                company=self.company_id.id,
                columns=SQL(", ").join(
                    SQL("%s::" + kind + "[]", column)
                    for column, kind in zip(cells.values(), kinds, strict=True)
                ),
            )
        )

    def _fill_places(self):
        """Write where the stores are to their cells, for filters and rules."""
        self.env.cr.execute(
            SQL(
                """UPDATE store_matrix_cell cell
                      SET region_id = store.region_id, state_id = store.state_id
                     FROM marketing_store store
                    WHERE store.id = cell.store_id AND cell.matrix_id = %s""",
                self.id,
            )
        )


CELL_TYPES = {
    "store_id": "int",
    "creative_id": "int",
    "is_recommended": "bool",
    "is_allowed": "bool",
    "status": "text",
    "quantity": "int",
    "confidence": "float8",
    "expected_rate": "float8",
    "expected_rate_low": "float8",
    "expected_rate_high": "float8",
    "conversion_value": "float8",
    "expected_profit": "float8",
    "cost": "float8",
    "score_store": "float8",
    "score_creative": "float8",
    "score_region": "float8",
    "score_timing": "float8",
    "drop_count": "int",
    "pieces_total": "int",
    "risk_count": "int",
    "reasoning": "jsonb",
}
