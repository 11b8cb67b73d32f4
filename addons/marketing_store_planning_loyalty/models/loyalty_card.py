from odoo import fields, models


class LoyaltyCard(models.Model):
    """The code printed on all pieces of one store and creative of a plan's wave.

    It has a point for each piece and each redemption takes one: a code cannot be used
    more often than it was printed.
    """

    _inherit = "loyalty.card"

    campaign_plan_line_id = fields.Many2one(
        "campaign.plan.line", "Plan Line", ondelete="set null", readonly=True
    )
    campaign_plan_id = fields.Many2one(related="campaign_plan_line_id.plan_id")
    campaign_wave_id = fields.Many2one(related="campaign_plan_line_id.wave_id")
    marketing_store_id = fields.Many2one(
        "marketing.store",
        "Store",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    store_creative_id = fields.Many2one(
        "store.creative", "Creative", ondelete="restrict", readonly=True
    )
    printed_pieces = fields.Integer(
        readonly=True,
        help="So many pieces carry the code, and so often it can be used.",
    )

    _once_a_drop = models.UniqueIndex(
        "(campaign_plan_line_id, store_creative_id)"
        " WHERE campaign_plan_line_id IS NOT NULL",
        "This drop already has its code.",
    )
