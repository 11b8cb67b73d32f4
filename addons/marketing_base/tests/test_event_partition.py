from datetime import date, datetime

from odoo.tools import SQL

from odoo.addons.marketing_base.events import insert_events

from .common import MarketingCase


class TestEventPartition(MarketingCase):
    def partition_of(self, event_id):
        self.env.cr.execute(
            "SELECT tableoid::regclass::text FROM marketing_event WHERE event_id = %s",
            [event_id],
        )
        return self.env.cr.fetchone()[0]

    def insert(self, event_id, occurred_at):
        event = self.new_event(event_id, occurred_at=occurred_at, properties={"n": 1})
        return insert_events(self.env.cr, [event])

    def test_every_year_finds_a_home(self):
        for year in (1, 1999, 2060, 9999):
            self.assertEqual(self.insert(f"y{year}", datetime(year, 2, 3)), 1)
            self.assertEqual(self.partition_of(f"y{year}"), "marketing_event_default")
        self.assertEqual(self.insert("y1999", datetime(1999, 2, 3)), 0)

    def test_this_month_has_its_own_partition(self):
        today = date.today()
        self.insert("today", datetime.combine(today, datetime.min.time()))
        self.assertEqual(self.partition_of("today"), f"marketing_event_{today:%Y_%m}")

    def test_last_month_to_three_months_ahead_are_ready(self):
        model = self.env["marketing.event"]
        model._ensure_partitions()
        self.env.cr.execute(
            """SELECT count(*) FROM pg_inherits
                WHERE inhparent = 'marketing_event'::regclass"""
        )
        self.assertGreaterEqual(self.env.cr.fetchone()[0], 6)
        model._ensure_partitions()

    def test_borders_of_a_month(self):
        self.env["marketing.event"]._ensure_month(date(2051, 2, 1))
        for event_id, moment, partition in (
            (
                "b1",
                datetime(2051, 1, 31, 23, 59, 59, 999999),
                "marketing_event_default",
            ),
            ("b2", datetime(2051, 2, 1), "marketing_event_2051_02"),
            (
                "b3",
                datetime(2051, 2, 28, 23, 59, 59, 999999),
                "marketing_event_2051_02",
            ),
            ("b4", datetime(2051, 3, 1), "marketing_event_default"),
        ):
            self.insert(event_id, moment)
            self.assertEqual(self.partition_of(event_id), partition, event_id)

    def test_rows_of_the_default_partition_move_unchanged(self):
        self.insert("old", datetime(2052, 5, 6))
        self.insert("other", datetime(2052, 6, 1))
        query = SQL("SELECT to_jsonb(e) FROM marketing_event e WHERE event_id = 'old'")
        before = self.env.execute_query(query)
        self.env["marketing.event"]._ensure_month(date(2052, 5, 1))
        self.assertEqual(self.env.execute_query(query), before)
        self.assertEqual(self.partition_of("old"), "marketing_event_2052_05")
        self.assertEqual(self.partition_of("other"), "marketing_event_default")
        self.assertEqual(self.insert("old", datetime(2052, 5, 6)), 0)

    def test_a_new_partition_is_guarded_and_indexed(self):
        self.env["marketing.event"]._ensure_month(date(2053, 1, 1))
        self.env.cr.execute(
            """SELECT count(*) FROM pg_trigger
                WHERE tgrelid = 'marketing_event_2053_01'::regclass
                  AND tgname = 'marketing_event_append_only'"""
        )
        self.assertEqual(self.env.cr.fetchone()[0], 1)
        self.env.cr.execute(
            """SELECT count(*) FROM pg_inherits i
                 JOIN pg_index x ON x.indexrelid = i.inhrelid
                WHERE x.indrelid = 'marketing_event_2053_01'::regclass"""
        )
        inherited = self.env.cr.fetchone()[0]
        self.env.cr.execute(
            """SELECT count(*) FROM pg_index
                WHERE indrelid = 'marketing_event'::regclass"""
        )
        self.assertEqual(inherited, self.env.cr.fetchone()[0])
        self.assertGreaterEqual(inherited, 4, "addons above may add indexes")

    def test_keys_are_spread(self):
        insert_events(self.env.cr, [self.new_event(f"k{n}") for n in range(200)])
        self.env.cr.execute(
            """SELECT count(DISTINCT tableoid) FROM marketing_event_key
                WHERE event_id LIKE 'k%'"""
        )
        self.assertEqual(self.env.cr.fetchone()[0], 8)

    def test_the_cron_runs(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "marketing_base.ir_cron_ensure_partitions"
            ).method_direct_trigger()

    def test_init_may_run_again(self):
        self.env["marketing.event"].init()
