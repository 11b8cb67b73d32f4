from datetime import timedelta
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..models import engagement_sql
from .tracking_common import SENT_AT, TrackingMixin

HUMAN = ("human", None)


def _machine(reason):
    return ("machine", reason)


@tagged("post_install", "-at_install")
class TestEngagementProjection(TrackingMixin, TransactionCase):
    def test_rules(self):
        """Each row: clicks (seconds, position, mark at the door) and verdicts."""
        cases = {
            "one click": ([(60, 1, None)], [HUMAN]),
            "marked head": ([(60, 1, "head")], [_machine("head")]),
            "marked robot": ([(60, 1, "bot_agent")], [_machine("bot_agent")]),
            "unknown mark": ([(60, 1, "new_mark")], [_machine("bot_agent")]),
            "second 2": ([(2, 1, None)], [_machine("early")]),
            "second 3": ([(3, 1, None)], [HUMAN]),
            "before the sent time was stored": ([(-1, 1, None)], [_machine("early")]),
            "long before: a doubt resolved later": ([(-300, 1, None)], [HUMAN]),
            "two links at once": ([(60, 1, None), (61, 2, None)], [HUMAN] * 2),
            "three links at once": (
                [(60, 1, None), (65, 2, None), (70, 3, None)],
                [_machine("burst")] * 3,
            ),
            "three links in 11 s": (
                [(60, 1, None), (65, 2, None), (71, 3, None)],
                [HUMAN] * 3,
            ),
            "one link three times": ([(60, 1, None)] * 3, [HUMAN] * 3),
            "burst, then a person": (
                [(60, 1, None), (60, 2, None), (60, 3, None), (600, 1, None)],
                [_machine("burst")] * 3 + [HUMAN],
            ),
            "a slow wave longer than the window": (
                [(60, 1, None), (66, 2, None), (70, 3, None), (76, 1, None)],
                [_machine("burst")] * 4,
            ),
        }
        expected = {}
        for number, (name, (clicks, verdicts)) in enumerate(cases.items()):
            recipient = self._make_recipient(f"rule{number}@example.com")
            expected[name] = recipient, verdicts
            for seconds, position, suspect in clicks:
                self._click(seconds, position, suspect, recipient=recipient)
        self._project()
        for name, (recipient, verdicts) in expected.items():
            with self.subTest(name):
                found = [row[2:] for row in self._verdicts(recipient)]
                self.assertEqual(found, verdicts)

    def test_every_link_of_a_short_message(self):
        campaign = self._make_campaign(self.company, 2)
        both = self._make_recipient("both@example.com", campaign)
        single = self._make_recipient(
            "single@example.com", self._make_campaign(self.company, 1)
        )
        self._click(60, 1, recipient=both)
        self._click(62, 2, recipient=both)
        self._click(60, 1, recipient=single)
        self._project()
        self.assertEqual(
            [row[2:] for row in self._verdicts(both)], [_machine("all_links")] * 2
        )
        self.assertEqual([row[2:] for row in self._verdicts(single)], [HUMAN])

    def test_first_times_on_the_row(self):
        self._log("email_opened", 3)
        self._log("email_opened", 40, properties={"suspect": "privacy_proxy"})
        self._log("email_opened", 90)
        self._log("email_opened", 80)
        self._click(100, 1, "bot_agent")
        self._click(200, 2)
        self._click(300, 3)
        self._log("email_unsubscribed", 400)
        self._log("email_bounced", 30, properties={})
        self._project()
        self.assertEqual(
            self._times(),
            {
                "opened_at": 80,
                "machine_opened_at": 3,
                "clicked_at": 200,
                "unsubscribed_at": 400,
            },
        )
        self.assertEqual((self.recipient.bounced_at - SENT_AT).total_seconds(), 30)
        self.assertEqual(self.recipient.status, "bounced")

    def test_machines_alone_leave_the_row_untouched(self):
        self._click(60, 1, "head")
        self._project()
        self.assertFalse(self.recipient.clicked_at)
        self.assertFalse(self.recipient.opened_at)

    def test_young_clicks_wait_and_are_not_lost(self):
        self._log("email_opened", 50, xact=10)
        received_at = self.env.cr.now() - timedelta(seconds=1)
        self._click(60, 1, xact=20, received_at=received_at)
        self._log("email_opened", 40, xact=30)
        self._project(horizon=40)
        self.assertEqual(self._times()["opened_at"], 50)
        self.assertFalse(self._verdicts())
        self._project(horizon=40)
        self.assertFalse(self._verdicts())
        with patch.object(engagement_sql, "BURST_SECONDS", 0):
            self._project(horizon=40)
        self.assertEqual([row[2:] for row in self._verdicts()], [HUMAN])
        self.assertEqual(self._times()["opened_at"], 40)

    def test_running_transactions_wait(self):
        self._click(60, 1, xact=50)
        self._project(horizon=50)
        self.assertFalse(self._verdicts())
        self._project(horizon=51)
        self.assertEqual(len(self._verdicts()), 1)

    def test_cost_does_not_grow_with_the_number_of_messages(self):
        self._count_queries(2, 10)  # fills caches
        few = self._count_queries(2, 20)
        self.assertEqual(self._count_queries(30, 30), few)

    def _count_queries(self, messages, xact):
        """Project the clicks of so many messages, all of one transaction."""
        for number in range(messages):
            recipient = self._make_recipient(f"m{xact}.{number}@example.com")
            self._click(60, 1, recipient=recipient, xact=xact)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self._project(horizon=xact + 1)
        return self.env.cr.sql_log_count - before

    def test_cron_queues_one_job(self):
        projection = self.env["marketing.engagement.projection"]
        waiting = [("key", "=", projection._name), ("state", "=", "pending")]
        for _minute in range(2):
            projection._cron_enqueue()
        jobs = self.env["marketing.job"].search(waiting)
        self.assertEqual(jobs.mapped("method"), ["_run"])
