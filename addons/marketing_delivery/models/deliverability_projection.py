from odoo import models
from odoo.tools import SQL

from .campaign_recount import replace_rows

NAME = "deliverability"
EVENT_TYPES = (
    "email_sent",
    "email_failed",
    "email_deferred",
    "email_delivered",
    "email_bounced",
    "email_dropped",
    "email_complained",
    "email_unsubscribed",
)
# Column -> which messages of the day it counts; `f` is one message.
COUNTED = {
    "sent": "f.state = 'sent'",
    "delivered": "f.state = 'sent' AND f.bounced_at IS NULL",
    "deferred": "f.attempt > 1 OR f.was_deferred",
    "bounced": "f.bounced_at IS NOT NULL",
    "hard_bounced": "f.bounced_at IS NOT NULL AND f.bounce_type = 'hard'",
    "soft_bounced": (
        "f.bounced_at IS NOT NULL AND f.bounce_type IS DISTINCT FROM 'hard'"
    ),
    "complained": "f.complained_at IS NOT NULL",
    "unsubscribed": "f.unsubscribed_at IS NOT NULL",
    "opened": "f.opened_at IS NOT NULL",
    "clicked": "f.clicked_at IS NOT NULL",
}
# A campaign has many messages and few domains: the domain's provider is looked up last.
_COUNT = """
    WITH deferral AS (
        SELECT DISTINCT recipient_id FROM marketing_event
         WHERE campaign_id = ANY(%(ids)s) AND event_type = 'email_deferred'
           AND xact_id < %(high)s
    ), domains AS (
        SELECT f.campaign_id, f.company_id, f.provider_id,
               split_part(f.email_address, '@', 2) AS domain,
               date_bin('15 min', f.at, timestamp '2000-01-01') AS quarter, %(counts)s
          FROM (SELECT r.*, COALESCE(r.sent_at, r.bounced_at, r.doubted_at) AS at,
                       deferral.recipient_id IS NOT NULL AS was_deferred
                  FROM campaign_recipient r
             LEFT JOIN deferral ON deferral.recipient_id = r.id
                 WHERE r.campaign_id = ANY(%(ids)s) AND r.channel = 'email'
                   AND (r.state = 'sent' OR r.bounced_at IS NOT NULL
                        -- in doubt, and yet somebody has read it
                        OR r.opened_at IS NOT NULL OR r.clicked_at IS NOT NULL
                        OR r.unsubscribed_at IS NOT NULL
                        OR r.complained_at IS NOT NULL)) f
         WHERE f.at IS NOT NULL
         GROUP BY 1, 2, 3, 4, 5
    ), counted AS (
        SELECT n.campaign_id, n.company_id, n.provider_id, %(mailbox)s AS mailbox,
               (n.quarter AT TIME ZONE 'UTC' AT TIME ZONE
                COALESCE(NULLIF(p.tz, ''), 'UTC'))::date AS day, %(sums)s
          FROM domains n
          JOIN res_company y ON y.id = n.company_id
          JOIN res_partner p ON p.id = y.partner_id
         GROUP BY 1, 2, 3, 4, 5
    ), %(rows)s
    SELECT
"""


class EmailDeliverabilityStats(models.Model):
    """Opens and clicks are judged later: whoever judges them marks the campaign."""

    _inherit = "email.deliverability.stats"
    _recount_name = NAME
    _recount_types = EVENT_TYPES
    _recount_chunk = 50

    def _count(self, ids, high):
        names = [SQL.identifier(column) for column in COUNTED]
        counts = [
            SQL("count(*) FILTER (WHERE %s) AS %s", SQL(condition), name)
            for condition, name in zip(COUNTED.values(), names, strict=True)
        ]
        sums = [SQL("sum(n.%s) AS %s", name, name) for name in names]
        keys = ("day", "mailbox", "provider_id")
        columns = ("company_id", *COUNTED)
        self.env.cr.execute(
            SQL(
                _COUNT,
                ids=ids,
                high=high,
                mailbox=self.env["delivery.mailbox.domain"]._mailbox_sql(
                    SQL("n.domain")
                ),
                counts=SQL(", ").join(counts),
                sums=SQL(", ").join(sums),
                rows=replace_rows(
                    self._table, "counted", ids, keys, columns, ("provider_id",)
                ),
            )
        )
