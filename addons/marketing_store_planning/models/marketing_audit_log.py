from odoo import api, models


class MarketingAuditLog(models.Model):
    _inherit = "marketing.audit.log"

    @api.model
    def _selection_event(self):
        return [
            *super()._selection_event(),
            ("plan_status_changed", self.env._("Plan Status Changed")),
            ("sample_stores_loaded", self.env._("Sample Stores Loaded")),
            ("sample_stores_removed", self.env._("Sample Stores Removed")),
            ("plan_restored", self.env._("Plan Restored")),
            ("print_status_changed", self.env._("Print Status Changed")),
        ]
