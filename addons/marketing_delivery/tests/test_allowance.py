from odoo.tests import tagged

from ..sender import allowance
from .sender_common import FakeAdapter, SenderCase


@tagged("post_install", "-at_install")
class TestAllowance(SenderCase):
    def setUp(self):
        super().setUp()
        self.pools = allowance.Pools(self.provider.id)
        allowance.prepare(self.env.cr, self.pools)

    def _cap(self, **caps):
        self.provider.write({f"cap_per_{name}": value for name, value in caps.items()})
        self.env.flush_all()

    def _take(self, wanted):
        return allowance.take(self.env.cr, self.pools, wanted).number

    def _look(self, wanted=200):
        return allowance.look(self.env.cr, self.pools, wanted)

    def test_zero_means_no_limit(self):
        self._cap(minute=0, hour=0, day=0)
        self.assertEqual(self._take(100_000), 100_000)
        self.assertEqual(self._look()[0], 200)

    def test_smallest_limit_rules(self):
        self._cap(minute=50, hour=30, day=1000)
        self.assertEqual([self._take(20), self._take(20), self._take(20)], [20, 10, 0])
        number, wait, scope = self._look()
        self.assertEqual(scope, "provider")
        self.assertEqual(number, 0)
        self.assertTrue(1 <= wait <= 3600)

    def test_longest_wait_rules(self):
        self._cap(minute=5, day=5)
        self._take(5)
        self.assertGreater(self._look()[1], 0)
        self.env.cr.execute("UPDATE delivery_usage SET minute_start = '2020-01-01'")
        self.assertEqual(self._look()[0], 0, "the day is used up, not the minute")

    def test_new_window_starts_at_zero(self):
        self._cap(minute=10)
        self._take(10)
        self.env.cr.execute(
            """UPDATE delivery_usage
                  SET minute_start = minute_start - interval '1 minute'"""
        )
        self.assertEqual(self._take(7), 7)

    def test_lowered_limit_is_not_negative(self):
        self._take(40)
        self._cap(hour=10)  # a minute could end between two steps of this test
        self.assertEqual(self._look()[0], 0)
        self.assertEqual(self._take(5), 0)

    def test_what_was_not_used_comes_back(self):
        self._cap(hour=10)
        self._take(10)
        allowance.give_back(self.env.cr, self.pools, 4)
        self.assertEqual(self._take(10), 4)

    def test_usage_on_the_form(self):
        self._take(3)
        self.provider.invalidate_recordset()
        self.assertEqual((self.provider.minute_used, self.provider.hour_used), (3, 3))
        self.assertEqual(self.provider.day_used, 3)

    def test_pump_stops_at_the_limit_and_says_when_to_come_back(self):
        self._cap(day=3)
        self._add(*(f"c{n}@x.example" for n in range(5)))
        adapter = FakeAdapter()
        wait = self._pump(adapter)
        self.assertEqual(len(adapter.messages), 3)
        self.assertEqual(sorted(self._states().values()), ["queued"] * 2 + ["sent"] * 3)
        self.assertTrue(wait > 0)
        self.assertTrue(self._pump() >= 1, "the day is not over")

    def test_skipped_messages_cost_nothing(self):
        self._cap(day=3)
        self._add(*(f"no{n}@x.example" for n in range(3)), consent=False)
        self._add(*(f"yes{n}@x.example" for n in range(3)))
        self.assertIsNone(self._pump())
        self.assertEqual(
            sorted(self._states().values()), ["sent"] * 3 + ["skipped"] * 3
        )


@tagged("post_install", "-at_install")
class TestAllAllowances(SenderCase):
    """The tightest of provider, company, sender domain, topic and campaign rules."""

    def setUp(self):
        super().setUp()
        self.topic = self.env["marketing.topic"].create({"name": "Offers"})
        self.domain = self.env["delivery.domain"].create({"name": "a.example"})
        self.domain.action_establish()
        self.campaign.topic_id = self.topic
        self.env.flush_all()
        self.pools = self.campaign._get_pools(self.provider)
        allowance.prepare(self.env.cr, self.pools)

    def _take(self, wanted):
        self.env.flush_all()
        return allowance.take(self.env.cr, self.pools, wanted).number

    def _used(self):
        self.env.cr.execute(
            """SELECT usage.scope, usage.day_used FROM delivery_usage usage
                 JOIN unnest(%s::text[], %s::int[]) AS pool(scope, id)
                   ON pool.scope = usage.scope AND pool.id = usage.res_id""",
            [list(self.pools._fields), list(self.pools)],
        )
        return dict(self.env.cr.fetchall())

    def test_each_counts(self):
        self._take(7)
        self.assertEqual(self._used(), dict.fromkeys(self.pools._fields, 7))
        allowance.give_back(self.env.cr, self.pools, 3)
        self.assertEqual(self._used(), dict.fromkeys(self.pools._fields, 4))

    def test_each_limits_and_says_so(self):
        limits = {
            "provider": (self.provider, "cap_per_day"),
            "company": (self.company, "marketing_daily_limit"),
            "topic": (self.topic, "daily_limit"),
            "campaign": (self.campaign, "slow_per_hour"),
        }
        for number, (scope, (record, name)) in enumerate(limits.items(), 1):
            record[name] = 5 * number
            self.assertEqual(self._take(100), 5, scope)
            room = allowance.look(self.env.cr, self.pools, 100)
            self.assertEqual((room.number, room.scope), (0, scope))
            record[name] = 0

    def test_a_domain_that_warms_up(self):
        self.domain.write({"warmup_start": 6})
        self.domain.action_warm_up()
        self.assertEqual(self._take(100), 6)
        self.assertEqual(self.domain.used_today, 6)

    def test_the_campaign_says_what_it_waits_for(self):
        self.company.marketing_daily_limit = 2
        self._add(*(f"c{n}@x.example" for n in range(5)))
        self.assertTrue(self._pump() > 1)
        self.assertIn("daily limit of Company A", self.campaign.status_reason)
        self.company.marketing_daily_limit = 0
        self.assertIsNone(self._pump())
        self.assertFalse(self.campaign.status_reason)

    def test_what_is_refused_counts_nowhere(self):
        self._add(*(f"no{n}@x.example" for n in range(12)), consent=False)
        self._add("yes@x.example")
        self._pump()
        self.assertEqual(self._used(), dict.fromkeys(self.pools._fields, 1))

    def test_transactional_messages_draw_on_provider_and_domain_only(self):
        self.campaign.is_transactional = True
        pools = self.campaign._get_pools(self.provider)
        self.assertEqual((pools.company, pools.topic), (None, None))
        self.assertEqual(
            (pools.provider, pools.domain), (self.provider.id, self.domain.id)
        )

    def test_the_most_particular_domain_counts(self):
        create = self.env["delivery.domain"].create
        mine = create({"name": "A.example ", "company_id": self.company.id})
        both = create(
            {
                "name": "a.example",
                "company_id": self.company.id,
                "provider_id": self.provider.id,
            }
        )
        theirs = create({"name": "a.example", "company_id": self.other_company.id})
        find = self.env["delivery.domain"]._find
        self.assertEqual(find("a.example", self.company, self.provider), both)
        other = self._create_provider(name="Other")
        self.assertEqual(find("a.example", self.company, other), mine)
        self.assertEqual(find("a.example", self.other_company, other), theirs)
        self.assertFalse(find("b.example", self.company, other))

    def test_as_many_statements_for_any_number(self):
        self.env.flush_all()
        allowance.take(self.env.cr, self.pools, 1)  # planned from now on
        for wanted in (1, 500):
            with self.assertQueryCount(1):
                allowance.take(self.env.cr, self.pools, wanted)
