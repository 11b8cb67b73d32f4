from odoo import models


class MarketingJob(models.Model):
    _inherit = "marketing.job"

    def action_requeue(self):
        """Enter who gave a failed job another try."""
        result = super().action_requeue()
        log = self.env["marketing.audit.log"]
        log._append([log._prepare_entry("job_requeued", job) for job in self])
        return result
