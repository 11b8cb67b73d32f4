import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketing_queue.isolation import own_transaction

_logger = logging.getLogger(__name__)


class CampaignPlanAllocation(models.Model):
    """What if a plan had another budget: its profit curve, and drafts made from it.

    One a plan, computed by a job. The plan itself is never changed: a budget that is
    tried out makes a copy, in which overrides stay as they are.
    """

    _name = "campaign.plan.allocation"
    _description = "Budget of a Plan"
    _rec_name = "plan_id"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("waiting", "Being Computed"),
            ("drafting", "Draft Being Made"),
            ("done", "Computed"),
            ("failed", "Not Possible"),
        ],
        "Status",
        default="waiting",
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True, help="Why it was not possible.")
    budget = fields.Monetary(readonly=True, help="The one that was asked for last.")
    curve = fields.Json(readonly=True)
    fixed_count = fields.Integer(
        "Fixed Lines",
        readonly=True,
        help="Overridden, or a second line of their store: they stay as they are.",
    )
    fixed_cost = fields.Monetary(readonly=True)
    computed_at = fields.Datetime(readonly=True)
    draft_id = fields.Many2one(
        "campaign.plan",
        "Last Draft",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    draft_gap = fields.Float(
        "Gap", readonly=True, help="Part of the best possible profit it may miss."
    )
    can_draft = fields.Boolean(compute="_compute_can_draft")

    _once = models.Constraint("UNIQUE (plan_id)", "The plan has its budget already.")

    @api.depends_context("uid")
    def _compute_can_draft(self):
        self.can_draft = self.env.user.has_group("marketing_base.group_user")

    def ask_curve(self):
        """Queue the curve of the plan as it is now."""
        self._ask("waiting", "_pump_curve")

    def ask_draft(self, budget):
        """Queue a draft that spends ``budget`` best."""
        try:
            amount = float(budget)
        except (TypeError, ValueError):
            amount = -1.0
        if not 0 <= amount < 1e12:
            raise UserError(self.env._("The budget is a number from 0 on."))
        if amount < self.fixed_cost:
            raise UserError(
                self.env._(
                    "Lines that are fixed cost %(cost)s already: a budget below that "
                    "is not possible without changing them.",
                    cost=self.currency_id.format(self.fixed_cost),
                )
            )
        self._ask("drafting", "_pump_draft", budget=amount, user_id=self.env.uid)

    def _ask(self, state, method, **payload):
        self.ensure_one()
        self.check_access("read")
        self.plan_id.check_access("write")
        if not self.env.user.has_group("marketing_base.group_user"):
            raise AccessError(self.env._("Budgets are shared out by marketing."))
        values = {"state": state, "message": False}
        if "budget" in payload:
            values["budget"] = payload["budget"]
        # superuser: only the server writes it
        self.sudo().write(values)
        self.env["marketing.job"]._enqueue(
            self._name,
            method,
            {"allocation_id": self.id, **payload},
            key=f"{self._name}:{method}:{self.id}",
            kind="pump",
        )

    @api.model
    def _pump_curve(self, allocation_id):
        # it loads scipy.optimize, which web processes do without
        from ..allocation_work import curve_of_plan

        def keep(allocation, fixed, points):
            waves = [wave["name"] for wave in fixed["waves"]]
            allocation.write(
                {
                    "curve": {"points": points, "waves": waves},
                    "budget": fixed["planned"],
                    **allocation._get_done(fixed),
                }
            )

        self._work(allocation_id, curve_of_plan, keep)

    @api.model
    def _pump_draft(self, allocation_id, budget, user_id):
        from ..allocation_work import plan_for

        def keep(allocation, fixed, answer):
            draft = allocation._make_draft(user_id, budget, answer["lines"])
            allocation.write(
                {
                    "draft_id": draft.id,
                    "draft_gap": answer["gap"],
                    **allocation._get_done(fixed),
                }
            )

        self._work(allocation_id, lambda *parts: plan_for(*parts, budget), keep)

    def _get_done(self, fixed):
        return {
            "state": "done",
            "message": False,
            "computed_at": fields.Datetime.now(),
            "fixed_count": fixed["count"],
            "fixed_cost": fixed["cost"],
        }

    @api.model
    def _work(self, allocation_id, compute, keep):
        """Read, close, compute, write; what is not possible is told in a sentence."""
        answer = error = None
        with own_transaction(self.env.registry) as env:
            allocation = env[self._name].browse(allocation_id).exists()
            if not allocation:
                return
            question, fixed = allocation._read_question()
            problem = allocation._find_problem(question)
        try:
            if not problem:
                answer = compute(question, fixed)
        except ValueError as problem_found:
            _logger.info("budget of a plan: %s", problem_found)
            error = problem_found
        with own_transaction(self.env.registry) as env:
            allocation = env[self._name].browse(allocation_id).exists()
            if allocation and answer is None:
                problem = problem or env["store.matrix"]._describe_problem(error)
                allocation.write({"state": "failed", "message": problem})
            elif allocation:
                keep(allocation, fixed, answer)
