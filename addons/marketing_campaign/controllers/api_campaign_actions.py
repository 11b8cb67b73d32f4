from odoo import http

from odoo.addons.marketing_base.api.operation import operation

from .api_campaigns import CAMPAIGN, represent


def _action(name, summary, description=""):
    """Declare a button of the campaign as an operation; its own gates apply."""
    return operation(
        "POST",
        f"/api/v1/campaigns/<int:campaign_id>/{name}",
        scope="write:campaigns",
        summary=summary,
        description=description,
        answer=CAMPAIGN,
        idempotent=True,
    )


class ApiCampaignActions(http.Controller):
    @_action("schedule", "Schedule a draft", "It leaves at its `scheduled_date`.")
    def schedule(self, call, campaign_id):
        campaign = call.find("email.campaign", campaign_id)
        campaign.action_schedule()
        return represent(campaign)

    @_action("pause", "Pause", "Messages on their way still arrive.")
    def pause(self, call, campaign_id):
        campaign = call.find("email.campaign", campaign_id)
        campaign.action_pause()
        return represent(campaign)

    @_action("resume", "Resume a paused campaign")
    def resume(self, call, campaign_id):
        campaign = call.find("email.campaign", campaign_id)
        campaign.action_resume()
        return represent(campaign)

    @_action("cancel", "Cancel", "What is not sent yet never will be.")
    def cancel(self, call, campaign_id):
        campaign = call.find("email.campaign", campaign_id)
        campaign.action_cancel()
        return represent(campaign)
