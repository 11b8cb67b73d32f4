from odoo import fields, models
from odoo.tools import SQL

_PRICE = """
    UPDATE campaign_plan_line line
       SET unit_price = run.price, cost = run.price * line.quantity,
           is_price_missing = run.is_missing
      FROM unnest(%(plans)s::int[], %(waves)s::int[], %(creatives)s::int[],
                  %(prices)s::float8[], %(missing)s::bool[])
           AS run(plan_id, wave_id, creative_id, price, is_missing)
     WHERE line.plan_id = run.plan_id
       AND COALESCE(line.wave_id, 0) = run.wave_id
       AND COALESCE(line.creative_id, 0) = run.creative_id
       AND (line.unit_price, line.cost, line.is_price_missing) IS DISTINCT FROM
           (run.price, (run.price * line.quantity)::numeric, run.is_missing)
"""


class CampaignPlan(models.Model):
    """Prices of all lines of a plan, by the quantity of their print runs."""

    _inherit = "campaign.plan"

    def _refresh_prices(self):
        """Write price and cost of each line: one statement for a plan of any size."""
        lines = self.env["campaign.plan.line"]
        runs = self._price_runs() if self else []
        if not runs:
            return
        names = ("plans", "waves", "creatives", "prices", "missing")
        arrays = dict(zip(names, map(list, zip(*runs, strict=True)), strict=True))
        self.env.execute_query(SQL(_PRICE + " RETURNING line.id", **arrays))
        lines.invalidate_model(["unit_price", "cost", "is_price_missing"], flush=False)

    def _price_runs(self):
        """Return [(plan, wave or 0, creative or 0, price, whether it is missing)]."""
        # superuser: the price depends on all pieces of the run, and on vendor prices
        lines = self.env["campaign.plan.line"].sudo()
        lines.flush_model()
        groups = lines._read_group(
            [("plan_id", "in", self.ids)],
            ["plan_id", "wave_id", "creative_id", "is_included"],
            ["quantity:sum"],
        )
        runs = {}
        for plan, wave, creative, is_included, quantity in groups:
            key = (plan, wave, creative)
            runs[key] = runs.get(key, 0) + (quantity if is_included else 0)
        today = fields.Date.context_today(self)
        return [
            (
                plan.id,
                wave.id or 0,
                creative.id or 0,
                price or 0.0,
                price is None,
            )
            for (plan, wave, creative), quantity in runs.items()
            for price in [
                creative._get_piece_price(quantity, wave.date_start or today)
                if creative
                else None
            ]
        ]
