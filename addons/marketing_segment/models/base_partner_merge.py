from odoo import api, models
from odoo.tools import SQL

# Of the rows without an end of one segment the oldest stays: the kept customer has been
# in it since the first of them came in.
_CLOSE_DOUBLES = """
    DELETE FROM segment_membership doubled
     USING segment_membership kept
     WHERE doubled.partner_id = ANY(%(partners)s) AND doubled.left_at IS NULL
       AND kept.partner_id = ANY(%(partners)s) AND kept.left_at IS NULL
       AND kept.segment_id = doubled.segment_id
       AND (kept.added_at, kept.id) < (doubled.added_at, doubled.id)
"""


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep each customer in its segments once.

        Before the generic update, which would meet the unique index.
        """
        partners = (src_partners | dst_partner).ids
        self.env.flush_all()
        self.env.cr.execute(SQL(_CLOSE_DOUBLES, partners=partners))
        self.env.cr.execute(
            SQL(
                """UPDATE segment_membership SET partner_id = %s
                    WHERE partner_id = ANY(%s)""",
                dst_partner.id,
                src_partners.ids,
            )
        )
        self.env["segment.membership"].invalidate_model(flush=False)
        # what the others did with messages is the kept one's from now on
        self.env.cr.execute(
            SQL(
                "INSERT INTO customer_profile_dirty (partner_id) VALUES (%s)",
                dst_partner.id,
            )
        )
        return super()._update_foreign_keys(src_partners, dst_partner)
