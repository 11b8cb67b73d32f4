from odoo import models

from ..sample_marks import REASON


class CustomerSegment(models.Model):
    _inherit = "customer.segment"

    def _get_reason_labels(self):
        return super()._get_reason_labels() | {
            REASON: self.env._("Sample customer, never written to")
        }

    def _log_moves(self, moves, source):
        """The event log cannot be undone: a sample customer never gets into it."""
        samples = self.env["marketing.sample"]._get_marked_ids(
            "res.partner", [partner_id for *_move, partner_id in moves]
        )
        real = [move for move in moves if move[-1] not in samples]
        return super()._log_moves(real, source)
