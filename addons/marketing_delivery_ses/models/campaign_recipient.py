from odoo import models


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    def _describe_silence(self, provider, last_told):
        """Without a queue events of SES may be lost: nothing follows from silence."""
        if provider.provider_type == "ses" and not provider.ses_queue_url:
            return self.env._(
                "%(provider)s has told nothing of it, but events that do not come"
                " through a queue may be lost: that proves nothing. Look for the tag"
                " sk = %(key)s in what SES has recorded.",
                provider=provider.name,
                key=self.send_key,
            )
        return super()._describe_silence(provider, last_told)
