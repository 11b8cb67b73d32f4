from odoo import fields, models


class CampaignPlanExecution(models.Model):
    """Which order a part of a plan has become: each part once a version.

    The row is written before its order and in the same transaction, so a second run, or
    one after a crash, finds what is there and makes only what is missing.
    """

    _name = "campaign.plan.execution"
    _description = "Plan Execution"
    _order = "plan_id, version, id"
    _rec_name = "group_key"

    plan_id = fields.Many2one(
        "campaign.plan", required=True, ondelete="cascade", index=True
    )
    version = fields.Integer(required=True)
    grouping = fields.Selection(
        [
            ("wave", "One order a wave"),
            ("master", "One order for everything"),
            ("creative", "One order a creative"),
            ("store", "One order a store"),
        ],
        required=True,
    )
    group_key = fields.Integer(
        required=True, help="Wave, creative or store of the order; 0: none."
    )
    order_id = fields.Many2one("sale.order", ondelete="set null", index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)

    _once = models.Constraint(
        "UNIQUE (plan_id, version, group_key)",
        "This part of the plan already has its order.",
    )
