from odoo import api, models

from .store_matrix_plan import EXPECTED


class CampaignPlanLine(models.Model):
    """What the matrix expects of a store and a creative, also of a changed one."""

    _name = "campaign.plan.line"
    _inherit = ["campaign.plan.line", "store.matrix.words"]

    @api.model
    def _describe_reason(self, reason):
        return self._describe_code(reason)

    def _read_expectations(self):
        result = super()._read_expectations()
        # superuser: of stores whose lines the user just wrote; company by the stores
        cells = self.env["store.matrix.cell"].sudo()
        found = cells.search_fetch(
            [
                ("store_id", "in", self.store_id.ids),
                ("creative_id", "in", self.creative_id.ids),
            ],
            [*EXPECTED, "store_id", "creative_id", "confidence", "conversion_value"],
        )
        by_pair = {(cell.store_id, cell.creative_id): cell for cell in found}
        names = (*EXPECTED, "confidence", "conversion_value")
        for line in self.sudo():
            cell = by_pair.get((line.store_id, line.creative_id))
            if not cell:
                continue
            changed = {name: cell[name] for name in names if cell[name] != line[name]}
            if changed:
                line.write(changed)
        return result
