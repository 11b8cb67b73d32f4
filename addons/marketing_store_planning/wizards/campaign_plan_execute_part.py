from odoo import fields, models


class CampaignPlanExecutePart(models.TransientModel):
    """One order that a plan would become."""

    _name = "campaign.plan.execute.part"
    _description = "Order to Create"

    execute_id = fields.Many2one("campaign.plan.execute", ondelete="cascade")
    name = fields.Char("Order")
    store_count = fields.Integer("Stores")
    quantity = fields.Integer("Pieces")
    cost = fields.Monetary("Amount")
    exists = fields.Boolean("Already There")
    currency_id = fields.Many2one(related="execute_id.currency_id")
