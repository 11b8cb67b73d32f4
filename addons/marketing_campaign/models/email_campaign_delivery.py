from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.marketing_queue.isolation import own_transaction

# Doubts are resolved and bounces arrive for some days after the last message.
AFTERMATH = timedelta(days=3)


class EmailCampaign(models.Model):
    """Keeps the numbers up to date while messages leave and answers arrive."""

    _inherit = "email.campaign"

    @api.model
    def _pump_deliver(self, campaign_id, connections=1):
        again = super()._pump_deliver(campaign_id, connections)
        # pumps that end together wait for each other
        with own_transaction(self.env.registry) as env:
            env["email.campaign"].browse(campaign_id).exists()._refresh_statistics()
        return again

    def _deliver(self, connections=1):
        """The last part of the listing begins the sending."""
        return super()._deliver(connections) if self._is_listed() else None

    def _complete_if_done(self):
        """A campaign whose recipients are not listed yet is not done."""
        listed = self.filtered(lambda campaign: campaign._is_listed())
        result = super(EmailCampaign, listed)._complete_if_done()
        listed._refresh_statistics()
        return result

    def _is_listed(self):
        """Campaigns of other addons write their rows themselves."""
        return bool(self.prepared_at or not self.sent_template_id)

    @api.model
    def _cron_refresh_statistics(self):
        self.env["marketing.job"]._enqueue(
            "email.campaign", "_refresh_moving", key="campaign-statistics"
        )

    @api.model
    def _refresh_moving(self):
        """Count the campaigns whose messages may still change state."""
        since = fields.Datetime.now() - AFTERMATH
        # An archived campaign still gets its last bounces and clicks.
        moving = self.with_context(active_test=False).search(
            Domain("status", "in", ("running", "paused"))
            | Domain("end_date", ">=", since)
        )
        moving._refresh_statistics()
