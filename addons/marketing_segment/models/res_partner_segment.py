from odoo import fields, models
from odoo.tools import SQL

from .res_partner import READERS

#: What is known of a person besides orders, and goes with its name.
FORGOTTEN = (
    "segment.membership",
    "customer.profile.history",
    "customer.pattern",
    "customer.behaviour",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    segment_membership_ids = fields.One2many(
        "segment.membership",
        "partner_id",
        "Segment Memberships",
        readonly=True,
        copy=False,
        groups=READERS,
    )

    # conditions on orders and messages join the few contacts of others, and no customer
    _contact_idx = models.Index(
        "(id, commercial_partner_id) WHERE commercial_partner_id <> id"
    )
    # and segments leave out the few that are archived, or of other companies
    _hidden_idx = models.Index(
        "(id) INCLUDE (active, company_id, partner_share)"
        " WHERE active IS NOT TRUE OR company_id IS NOT NULL"
    )

    def _marketing_erase(self):
        """Forget in which segments a person was: a name of a segment can tell much.

        So can behaviour and how it changed. The sizes of the segments are counts of
        their own and stay.
        """
        self._check_marketing_erasure()
        # the officer may not write memberships; the check above is the right to erase
        partners = self.sudo()._get_erased_partners()
        for name in FORGOTTEN:
            model = self.env[name].sudo()
            model.flush_model()
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE partner_id = ANY(%s)",
                    SQL.identifier(model._table),
                    partners.ids,
                )
            )
            model.invalidate_model(flush=False)
        return super()._marketing_erase()
