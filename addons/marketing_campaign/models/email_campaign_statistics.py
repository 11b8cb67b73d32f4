from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_base.models.marketing_rated import percent
from odoo.addons.marketing_delivery.sender.progress import GROUPS, MESSAGE

# Total -> which messages it counts. Delivered = accepted and not bounced so far.
TOTALS = {
    "total_recipients": "TRUE",
    "total_queued": "state IN ('queued', 'claimed', 'submitting')",
    "total_sent": "state = 'sent'",
    "total_delivered": "state = 'sent' AND bounced_at IS NULL",
    "total_opened": "opened_at IS NOT NULL",
    "total_clicked": "clicked_at IS NOT NULL",
    "total_bounced": "bounced_at IS NOT NULL",
    "total_unsubscribed": "unsubscribed_at IS NOT NULL",
    "total_complained": "complained_at IS NOT NULL",
    "total_failed": "state = 'failed'",
    "total_in_doubt": "state = 'in_doubt'",
    "total_skipped": "state = 'skipped'",
    "total_held_out": "state = 'held_out'",
    "total_cancelled": "state = 'cancelled'",
}
# Percentage -> (part, whole).
RATES = {
    "delivery_rate": ("total_delivered", "total_sent"),
    "open_rate": ("total_opened", "total_delivered"),
    "click_rate": ("total_clicked", "total_delivered"),
    "ctor": ("total_clicked", "total_opened"),
    "bounce_rate": ("total_bounced", "total_sent"),
    "unsubscribe_rate": ("total_unsubscribed", "total_delivered"),
}


def _total(label, help=None):
    return fields.Integer(label, readonly=True, copy=False, help=help)


def _rate(label, help):
    return fields.Float(
        label, compute="_compute_rates", digits=(5, 2), aggregator="avg", help=help
    )


class EmailCampaign(models.Model):
    """Numbers of a campaign: a projection of its messages, rebuilt at any time."""

    _name = "email.campaign"
    _inherit = ["email.campaign", "marketing.rated"]
    _rates = RATES

    total_recipients = _total("Audience")
    total_queued = _total("Waiting")
    total_sent = _total("Sent", "Accepted by the next mail server.")
    total_delivered = _total(
        "Delivered", "Accepted by the next mail server and not bounced so far."
    )
    total_opened = _total(
        "Opened (Estimate)",
        "An estimate: some mail programs open every message by themselves.",
    )
    total_clicked = _total("Clicked", "Customers with a click judged human.")
    total_bounced = _total("Bounced")
    total_unsubscribed = _total("Unsubscribed")
    total_complained = _total("Complained")
    total_failed = _total("Failed")
    total_in_doubt = _total(
        "In Doubt", "The connection broke before an answer; never sent again by itself."
    )
    total_skipped = _total("Left Out")
    total_held_out = _total("Held Out", "Control group: gets nothing, for comparison.")
    total_cancelled = _total("Cancelled")
    delivery_rate = _rate("Delivered (%)", "Delivered of sent.")
    open_rate = _rate("Opened (%, Estimate)", "Opened of delivered; an estimate.")
    click_rate = _rate("Clicked (%)", "Human clicks of delivered.")
    ctor = _rate(
        "Clicked of Opened (%, Estimate)", "Human clicks of opened, an estimate."
    )
    bounce_rate = _rate("Bounced (%)", "Bounced of sent.")
    unsubscribe_rate = _rate("Unsubscribed (%)", "Unsubscribed of delivered.")
    progress = fields.Float(
        "Settled (%)",
        compute="_compute_progress",
        digits=(5, 1),
        aggregator=None,
        help="Share of the audience that is sent or has a reason not to be.",
    )

    @api.model
    def _get_server_fields(self):
        return super()._get_server_fields() | dict.fromkeys(TOTALS, 0)

    @api.depends("total_recipients", "total_queued")
    def _compute_progress(self):
        for campaign in self:
            settled = campaign.total_recipients - campaign.total_queued
            campaign.progress = percent(settled, campaign.total_recipients)

    def _refresh_statistics(self):
        """Count again, in one statement; returns the campaigns whose numbers changed.

        Only rows with other numbers are written: a refresh locks nothing in vain.
        """
        if not self.ids:
            return self
        self.env["campaign.recipient"].flush_model()
        self.flush_recordset()
        self.env.cr.execute(self._statistics_sql())
        changed = self.browse(row[0] for row in self.env.cr.fetchall())
        changed.invalidate_recordset([*TOTALS, *RATES, "progress"], flush=False)
        changed._tell_progress()
        return changed

    def _statistics_sql(self):
        names = [SQL.identifier(name) for name in TOTALS]
        counts = [
            SQL("count(*) FILTER (WHERE %s) AS %s", SQL(condition), name)  # pylint: disable=sql-injection
            for condition, name in zip(TOTALS.values(), names, strict=True)
        ]
        return SQL(
            """UPDATE email_campaign c SET (%(names)s) = (%(new)s)
                 FROM email_campaign o LEFT JOIN (
                      SELECT campaign_id, %(counts)s FROM campaign_recipient
                       WHERE campaign_id = ANY(%(ids)s) GROUP BY campaign_id
                      ) s ON s.campaign_id = o.id
                WHERE c.id = o.id AND c.id = ANY(%(ids)s)
                  AND (%(old)s) IS DISTINCT FROM (%(new)s)
            RETURNING c.id""",
            names=SQL(", ").join(names),
            counts=SQL(", ").join(counts),
            old=SQL(", ").join(SQL("c.%s", name) for name in names),
            new=SQL(", ").join(SQL("COALESCE(s.%s, 0)", name) for name in names),
            ids=list(self.ids),
        )

    def _tell_progress(self):
        """Tell open forms to read again, as the sender does; ids only."""
        for name in GROUPS:
            # Superuser: a sender has no user, and groups are not readable by all.
            group = self.env.ref(f"marketing_base.{name}").sudo()
            for campaign in self:
                group._bus_send(MESSAGE, {"id": campaign.id})
