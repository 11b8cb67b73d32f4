from itertools import count
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.marketing_base.events import Event, insert_events

from ..models.customer_engagement import NAME
from ..profile.people import ENGAGEMENT
from .common_histories import HistoryCase

NUMBERS = count(1)
COUNTS = (
    "delivered_count",
    "open_count",
    "click_count",
    "conversion_count",
    "unsubscribe_count",
)


class EngagementCase(HistoryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._make_people(6)
        for partner in cls.people:
            cls._make_order(partner, days=20)
        cls.engagement = cls.env["customer.engagement"]
        cls.profiles._refresh_full(cls.company_a)
        cls.env["customer.profile.dirty"]._take()
        cls.engagement._run()

    @classmethod
    def _log(cls, partner, event_type, days=1, recipient=None, **values):
        number = next(NUMBERS)
        insert_events(
            cls.env.cr,
            [
                Event(
                    event_type=event_type,
                    event_id=f"engagement-{number}",
                    occurred_at=cls._moment(days),
                    company_id=values.pop("company", cls.company_a).id,
                    partner_id=getattr(partner, "id", partner),
                    campaign_id=values.pop("campaign", 7),
                    recipient_id=recipient or 10**9 + number,
                    source_id=values.pop("source", "odoo"),
                    properties=values,
                )
            ],
        )

    def _count(self, shift=0):
        """Run the projection as if this transaction were long over."""
        self.env.cr.execute("SELECT pg_current_xact_id()::text::bigint")
        high = self.env.cr.fetchone()[0] + 1 + shift
        projections = type(self.env["marketing.projection"])
        with patch.object(projections, "_get_horizon", lambda self: high):
            return self.engagement._run()

    def _counts(self, partner, company=None):
        profile = self._profile(partner, company)
        return tuple(profile[name] for name in COUNTS)


@tagged("post_install", "-at_install")
class TestEngagement(EngagementCase):
    """What messages led to, from the log into the profile."""

    def test_every_figure_by_hand(self):
        partner, other = self.people[:2]
        for days in (9, 5, 3):
            self._log(partner, "campaign_delivered", days, channel="email")
        self._log(partner, "campaign_viewed", 9, channel="email")
        self._log(partner, "campaign_viewed", 5, channel="email")
        self._log(partner, "campaign_clicked", 4, channel="email")
        self._log(partner, "campaign_converted", 4, order_id=1)
        self._log(partner, "user_unsubscribed", 1, channel="email")
        for device in ("desktop", "mobile", "mobile"):
            self._log(partner, "email_clicked", 4, device=device)
        for _more in range(3):  # programs have no device
            self._log(partner, "email_opened", 4, device="desktop", suspect="bot_agent")
        # other channels, other speakers, nobody: none of them counts
        self._log(partner, "campaign_delivered", channel="sms")
        self._log(partner, "user_unsubscribed", channel="sms")
        self._log(partner, "campaign_clicked", source="api:1")
        self._log(None, "campaign_clicked", channel="email")
        self._log(2_000_000_000, "campaign_clicked", channel="email")
        self._count()
        self.assertEqual(self._counts(partner), (3, 2, 1, 1, 1))
        profile = self._profile(partner)
        self.assertEqual(profile.last_open_at, self._moment(5))
        self.assertEqual(profile.last_click_at, self._moment(4))
        self.assertEqual(profile.device, "mobile")
        self.assertEqual(self._counts(other), (0, 0, 0, 0, 0))
        self.assertFalse(self._profile(other).device)

    def test_a_bounce_takes_a_delivery_back_once(self):
        first, second, third = self.people[:3]
        self._log(first, "campaign_delivered", recipient=101, channel="email")
        self._log(first, "campaign_delivered", recipient=102, channel="email")
        self._log(third, "email_bounced", recipient=301)
        self._count()
        self.assertEqual(self._counts(first)[0], 2)
        self._next()
        self._log(first, "email_bounced", recipient=101, source="provider:1")
        self._log(first, "email_dropped", recipient=101, source="provider:1")
        self._log(second, "campaign_delivered", recipient=201, channel="email")
        self._log(second, "email_bounced", recipient=201)
        self._log(second, "email_bounced", recipient=202)  # never noted as delivered
        self._log(third, "campaign_delivered", recipient=301, channel="email")
        self._count()
        self._next()
        self._log(first, "email_bounced", recipient=101)
        self._count()
        found = [self._counts(each)[0] for each in (first, second, third)]
        self.assertEqual(found, [1, 0, 0])
        self._assert_rebuilt()

    def _next(self):
        """Move what is logged so far behind the window that comes next.

        A test has one transaction, so its events are given an earlier one.
        """
        cr = self.env.cr
        cr.execute("ALTER TABLE marketing_event DISABLE TRIGGER USER")
        cr.execute(
            """UPDATE marketing_event SET xact_id = 5
                WHERE xact_id = pg_current_xact_id()::text::bigint"""
        )
        cr.execute("ALTER TABLE marketing_event ENABLE TRIGGER USER")
        cr.execute(
            """UPDATE marketing_projection SET xact_id = pg_current_xact_id()::text
                WHERE name = %s""",
            [NAME],
        )
        self.env.invalidate_all(flush=False)

    def _assert_rebuilt(self):
        """The counters, and the profiles, are those of a recount of the whole log."""
        query = SQL("SELECT * FROM customer_engagement ORDER BY company_id, partner_id")
        columns = ("id",)
        before = self.env.execute_query_dict(query)
        stored = self._rows()
        self.engagement._rebuild()
        after = self.env.execute_query_dict(query)
        for row in [*before, *after]:
            for column in columns:
                del row[column]
        self.assertEqual(after, before)
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._rows(columns=ENGAGEMENT), self._of(stored))

    def _of(self, rows):
        return {partner_id: row[-len(ENGAGEMENT) :] for partner_id, row in rows.items()}

    def _rejudge(self, partner, recipient, reaction, revision, days=None):
        at = None if days is None else f"{self._moment(days).isoformat()}.000000Z"
        said = {"reaction": reaction, "revision": revision, "at": at}
        self._log(
            partner, "campaign_rejudged", recipient=recipient, channel="email", **said
        )

    def test_a_click_that_is_judged_anew(self):
        first, second, third = self.people[:3]
        self._log(first, "campaign_clicked", 9, recipient=101, channel="email")
        self._log(first, "campaign_clicked", 4, recipient=102, channel="email")
        self._log(second, "campaign_viewed", 5, recipient=201, channel="email")
        self._log(third, "campaign_clicked", 5, recipient=301, channel="email")
        self._rejudge(third, 301, "campaign_clicked", 1)  # in the window of the first
        self._count()
        self.assertEqual(self._counts(first)[1:3], (0, 2))
        self.assertEqual(self._counts(third)[2], 0)
        self.assertFalse(self._profile(third).last_click_at)
        self._next()
        self._rejudge(first, 102, "campaign_clicked", 1)
        self._rejudge(second, 201, "campaign_viewed", 1, days=3)  # another moment
        self._count()
        self.assertEqual(self._counts(first)[2], 1)
        self.assertEqual(self._profile(first).last_click_at, self._moment(9))
        self.assertEqual(self._counts(second)[1], 1)
        self.assertEqual(self._profile(second).last_open_at, self._moment(3))
        self._assert_rebuilt()
        self._next()
        self._rejudge(first, 102, "campaign_clicked", 2, days=4)
        self._log(first, "campaign_clicked", 2, recipient=103, channel="email")
        self._count()
        self.assertEqual(self._counts(first)[2], 3)
        self.assertEqual(self._profile(first).last_click_at, self._moment(2))
        self._assert_rebuilt()

    def test_window_by_window_is_a_recount(self):
        """Random events in five windows: counters and profiles as counted at once."""
        types = ("campaign_delivered", "campaign_viewed", "campaign_clicked")
        types += ("campaign_converted", "user_unsubscribed", "email_opened")
        types += ("email_bounced", "email_dropped")
        pick = self.random.choice
        for window in range(5):
            for _event in range(40):
                self._log(
                    pick(self.people),
                    pick(types),
                    days=self.random.randrange(60),
                    recipient=pick(range(500, 530)),
                    campaign=pick([7, 8]),
                    channel=pick(["email", "email", "sms"]),
                    device=pick(["desktop", "mobile", "tablet"]),
                    company=pick([self.company_a, self.company_a, self.company_b]),
                )
            partner = pick(self.people)
            message = 900 + 2 * window
            for recipient in (message, message + 1):
                self._log(
                    partner, "campaign_clicked", recipient=recipient, channel="email"
                )
            for recipient in range(900, message, 3):
                days = pick([None, 2, 70])
                clicked = self._get_clicker(recipient)
                self._rejudge(clicked, recipient, "campaign_clicked", window, days)
            self._count()
            self._next()
        self.assertTrue(any(self._profile(each).click_count for each in self.people))
        self._assert_rebuilt()

    def _get_clicker(self, recipient):
        [[partner_id]] = self.env.execute_query(
            SQL(
                """SELECT partner_id FROM marketing_event WHERE recipient_id = %s
                      AND event_type = 'campaign_clicked'""",
                recipient,
            )
        )
        return partner_id

    def test_nothing_is_read_twice_or_early(self):
        partner = self.people[0]
        self._log(partner, "campaign_clicked", channel="email")
        self.assertEqual(self.engagement._run(), 0, "its transaction is not over")
        self.assertEqual(self._count(), 1)
        self.assertEqual(self._count(), 0)
        self.assertEqual(self._counts(partner)[2], 1)

    def test_companies_are_counted_apart(self):
        partner = self.people[0]
        self._make_order(partner, days=3)
        self._sell(
            partner, self._moment(3), (self.goods[0], 1, 5), company=self.company_b
        )
        self.profiles._refresh_full(self.company_b)
        self._log(partner, "campaign_clicked", channel="email", company=self.company_b)
        self._count()
        self.assertEqual(self._counts(partner)[2], 0)
        self.assertEqual(self._counts(partner, self.company_b)[2], 1)

    def test_merged_customers_are_added_up(self):
        kept, gone, silent = self.people[:3]
        stranger = self._customer("Never bought")
        for partner in (kept, gone, stranger):
            self._log(partner, "campaign_clicked", channel="email")
        self._count()
        gone_id = gone.id
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((kept | gone | stranger).ids, kept)
        self.profiles._refresh_dirty()
        self.assertEqual(self._counts(kept)[2], 3)
        self._next()
        self._log(gone_id, "campaign_clicked", channel="email")
        self._count()
        self.assertEqual(self._counts(kept)[2], 4)
        self.assertEqual(self._counts(silent)[2], 0)

    def test_a_contact_counts_for_its_company(self):
        firm = self._customer("Firm", is_company=True)
        person = self._customer("Person", parent_id=firm.id)
        self._make_order(firm, days=3)
        self.profiles._refresh_dirty()
        self._log(person, "campaign_clicked", channel="email")
        self._count()
        self.assertEqual(self._counts(firm)[2], 1)

    def test_who_buys_later_brings_the_counts_along(self):
        newcomer = self._customer("Newcomer")
        self._log(newcomer, "campaign_clicked", channel="email")
        self._count()
        self.assertFalse(self._profile(newcomer))
        self._make_order(newcomer, days=0)
        self.profiles._refresh_dirty()
        self.assertEqual(self._counts(newcomer)[2], 1)

    def test_erased_customers_leave_no_device(self):
        partner = self.people[0]
        self._log(partner, "email_clicked", device="mobile")
        self._log(partner, "campaign_clicked", channel="email")
        self._count()
        self.assertEqual(self._profile(partner).device, "mobile")
        self.env["marketing.identity"]._ensure(partner)._erase()
        self.assertFalse(self._profile(partner).device)
        self.assertEqual(self._counts(partner)[2], 1)
        self.env["marketing.erasure.request"]._forget(self.company_a, set(), partner)
        self.assertEqual(self._counts(partner)[2], 0)
        self._assert_rebuilt()

    def test_while_everybody_is_refreshed_it_waits(self):
        self._log(self.people[0], "campaign_clicked", channel="email")
        with patch.object(type(self.profiles), "_try_lock", lambda self: False):
            self.assertEqual(self._count(), 0)
        self.assertEqual(self._count(), 1)

    def test_same_number_of_queries_whatever_the_number(self):
        counts = []
        for number in (1, 3, 6):
            for partner in self.people[:number]:
                self._log(partner, "campaign_clicked", channel="email")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._count()
            counts.append(self.env.cr.sql_log_count - before)
            self._next()
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[2], 20)

    def test_cron_queues_one_job(self):
        jobs = self.env["marketing.job"]
        domain = [("model", "=", NAME), ("state", "=", "pending")]
        jobs.search(domain).state = "cancelled"
        self.engagement._cron_enqueue()
        self.engagement._cron_enqueue()
        self.assertEqual(len(jobs.search(domain)), 1)
