from odoo import fields, models


class MarketingLink(models.Model):
    _inherit = "marketing.link"

    # The link of a button: each creative of a campaign has its own.
    creative_id = fields.Many2one("email.creative", readonly=True, ondelete="restrict")
