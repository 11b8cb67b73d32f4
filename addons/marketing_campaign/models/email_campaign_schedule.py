from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# A mail for the morning must not leave in the evening because a server slept.
LATE_START = timedelta(hours=4)


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def action_schedule(self):
        self.check_access("write")
        for campaign in self:
            campaign._check_future(campaign.scheduled_date)
            campaign._check_ready(scheduled=True)
            campaign._move("scheduled", status_reason=False)
            self.env.ref("marketing_campaign.ir_cron_start_campaigns").sudo()._trigger(
                at=campaign.scheduled_date
            )

    def _check_future(self, date):
        if not date:
            raise UserError(self.env._("Choose when the campaign should be sent."))
        if date <= fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The chosen time is in the past. Choose a later one, or send now."
                )
            )

    @api.constrains("scheduled_date")
    def _check_rescheduled(self):
        for campaign in self.filtered(lambda c: c.status == "scheduled"):
            campaign._check_future(campaign.scheduled_date)

    @api.model
    def _cron_start_due(self):
        """One job a campaign, so that one that cannot start stops no other."""
        due = self.search(
            [
                ("status", "=", "scheduled"),
                ("scheduled_date", "<=", fields.Datetime.now()),
            ]
        )
        for campaign in due:
            self.env["marketing.job"]._enqueue(
                "email.campaign",
                "_start_scheduled",
                {"campaign_id": campaign.id},
                key=f"campaign-start:{campaign.id}",
                queue="deliver",
            )

    @api.model
    def _start_scheduled(self, campaign_id):
        campaign = self.browse(campaign_id).exists()
        now = fields.Datetime.now()
        if campaign.status != "scheduled" or campaign.scheduled_date > now:
            return
        if reason := campaign._get_start_problem(now):
            campaign._move("paused", status_reason=reason)
        else:
            campaign._launch()

    def _get_start_problem(self, now):
        """Why this due campaign should wait for a person, or None."""
        if now - self.scheduled_date > LATE_START:
            return self.env._(
                "Due %(when)s UTC, but the server could not start it within four"
                " hours. Resume it if it should still go out.",
                when=fields.Datetime.to_string(self.scheduled_date),
            )
        try:
            self._check_launch()
        except UserError as problem:
            return str(problem)
        return None
