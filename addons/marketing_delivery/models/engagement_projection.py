from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, split_every

from . import engagement_sql as rules

NAME = "engagement"
CHUNK = 10_000
ENGAGEMENT_TYPES = (
    "email_opened",
    "email_clicked",
    "email_unsubscribed",
    "email_bounced",
    "email_dropped",
    "email_delivered",
    "email_complained",
)


class MarketingEngagementProjection(models.AbstractModel):
    """Keeps clicks with their verdict and the first times on the message rows.

    Every recipient with a new event is counted again from its whole log, so late,
    repeated and shuffled events end in the same rows as a recount of everything.
    """

    _name = "marketing.engagement.projection"
    _description = "Projection of Opens and Clicks"

    @api.model
    def _cron_enqueue(self):
        self.env["marketing.job"]._enqueue(self._name, "_run", key=self._name)

    @api.model
    def _run(self):
        """Count what is new, up to the first click that is still too young."""
        projection = self.env["marketing.projection"]
        low, high = projection._window(NAME)
        high = self._get_settled(low, high)
        self._project(self._get_touched(low, high), high)
        self._log_delivered(low, high)
        projection._advance(NAME, high)

    @api.model
    def _rebuild(self):
        """Count everything again, up to where the last run stopped."""
        low, _high = self.env["marketing.projection"]._window(NAME)
        self.env.cr.execute("DELETE FROM delivery_click")
        self.env.cr.execute("SELECT id FROM campaign_recipient ORDER BY id")
        ids = [row[0] for row in self.env.cr.fetchall()]
        self._project(ids, low)
        for chunk in split_every(CHUNK, ids, list):
            self._log_reactions(chunk)

    def _get_settled(self, low, high):
        """Return the transaction at which the first unjudgeable click was logged.

        Scanners follow links in bursts: a click is judged when its burst is over.
        Nothing behind that click is read either, so no event is ever jumped over.
        """
        [[settled]] = self.env.execute_query(
            SQL(
                """SELECT coalesce(min(xact_id), %(high)s) FROM marketing_event
                    WHERE xact_id >= %(low)s AND xact_id < %(high)s
                      AND event_type = 'email_clicked'
                      AND received_at > now() AT TIME ZONE 'UTC' - %(burst)s""",
                low=low,
                high=high,
                burst=timedelta(seconds=rules.BURST_SECONDS),
            )
        )
        return settled

    def _get_touched(self, low, high):
        """Return the ids of the recipients with news, sorted.

        Learning when a message was sent matters only to one with opens or clicks.
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT e.recipient_id
                     FROM marketing_event e
                     JOIN campaign_recipient r ON r.id = e.recipient_id
                    WHERE e.xact_id >= %(low)s AND e.xact_id < %(high)s
                      AND (e.event_type = ANY(%(types)s)
                           OR e.event_type = 'email_sent' AND (
                               r.opened_at IS NOT NULL
                               OR EXISTS (SELECT FROM delivery_click c
                                           WHERE c.recipient_id = r.id)))
                    ORDER BY e.recipient_id""",
                low=low,
                high=high,
                types=list(ENGAGEMENT_TYPES),
            )
        )
        return [row[0] for row in rows]

    def _project(self, recipient_ids, high):
        if not recipient_ids:
            return
        self.env.flush_all()
        for ids in split_every(CHUNK, recipient_ids, list):
            values = self._prepare_values(ids, high)
            self.env.cr.execute(SQL(rules.JUDGED_CLICKS + rules.WRITE_CLICKS, **values))
            self.env.cr.execute(SQL(rules.WRITE_RECIPIENTS, **values))
            reacted = [row[0] for row in self.env.cr.fetchall() if row[0]]
            self._log_reactions(reacted)
        self.env.invalidate_all(flush=False)

    @staticmethod
    def _prepare_values(ids, high):
        return {
            # one literal: the parser would read an array of 10,000 word by word
            "ids": SQL("%s::int[]", f"{{{','.join(map(str, ids))}}}"),
            "high": high,
            "early": rules.EARLY,
            "own": rules.OWN_EVENT,
            "machine_open": rules.MACHINE_OPEN,
            "burst": timedelta(seconds=rules.BURST_SECONDS),
            "burst_links": rules.BURST_LINKS,
        }
