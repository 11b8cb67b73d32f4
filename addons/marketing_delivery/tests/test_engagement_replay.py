import random

from odoo.tests import TransactionCase, tagged

from odoo.addons.marketing_base.events import Event, insert_events

from .tracking_common import SENT_AT, TrackingMixin


@tagged("post_install", "-at_install")
class TestEngagementReplay(TrackingMixin, TransactionCase):
    """Late, shuffled, doubled and forged events; the recount of everything."""

    def test_late_events_change_the_verdict(self):
        self._click(60, 1, xact=10)
        self._click(62, 2, xact=10)
        self._project(horizon=20)
        self.assertEqual(self._times()["clicked_at"], 60)
        self._click(61, 3, xact=20)
        self._project(horizon=30)
        self.assertEqual(
            [row[2:] for row in self._verdicts()], [("machine", "burst")] * 3
        )
        self.assertFalse(self._times()["clicked_at"])

    def test_sent_time_learnt_late(self):
        doubt = self._make_recipient(
            "doubt@example.com", state="in_doubt", sent_at=False
        )
        self._click(1, 1, recipient=doubt, xact=10)
        self._project(horizon=20)
        self.assertEqual(self._verdicts(doubt)[0][2], "human")
        doubt.sent_at = SENT_AT
        self._log("email_sent", 0, recipient=doubt, xact=20)
        self._project(horizon=30)
        self.assertEqual(self._verdicts(doubt)[0][2:], ("machine", "early"))

    def test_forged_events_do_not_count(self):
        other = self._make_campaign(self.other_company, 1)
        forged = (
            {"source_id": "partner-key"},
            {"company_id": self.other_company.id},
            {"campaign_id": other.id},
            {"campaign_id": None},
        )
        for values in forged:
            self._click(60, 1, **values)
            self._log("email_opened", 60, **values)
            self._log("email_unsubscribed", 60, **values)
        for position in (99, "x", "1; DROP TABLE x", None, 10**30, [1], {}):
            self._click(60, position)
        self._log("email_clicked", 60, properties={})
        self._log("email_opened", 60, recipient_id=2**30)
        self._project()
        self.assertFalse(self._verdicts())
        self.assertFalse(any(self._times().values()))

    def test_duplicates_count_once(self):
        event = Event(
            event_type="email_clicked",
            event_id="same",
            occurred_at=SENT_AT,
            company_id=self.company.id,
            campaign_id=self.campaign.id,
            recipient_id=self.recipient.id,
            properties={"link_position": 1},
        )
        self.assertEqual(insert_events(self.env.cr, [event, event]), 1)
        self.assertEqual(insert_events(self.env.cr, [event]), 0)

    def _random_story(self, rng):
        kinds = ("email_opened", "email_clicked", "email_clicked", "email_unsubscribed")
        marks = (None, None, None, "head", "bot_agent")
        return [
            (
                rng.choice(kinds),
                rng.randrange(0, 120),
                rng.randrange(1, 5),
                rng.choice(marks),
            )
            for _event in range(rng.randrange(1, 14))
        ]

    def _tell(self, story, recipient, xact):
        kind, seconds, position, suspect = story
        properties = {"link_position": position}
        if suspect:
            properties["suspect"] = suspect
        self._log(kind, seconds, recipient=recipient, xact=xact, properties=properties)

    def test_any_order_and_a_rebuild_give_the_same_rows(self):
        rng = random.Random(20260302)
        pairs = []
        late = []
        for number in range(25):
            story = self._random_story(rng)
            sorted_one = self._make_recipient(f"sorted{number}@example.com")
            shuffled = self._make_recipient(f"shuffled{number}@example.com")
            pairs.append((sorted_one, shuffled))
            for event in sorted(story, key=lambda event: event[1]):
                self._tell(event, sorted_one, 10)
            late += [(event, shuffled) for event in story]
        rng.shuffle(late)
        for step, (event, recipient) in enumerate(late):
            self._tell(event, recipient, 10 + step)
        for horizon in range(10, 10 + len(late) + 7, 7):
            self._project(horizon=horizon)
        self._check_equal(pairs)
        before = [self._verdicts(row) for pair in pairs for row in pair]
        self.env.cr.execute("UPDATE campaign_recipient SET clicked_at = now()")
        self.env["marketing.engagement.projection"]._rebuild()
        self._check_equal(pairs)
        after = [self._verdicts(row) for pair in pairs for row in pair]
        self.assertEqual(after, before)
        self.assertTrue(any(verdict[2] == "human" for row in after for verdict in row))
        self.assertTrue(any(verdict[3] == "burst" for row in after for verdict in row))

    def _check_equal(self, pairs):
        for sorted_one, shuffled in pairs:
            self.assertEqual(self._verdicts(shuffled), self._verdicts(sorted_one))
            self.assertEqual(self._times(shuffled), self._times(sorted_one))

    def test_merged_customer(self):
        self._click(60, 1, xact=10)
        self._project(horizon=20)
        twin = self.env["res.partner"].create({"name": "Anna twin"})
        self.recipient.customer_id = twin
        self._click(600, 1, xact=20)
        self._project(horizon=30)
        self.env.invalidate_all()
        self.assertEqual(self.recipient.click_ids.customer_id, twin)
