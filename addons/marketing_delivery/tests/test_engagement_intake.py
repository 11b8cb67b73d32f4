from unittest.mock import patch

from odoo.tests import TransactionCase, tagged, warmup

from ..tracking.visit import Visit
from .tracking_common import BROWSER, TrackingMixin


@tagged("post_install", "-at_install")
class TestEngagementIntake(TrackingMixin, TransactionCase):
    @warmup
    def test_hot_paths_are_a_few_statements(self):
        intake = self.env["marketing.engagement.intake"]
        intake._record_click(self.recipient.id, 1, Visit("GET", BROWSER, None, False))
        visit = Visit("GET", BROWSER, "203.0.113.0/24", False)
        with self.assertQueryCount(2):
            intake._record_open(self.recipient.id, visit)
        with self.assertQueryCount(3):
            intake._record_click(self.recipient.id, 1, visit)

    def test_one_message_cannot_fill_the_log(self):
        intake = self.env["marketing.engagement.intake"]
        limit = "odoo.addons.marketing_delivery.models.engagement_intake"
        with patch(f"{limit}.MAX_EVENTS_PER_HOUR", 5):
            for number in range(10):
                visit = Visit("GET", f"{BROWSER} {number}", None, False)
                target = intake._record_click(self.recipient.id, 1, visit)
                self.assertTrue(target, "a person still gets to the shop")
        self.assertEqual(len(self._events()), 5)

    def test_scanner_and_person_in_the_same_second_both_count(self):
        intake = self.env["marketing.engagement.intake"]
        for agent, network in (("curl/8", None), (BROWSER, "203.0.113.0/24")):
            visit = Visit("GET", agent, network, False)
            intake._record_click(self.recipient.id, 1, visit)
        marks = [properties.get("suspect") for _type, properties in self._events()]
        self.assertEqual(marks, ["bot_agent", None])

    def test_same_visitor_again_and_at_once(self):
        """Again is not logged; two at once may be, and none of them fails."""
        intake = self.env["marketing.engagement.intake"]
        visit = Visit("GET", BROWSER, None, False)
        module = "odoo.addons.marketing_delivery.models.engagement_intake"
        with patch(f"{module}.time.time", lambda: 1_000_000.0):
            for _time in range(3):
                intake._record_click(self.recipient.id, 1, visit)
        self.env.cr.execute(
            "SELECT event_id FROM marketing_event WHERE recipient_id = %s",
            [self.recipient.id],
        )
        [[first]] = self.env.cr.fetchall()
        with patch(f"{module}.time.time", lambda: 1_000_020.0):
            intake._record_click(self.recipient.id, 1, visit)
        self.assertEqual(len(self._events()), 2)
        key = intake._get_visitor_key("email_clicked", self.recipient.id, 1, visit)
        self.assertGreater(len(first), len(key), "an identifier is never guessed twice")
