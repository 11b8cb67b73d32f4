from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..profile_query import COMPUTED
from ..profile_write import write_profiles
from .common import SegmentCase

FACTS = slice(0, 10)
CATEGORY = COMPUTED.index("favourite_category_id")


def walk(node):
    """A step of a plan and all below it."""
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


@tagged("post_install", "-at_install")
class TestProfileRefresh(SegmentCase):
    """Full and incremental refresh lead to the same table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = [cls._customer(f"Customer {number}") for number in range(8)]
        for number, customer in enumerate(cls.customers):
            for order in range(1 + number % 3):
                cls._order(
                    customer, 3 + 31 * number + 7 * order, (cls.wine, 10 + 9 * number)
                )
        cls.profiles._refresh_full(cls.company_a)
        cls.env["customer.profile.dirty"]._take()

    def _change_everything(self):
        first, second, third, fourth, fifth = self.customers[:5]
        self._order(first, 1, (self.bread, 400))
        self._refund(second, 1, 5)
        third.sale_order_ids.state = "cancel"
        fourth.sale_order_ids[:1].order_line.price_unit = 77
        self._refund(fifth, 1, 9, order=fifth.sale_order_ids[:1])
        newcomer = self._customer("Newcomer")
        self._order(newcomer, 0, (self.bread, 15))
        family = self._customer("Family", is_company=True)
        self.customers[5].parent_id = family
        return third, newcomer, family

    def test_incremental_equals_full(self):
        gone, newcomer, family = self._change_everything()
        self.assertGreater(self.profiles._refresh_dirty(), 0)
        incremental = self._rows()
        self.profiles._refresh_full(self.company_a)
        full = self._rows()
        self.assertEqual(set(incremental), set(full))
        for partner_id, row in full.items():
            # scores move with everybody else's and are set anew by the full refresh
            self.assertEqual(incremental[partner_id][FACTS], row[FACTS])
            self.assertEqual(incremental[partner_id][CATEGORY], row[CATEGORY])
        self.assertNotIn(gone.id, full)
        self.assertIn(newcomer.id, full)
        self.assertIn(family.id, full)
        self.assertNotIn(self.customers[5].id, full)

    def test_incremental_leaves_the_others_alone(self):
        before = self._rows()
        self._order(self.customers[0], 1, (self.bread, 400))
        self.assertEqual(self.profiles._refresh_dirty(), 1)
        after = self._rows()
        changed = {key for key in after if after[key] != before[key]}
        self.assertEqual(changed, {self.customers[0].id})

    def test_marks_are_used_up(self):
        self._order(self.customers[0], 1, (self.bread, 400))
        self.assertEqual(self.profiles._refresh_dirty(), 1)
        self.assertEqual(self.profiles._refresh_dirty(), 0)

    def test_without_cut_points_everybody_is_ranked(self):
        self._order(self.customers[0], 1, (self.wine, 5), company=self.company_b)
        self.profiles._refresh_dirty()
        self.assertTrue(self._profile(self.customers[0], self.company_b).rfm_code)
        self.assertTrue(self.profiles._is_ranked(self.company_b))

    def test_many_marks_are_one_ranking(self):
        self._change_everything()
        with patch(
            "odoo.addons.marketing_segment.models.customer_profile_refresh"
            ".FULL_REFRESH_FROM",
            1,
        ):
            self.profiles._refresh_dirty()
        rows = self._rows()
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._rows(), rows)

    def test_second_full_refresh_writes_nothing(self):
        result = self.profiles._refresh_full(self.company_a)
        self.assertEqual(result, {"added": 0, "changed": 0, "deleted": 0})

    def test_only_changed_rows_are_written(self):
        self.customers[0].sale_order_ids[:1].order_line.price_unit = 10.01
        result = self.profiles._refresh_full(self.company_a)
        self.assertEqual((result["added"], result["deleted"]), (0, 0))
        self.assertEqual(result["changed"], 1)

    def test_changed_numbers_touch_no_index(self):
        self.env.cr.execute(
            "SELECT reloptions FROM pg_class WHERE oid = 'customer_profile'::regclass"
        )
        self.assertIn("fillfactor=85", self.env.cr.fetchone()[0])
        updates, without_index = self._count_updates()
        for order in self.customers[1].sale_order_ids:
            order.order_line.price_unit += 0.01
        self.assertEqual(self.profiles._refresh_dirty(), 1)
        self.assertEqual(self._count_updates(), (updates + 1, without_index + 1))

    def _count_updates(self):
        self.env.cr.execute(
            """
            SELECT pg_stat_get_xact_tuples_updated(oid),
                   pg_stat_get_xact_tuples_hot_updated(oid)
              FROM pg_class WHERE oid = 'customer_profile'::regclass
            """
        )
        return self.env.cr.fetchone()

    def test_rebuild_gives_the_same_rows(self):
        before = self._rows()
        self.env.cr.execute("DELETE FROM customer_profile")
        result = self.profiles._refresh_full(self.company_a)
        self.assertEqual(result["added"], len(before))
        self.assertEqual(self._rows(), before)

    def test_companies_do_not_touch_each_other(self):
        before = self._rows()
        self._order(self.customers[0], 1, (self.wine, 5), company=self.company_b)
        self.profiles._refresh_full(self.company_b)
        self.assertEqual(self._rows(), before)
        self.assertEqual(list(self._rows(self.company_b)), self.customers[0].ids)

    def test_same_number_of_queries_whatever_the_size(self):
        counts = []
        for _round in range(3):  # the first one fills caches
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.profiles._refresh_full(self.company_a)
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(5):
                self._order(self._customer(f"More {number}"), 9, (self.wine, 10))
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 12)

    def test_no_step_compares_everybody_with_everybody(self):
        """The new profiles, of unknown number, are never inside of a nested loop.

        What differs from the stored ones may be: it is looked up by its id, unless the
        table is as small as here.
        """
        now = fields.Datetime.now()
        for partner_ids in (None, list(self._rows())[:2]):
            self.profiles._prepare_planner(partner_ids)
            query = write_profiles(self.company_a, now.date(), now, partner_ids)
            self.env.cr.execute(SQL("EXPLAIN (FORMAT JSON) %s", query))
            plan = self.env.cr.fetchone()[0][0]["Plan"]
            loops = [n for n in walk(plan) if n["Node Type"] == "Nested Loop"]
            inner = [loop["Plans"][1] for loop in loops]
            for node in inner:
                scanned = {each.get("CTE Name") for each in walk(node)}
                self.assertFalse(scanned & {"fresh", "joined", "bought", "lines"})

    def test_tracked_partner_fields_follow(self):
        customer = self.customers[0]
        self.assertEqual(customer.marketing_order_count, 1)
        self._order(customer, 1, (self.bread, 400))
        self.profiles._refresh_dirty()
        self.assertEqual(customer.marketing_order_count, 2)

    def test_cron_queues_only_when_somebody_bought(self):
        jobs = self.env["marketing.job"]
        domain = [("method", "=", "_refresh_dirty"), ("state", "=", "pending")]
        jobs.search(domain).state = "cancelled"
        self.env["customer.profile.dirty"]._take()
        self.env.cr.execute("DELETE FROM customer_profile_dirty")
        self.profiles._cron_refresh_dirty()
        self.assertFalse(jobs.search(domain))
        self._order(self.customers[0], 1, (self.bread, 400))
        self.profiles._cron_refresh_dirty()
        self.profiles._cron_refresh_dirty()
        job = jobs.search(domain)
        self.assertEqual(len(job), 1, "one key, one job")
        self.assertEqual(job.queue, "score")

    def test_full_refresh_is_a_job_a_company(self):
        jobs = self.env["marketing.job"]
        domain = [("method", "=", "_refresh_full_company"), ("state", "=", "pending")]
        jobs.search(domain).state = "cancelled"
        self.profiles._cron_refresh_full()
        found = jobs.search(domain).mapped(lambda job: job.payload["company_id"])
        self.assertLessEqual({self.company_a.id, self.company_b.id}, set(found))

    def test_job_survives_a_deleted_company(self):
        self.profiles._refresh_full_company(2_000_000_000)

    def test_archived_customer_keeps_the_profile(self):
        self.customers[0].active = False
        self.profiles._refresh_full(self.company_a)
        self.assertIn(self.customers[0].id, self._rows())

    def test_deleted_category_leaves_the_profile(self):
        category = self.env["product.category"].create({"name": "Short-lived"})
        product = self.env["product.product"].create(
            {"name": "Short-lived", "categ_id": category.id}
        )
        self.products[category] = product
        customer = self._customer("Nostalgic")
        order = self._order(customer, 1, (category, 10))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(customer).favourite_category_id, category)
        order.state = "draft"
        order.order_line = [Command.clear()]
        product.product_tmpl_id.unlink()
        category.unlink()
        self.assertFalse(self._profile(customer).favourite_category_id)
