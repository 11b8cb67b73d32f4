from odoo import api, models


class CustomerProfile(models.Model):
    """Scores by fixed cut-offs, for the companies that chose them."""

    _inherit = "customer.profile"

    @api.model
    def _refresh_full(self, company):
        """Put the fixed cut-offs in place before everybody is scored by them."""
        if company.marketing_rfm_method == "fixed":
            self.env["customer.profile.cut"]._rebuild(company)
        return super()._refresh_full(company)
