from odoo import fields, models


class CampaignDailyStats(models.Model):
    """What happened to a campaign on one day of its company's calendar."""

    _name = "campaign.daily.stats"
    _description = "Campaign Day"
    _inherit = ["campaign.period.stats", "campaign.recount"]
    _order = "day desc, campaign_id desc"
    _rec_name = "day"

    spend = fields.Monetary(
        readonly=True,
        help="The campaign's spend, shared among its days by the messages accepted.",
    )

    _campaign_day_uniq = models.Constraint(
        "UNIQUE(campaign_id, day)", "A campaign has one row a day."
    )
