from odoo import api, models
from odoo.tools import SQL, split_every

from odoo.addons.marketing_delivery.models import engagement_sql as rules

NAME = "campaign_daily"
CHUNK = 100  # campaigns a statement
# Campaigns to count again although no event says so: verdicts, credits, other days.
# Only inserted into: whoever marks a campaign never waits for the one who counts.
DIRTY_TABLE = SQL(
    "CREATE TABLE IF NOT EXISTS campaign_daily_dirty (campaign_id integer NOT NULL)"
)
EVENT_TYPES = (
    "email_sent",
    "email_failed",
    "email_opened",
    "email_clicked",
    "email_bounced",
    "email_unsubscribed",
    "email_complained",
)
# Column -> the moment of a message that decides its day.
MESSAGE_MOMENTS = {
    "sent": "CASE WHEN r.state = 'sent' THEN r.sent_at END",
    "delivered": (
        "CASE WHEN r.state = 'sent' AND r.bounced_at IS NULL THEN r.sent_at END"
    ),
    "bounced": "r.bounced_at",
    "opened": "r.opened_at",
    "clicked": "r.clicked_at",
    "unsubscribed": "r.unsubscribed_at",
    "complained": "r.complained_at",
}
COUNTED = (*MESSAGE_MOMENTS, "opens", "machine_opens", "clicks", "machine_clicks")
COLUMNS = (*COUNTED, "orders", "revenue", "spend")

# Each source is reduced to (campaign, hour, what, how many, money) before the time
# zone is looked at: a campaign has millions of moments and few hours. Zones differ
# from UTC by quarters of an hour, so the "hour" is one.
_QUARTER = "date_bin('15 min', {}, timestamp '2000-01-01')"
_FACTS = """
    WITH fact AS (
        SELECT r.campaign_id, m.kind, {message} AS quarter,
               count(*) AS number, 0::numeric AS money
          FROM campaign_recipient r, LATERAL (VALUES %(moments)s) m(kind, at)
         WHERE r.campaign_id = ANY(%(ids)s) AND m.at IS NOT NULL
         GROUP BY 1, 2, 3
        UNION ALL
        SELECT e.campaign_id,
               CASE WHEN %(machine_open)s THEN 'machine_opens' ELSE 'opens' END,
               {event}, count(*), 0
          FROM marketing_event e
          JOIN campaign_recipient r ON r.id = e.recipient_id
         WHERE e.campaign_id = ANY(%(ids)s) AND e.event_type = 'email_opened'
           AND e.xact_id < %(high)s AND %(own)s
         GROUP BY 1, 2, 3
        UNION ALL
        SELECT k.campaign_id,
               CASE k.verdict WHEN 'human' THEN 'clicks' ELSE 'machine_clicks' END,
               {click}, count(*), 0
          FROM delivery_click k WHERE k.campaign_id = ANY(%(ids)s)
         GROUP BY 1, 2, 3
        UNION ALL
        SELECT a.campaign_id, 'orders', {order}, count(*), sum(a.revenue)
          FROM marketing_attribution a WHERE a.campaign_id = ANY(%(ids)s)
         GROUP BY 1, 2, 3
    ), counted AS (
        SELECT f.campaign_id, c.company_id,
               (f.quarter AT TIME ZONE 'UTC' AT TIME ZONE
                COALESCE(NULLIF(p.tz, ''), 'UTC'))::date AS day, %(sums)s
          FROM fact f
          JOIN email_campaign c ON c.id = f.campaign_id
          JOIN res_company y ON y.id = c.company_id
          JOIN res_partner p ON p.id = y.partner_id
         GROUP BY 1, 2, 3
    )
""".format(
    message=_QUARTER.format("m.at"),
    event=_QUARTER.format("e.occurred_at"),
    click=_QUARTER.format("k.clicked_at"),
    order=_QUARTER.format("a.order_date"),
)
# The days add up to what the campaign shows, whatever was rounded there.
_SPEND = SQL(
    """COALESCE(max(c.spend) * sum(number) FILTER (WHERE kind = 'sent')
       / sum(sum(number) FILTER (WHERE kind = 'sent'))
         OVER (PARTITION BY f.campaign_id), 0) AS spend"""
)
_WRITE = """
    , dropped AS (
        DELETE FROM campaign_daily_stats d
         WHERE d.campaign_id = ANY(%(ids)s)
           AND NOT EXISTS (SELECT FROM counted c
                            WHERE c.campaign_id = d.campaign_id AND c.day = d.day)
    )
    INSERT INTO campaign_daily_stats AS d (campaign_id, company_id, day, %(columns)s)
    SELECT campaign_id, company_id, day, %(columns)s FROM counted
     ORDER BY campaign_id, day
        ON CONFLICT (campaign_id, day) DO UPDATE
       SET (company_id, %(columns)s) = (EXCLUDED.company_id, %(new)s)
     WHERE (d.company_id, %(old)s) IS DISTINCT FROM (EXCLUDED.company_id, %(new)s)
"""


class CampaignDailyStats(models.Model):
    """Each campaign with something new is counted again, in one statement.

    So late, doubled and shuffled events end in the same rows as a rebuild.
    """

    _inherit = "campaign.daily.stats"

    def init(self):
        self.env.cr.execute(DIRTY_TABLE)

    @api.model
    def _drop_marks(self):
        self.env.cr.execute("DROP TABLE IF EXISTS campaign_daily_dirty")

    @api.model
    def _cron_refresh(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _mark(self, campaign_ids):
        """Have these campaigns counted again by the next run."""
        if campaign_ids:
            self.env.cr.execute(
                "INSERT INTO campaign_daily_dirty SELECT unnest(%s)",
                [sorted(campaign_ids)],
            )

    @api.model
    def _run(self):
        """Count what is new; returns how many campaigns were looked at."""
        projection = self.env["marketing.projection"]
        low, high = projection._window(NAME)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM campaign_daily_dirty RETURNING campaign_id")
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
        self.env.cr.execute("DELETE FROM campaign_daily_stats")
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
        for ids in split_every(CHUNK, campaign_ids, list):
            # pylint: disable-next=sql-injection
            self.env.cr.execute(SQL(_FACTS + _WRITE, **_prepare_values(ids, high)))
        self.invalidate_model(flush=False)
        return len(campaign_ids)


def _prepare_values(ids, high):
    names = [SQL.identifier(column) for column in COLUMNS]
    moments = [
        SQL("(%s, %s)", kind, SQL(moment))  # pylint: disable=sql-injection
        for kind, moment in MESSAGE_MOMENTS.items()
    ]
    sums = [
        SQL("COALESCE(sum(number) FILTER (WHERE kind = %s), 0) AS %s", name, column)
        for name, column in zip(COLUMNS[:-2], names[:-2], strict=True)
    ]
    sums += [SQL("sum(money) AS revenue"), _SPEND]
    return {
        "ids": ids,
        "high": high,
        "own": rules.OWN_EVENT,
        "machine_open": rules.MACHINE_OPEN,
        "moments": SQL(", ").join(moments),
        "sums": SQL(", ").join(sums),
        "columns": SQL(", ").join(names),
        "old": SQL(", ").join(SQL("d.%s", name) for name in names),
        "new": SQL(", ").join(SQL("EXCLUDED.%s", name) for name in names),
    }
