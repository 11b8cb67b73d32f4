from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    marketing_plan_auto_confidence = fields.Float(
        "Auto-approve Above (%)",
        default=75.0,
        help="Confidence from which a recommendation needs no second look.",
    )
    marketing_plan_review_confidence = fields.Float(
        "Skip Below (%)",
        default=50.0,
        help="Confidence below which a store is left out.",
    )
    marketing_plan_margin = fields.Float(
        "Margin of Stores (%)",
        default=30.0,
        help="What is left of a store's sales to pay for the drop that brought them.",
    )
    marketing_plan_partner_id = fields.Many2one(
        "res.partner",
        "Direct Mail Customer",
        help="Orders of a wave are sold to this contact of the company's own.",
    )
    marketing_plan_printer_id = fields.Many2one(
        "res.partner",
        "Printer",
        help="Where orders of a wave are delivered to, and who gets them by e-mail.",
    )
    marketing_plan_four_eyes = fields.Boolean(
        "Two Managers a Plan",
        help="A marketing manager cannot approve a plan of their own.",
    )
    marketing_plan_bill_stores = fields.Boolean(
        "Bill Stores", help="One order a store instead of one a wave."
    )

    marketing_plan_response_days = fields.Integer(
        "Days of Responses",
        default=60,
        help="So many days after a drop its coupons are counted.",
    )

    _marketing_plan_response_days_range = models.Constraint(
        "CHECK (marketing_plan_response_days BETWEEN 1 AND 366)",
        "Responses are counted for 1 to 366 days.",
    )
    _marketing_plan_confidence_range = models.Constraint(
        "CHECK (marketing_plan_review_confidence BETWEEN 0 AND 100"
        " AND marketing_plan_auto_confidence BETWEEN 0 AND 100"
        " AND marketing_plan_review_confidence <= marketing_plan_auto_confidence)",
        "Limits of confidence are between 0 and 100; the one to skip below is not "
        "above the one to approve above.",
    )
    _marketing_plan_margin_range = models.Constraint(
        "CHECK (marketing_plan_margin > 0 AND marketing_plan_margin <= 100)",
        "The margin of stores is above 0 and at most 100 percent.",
    )

    def _get_plan_status(self, confidence):
        """Return the status of a recommendation of this confidence (0 to 100).

        Whether there is enough history for “auto” is decided by who knows it.
        """
        self.ensure_one()
        if confidence > self.marketing_plan_auto_confidence:
            return "auto"
        low = confidence < self.marketing_plan_review_confidence
        return "skip" if low else "review"
