from datetime import timedelta
from unittest.mock import patch

from odoo.addons.marketing_delivery.tests.tracking_common import (
    SENT_AT,
    TrackingMixin,
)

COUNTS = (
    "sent",
    "delivered",
    "bounced",
    "opened",
    "opens",
    "machine_opens",
    "clicked",
    "clicks",
    "machine_clicks",
    "unsubscribed",
    "complained",
    "orders",
)


class DaysMixin(TrackingMixin):
    """Campaigns whose log is written by the test, and their days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        cls.env.flush_all()
        cls.env.cr.execute(
            "DELETE FROM marketing_projection WHERE name = 'campaign_daily'"
        )
        cls.days = cls.env["campaign.daily.stats"]

    def _count(self, horizon=1_000):
        """Run both projections as if all transactions below `horizon` were over."""
        self._project(horizon=horizon)
        model = type(self.env["marketing.projection"])
        with patch.object(model, "_get_horizon", lambda self: horizon):
            return self.days._run()

    def _rows(self, campaigns=None):
        """{(campaign, days after sending): {column: number other than 0}}"""
        self.env.invalidate_all()
        campaigns = campaigns or self.campaign
        rows = self.days.search([("campaign_id", "in", campaigns.ids)])
        return {
            (row.campaign_id.id, (row.day - SENT_AT.date()).days): {
                name: row[name] for name in COUNTS if row[name]
            }
            for row in rows
        }

    def _hours(self, campaigns=None):
        """{(campaign, when the hour begins): {column: number other than 0}}"""
        self.env.invalidate_all()
        campaigns = campaigns or self.campaign
        rows = self.env["campaign.hourly.stats"].search(
            [("campaign_id", "in", campaigns.ids)]
        )
        return {
            (row.campaign_id.id, row.hour): {
                name: row[name] for name in COUNTS if row[name]
            }
            for row in rows
        }

    def _day(self, number, campaign=None):
        return self._rows(campaign).get(((campaign or self.campaign).id, number))

    def _mark_message(self, recipient, **values):
        recipient.sudo().write(values)
        recipient.flush_recordset()

    def _credit(self, campaign, days, revenue=50):
        """Credit an order to a campaign, as the refresh of attributions does."""
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO marketing_attribution (order_id, company_id, order_date,
                                                  campaign_id, revenue)
               VALUES (%s, %s, %s, %s, %s)""",
            [
                order.id,
                campaign.company_id.id,
                SENT_AT + timedelta(days=days),
                campaign.id,
                revenue,
            ],
        )
        campaign._refresh_attribution()
