from odoo import fields, models

from odoo.addons.marketing_base.mailboxes import MAILBOXES

# Percentage -> (part, whole), as everywhere: see docs/methods.md, "Delivered".
RATES = {
    "delivery_rate": ("delivered", "sent"),
    "bounce_rate": ("bounced", "sent"),
    "deferral_rate": ("deferred", "sent"),
    "complaint_rate": ("complained", "delivered"),
    "unsubscribe_rate": ("unsubscribed", "delivered"),
    "open_rate": ("opened", "delivered"),
    "click_rate": ("clicked", "delivered"),
}


def _count(label, help=None):
    return fields.Integer(label, readonly=True, help=help)


def _rate(label, help):
    return fields.Float(
        label, compute="_compute_rates", digits=(6, 3), aggregator="avg", help=help
    )


class EmailDeliverabilityStats(models.Model):
    """What became of the messages of one day at one mailbox provider.

    Written by set-based SQL only (`deliverability_projection.py`).
    """

    _name = "email.deliverability.stats"
    _description = "Deliverability"
    _inherit = ["campaign.recount", "marketing.rated"]
    _order = "day desc, sent desc, id"
    _rec_name = "day"
    _log_access = False
    _rates = RATES

    day = fields.Date(
        "Sent On", required=True, readonly=True, help="In the company's time zone."
    )
    mailbox = fields.Selection(
        MAILBOXES, "Mailbox Provider", required=True, readonly=True
    )
    campaign_id = fields.Many2one(
        "email.campaign", required=True, readonly=True, ondelete="cascade"
    )
    provider_id = fields.Many2one(
        "delivery.provider", "Sent By", readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sent = _count("Sent", "Accepted by the next mail server.")
    delivered = _count("Delivered", "Of those sent, not bounced so far.")
    deferred = _count("Deferred", "Put off by a mail server at least once.")
    bounced = _count("Bounced")
    hard_bounced = _count("Hard Bounces", "The address takes no mail for good.")
    soft_bounced = _count("Soft Bounces", "Mailbox full, policy, or given up.")
    complained = _count("Complaints", "Reported as spam, as far as we are told.")
    unsubscribed = _count("Unsubscribed")
    opened = _count("Opened (Estimate)", "By a person, as far as can be told.")
    clicked = _count("Clicked", "With a click judged human.")
    delivery_rate = _rate("Delivered (%)", "Delivered of sent.")
    bounce_rate = _rate("Bounced (%)", "Bounced of sent.")
    deferral_rate = _rate("Deferred (%)", "Deferred of sent.")
    complaint_rate = _rate("Complaints (%)", "Complaints of delivered.")
    unsubscribe_rate = _rate("Unsubscribed (%)", "Unsubscribed of delivered.")
    open_rate = _rate("Opened (%, Estimate)", "Opened of delivered; an estimate.")
    click_rate = _rate("Clicked (%)", "Human clicks of delivered.")

    _day_uniq = models.UniqueIndex(
        "(campaign_id, day, mailbox, COALESCE(provider_id, 0))",
        "There is one row a campaign, day, mailbox and provider.",
    )
    _day_idx = models.Index("(day, company_id)")
