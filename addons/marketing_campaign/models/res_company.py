from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    marketing_approval = fields.Boolean(
        "Approve Campaigns",
        help="A marketing manager who neither asked nor edited the content approves a"
        " campaign before it can be sent or scheduled.",
    )
    marketing_approval_from = fields.Integer(
        "Approval From",
        default=0,
        help="Number of recipients from which an approval is needed; 0 means always.",
    )

    _marketing_approval_not_negative = models.Constraint(
        "CHECK(marketing_approval_from >= 0)",
        "The number of recipients cannot be negative; 0 means every campaign.",
    )
