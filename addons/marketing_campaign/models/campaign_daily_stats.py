from odoo import fields, models


def _count(label, help=None):
    return fields.Integer(label, readonly=True, help=help)


class CampaignDailyStats(models.Model):
    """What happened to a campaign on one day of its company's calendar.

    Written by set-based SQL only (`campaign_daily_projection.py`). There are no daily
    rates: the clicks of a day answer messages of the days before.
    """

    _name = "campaign.daily.stats"
    _description = "Campaign Day"
    _order = "day desc, campaign_id desc"
    _rec_name = "day"
    _log_access = False

    campaign_id = fields.Many2one(
        "email.campaign", "Campaign", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(
        required=True, readonly=True, help="In the time zone of the company."
    )
    sent = _count("Sent", "Accepted by the next mail server on this day.")
    delivered = _count(
        "Delivered", "Of the messages sent on this day, those not bounced so far."
    )
    bounced = _count("Bounced", "Bounces that arrived on this day.")
    opened = _count(
        "Opened (Estimate)", "Customers whose first open by a person was on this day."
    )
    opens = _count("Opens (Estimate)", "All opens that do not look like a machine's.")
    machine_opens = _count(
        "Machine Opens", "Images loaded by mail programs and scanners."
    )
    clicked = _count("Clicked", "Customers whose first human click was on this day.")
    clicks = _count("Clicks", "All clicks judged human.")
    machine_clicks = _count("Machine Clicks", "Clicks by robots and scanners.")
    unsubscribed = _count("Unsubscribed")
    complained = _count("Complaints")
    orders = _count("Orders", "Orders of this day that the campaign is credited with.")
    revenue = fields.Monetary(
        readonly=True,
        help="Untaxed totals of these orders, less posted refunds of their lines.",
    )
    spend = fields.Monetary(
        readonly=True,
        help="The campaign's spend, shared among its days by the messages accepted.",
    )

    _campaign_day_uniq = models.Constraint(
        "UNIQUE(campaign_id, day)", "A campaign has one row a day."
    )
