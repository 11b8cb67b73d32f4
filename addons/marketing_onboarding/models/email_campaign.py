from odoo import models
from odoo.exceptions import UserError

from ..sample_marks import is_sample_address


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def _enqueue_test(self, partner, addresses):
        """Tests go past the gate: they are refused here."""
        if made_up := [address for address in addresses if is_sample_address(address)]:
            raise UserError(
                self.env._(
                    "%(address)s belongs to the sample data and does not exist. Send"
                    " the test to your own address.",
                    address=made_up[0],
                )
            )
        return super()._enqueue_test(partner, addresses)
