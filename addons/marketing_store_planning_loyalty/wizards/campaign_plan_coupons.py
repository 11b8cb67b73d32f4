from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.marketing_base.notification import CLOSE, notify


class CampaignPlanCoupons(models.TransientModel):
    """Make the coupon codes of a plan, before its pieces are printed."""

    _name = "campaign.plan.coupons"
    _description = "Create Coupon Codes"

    plan_id = fields.Many2one("campaign.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id")
    discount = fields.Float(
        "Discount (%)", default=10.0, help="Of the order, for whoever enters the code."
    )
    line_count = fields.Integer("Codes Needed", compute="_compute_counts")
    coupon_count = fields.Integer("Codes There Are", related="plan_id.coupon_count")
    order_count = fields.Integer(related="plan_id.order_count")
    program_name = fields.Char("Coupon Program", compute="_compute_counts")

    @api.depends("plan_id")
    def _compute_counts(self):
        for wizard in self:
            wizard.line_count = len(wizard.plan_id._get_coupon_lines())
            wizard.program_name = wizard._find_program().name

    def _find_program(self):
        """Return the program that the plan's codes belong to, if there are any."""
        # superuser: marketing need not read programs; company by the plan
        cards = self.env["loyalty.card"].sudo()
        return cards.search(
            [("campaign_plan_line_id.plan_id", "=", self.plan_id.id)], limit=1
        ).program_id

    def action_create(self):
        self.ensure_one()
        plan = self.plan_id
        plan._check_manager()
        program = self._find_program() or self._create_program()
        made = plan._create_coupons(program)
        return notify(
            "success", self.env._("Coupon codes created: %s.", made), then=CLOSE
        )

    def _create_program(self):
        if not 0 < self.discount <= 100:
            raise UserError(self.env._("The discount is above 0 and at most 100 %."))
        plan = self.plan_id
        # superuser: as for the codes
        programs = self.env["loyalty.program"].sudo().with_company(plan.company_id)
        reward = {
            "reward_type": "discount",
            "discount": self.discount,
            "discount_mode": "percent",
            "discount_applicability": "order",
            "required_points": 1,
        }
        return programs.create(
            {
                "name": plan.name,
                "program_type": "coupons",
                "company_id": plan.company_id.id,
                "currency_id": plan.company_id.currency_id.id,
                "rule_ids": [Command.clear()],
                "reward_ids": [Command.create(reward)],
                "communication_plan_ids": [Command.clear()],
            }
        )
