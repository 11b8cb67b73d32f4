from odoo import fields, models


class CampaignHourlyStats(models.Model):
    """What happened to a campaign in one hour of its company's clock.

    Written together with the days, which are sums of these rows.
    """

    _name = "campaign.hourly.stats"
    _description = "Campaign Hour"
    _inherit = ["campaign.period.stats"]
    _order = "hour desc, campaign_id desc"
    _rec_name = "hour"

    hour = fields.Datetime(required=True, readonly=True, help="When the hour begins.")
    hours_after = fields.Integer(
        "Hours After the Start",
        readonly=True,
        aggregator=None,
        help="From the hour in which the first message left; 0 is that hour.",
    )

    _campaign_hour_uniq = models.Constraint(
        "UNIQUE(campaign_id, hour)", "A campaign has one row an hour."
    )
