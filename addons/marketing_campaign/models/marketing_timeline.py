from odoo import api, fields, models
from odoo.tools import SQL, drop_view_if_exists, formatLang

from odoo.addons.marketing_delivery.models import engagement_sql as rules

# Two branches without DISTINCT or GROUP BY and with columns of the same types, so that
# a condition on campaign, kind, customer or time reaches the indexes of the log and of
# the orders. Orders have negative ids.
_VIEW = """
    CREATE VIEW marketing_timeline AS
    SELECT e.id, e.occurred_at, e.company_id, e.campaign_id, r.customer_id,
           e.recipient_id, NULL::int AS order_id, e.event_type AS kind,
           CASE e.event_type WHEN 'email_bounced' THEN r.bounce_reason
                             WHEN 'email_dropped' THEN r.bounce_reason
                             WHEN 'email_failed' THEN r.reason_detail
                             ELSE l.url END::text AS detail,
           NULL::numeric AS amount,
           CASE e.event_type
               WHEN 'email_opened' THEN %(machine_open)s
               WHEN 'email_clicked'
                   THEN coalesce(k.verdict = 'machine', e.properties ? 'suspect')
               ELSE FALSE END AS is_machine
      FROM marketing_event e
      JOIN campaign_recipient r ON r.id = e.recipient_id AND %(own)s
      LEFT JOIN delivery_click k
        ON k.source_id = e.source_id AND k.event_id = e.event_id
      LEFT JOIN marketing_link l ON l.id = k.link_id
     WHERE e.event_type = ANY(%(event_types)s)
    UNION ALL
    SELECT -o.id::bigint, o.date_order, o.company_id, a.campaign_id, o.partner_id,
           a.recipient_id, o.id, 'ordered', o.name::text,
           o.amount_untaxed / coalesce(nullif(o.currency_rate, 0), 1), FALSE
      FROM sale_order o
      LEFT JOIN marketing_attribution a ON a.order_id = o.id
     WHERE o.state = 'sale'
"""
# Kinds are the types of the log as they are: their index serves a filter on them.
EVENT_ICONS = {
    "email_sent": "fa-paper-plane-o",
    "email_delivered": "fa-check",
    "email_opened": "fa-envelope-open-o",
    "email_clicked": "fa-mouse-pointer",
    "email_bounced": "fa-reply",
    "email_dropped": "fa-times",
    "email_failed": "fa-exclamation-triangle",
    "email_in_doubt": "fa-question-circle-o",
    "email_unsubscribed": "fa-ban",
    "email_complained": "fa-thumbs-o-down",
}
ICONS = {**EVENT_ICONS, "ordered": "fa-shopping-cart"}


class MarketingTimeline(models.Model):
    """What happened between the shop and its customers, newest first."""

    _name = "marketing.timeline"
    _description = "Marketing Timeline"
    _auto = False
    _order = "occurred_at desc, id desc"
    _rec_name = "kind"

    occurred_at = fields.Datetime("Time", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    campaign_id = fields.Many2one("email.campaign", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    recipient_id = fields.Many2one("campaign.recipient", "Message", readonly=True)
    order_id = fields.Many2one("sale.order", "Order", readonly=True)
    kind = fields.Selection(
        [
            ("email_sent", "Sent"),
            ("email_delivered", "Delivered"),
            ("email_opened", "Opened (estimate)"),
            ("email_clicked", "Clicked"),
            ("email_bounced", "Bounced"),
            ("email_dropped", "Dropped by the provider"),
            ("email_failed", "Failed"),
            ("email_in_doubt", "In doubt"),
            ("email_unsubscribed", "Unsubscribed"),
            ("email_complained", "Complained"),
            ("ordered", "Ordered"),
        ],
        "What Happened",
        readonly=True,
    )
    detail = fields.Char(readonly=True, help="The link, the order, or what went wrong.")
    amount = fields.Monetary(readonly=True, aggregator=None)
    is_machine = fields.Boolean(
        "Machine", readonly=True, help="By a mail program, robot or scanner."
    )
    icon = fields.Char(compute="_compute_words")
    summary = fields.Char("Details", compute="_compute_words")

    def init(self):
        drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL(
                _VIEW,
                machine_open=rules.MACHINE_OPEN,
                own=rules.OWN_EVENT,
                event_types=list(EVENT_ICONS),
            )
        )

    @api.depends("kind", "detail", "amount", "is_machine")
    def _compute_words(self):
        for row in self:
            row.icon = "fa-cog" if row.is_machine else ICONS.get(row.kind)
            row.summary = row._describe()

    def _describe(self):
        if self.kind == "ordered":
            amount = formatLang(self.env, self.amount, currency_obj=self.currency_id)
            return self.env._("%(order)s, %(amount)s", order=self.detail, amount=amount)
        if self.is_machine:
            by = self.env._("by a program, not a person")
            return f"{self.detail} ({by})" if self.detail else by
        return self.detail
