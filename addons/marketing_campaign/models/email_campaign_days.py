import json

from odoo import api, fields, models
from odoo.tools.misc import format_date

CHART_DAYS = 60


class EmailCampaign(models.Model):
    """The days of a campaign, and what makes them be counted again."""

    _inherit = "email.campaign"

    day_ids = fields.One2many("campaign.daily.stats", "campaign_id", "Days")
    day_chart = fields.Text("Clicks a Day", compute="_compute_day_chart")

    @api.depends("day_ids.clicks")
    def _compute_day_chart(self):
        """Human clicks of the first days, gaps filled, for the chart on the form."""
        for campaign in self:
            days = campaign.day_ids.sorted("day")
            campaign.day_chart = json.dumps(
                [
                    {
                        "key": self.env._("Clicks"),
                        "title": "",
                        "values": campaign._prepare_chart(days) if days else [],
                    }
                ]
            )

    def _prepare_chart(self, days):
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
