from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: Of a line, what sharing out writes.
SHARED = ("creative_id", "quantity", "ai_status", "is_included")
_SHARE = """
    UPDATE campaign_plan_line line
       SET quantity = share.pieces, recommended_quantity = share.pieces,
           creative_id = COALESCE(share.creative, line.creative_id),
           recommended_creative_id = COALESCE(share.creative, line.creative_id),
           is_included = share.pieces > 0,
           ai_status = share.status, recommended_status = share.status
      FROM (SELECT old.id, given.pieces, given.creative,
                   CASE WHEN given.pieces = 0 THEN 'skip'
                        WHEN old.ai_status = 'skip' THEN 'review'
                        ELSE old.ai_status END AS status
              FROM unnest(%(ids)s::int[], %(creatives)s::int[], %(pieces)s::int[])
                   AS given(id, creative, pieces)
              JOIN campaign_plan_line old ON old.id = given.id) AS share
     WHERE line.id = share.id
 RETURNING line.id
"""


class CampaignPlanAllocation(models.Model):
    """What the computation is asked, and what its answer becomes."""

    _inherit = "campaign.plan.allocation"

    def _read_question(self):
        """Return what the matrix reads, of the free stores, and what is fixed."""
        plan = self.plan_id
        matrix = self.env["store.matrix"]
        start, end = matrix._get_next_month()
        matrix = matrix.new(
            {
                "company_id": plan.company_id.id,
                "period_start": plan.period_start or start,
                "period_end": plan.period_end or plan.period_start or end,
                "budget": plan.budget,
            }
        )
        question = matrix._read_question()
        lines = {line.store_id.id: line for line in self._get_free_lines()}
        chosen = [
            place for place, store in enumerate(question["stores"]) if store[0] in lines
        ]
        question["stores"] = [question["stores"][place] for place in chosen]
        question["allowed"] = question["allowed"][chosen]
        own = [lines[store[0]] for store in question["stores"]]
        return question, self._read_fixed(own, question["margin"])

    def _get_free_lines(self):
        """Return the only lines of their stores that nobody has decided otherwise.

        A copy has no experiments: its control stores get something again.
        """
        count = Counter(line.store_id for line in self.plan_id.line_ids)
        return self.plan_id.line_ids.filtered(
            lambda line: count[line.store_id] == 1 and not line.is_overridden
        )

    def _read_fixed(self, free, margin):
        """Return what fixed lines cost, earn and print, and where the free ones go."""
        plan = self.plan_id
        fixed = plan.line_ids - plan.line_ids.browse([line.id for line in free])
        # what a control store costs is spent in the copy, which has no experiment
        sent = fixed.filtered(
            lambda line: line.is_included or line.experiment_arm == "control"
        )
        places = {wave: place for place, wave in enumerate(plan.wave_ids)}
        runs, costs = self._read_runs(sent)
        cost = sum(costs.values())
        return {
            "count": len(fixed),
            "cost": cost,
            "profit": margin * sum(sent.mapped("expected_revenue")) - cost,
            "planned": plan.budget or plan.total_cost,
            "runs": {
                (creative.id, places.get(wave, len(places))): pieces
                for (creative, wave), pieces in runs.items()
            },
            "wave_of_store": [places.get(line.wave_id, -1) for line in free],
            "waves": [
                {
                    "name": wave.name,
                    "left": max(wave.budget - costs[wave], 0.0)
                    if wave.budget
                    else None,
                }
                for wave in plan.wave_ids
            ],
        }

    def _read_runs(self, sent):
        """Return the fixed pieces of each creative and wave, and each wave's cost.

        At the price that they have alone: whatever is shared out beside them makes a
        run larger, and no dearer.
        """
        runs, costs = Counter(), Counter()
        for line in sent:
            runs[line.creative_id, line.wave_id] += line.quantity
        today = fields.Date.context_today(self)
        for (creative, wave), pieces in runs.items():
            price = creative._get_piece_price(pieces, wave.date_start or today)
            if price is None:  # less than the printer prints
                price = max(line.unit_price for line in sent)
            costs[wave] += pieces * price
        return runs, costs

    def _find_problem(self, question):
        """Return why it cannot be computed, as a sentence; nothing when it can."""
        if not question["stores"]:
            return self.env._(
                "Every line of the plan is fixed: overridden, or a second line of its "
                "store. There is nothing to share out."
            )
        return self.env["store.matrix"]._find_problem(question)

    def _make_draft(self, user_id, budget, answer):
        """Return a copy of the plan, as its free stores share the budget out."""
        plan = self.plan_id.with_user(user_id).with_company(self.company_id)
        plan = plan.with_context(
            allowed_company_ids=self.company_id.ids, tracking_disable=True
        )
        plan.check_access("write")
        name = self.env._(
            "%(plan)s (what if %(budget)s)",
            plan=plan.name,
            budget=self.currency_id.format(budget),
        )
        free = self._get_free_lines().store_id
        draft = plan.copy({"name": name, "budget": budget})
        lines = draft.sudo().line_ids.filtered(lambda line: line.store_id in free)
        lines._share_out(answer)
        return draft


class CampaignPlanLine(models.Model):
    _inherit = "campaign.plan.line"

    def _share_out(self, answer):
        """Write {store id: (creative, pieces)} as decided and recommended at once.

        Who gets nothing is left out, and keeps its creative.
        """
        rows = [
            (line.id, *answer[line.store_id.id])
            for line in self
            if line.store_id.id in answer
        ]
        if not rows:
            return
        ids, creatives, pieces = map(list, zip(*rows, strict=True))
        self.flush_model()
        self.env.execute_query(SQL(_SHARE, ids=ids, creatives=creatives, pieces=pieces))
        self.invalidate_model(flush=False)
        self.modified([*SHARED, "store_id"])
        self._read_expectations()
        self._advise_expectations([line for line, *_share in rows])
        self.plan_id._refresh_prices()

    def _advise_expectations(self, ids):
        """What is expected of a line is what is recommended for it, as well."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                """UPDATE campaign_plan_line
                      SET recommended_rate = expected_rate,
                          recommended_value = conversion_value
                    WHERE id = ANY(%s) RETURNING id""",
                ids,
            )
        )
        self.invalidate_model(["recommended_rate", "recommended_value"], flush=False)


class CampaignPlan(models.Model):
    _inherit = "campaign.plan"

    def action_open_budget(self):
        """Open the plan's budget; its curve is computed anew."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("The plan has no line yet: add stores first."))
        allocations = self.env["campaign.plan.allocation"]
        found = allocations.search([("plan_id", "=", self.id)])
        if not found:
            self.check_access("write")
            # superuser: only the server writes it
            found = allocations.sudo().create({"plan_id": self.id}).with_env(self.env)
        if self.env.user.has_group("marketing_base.group_user"):
            found.ask_curve()
        return found.get_formview_action()
