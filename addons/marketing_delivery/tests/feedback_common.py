from datetime import datetime, timedelta

from odoo.tools import SQL

from ..sender.feedback import Feedback

NOON = datetime(2026, 11, 2, 12, 0, 0)


class FeedbackMixin:
    """Before :class:`SenderCase`: feedback as a provider gives it, and what it left."""

    def _tell(self, kind, row, seconds=0, *, event_id=None, provider=None, **values):
        """Record one feedback, ``seconds`` after noon."""
        return self._record(
            [self._make(kind, row, seconds, event_id=event_id, **values)], provider
        )

    def _record(self, feedbacks, provider=None):
        self.env.flush_all()
        model = self.env["delivery.feedback"]
        tally = model._record(provider or self.provider, feedbacks)
        self.env.invalidate_all()
        return tally

    def _make(self, kind, row, seconds=0, *, event_id=None, **values):
        return Feedback(
            kind,
            row.send_key,
            event_id or f"{kind}-{row.id}-{seconds}",
            NOON + timedelta(seconds=seconds),
            **values,
        )

    def _set(self, rows, state, **values):
        """Write what a sender would have written."""
        values = {"state": state, **values}
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE campaign_recipient SET %s = %s WHERE id = ANY(%s)",
                    SQL.identifier(name),
                    value,
                    rows.ids,
                )
            )
        self.env.invalidate_all()

    def _project(self):
        """Run the projection as if this transaction were over."""

        def horizon(projection):
            projection.env.cr.execute("SELECT pg_current_xact_id()::text::bigint + 1")
            return projection.env.cr.fetchone()[0]

        model = type(self.env["marketing.projection"])
        self.patch(model, "_get_horizon", horizon)
        # what this transaction wrote is all of one number: read it from the start
        self.env.cr.execute(
            "DELETE FROM marketing_projection WHERE name = 'engagement'"
        )
        self.env["marketing.engagement.projection"]._run()
        self.env.invalidate_all()

    def _look(self, rows):
        """Return all that feedback may change on these rows and around them."""
        self._project()
        self.env.cr.execute(
            """SELECT state, reason, reason_detail, sent_at, delivered_at, bounced_at,
                      bounce_type, bounce_reason, complained_at, r.unsubscribed_at,
                      doubted_at IS NULL, traced_at, opened_at, clicked_at,
                      p.is_subscribed, p.unsubscribe_reason, b.active
                 FROM campaign_recipient r
            LEFT JOIN email_subscription_preference p USING (company_id, channel,
                                                             address_key)
            LEFT JOIN mail_blacklist b ON b.email = r.email_address
                WHERE r.id = ANY(%s) ORDER BY r.id""",
            [rows.ids],
        )
        return self.env.cr.fetchall()
