from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    campaign_plan_id = fields.Many2one(
        "campaign.plan",
        "From Plan",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="restrict",
    )
    campaign_wave_id = fields.Many2one(
        "campaign.plan.wave",
        "Wave",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    campaign_plan_version = fields.Integer("Plan Version", readonly=True, copy=False)
    print_state = fields.Selection(
        [
            ("printing", "Printing"),
            ("shipped", "Shipped"),
            ("delivered", "Delivered"),
        ],
        "Print Status",
        copy=False,
        tracking=True,
        help="Of printed pieces, beside the status of the order itself.",
    )
    is_direct_mail = fields.Boolean(
        copy=False, index=True, help="An order of printed pieces for stores."
    )
