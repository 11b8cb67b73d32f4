from odoo import api, fields, models
from odoo.tools import format_amount


class CampaignPlanActual(models.Model):
    """Why what came is not what was recommended or planned, in sentences."""

    _inherit = "campaign.plan.actual"

    variance_text = fields.Text("Why", compute="_compute_variance_text")

    @api.depends("plan_line_id", "creative_id")
    @api.depends_context("lang")
    def _compute_variance_text(self):
        for row in self:
            row.variance_text = "\n".join(row._list_variances())

    def _list_variances(self):
        """Return why the figures of this row differ, as sentences."""
        self.ensure_one()
        if self.is_earlier:
            return [
                self.env._(
                    "Confirmed in an earlier version of the plan, before the creative "
                    "was changed."
                )
            ]
        return [*self._explain_plan(), *self._explain_order(), *self._explain_result()]

    def _explain_plan(self):
        texts = []
        if self.is_overridden:
            texts.append(
                self.env._(
                    "Override by %(author)s: %(reason)s",
                    author=self.override_user_id.name or self.env._("somebody"),
                    reason=self.override_reason or self.env._("no reason given"),
                )
            )
        advised = self.recommended_creative_id
        if self.is_included and advised and advised != self.creative_id:
            texts.append(
                self.env._("Recommended was “%(creative)s”.", creative=advised.name)
            )
        limit = self.plan_line_id.quantity_limit
        if 0 < self.planned_quantity == limit < self.recommended_quantity:
            texts.append(
                self.env._("Capped at the households or the largest past drop.")
            )
        if not self.is_included and self.recommended_quantity:
            texts.append(self.env._("Left out of the plan."))
        return texts

    def _explain_order(self):
        if not self.quantity_variance or not (
            self.ordered_quantity or self.waiting_quantity
        ):
            nothing = self.planned_quantity and not self.ordered_quantity
            return [self.env._("Not ordered yet.")] if nothing else []
        missing = -self.quantity_variance
        if missing == self.waiting_quantity:
            return [self.env._("The order waits for its confirmation.")]
        if self.plan_id.version > 1 and missing < 0:
            return [
                self.env._(
                    "More was confirmed before the plan was opened again than is "
                    "planned now."
                )
            ]
        return [self.env._("The order itself was changed.")]

    def _explain_result(self):
        labels = dict(self._fields["incomplete"]._description_selection(self.env))
        if self.incomplete == "none" and not self.ordered_quantity:
            return []
        if self.incomplete:
            return [self.env._("Responses: %s.", labels[self.incomplete].lower())]
        if not self.expected_revenue or not self.planned_quantity:
            return []
        beyond = format_amount(self.env, self.revenue_variance, self.currency_id)
        return [
            self.env._(
                "Revenue %(share)s of what was expected (%(beyond)s).",
                share=f"{100 * self.revenue / self.expected_revenue:.0f} %",
                beyond=beyond,
            )
        ]


class CampaignPlan(models.Model):
    _inherit = "campaign.plan"

    def action_open_actual(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_store_planning.campaign_plan_actual_action"
        )
        return {
            **action,
            "domain": [("plan_id", "=", self.id)],
            "context": {},
            "display_name": self.env._("Plan against Actual: %s", self.name),
        }
