from odoo import api, models
from odoo.tools import SQL, split_every

NAME = "deliverability"
CHUNK = 50  # campaigns a statement
# Campaigns to count again although no event says so: opens and clicks are judged later.
# Only inserted into: whoever marks a campaign never waits for the one who counts.
DIRTY_TABLE = SQL(
    "CREATE TABLE IF NOT EXISTS deliverability_dirty (campaign_id integer NOT NULL)"
)
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
    ), dropped AS (
        DELETE FROM email_deliverability_stats d
         WHERE d.campaign_id = ANY(%(ids)s)
           AND NOT EXISTS (SELECT FROM counted c
                            WHERE c.campaign_id = d.campaign_id AND c.day = d.day
                              AND c.mailbox = d.mailbox
                              AND c.provider_id IS NOT DISTINCT FROM d.provider_id)
    )
    INSERT INTO email_deliverability_stats AS d
           (campaign_id, company_id, provider_id, mailbox, day, %(columns)s)
    SELECT campaign_id, company_id, provider_id, mailbox, day, %(columns)s
      FROM counted ORDER BY campaign_id, day, mailbox, provider_id
        ON CONFLICT (campaign_id, day, mailbox, COALESCE(provider_id, 0)) DO UPDATE
       SET (company_id, %(columns)s) = (EXCLUDED.company_id, %(new)s)
     WHERE (d.company_id, %(old)s) IS DISTINCT FROM (EXCLUDED.company_id, %(new)s)
"""


class EmailDeliverabilityStats(models.Model):
    """Each campaign with something new is counted again, in one statement.

    So late, doubled and shuffled events end in the same rows as a rebuild.
    """

    _inherit = "email.deliverability.stats"

    def init(self):
        self.env.cr.execute(DIRTY_TABLE)

    @api.model
    def _cron_enqueue(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _mark(self, campaign_ids):
        """Have these campaigns counted again by the next run."""
        if campaign_ids:
            self.env.cr.execute(
                "INSERT INTO deliverability_dirty SELECT unnest(%s)",
                [sorted(campaign_ids)],
            )

    @api.model
    def _run(self):
        """Count what is new; return how many campaigns were looked at."""
        projection = self.env["marketing.projection"]
        low, high = projection._window(NAME)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM deliverability_dirty RETURNING campaign_id")
        touched = {row[0] for row in self.env.cr.fetchall()}
        touched |= self._get_touched(low, high)
        self._recount(sorted(touched), high)
        projection._advance(NAME, high)
        return len(touched)

    @api.model
    def _rebuild(self):
        """Drop all rows and count everything, up to where the last run stopped."""
        low, _high = self.env["marketing.projection"]._window(NAME)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM email_deliverability_stats")
        self.env.cr.execute("SELECT id FROM email_campaign ORDER BY id")
        self._recount([row[0] for row in self.env.cr.fetchall()], low)

    def _get_touched(self, low, high):
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT campaign_id FROM marketing_event
                    WHERE xact_id >= %s AND xact_id < %s
                      AND event_type = ANY(%s) AND campaign_id IS NOT NULL""",
                low,
                high,
                list(EVENT_TYPES),
            )
        )
        return {row[0] for row in rows}

    def _recount(self, campaign_ids, high):
        mailbox = self.env["delivery.mailbox.domain"]._mailbox_sql(SQL("n.domain"))
        for ids in split_every(CHUNK, campaign_ids, list):
            # pylint: disable-next=sql-injection
            self.env.cr.execute(SQL(_COUNT, **_prepare_values(ids, high, mailbox)))
        self.invalidate_model(flush=False)


def _prepare_values(ids, high, mailbox):
    names = [SQL.identifier(column) for column in COUNTED]
    counts = [
        SQL("count(*) FILTER (WHERE %s) AS %s", SQL(condition), name)
        for condition, name in zip(COUNTED.values(), names, strict=True)
    ]
    return {
        "ids": ids,
        "high": high,
        "mailbox": mailbox,
        "counts": SQL(", ").join(counts),
        "sums": SQL(", ").join(SQL("sum(n.%s) AS %s", name, name) for name in names),
        "columns": SQL(", ").join(names),
        "old": SQL(", ").join(SQL("d.%s", name) for name in names),
        "new": SQL(", ").join(SQL("EXCLUDED.%s", name) for name in names),
    }
