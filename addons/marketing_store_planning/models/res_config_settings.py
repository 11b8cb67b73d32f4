from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_plan_auto_confidence = fields.Float(
        related="company_id.marketing_plan_auto_confidence", readonly=False
    )
    marketing_plan_review_confidence = fields.Float(
        related="company_id.marketing_plan_review_confidence", readonly=False
    )
    marketing_plan_margin = fields.Float(
        related="company_id.marketing_plan_margin", readonly=False
    )
    marketing_plan_partner_id = fields.Many2one(
        related="company_id.marketing_plan_partner_id", readonly=False
    )
    marketing_plan_printer_id = fields.Many2one(
        related="company_id.marketing_plan_printer_id", readonly=False
    )
    marketing_plan_four_eyes = fields.Boolean(
        related="company_id.marketing_plan_four_eyes", readonly=False
    )
    marketing_plan_bill_stores = fields.Boolean(
        related="company_id.marketing_plan_bill_stores", readonly=False
    )
    marketing_plan_response_days = fields.Integer(
        related="company_id.marketing_plan_response_days", readonly=False
    )
