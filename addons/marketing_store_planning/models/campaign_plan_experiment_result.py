from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_engine import experiments

SECOND = ("control", "b")
# Of a line its own results; else those of the store in the plan's period, and of two
# creatives the line's one.
_RESULTS = """
    SELECT line.id, SUM(result.conversions), SUM(result.revenue)::float8
      FROM campaign_plan_line line
      JOIN campaign_plan plan ON plan.id = line.plan_id
      JOIN store_campaign_result result ON result.store_id = line.store_id
       AND (result.plan_line_id = line.id
            OR (result.plan_line_id IS NULL
                AND result.period_start BETWEEN plan.period_start AND plan.period_end
                AND (line.experiment_arm = 'control'
                     OR result.creative_id = line.creative_id)))
     WHERE line.experiment_id = ANY(%s) AND result.incomplete IS NULL
     GROUP BY line.id
"""


class CampaignPlanExperiment(models.Model):
    """What an experiment has found: the difference of its arms, with its interval."""

    _inherit = "campaign.plan.experiment"

    result_count = fields.Integer("Stores with a Result", compute="_compute_result")
    difference = fields.Float(compute="_compute_result", digits=(16, 5))
    difference_low = fields.Float(compute="_compute_result", digits=(16, 5))
    difference_high = fields.Float(compute="_compute_result", digits=(16, 5))
    is_proven = fields.Boolean(
        "Proven", compute="_compute_result", help="The interval does not hold 0."
    )
    result_text = fields.Text("Result", compute="_compute_result")

    @api.depends("line_ids")
    @api.depends_context("lang", "uid")
    def _compute_result(self):
        figures = self._read_results()
        for experiment in self:
            experiment.update(experiment._judge(figures))

    def _read_results(self):
        """Return {line id: (conversions, revenue)}: one statement."""
        self.env["campaign.plan.line"].flush_model()
        self.env["store.campaign.result"].flush_model()
        rows = self.env.execute_query(SQL(_RESULTS, self.ids))
        return {
            line: (conversions or 0, revenue or 0.0)
            for line, conversions, revenue in rows
        }

    def _judge(self, figures):
        """Return the values of the result, in numbers and in sentences."""
        self.ensure_one()
        # superuser: an experiment is judged as a whole, whichever stores one may see
        rows = self._list_stores(self.sudo().line_ids, figures)
        values = dict.fromkeys(("difference", "difference_low", "difference_high"), 0.0)
        values |= {"result_count": len(rows), "is_proven": False}
        try:
            found = self._compare(rows, 0)
        except ValueError:
            return {**values, "result_text": self._describe_waiting(len(rows))}
        proven = found.low > 0 or found.high < 0
        money = self._compare(rows, 1)
        return {
            **values,
            "difference": found.difference,
            "difference_low": found.low,
            "difference_high": found.high,
            "is_proven": proven,
            "result_text": "\n".join(self._describe_result(found, money, proven)),
        }

    def _list_stores(self, lines, figures):
        """Return (rates, is second arm, pair, usual rate) of stores with a result."""
        stores = {}
        for line in lines:
            if line.id not in figures:
                continue
            is_second = line.experiment_arm in SECOND
            size = line.experiment_size
            if line.experiment_arm != "control":
                size = line.quantity or size
            facts = (is_second, line.experiment_pair, line.experiment_usual)
            sums = stores.setdefault(line.store_id, [0, 0.0, 0, facts])
            for place, amount in enumerate((*figures[line.id], size)):
                sums[place] += amount
        return [
            ((conversions / size, revenue / size), *facts)
            for conversions, revenue, size, facts in stores.values()
            if size > 0
        ]

    def _compare(self, rows, outcome):
        return experiments.compare(
            [row[0][outcome] for row in rows],
            [row[1] for row in rows],
            pair=[row[2] for row in rows] if self.kind in ("pairs", "ab") else None,
            before=[row[3] for row in rows],
        )

    def _describe_waiting(self, count):
        if not count:
            return self.env._("No result yet: it is compared once results are in.")
        return self.env._(
            "%(count)s of %(all)s stores have a result: both arms need two at least. "
            "What control stores sold in the period is a result without pieces.",
            count=count,
            all=self.first_count + self.second_count,
        )

    def _describe_result(self, found, money, proven):
        """Return the sentences about a result."""
        yield self.env._(
            "%(first)s stores brought %(rate)s conversions of 100 pieces, the "
            "%(second)s others %(other)s.",
            first=found.first,
            second=found.second,
            rate=self._points(found.first_rate),
            other=self._points(found.second_rate),
        )
        yield self.env._(
            "Difference: %(difference)s points, between %(low)s and %(high)s with "
            "95 %% certainty.",
            difference=self._points(found.difference),
            low=self._points(found.low),
            high=self._points(found.high),
        )
        yield self.env._(
            "Revenue of 100 pieces: %(difference)s more, between %(low)s and %(high)s.",
            difference=self.currency_id.format(100 * money.difference),
            low=self.currency_id.format(100 * money.low),
            high=self.currency_id.format(100 * money.high),
        )
        if not proven:
            yield self.env._("Nothing is proven: chance makes such a difference, too.")
        elif self.is_randomised:
            yield self.env._("The difference is real, and what was sent has caused it.")
        else:
            yield self.env._(
                "The difference is real; whether the mailing caused it is not known, "
                "as no chance chose the stores."
            )
