from odoo import api, models

#: Of included lines: pieces and money by wave.
SUMS = ("store_id:count_distinct", "quantity:sum", "cost:sum")
TOTALS = (
    "total_stores",
    "excluded_count",
    "unassigned_count",
    "override_count",
    "total_quantity",
    "total_cost",
    "budget",
    "is_over_budget",
    "expected_conversions",
    "expected_conversions_low",
    "expected_conversions_high",
    "average_confidence",
)


class CampaignPlan(models.Model):
    """What stands below the grid and above the columns of the board."""

    _inherit = "campaign.plan"

    @api.readonly
    def get_board(self):
        """Return the totals of one plan and of its waves, as the reader may see them.

        Five statements for a plan of any size; read again after each change.
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "id": self.id,
            "currency_id": self.currency_id.id,
            "totals": {name: self[name] for name in TOTALS},
            "waves": self._read_waves(),
        }

    def _read_waves(self):
        """Return {id, 0 for none: figures and limits}."""
        rows = self.env["campaign.plan.line"]._read_group(
            [("plan_id", "=", self.id), ("is_included", "=", True)], ["wave_id"], SUMS
        )
        sums = {wave.id or 0: values for wave, *values in rows}
        waves = {0: {"budget": 0, "capacity": 0}}
        for wave in self.wave_ids:
            waves[wave.id] = {"budget": wave.budget, "capacity": wave.capacity}
        for key, wave in waves.items():
            stores, pieces, cost = sums.get(key, (0, 0, 0))
            wave.update(
                stores=stores or 0,
                pieces=pieces or 0,
                cost=cost or 0,
                is_over_budget=0 < wave["budget"] < (cost or 0),
                is_over_capacity=0 < wave["capacity"] < (pieces or 0),
            )
        return waves
