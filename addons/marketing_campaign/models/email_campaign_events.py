import uuid

from odoo import api, fields, models

from odoo.addons.marketing_base.events import Event, insert_events

_TYPES = {"running": "campaign_launched", "paused": "campaign_paused"}


class EmailCampaign(models.Model):
    """What marketers do with campaigns, in the event log, whoever did it."""

    _inherit = "email.campaign"

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        insert_events(
            self.env.cr,
            [
                campaign._prepare_event(
                    "campaign_created", target_segment_ids=campaign.segment_ids.ids
                )
                # sudo: a campaign of a company is created by who may create it
                for campaign in campaigns.sudo()
            ],
        )
        return campaigns

    def write(self, vals):
        status = vals.get("status")
        if status not in _TYPES:
            return super().write(vals)
        before = {campaign.id: campaign.status for campaign in self}
        result = super().write(vals)
        insert_events(
            self.env.cr,
            [
                campaign._prepare_status_event(before[campaign.id])
                for campaign in self
                if before[campaign.id] != status
            ],
        )
        return result

    def _prepare_status_event(self, before):
        if self.status == "running":
            return self._prepare_event(
                "campaign_launched",
                estimated_audience_size=self.audience_size,
                is_resumed=before == "paused",
            )
        hours = 0.0
        if self.start_date:
            hours = (fields.Datetime.now() - self.start_date).total_seconds() / 3600
        return self._prepare_event(
            "campaign_paused",
            pause_reason=(self.status_reason or "")[:200],
            time_to_pause_hours=round(max(0.0, hours), 2),
        )

    def _prepare_event(self, event_type, **properties):
        return Event(
            event_type=event_type,
            event_id=f"{event_type}:{self.id}:{uuid.uuid4()}",
            company_id=self.company_id.id,
            campaign_id=self.id,
            properties={"user_id": self.env.uid, **properties},
        )
