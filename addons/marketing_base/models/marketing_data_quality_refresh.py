from odoo import api, models
from odoo.tools import SQL

from ..events import Event, insert_events
from .marketing_data_quality import MIN_EVENTS

NAME = "data_quality"
LOOK_BACK = "7 days"
MIN_DAYS = 3
# Recorded after the fact by design: their age says nothing about the way here.
DERIVED = (
    "campaign_delivered",
    "campaign_viewed",
    "campaign_clicked",
    "campaign_rejudged",
    "campaign_converted",
    "campaign_abandoned",
    "data_refresh_completed",
)
RATES = (
    "ingestion_rate",
    "validation_rate",
    "duplicate_rate",
    "late_rate",
    "completeness",
    "freshness_minutes",
)
# Sources of the last days have a row too when nothing came from them.
_COUNT = """
    WITH logged AS (
        SELECT company_id, source_id, count(*) AS accepted,
               count(*) FILTER (WHERE xact_id < %(read)s) AS counted,
               count(*) FILTER (WHERE received_at > occurred_at + interval '24 hours'
                   AND event_type <> ALL(%(derived)s)) AS late,
               percentile_disc(ARRAY[0.95, 0.99]) WITHIN GROUP (ORDER BY
                   CASE WHEN event_type <> ALL(%(derived)s) THEN greatest(0,
                   extract(epoch FROM received_at - occurred_at)) END) AS delays
          FROM marketing_event
         WHERE xact_id >= %(low)s AND xact_id < %(high)s AND company_id IS NOT NULL
           AND event_type <> 'data_refresh_completed'
         GROUP BY company_id, source_id
    ), batches AS (
        SELECT company_id, source_id, sum(received) AS received,
               sum(duplicates) AS duplicates, sum(conflicts) AS conflicts,
               sum(rejected) AS rejected
          FROM marketing_event_batch
         WHERE xact_id >= %(low)s AND xact_id < %(high)s
         GROUP BY company_id, source_id
    ), earlier AS (
        SELECT company_id, data_source AS source_id, max(checked_at) AS last,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY accepted * 3600
                   / greatest(60, extract(epoch FROM checked_at - since)))
                   FILTER (WHERE same_hour) AS usual,
               count(DISTINCT checked_at::date) FILTER (WHERE same_hour) AS days
          FROM (SELECT *, extract(hour FROM checked_at)
                          = extract(hour FROM %(now)s::timestamp) AS same_hour
                  FROM marketing_data_quality
                 WHERE checked_at > %(now)s::timestamp - %(back)s::interval) q
         GROUP BY company_id, data_source
    )
    SELECT company_id, source_id, earlier.last, COALESCE(batches.received, accepted, 0),
           COALESCE(accepted, 0), COALESCE(counted, 0), COALESCE(late, 0),
           COALESCE(delays[1], 0), COALESCE(delays[2], 0),
           COALESCE(duplicates, 0), COALESCE(conflicts, 0), COALESCE(rejected, 0),
           CASE WHEN days >= %(min_days)s THEN COALESCE(usual, 0) ELSE 0 END
      FROM logged
      FULL JOIN batches USING (company_id, source_id)
      FULL JOIN earlier USING (company_id, source_id)
     WHERE logged.accepted > 0 OR batches.received > 0
        OR (earlier.usual > 0 AND earlier.days >= %(min_days)s)
     ORDER BY company_id, source_id
"""


class MarketingDataQuality(models.Model):
    """A window of the log a refresh: each event is looked at once."""

    _inherit = "marketing.data.quality"

    @api.model
    def _cron_refresh(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _run(self):
        """Look at what came since the last refresh; return the rows written."""
        projection = self.env["marketing.projection"]
        low, high = projection._window(NAME)
        rows = self.browse()
        if low:  # a log that is older than this table is not looked through
            rows = self._measure(low, high)
            rows._judge()
            rows._alert()
            insert_events(self.env.cr, [row._prepare_event() for row in rows])
        projection._advance(NAME, high)
        return rows

    @api.model
    def _measure(self, low, high):
        self.env.flush_all()
        freshness, read = self._get_progress(high)
        counted = self.env.execute_query(
            SQL(
                _COUNT,
                low=low,
                high=high,
                read=read,
                derived=list(DERIVED),
                now=self.env.cr.now(),
                back=LOOK_BACK,
                min_days=MIN_DAYS,
            )
        )
        # superuser: the log is written by the system only
        log = self.sudo().with_context(tracking_disable=True, mail_create_nolog=True)
        rows = log.create([self._prepare(row, freshness) for row in counted])
        rows._rename_earlier()
        return rows

    def _rename_earlier(self):
        """A source that got another name has it in all its rows."""
        for source, rows in self.grouped("data_source").items():
            name = rows[:1].source_name
            earlier = [("data_source", "=", source), ("source_name", "!=", name)]
            self.search(earlier).source_name = name

    @api.model
    def _get_progress(self, high):
        """Return (minutes, transaction): how far behind the slowest projection is."""
        lags = self.env["marketing.health"]._get_projection_lags()
        seconds = [s for labels, s in lags if labels["projection"] != NAME]
        [[read]] = self.env.execute_query(
            SQL(
                """SELECT COALESCE(min(xact_id::bigint), %s)
                     FROM marketing_projection WHERE name <> %s""",
                high,
                NAME,
            )
        )
        return max(seconds, default=0) / 60, read

    @api.model
    def _prepare(self, row, freshness):
        (company, source, last, received, accepted, counted, late, p95, p99) = row[:9]
        duplicates, conflicts, rejected, usual = row[9:]
        now = self.env.cr.now()
        hours = max(1 / 60, (now - last).total_seconds() / 3600) if last else 1
        expected = float(usual) * hours
        received, accepted = int(received), int(accepted)
        return {
            "checked_at": now,
            "since": last or now,
            "company_id": company,
            "data_source": source,
            "received": received,
            "accepted": accepted,
            "rejected": int(rejected),
            "duplicates": int(duplicates),
            "conflicts": int(conflicts),
            "late": int(late),
            "is_judged": received >= MIN_EVENTS,
            "has_expectation": expected >= MIN_EVENTS,
            "ingestion_rate": _percent(accepted, expected),
            "validation_rate": _percent(received - int(rejected), received),
            "duplicate_rate": _percent(int(duplicates) + int(conflicts), received),
            "late_rate": _percent(int(late), accepted),
            "completeness": _percent(int(counted), accepted),
            "freshness_minutes": round(freshness, 1),
            "latency_p95": float(p95),
            "latency_p99": float(p99),
        }

    def _prepare_event(self):
        return Event(
            event_type="data_refresh_completed",
            event_id=f"refresh:{self.id}",
            company_id=self.company_id.id,
            properties={
                "refresh_id": self.id,
                "data_source": self.data_source,
                "records_processed": self.received,
                "data_quality_metrics": {name: round(self[name], 2) for name in RATES},
                "alert_level": self.alert_level,
            },
        )


def _percent(part, whole):
    return round(100.0 * part / whole, 2) if whole else 0.0
