from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

from odoo.addons.marketing_delivery.tests.sender_common import FakeAdapter

from ..models.email_campaign_window import WEEKDAYS
from .campaign_common import CampaignCase


class CountingAdapter(FakeAdapter):
    connections = 0

    def connect(self):
        self.connections += 1

    def addresses(self):
        return [message.address for message in self.messages]


class WindowCase(CampaignCase):
    """Campaigns whose hours are counted from the minute of the test.

    Half an hour is between now and every opening or end.
    """

    @classmethod
    def _window(cls, opens, closes, **values):
        """Hours in UTC on every day, in minutes from now."""
        now = datetime.now(UTC)
        minute = now.hour * 60 + now.minute
        return {
            "use_send_window": True,
            "window_clock": "campaign",
            "window_tz": "UTC",
            "window_start": (minute + opens) % 1440 / 60,
            "window_end": (minute + closes) % 1440 / 60,
            **dict.fromkeys(WEEKDAYS, True),
            **values,
        }

    def _listed(self, window, **values):
        campaign = self._create_campaign(**window, **values)
        self._send(campaign)
        return campaign

    def _pump(self, campaign, adapter=None):
        with self._sending(adapter or CountingAdapter()):
            wait = self.env["email.campaign"]._pump_deliver(campaign.id)
        self.env.invalidate_all()
        return wait

    @contextmanager
    def _sending(self, adapter):
        self.env.flush_all()
        provider = self.env.registry["delivery.provider"]
        with (
            patch.object(provider, "_get_adapter", lambda self: adapter),
            self.enter_registry_test_mode(),
        ):
            yield

    def _minutes_ahead(self, moment):
        """From now, rounded: openings are whole minutes."""
        return round((moment - datetime.now(UTC).replace(tzinfo=None)).seconds / 60)
