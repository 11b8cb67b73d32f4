from odoo import fields, models

from odoo.addons.marketing_base.models.marketing_pii import PII

REASONS = [
    ("head", "Asked for headers only"),
    ("prefetch", "Loaded ahead by a browser"),
    ("bot_agent", "Known robot or scanner"),
    ("early", "Within seconds of sending"),
    ("burst", "Several links at once"),
    ("all_links", "Every link at once"),
]


class DeliveryClick(models.Model):
    """A click of the event log with its verdict; written by the projection only."""

    _name = "delivery.click"
    _description = "Link Click"
    _order = "clicked_at desc, id desc"
    _rec_name = "link_id"
    _log_access = False  # rows are derived: nobody creates or writes them

    recipient_id = fields.Many2one(
        "campaign.recipient", required=True, index=True, ondelete="cascade"
    )
    campaign_id = fields.Many2one("email.campaign", required=True, ondelete="cascade")
    customer_id = fields.Many2one("res.partner", ondelete="set null", groups=PII)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    link_id = fields.Many2one("marketing.link", index=True, ondelete="cascade")
    link_position = fields.Integer("Position", aggregator=None)
    source_id = fields.Char(required=True)
    event_id = fields.Char(required=True, help="Key of the event in the log.")
    clicked_at = fields.Datetime("Time", required=True)
    verdict = fields.Selection(
        [("human", "Human"), ("machine", "Machine")], required=True
    )
    verdict_reason = fields.Selection(REASONS, "Why a Machine")

    _event_uniq = models.Constraint(
        "UNIQUE(source_id, event_id)", "Each click of the log is judged once."
    )
    _campaign_idx = models.Index("(campaign_id, verdict, clicked_at)")
    _customer_idx = models.Index("(customer_id, clicked_at) WHERE verdict = 'human'")

    def init(self):
        """Let the projection find what happened to one message."""
        self.env.cr.execute(
            """CREATE INDEX IF NOT EXISTS marketing_event_recipient_idx
                   ON marketing_event (recipient_id, occurred_at)
                WHERE recipient_id IS NOT NULL"""
        )
