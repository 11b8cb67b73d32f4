from odoo import api, models


class MarketingErasureRequest(models.Model):
    _inherit = "marketing.erasure.request"

    @api.model
    def _forget(self, company, pairs, partners):
        """Drop the counters with the events that they were made of."""
        ids = self.env["marketing.identity"]._get_all_ids(partners.ids)
        result = super()._forget(company, pairs, partners)
        self.env["customer.engagement"]._forget(ids, company)
        return result


class MarketingIdentity(models.Model):
    _inherit = "marketing.identity"

    def _erase(self):
        """An erased customer's device is no more counted than it is logged."""
        ids = self._get_all_ids(self.mapped("partner_id"))
        result = super()._erase()
        self.env["customer.engagement"]._forget(ids)
        return result
