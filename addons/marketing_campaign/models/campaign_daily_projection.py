from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketing_delivery.models import engagement_sql as rules
from odoo.addons.marketing_delivery.models.campaign_recount import replace_rows

NAME = "campaign_daily"
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
SUMMED = (*COUNTED, "orders", "revenue")

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
    ), located AS (
        SELECT f.*, c.company_id, c.spend AS campaign_spend,
               f.quarter AT TIME ZONE 'UTC' AT TIME ZONE
               COALESCE(NULLIF(p.tz, ''), 'UTC') AS moment
          FROM fact f
          JOIN email_campaign c ON c.id = f.campaign_id
          JOIN res_company y ON y.id = c.company_id
          JOIN res_partner p ON p.id = y.partner_id
    ), counted AS (
        SELECT campaign_id, company_id, campaign_spend, moment::date AS day,
               quarter - (moment - date_trunc('hour', moment)) AS hour, %(counts)s
          FROM located GROUP BY 1, 2, 3, 4, 5
    ), hours AS (
        SELECT counted.*, floor(extract(epoch FROM hour - COALESCE(
                   min(hour) FILTER (WHERE sent > 0) OVER campaign,
                   min(hour) OVER campaign)) / 3600) AS hours_after
          FROM counted WINDOW campaign AS (PARTITION BY campaign_id)
    ), days AS (
        SELECT campaign_id, company_id, day, %(sums)s, %(spend)s AS spend
          FROM hours GROUP BY 1, 2, 3
    ), %(day_rows)s, %(hour_rows)s
    SELECT
""".format(
    message=_QUARTER.format("m.at"),
    event=_QUARTER.format("e.occurred_at"),
    click=_QUARTER.format("k.clicked_at"),
    order=_QUARTER.format("a.order_date"),
)
# The days add up to what the campaign shows, whatever was rounded there.
_SPEND = SQL(
    """COALESCE(max(campaign_spend) * sum(sent)
       / NULLIF(sum(sum(sent)) OVER (PARTITION BY campaign_id), 0), 0)"""
)


class CampaignDailyStats(models.Model):
    """Days and hours of campaigns, counted by one statement.

    Verdicts, credits and other prices come without an event: who changes them marks
    the campaign.
    """

    _inherit = "campaign.daily.stats"
    _recount_name = NAME
    _recount_types = EVENT_TYPES

    @api.model
    def _cron_refresh(self):
        """The cron's name for it, also in databases from before."""
        self._cron_enqueue()

    def _drop_rows(self):
        self.env.cr.execute("DELETE FROM campaign_hourly_stats")
        return super()._drop_rows()

    def _count(self, ids, high):
        # pylint: disable-next=sql-injection
        self.env.cr.execute(SQL(_FACTS, **_prepare_values(ids, high)))

    def _recount(self, campaign_ids, high):
        result = super()._recount(campaign_ids, high)
        self.env["campaign.hourly.stats"].invalidate_model(flush=False)
        return result


def _prepare_values(ids, high):
    names = [SQL.identifier(column) for column in SUMMED]
    moments = [
        SQL("(%s, %s)", kind, SQL(moment))  # pylint: disable=sql-injection
        for kind, moment in MESSAGE_MOMENTS.items()
    ]
    counts = [
        SQL("COALESCE(sum(number) FILTER (WHERE kind = %s), 0) AS %s", name, column)
        for name, column in zip(SUMMED[:-1], names[:-1], strict=True)
    ]
    columns = ("company_id", *SUMMED)
    return {
        "ids": ids,
        "high": high,
        "own": rules.OWN_EVENT,
        "machine_open": rules.MACHINE_OPEN,
        "moments": SQL(", ").join(moments),
        "counts": SQL(", ").join([*counts, SQL("sum(money) AS revenue")]),
        "sums": SQL(", ").join(SQL("sum(%s) AS %s", name, name) for name in names),
        "spend": _SPEND,
        "day_rows": replace_rows(
            "campaign_daily_stats", "days", ids, ("day",), (*columns, "spend")
        ),
        "hour_rows": replace_rows(
            "campaign_hourly_stats",
            "hours",
            ids,
            ("hour",),
            (*columns, "day", "hours_after"),
        ),
    }
