from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep the most restrictive consent and let old ids mean the kept customer.

        Before the generic update: afterwards nobody knows which rows were whose.
        """
        # whoever may merge customers need not be a marketing user
        sources, target = src_partners.sudo(), dst_partner.sudo()
        target.env["email.subscription.preference"]._merge_partners(sources, target)
        target.env["marketing.identity"]._merge(sources, target)
        return super()._update_foreign_keys(src_partners, dst_partner)
