import random
from collections import Counter
from datetime import timedelta

from odoo.tests import TransactionCase, tagged

from odoo.addons.marketing_delivery.tests.tracking_common import SENT_AT

from .days_common import DaysMixin

DAY = 86400


@tagged("post_install", "-at_install")
class TestCampaignDays(DaysMixin, TransactionCase):
    def test_hand_counted(self):
        second = self._make_recipient("second@example.com")
        self._mark_message(second, sent_at=SENT_AT + timedelta(days=1))
        self._log("email_sent", 0)
        self._log("email_sent", DAY, recipient=second)
        self._log("email_opened", 100)
        self._log("email_opened", 200)
        self._log("email_opened", 300, properties={"suspect": "privacy_proxy"})
        self._click(DAY + 60, 1)
        self._click(DAY + 600, 1)
        self._click(2 * DAY, 2, "bot_agent")
        self._log("email_unsubscribed", 2 * DAY + 10)
        self._log("email_bounced", 3 * DAY, recipient=second)
        self._credit(self.campaign, 2, revenue=50)
        self._count()
        key = self.campaign.id
        self.assertEqual(
            self._rows(),
            {
                (key, 0): {
                    "sent": 1,
                    "delivered": 1,
                    "opened": 1,
                    "opens": 2,
                    "machine_opens": 1,
                },
                (key, 1): {"sent": 1, "clicked": 1, "clicks": 2},
                (key, 2): {"machine_clicks": 1, "unsubscribed": 1, "orders": 1},
                (key, 3): {"bounced": 1},
            },
        )
        self.assertEqual(sum(self.campaign.day_ids.mapped("revenue")), 50)

    def test_days_sum_up_to_the_totals(self):
        self._log("email_sent", 0)
        self._log("email_opened", 100)
        self._click(DAY, 1)
        self._log("email_unsubscribed", 2 * DAY)
        self._count()
        campaign = self.campaign
        campaign._refresh_statistics()
        for column in ("sent", "delivered", "opened", "clicked", "unsubscribed"):
            self.assertEqual(
                sum(campaign.day_ids.mapped(column)), campaign[f"total_{column}"]
            )
            self.assertEqual(campaign[f"total_{column}"], 1, column)

    def test_the_day_is_the_companys(self):
        """09:00 UTC + 4 h is the next day in Auckland, the same in Los Angeles."""
        self._click(4 * 3600, 1)
        self._count()
        self.assertEqual(self._day(0)["clicks"], 1)
        self.company.partner_id.tz = "Pacific/Auckland"
        self._count(horizon=1_001)
        self.assertEqual(self._day(1)["clicks"], 1)
        self.assertNotIn("clicks", self._day(0) or {})
        self.company.partner_id.tz = "Asia/Kathmandu"  # 5 h 45 min from UTC
        self._click(9 * 3600 + 900, 2, xact=1_001)
        self._click(9 * 3600 + 899, 3, xact=1_001)
        self._count(horizon=1_002)
        self.assertEqual(self._day(0)["clicks"], 2)
        self.assertEqual(self._day(1)["clicks"], 1)

    def test_a_late_event_moves_the_first_click_to_another_day(self):
        self._click(DAY, 1, xact=10)
        self._count(horizon=20)
        self.assertEqual(self._day(1), {"clicked": 1, "clicks": 1})
        self._click(60, 2, xact=20)
        self._count(horizon=30)
        self.assertEqual(self._day(0)["clicked"], 1)
        self.assertEqual(self._day(1), {"clicks": 1})

    def test_a_day_that_loses_everything_disappears(self):
        self._click(DAY, 1, xact=10)
        self._count(horizon=20)
        self._click(DAY + 1, 2, xact=20)
        self._click(DAY + 2, 3, xact=20)
        self._count(horizon=30)
        self.assertEqual(self._day(1), {"machine_clicks": 3})
        self._credit(self.campaign, 5)
        self._count(horizon=31)
        self.assertEqual(self._day(5), {"orders": 1})
        self.env.cr.execute("DELETE FROM marketing_attribution")
        self.campaign._refresh_attribution()
        self._count(horizon=32)
        self.assertIsNone(self._day(5))

    def test_events_of_running_transactions_wait(self):
        self._log("email_opened", 100, xact=50)
        self._count(horizon=50)
        self.assertNotIn("opens", self._day(0) or {})
        self._count(horizon=51)
        self.assertEqual(self._day(0)["opens"], 1)

    def test_nothing_new_looks_at_nothing(self):
        self._click(60, 1)
        self.assertEqual(self._count(), 1)
        self.assertEqual(self._count(), 0)

    def test_unchanged_rows_are_not_written(self):
        self._click(60, 1)
        self._count()
        self.env.cr.execute("SELECT array_agg(xmin::text) FROM campaign_daily_stats")
        before = self.env.cr.fetchone()
        self.days._mark(self.campaign.ids)
        self._count(horizon=1_001)
        self.env.cr.execute("SELECT array_agg(xmin::text) FROM campaign_daily_stats")
        self.assertEqual(self.env.cr.fetchone(), before)

    def test_number_of_statements_does_not_grow_with_campaigns(self):
        ids = [self._make_campaign(self.company, 1 + n).id for n in range(20)]
        self.env.flush_all()
        with self.assertQueryCount(2):  # days, creatives
            self.days._recount(ids, 1_000)

    def test_shuffled_late_and_doubled_events_equal_a_rebuild_and_a_hand_count(self):
        rng = random.Random(20260303)
        campaigns = self.campaign | self._make_campaign(self.company, 3)
        people = [
            self._make_recipient(f"p{number}@example.com", campaigns[number % 2])
            for number in range(16)
        ]
        story = self._random_story(rng, people)
        late = story * 2
        rng.shuffle(late)
        for step, (kind, seconds, person, properties, name) in enumerate(late):
            if name in {entry[4] for entry in late[:step]}:
                continue  # the key table keeps the second one out
            self._log(
                kind,
                seconds,
                recipient=person,
                xact=10 + step,
                properties=properties,
                event_id=name,
            )
        for horizon in range(10, 10 + len(late) + 9, 9):
            self._count(horizon=horizon)
        incremental, hours = self._rows(campaigns), self._hours(campaigns)
        self.days._rebuild()
        self.assertEqual(self._rows(campaigns), incremental)
        self.assertEqual(self._hours(campaigns), hours)
        days_by_hand = self._count_by_hand(campaigns, story, _get_day)
        self.assertEqual(incremental, days_by_hand)
        self.assertEqual(hours, self._count_by_hand(campaigns, story, _get_hour))
        totals = Counter()
        for row in incremental.values():
            totals.update(row)
        for column in ("opens", "machine_opens", "clicks", "machine_clicks"):
            self.assertGreater(totals[column], 3, column)

    def _random_story(self, rng, people):
        kinds = ("email_opened", "email_clicked", "email_clicked", "email_unsubscribed")
        story = []
        for number in range(120):
            properties = {"link_position": rng.randrange(1, 4)}
            if rng.random() < 0.25:
                properties["suspect"] = rng.choice(["bot_agent", "head"])
            story.append(
                (
                    rng.choice(kinds),
                    rng.randrange(0, 5 * DAY),
                    rng.choice(people),
                    properties,
                    f"story:{number}",
                )
            )
        return story

    def _count_by_hand(self, campaigns, story, get_period):
        """The same numbers from the story and the judged clicks, in Python."""
        days = {}

        def add(campaign, moment, column):
            key = (campaign.id, get_period(moment))
            days.setdefault(key, Counter())[column] += 1

        for kind, seconds, person, properties, _name in story:
            if kind == "email_opened":
                machine = "suspect" in properties or seconds <= 5
                moment = SENT_AT + timedelta(seconds=seconds)
                column = "machine_opens" if machine else "opens"
                add(person.campaign_id, moment, column)
        for click in self.env["delivery.click"].search(
            [("campaign_id", "in", campaigns.ids)]
        ):
            column = "clicks" if click.verdict == "human" else "machine_clicks"
            add(click.campaign_id, click.clicked_at, column)
        moments = ("sent", "opened", "clicked", "unsubscribed")
        for row in campaigns.recipient_ids:
            add(row.campaign_id, row.sent_at, "delivered")
            for column in moments:
                if row[f"{column}_at"]:
                    add(row.campaign_id, row[f"{column}_at"], column)
        return {key: dict(counts) for key, counts in days.items()}


def _get_day(moment):
    return (moment.date() - SENT_AT.date()).days


def _get_hour(moment):
    return moment.replace(minute=0, second=0, microsecond=0)
