from odoo import fields, models


def _count(label, help=None):
    return fields.Integer(label, readonly=True, help=help)


class CampaignPeriodStats(models.AbstractModel):
    """What happened to a campaign in a piece of time.

    Written by set-based SQL only (`campaign_daily_projection.py`). There are no rates:
    the clicks of a day answer messages of the days before.
    """

    _name = "campaign.period.stats"
    _description = "Campaign in a Piece of Time"
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
    sent = _count("Sent", "Accepted by the next mail server in this time.")
    delivered = _count(
        "Delivered", "Of the messages sent in this time, those not bounced so far."
    )
    bounced = _count("Bounced", "Bounces that arrived in this time.")
    opened = _count(
        "Opened (Estimate)", "Customers whose first open by a person was in this time."
    )
    opens = _count("Opens (Estimate)", "All opens that do not look like a machine's.")
    machine_opens = _count(
        "Machine Opens", "Images loaded by mail programs and scanners."
    )
    clicked = _count("Clicked", "Customers whose first human click was in this time.")
    clicks = _count("Clicks", "All clicks judged human.")
    machine_clicks = _count("Machine Clicks", "Clicks by robots and scanners.")
    unsubscribed = _count("Unsubscribed")
    complained = _count("Complaints")
    orders = _count("Orders", "Orders of this time that the campaign is credited with.")
    revenue = fields.Monetary(
        readonly=True,
        help="Untaxed totals of these orders, less posted refunds of their lines.",
    )
