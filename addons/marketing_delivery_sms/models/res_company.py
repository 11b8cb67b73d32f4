from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    marketing_sms_way_out = fields.Char(
        "Last Line of a Marketing SMS",
        translate=True,
        size=60,
        help="How to get no more of them, such as “Reply STOP to opt out”. Only where"
        " replies reach Odoo. Empty: a link is added.",
    )
