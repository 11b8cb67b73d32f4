from odoo import api, models


class MarketingAuditLog(models.Model):
    _inherit = "marketing.audit.log"

    @api.model
    def _selection_event(self):
        return [
            *super()._selection_event(),
            ("sending_confirmed", self.env._("Restored Database May Send")),
        ]
