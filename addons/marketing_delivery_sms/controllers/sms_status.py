from odoo.http import request, route

from odoo.addons.sms.controllers.main import SmsController


class MarketingSmsController(SmsController):
    @route()
    def update_sms_status(self, message_statuses):
        """Odoo's own messages, and ours: both are named by a random number."""
        result = super().update_sms_status(message_statuses)
        reports = request.env["marketing.sms.report"]
        reports._record(reports._read_statuses(message_statuses))
        return result
