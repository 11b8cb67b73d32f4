from odoo import api, models


class MarketingEventIntake(models.AbstractModel):
    _inherit = "marketing.event.intake"

    @api.model
    def _find_campaigns(self, ids, company_id):
        found = super()._find_campaigns(ids, company_id)
        if ids:
            # sudo: only whether the company has such a campaign is asked
            campaigns = (
                self.env["email.campaign"].sudo().with_context(active_test=False)
            )
            domain = [("id", "in", list(ids)), ("company_id", "=", company_id)]
            found |= set(campaigns.search(domain).ids)
        return found
