from odoo import models


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def _resume_untraced(self, number):
        """Send what never arrived, also of a campaign that was over, and say so."""
        self.ensure_one()
        if self.status == "completed":
            self.write({"status": "running", "end_date": False})
        self.message_post(
            body=self.env._(
                "%(number)s messages are sent again: the provider's answer was lost a"
                " day ago, and its webhook, which worked all the time, has told of none"
                " of them.",
                number=number,
            )
        )
