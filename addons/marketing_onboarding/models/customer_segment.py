from odoo import models

from ..sample_marks import REASON


class CustomerSegment(models.Model):
    _inherit = "customer.segment"

    def _get_reason_labels(self):
        return super()._get_reason_labels() | {
            REASON: self.env._("Sample customer, never written to")
        }
