from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Another time zone of a company moves what happened to other days."""
        moved = self.browse()
        if "tz" in vals:
            moved = self.filtered(lambda partner: partner.tz != vals["tz"])
        result = super().write(vals)
        if moved:
            self._mark_days(moved)
        return result

    def _mark_days(self, partners):
        # Superuser: whoever may set a time zone need not be in marketing.
        campaigns = self.env["email.campaign"].sudo()
        ids = campaigns.search([("company_id.partner_id", "in", partners.ids)]).ids
        self.env["campaign.daily.stats"]._mark(ids)
