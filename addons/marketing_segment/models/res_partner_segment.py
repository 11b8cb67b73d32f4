from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _marketing_erase(self):
        """Forget in which segments a person was: a name of a segment can tell much.

        The sizes of the segments are counts of their own and stay.
        """
        self._check_marketing_erasure()
        # the officer may not write memberships; the check above is the right to erase
        partners = self.sudo()._get_erased_partners()
        memberships = self.env["segment.membership"].sudo()
        memberships.flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM segment_membership WHERE partner_id = ANY(%s)",
                partners.ids,
            )
        )
        memberships.invalidate_model(flush=False)
        return super()._marketing_erase()
