from odoo import api, models
from odoo.tools import SQL

from ..sample_marks import MODULE, mark_name


class MarketingSample(models.AbstractModel):
    """The marks by which sample records are found again."""

    _inherit = "marketing.sample"

    @api.model
    def _mark(self, company, records):
        self.env["ir.model.data"].create(
            [
                {
                    "module": MODULE,
                    "name": mark_name(company, record),
                    "model": record._name,
                    "res_id": record.id,
                    "noupdate": True,
                }
                for record in records
            ]
        )
        return records

    @api.model
    def _get_marked(self, company):
        """Return {model: ids} of the records that still are the ones we made."""
        rows = self.env.execute_query(
            SQL(
                """%s AND starts_with(mark.name, %s)
                   GROUP BY mark.model""",
                self._marks_sql(),
                f"company_{company.id}_",
            )
        )
        return dict(rows)

    @api.model
    def _get_marked_ids(self, model, ids):
        """Return which of these ids of a model are sample records, of any company."""
        rows = self.env.execute_query(
            SQL(
                """%s AND mark.model = %s AND mark.res_id = ANY(%s)
                   GROUP BY mark.model""",
                self._marks_sql(),
                model,
                list(ids),
            )
        )
        return {res_id for _model, found in rows for res_id in found}

    @api.model
    def _marks_sql(self):
        """A mark that merging contacts has moved names another id, and counts not."""
        self.env["ir.model.data"].flush_model()
        return SQL(
            """SELECT mark.model, array_agg(mark.res_id ORDER BY mark.res_id)
                 FROM ir_model_data mark
                WHERE mark.module = %s AND mark.model <> 'res.company'
                  AND right(mark.name, length(mark.res_id::text) + 1)
                      = '_' || mark.res_id""",
            MODULE,
        )
