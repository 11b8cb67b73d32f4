import json

from odoo import api, fields, models
from odoo.tools.misc import format_date, format_datetime

CHART_DAYS = 60
CHART_HOURS = 72


class EmailCampaign(models.Model):
    """Days and hours of a campaign, and what makes them be counted again."""

    _inherit = "email.campaign"

    day_ids = fields.One2many("campaign.daily.stats", "campaign_id", "Days")
    day_chart = fields.Text("Clicks a Day", compute="_compute_day_chart")
    hour_chart = fields.Text("Clicks an Hour", compute="_compute_hour_chart")

    @api.depends("day_ids.clicks")
    def _compute_day_chart(self):
        """Human clicks of the first days, gaps filled, for the chart on the form."""
        for campaign in self:
            days = campaign.day_ids.sorted("day")
            campaign.day_chart = campaign._draw(
                campaign._prepare_days(days) if days else []
            )

    @api.depends("day_ids.clicks")
    def _compute_hour_chart(self):
        """Human clicks of the first 72 hours, when most of them come; gaps filled."""
        rows = self.env["campaign.hourly.stats"].search_fetch(
            [
                ("campaign_id", "in", self.ids),
                ("hours_after", ">=", 0),
                ("hours_after", "<", CHART_HOURS),
            ],
            ["campaign_id", "hour", "hours_after", "clicks"],
            order="campaign_id, hour",
        )
        by_campaign = rows.grouped("campaign_id")
        for campaign in self:
            hours = by_campaign.get(campaign)
            campaign.hour_chart = campaign._draw(
                campaign._prepare_hours(hours) if hours else []
            )

    def _draw(self, values):
        return json.dumps(
            [{"key": self.env._("Clicks"), "title": "", "values": values}]
        )

    def _prepare_hours(self, hours):
        clicks = {row.hours_after: row.clicks for row in hours}
        first = fields.Datetime.subtract(hours[0].hour, hours=hours[0].hours_after)
        return [
            {
                "label": format_datetime(
                    self.env,
                    fields.Datetime.add(first, hours=number),
                    dt_format="EEE HH:mm",
                ),
                "value": clicks.get(number, 0),
                "type": "past",
            }
            for number in range(CHART_HOURS)
        ]

    def _prepare_days(self, days):
        clicks = {row.day: row.clicks for row in days}
        first, last = days[0].day, days[-1].day
        span = min((last - first).days + 1, CHART_DAYS)
        dates = [fields.Date.add(first, days=number) for number in range(span)]
        return [
            {
                "label": format_date(self.env, date, date_format="d MMM"),
                "value": clicks.get(date, 0),
                "type": "past",
            }
            for date in dates
        ]

    def action_open_days(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_campaign.campaign_daily_stats_action"
        )
        return {
            **action,
            "name": self.env._("Days of %(campaign)s", campaign=self.name),
            "domain": [("campaign_id", "in", self.ids)],
            "context": {"create": False},
        }

    def action_open_hours(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_campaign.campaign_hourly_stats_action"
        )
        return {
            **action,
            "name": self.env._("Hours of %(campaign)s", campaign=self.name),
            "domain": [("campaign_id", "in", self.ids)],
            "context": {"create": False, "search_default_first_72_hours": 1},
        }

    def action_refresh(self):
        result = super().action_refresh()
        # Superuser: a projection counts every company and writes derived rows only.
        self.env["campaign.daily.stats"].sudo()._run()
        return result

    def _refresh_statistics(self):
        changed = super()._refresh_statistics()
        self.env["campaign.daily.stats"]._mark(changed.ids)
        return changed

    def _refresh_attribution(self):
        result = super()._refresh_attribution()
        self.env["campaign.daily.stats"]._mark(self.ids)
        return result
