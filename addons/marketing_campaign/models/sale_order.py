from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketing_attribution_ids = fields.One2many(
        "marketing.attribution",
        "order_id",
        groups="marketing_base.group_user,marketing_base.group_analyst",
    )
    email_campaign_id = fields.Many2one(
        related="marketing_attribution_ids.campaign_id",
        string="E-mail Campaign",
        groups="marketing_base.group_user,marketing_base.group_analyst",
        help="The campaign whose mail the customer clicked last before ordering.",
    )
