from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

SCORES = ("score_store", "score_creative", "score_region", "score_timing")
EXPECTED = ("expected_rate", "expected_rate_low", "expected_rate_high")


class StoreMatrix(models.Model):
    """From the recommendations to a plan that people may change."""

    _inherit = "store.matrix"

    @api.model
    def create_plan(self, filters=None):
        """Make a draft of the recommendations that the filters leave; return its id.

        Stores that should be skipped come with it, excluded, unless the filter says so.
        """
        self._check_planner()
        matrix = self._get_own()
        cells = self.env["store.matrix.cell"].search(
            self._get_domain(filters), order="store_id, id"
        )
        if not cells:
            raise UserError(
                self.env._(
                    "No recommendation is left by these filters: a plan needs a store."
                )
            )
        plan = self.env["campaign.plan"].create(
            {
                "name": self.env._(
                    "Plan of %(month)s",
                    month=format_date(
                        self.env, matrix.period_start, date_format="LLLL y"
                    ),
                ),
                "period_start": matrix.period_start,
                "period_end": matrix.period_end,
                "budget": matrix.budget,
            }
        )
        lines = self.env["campaign.plan.line"].with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        # superuser: what was recommended is written by the server only; the plan was
        # made by the user a moment ago, of cells that the user may see
        lines.sudo().create([cell._prepare_line(plan) for cell in cells])
        return plan.id

    @api.model
    def _may_order_at_once(self):
        """Quick mode is for managers, where one person may approve the own plan."""
        is_manager = self.env.user.has_group("marketing_base.group_manager")
        return is_manager and not self.env.company.marketing_plan_four_eyes

    @api.model
    def order_at_once(self, filters=None):
        """Plan and approve all auto-approved stores; return the wizard of the orders.

        The filters of the screen hold, too. Nothing is kept when the plan cannot be
        approved, and what is ordered is shown before it is.
        """
        if not self._may_order_at_once():
            raise AccessError(
                self.env._(
                    "Only a marketing manager orders at once, and only where no second "
                    "person has to approve a plan."
                )
            )
        plan_id = self.create_plan({**(filters or {}), "status": "auto"})
        self.env["campaign.plan"].browse(plan_id).action_approve()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.campaign_plan_execute_action"
        )
        return {**action, "context": {"default_plan_id": plan_id}}


class StoreMatrixCell(models.Model):
    _inherit = "store.matrix.cell"

    def _prepare_line(self, plan):
        """Return the values of a plan line: decided as recommended."""
        self.ensure_one()
        skipped = self.status == "skip" or not self.quantity
        return {
            "plan_id": plan.id,
            "store_id": self.store_id.id,
            "creative_id": self.creative_id.id,
            "quantity": self.quantity,
            "ai_status": self.status,
            "is_included": not skipped,
            "recommended_creative_id": self.creative_id.id,
            "recommended_quantity": self.quantity,
            "recommended_status": self.status,
            "reasoning": self.reasoning,
            **self._read_expected(),
        }

    def _read_expected(self):
        """Return what a plan line expects of this cell."""
        names = (*EXPECTED, *SCORES, "confidence", "conversion_value")
        return {name: self[name] for name in names}
