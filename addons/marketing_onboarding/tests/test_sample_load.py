from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketing_base.tests.common import ROLES

from ..sample_marks import is_sample_address
from .sample_common import LoadedCase, SampleCase


class TestSampleLoaded(LoadedCase):
    def test_it_fills_the_current_company_only(self):
        customers, orders = self.marked("res.partner"), self.marked("sale.order")
        self.assertEqual(
            self.made, {"customers": len(customers), "orders": len(orders)}
        )
        self.assertEqual(len(customers), 48)
        self.assertGreater(len(orders), 150)
        for records in (customers, orders, self.marked("product.product")):
            self.assertEqual(records.company_id, self.company_a)
        for model in ("customer.segment", "email.campaign"):
            self.assertEqual(self.marked(model).company_id, self.company_a)
        after = self.counts()
        for model in ("res.partner", "sale.order", "customer.segment"):
            self.assertEqual(
                after[model] - self.before[model], len(self.marked(model)), model
            )
        self.assertFalse(self.marks(self.company_b))

    def test_scores_and_segments_have_something_to_show(self):
        profiles = self.env["customer.profile"].search(
            [("company_id", "=", self.company_a.id)]
        )
        self.assertEqual(len(profiles), 45, "three never bought")
        self.assertGreaterEqual(len(set(profiles.mapped("rfm_segment"))), 5)
        self.assertGreaterEqual(len(profiles.favourite_category_id), 3)
        for segment in self.marked("customer.segment"):
            self.assertGreater(segment.customer_count, 4, segment.name)
            self.assertLess(segment.customer_count, 30, segment.name)
            self.assertEqual(segment.sendable_count, 0)
        campaign = self.marked("email.campaign")
        self.assertEqual(campaign.status, "draft")
        estimate = campaign._estimate_audience()
        self.assertGreater(estimate["audience"], 4)
        self.assertEqual(estimate["sendable"], 0)
        self.assertEqual(estimate["reasons"][0]["reason"], "sample_address")

    def test_nothing_enters_the_log_and_no_consent_is_made_up(self):
        orders, customers = self.marked("sale.order"), self.marked("res.partner")
        self.env["sale.order"]._backfill_purchases()
        orders[:3]._log_purchases()
        self.assertFalse(self.count_events(customers))
        self.assertFalse(self.preferences.search([("partner_id", "in", customers.ids)]))

    def test_a_segment_that_remembers_moves_logs_real_customers_only(self):
        values = {"company_id": self.company_b.id, "track_members": True}
        values["filter_domain"] = "[('order_count', '>=', 1)]"
        segment = self.env["customer.segment"].create({"name": "All", **values})
        segment._refresh()
        self.sample("manager", self.company_b).load()
        self.assertEqual(segment.customer_count, 45, "counted again at once")
        samples = self.marked("res.partner", self.company_b)
        self.assertFalse(self.count_events(samples))
        real = self.env["res.partner"].create({"name": "Real"})
        order = self.env["sale.order"].create(
            {"company_id": self.company_b.id, "partner_id": real.id}
        )
        order.action_confirm()
        self.env["customer.profile"]._refresh_full(self.company_b)
        segment._refresh()
        self.assertEqual(self.count_events(real), 2, "the purchase and the entry")
        self.assertFalse(self.count_events(samples))

    def test_a_real_order_still_enters_the_log(self):
        order = self.env["sale.order"].create(
            {
                "company_id": self.company_a.id,
                "partner_id": self.marked("res.partner")[0].id,
            }
        )
        order.action_confirm()
        self.env.cr.execute(
            "SELECT count(*) FROM marketing_event_key WHERE event_id = %s",
            [f"order:{order.id}"],
        )
        self.assertEqual(self.env.cr.fetchone()[0], 1)

    def test_pressing_twice_does_not_double(self):
        before = self.counts()
        self.assertEqual(self.sample().load(), {"customers": 0, "orders": 0})
        self.assertEqual(self.counts(), before)

    def test_each_company_has_its_own(self):
        before = self.marks(self.company_a)
        self.sample("manager", self.company_b).load()
        self.assertEqual(len(self.marked("res.partner", self.company_b)), 48)
        self.assertEqual(self.marks(self.company_a), before)
        self.assertFalse(
            self.marked("res.partner") & self.marked("res.partner", self.company_b)
        )

    def test_all_addresses_are_made_up(self):
        for customer in self.marked("res.partner"):
            self.assertTrue(is_sample_address(customer.email), customer.email)
            self.assertEqual(customer.email, customer.email_normalized)

    def test_loading_and_removing_are_in_the_audit_log(self):
        self.sample().remove()
        entries = self.env["marketing.audit.log"].search(
            [("company_id", "=", self.company_a.id), ("event", "like", "sample_data")]
        )
        self.assertEqual(
            sorted(entries.mapped("event")),
            ["sample_data_loaded", "sample_data_removed"],
        )
        self.assertEqual(
            set(entries.mapped("user_login")), {self.users["manager"].login}
        )


class TestSampleLoad(SampleCase):
    def test_orders_are_confirmed_spread_and_disturb_nobody(self):
        number = self.env.ref("sale.seq_sale_order").number_next_actual
        mails = self.env["mail.mail"].search_count([])
        self.sample().load()
        orders = self.marked("sale.order")
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        self.assertEqual(set(orders.mapped("invoice_status")), {"no"})
        self.assertTrue(all(order.amount_untaxed > 0 for order in orders))
        dates = orders.mapped("date_order")
        now = fields.Datetime.now()
        self.assertLess(max(dates), now)
        self.assertGreater(max(dates), now - timedelta(days=10))
        self.assertLess(min(dates), now - timedelta(days=450))
        self.assertEqual(self.env.ref("sale.seq_sale_order").number_next_actual, number)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_only_managers_load_and_remove(self):
        for role in set(ROLES) - {"manager", "administrator"}:
            with self.assertRaises(AccessError):
                self.sample(role).load()
            with self.assertRaises(AccessError):
                self.sample(role).remove()
        with self.assertRaises(AccessError):
            self.env["marketing.sample"].with_user(self.outsider).load()
        self.assertFalse(self.marks(self.company_a))

    def test_a_company_with_orders_of_its_own_is_refused(self):
        customer = self.env["res.partner"].create({"name": "Real"})
        order = self.env["sale.order"].create(
            {"company_id": self.company_a.id, "partner_id": customer.id}
        )
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "orders of its own"):
            self.sample().load()
        self.sample("manager", self.company_b).load()
        self.assertEqual(len(self.marked("res.partner", self.company_b)), 48)

    def test_a_quotation_is_no_reason_to_refuse(self):
        customer = self.env["res.partner"].create({"name": "Real"})
        self.env["sale.order"].create(
            {"company_id": self.company_a.id, "partner_id": customer.id}
        )
        self.assertTrue(self.sample().load()["customers"])

    def test_it_is_made_in_batches(self):
        """Hundreds of records in hundreds of statements, most of them Odoo's own."""
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        made = self.sample().load()
        self.env.flush_all()
        self.assertEqual(made["orders"], 200)
        self.assertLess(self.env.cr.sql_log_count - before, 600)
        before = self.env.cr.sql_log_count
        self.sample().remove()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 1000)
