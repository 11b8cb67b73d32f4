from odoo import fields, models


class MarketingTopic(models.Model):
    """What a campaign is about; a person can leave a topic and keep the others."""

    _name = "marketing.topic"
    _description = "Topic"
    _inherit = ["marketing.audited"]
    _order = "sequence, id"

    name = fields.Char(
        required=True, translate=True, help="As shoppers read it on their page."
    )
    description = fields.Char(
        translate=True, help="One sentence for shoppers: what they get, how often."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: shared by all companies.")
    is_default = fields.Boolean(
        string="On by Default",
        default=True,
        help="Whoever subscribes gets this topic until they leave it. Otherwise only"
        " those who chose it.",
    )

    _audited_fields = ("name", "active", "company_id", "is_default")
