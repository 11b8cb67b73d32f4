from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_cap_day = fields.Integer(
        related="company_id.marketing_cap_day", readonly=False
    )
    marketing_cap_week = fields.Integer(
        related="company_id.marketing_cap_week", readonly=False
    )
    marketing_cap_gap = fields.Float(
        related="company_id.marketing_cap_gap", readonly=False
    )
    marketing_daily_limit = fields.Integer(
        related="company_id.marketing_daily_limit", readonly=False
    )
    marketing_quiet_hours = fields.Boolean(
        related="company_id.marketing_quiet_hours", readonly=False
    )
    marketing_quiet_start = fields.Float(
        related="company_id.marketing_quiet_start", readonly=False
    )
    marketing_quiet_end = fields.Float(
        related="company_id.marketing_quiet_end", readonly=False
    )
    marketing_brake_slow = fields.Float(
        related="company_id.marketing_brake_slow", readonly=False
    )
    marketing_brake_stop = fields.Float(
        related="company_id.marketing_brake_stop", readonly=False
    )
    marketing_brake_bounces = fields.Float(
        related="company_id.marketing_brake_bounces", readonly=False
    )
    marketing_brake_leavers = fields.Float(
        related="company_id.marketing_brake_leavers", readonly=False
    )
