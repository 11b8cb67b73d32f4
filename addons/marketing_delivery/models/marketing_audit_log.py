from odoo import api, models


class MarketingAuditLog(models.Model):
    _inherit = "marketing.audit.log"

    @api.model
    def _selection_event(self):
        return [
            *super()._selection_event(),
            ("campaign_status_changed", self.env._("Campaign Started or Stopped")),
            ("brake_released", self.env._("Brake of a Campaign Released")),
            ("choices_link_sent", self.env._("Link to Choices Sent")),
            ("doubt_resolved", self.env._("Doubt of Messages Resolved")),
            ("sending_confirmed", self.env._("Restored Database May Send")),
        ]
