from odoo import fields, models


class DeliveryDomainDay(models.Model):
    """A day of a warm-up: what was planned, what left, what came back."""

    _name = "delivery.domain.day"
    _description = "Warm-Up Day"
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "date"

    domain_id = fields.Many2one(
        "delivery.domain", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="domain_id.company_id", store=True)
    date = fields.Date(required=True, readonly=True)
    planned = fields.Integer("Limit", readonly=True)
    actual = fields.Integer("Sent", readonly=True)
    bounced = fields.Integer(readonly=True)
    complained = fields.Integer("Complaints", readonly=True)
    verdict = fields.Selection(
        [
            ("advanced", "Rises"),
            ("held", "Stays: too few messages"),
            ("stepped_back", "Goes back: bad signals"),
            ("done", "Established"),
        ],
        readonly=True,
    )

    _day_uniq = models.Constraint(
        "UNIQUE(domain_id, date)", "A domain has one row a day."
    )
