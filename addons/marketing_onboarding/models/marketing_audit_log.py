from odoo import api, models


class MarketingAuditLog(models.Model):
    _inherit = "marketing.audit.log"

    @api.model
    def _selection_event(self):
        return [
            *super()._selection_event(),
            ("sample_data_loaded", self.env._("Sample Data Loaded")),
            ("sample_data_removed", self.env._("Sample Data Removed")),
        ]
