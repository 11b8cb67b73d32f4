from datetime import timedelta

from odoo.tests import tagged

from .attribution_common import ORDERED, AttributionCase


@tagged("post_install", "-at_install")
class TestAttribution(AttributionCase):
    def test_last_human_click_wins(self):
        self._click(self.one, ORDERED - timedelta(days=2))
        self._click(self.two, ORDERED - timedelta(hours=1))
        self._click(self.one, ORDERED - timedelta(days=1))
        order = self._order()
        self._refresh()
        row = self._credited(order)
        self.assertEqual(row.campaign_id, self.two)
        self.assertEqual(row.clicked_at, ORDERED - timedelta(hours=1))
        self.assertEqual(row.recipient_id.campaign_id, self.two)
        self.assertEqual(row.partner_id, self.anna)
        self.assertEqual(row.revenue, 100)
        self.assertEqual(order.email_campaign_id, self.two)
        self.assertRecordValues(
            self.campaigns,
            [
                {"attributed_orders": 0, "attributed_revenue": 0},
                {"attributed_orders": 1, "attributed_revenue": 100},
            ],
        )

    def test_edges_of_the_window(self):
        week = timedelta(days=7)
        second = timedelta(seconds=1)
        for delta, counts in (
            (week, True),
            (week + second, False),
            (timedelta(0), True),
            (timedelta(milliseconds=-900), True),
            (-second, False),
        ):
            with self.subTest(delta=delta):
                buyer = self._create_customers(f"b{delta.total_seconds()}@x.example")
                self._click(self.one, ORDERED - delta, partner=buyer)
                order = self._order(buyer)
                self._refresh()
                self.assertEqual(bool(self._credited(order)), counts)

    def test_window_is_a_setting(self):
        self._click(self.one, ORDERED - timedelta(days=20))
        order = self._order()
        self._refresh()
        self.assertFalse(self._credited(order))
        self.company.marketing_attribution_days = 30
        self.env["marketing.attribution"]._refresh_all()
        self.assertEqual(self._credited(order).campaign_id, self.one)
        self.company.marketing_attribution_days = 7
        self.env["marketing.attribution"]._refresh_all()
        self.assertFalse(self._credited(order))
        self.assertEqual(self.one.attributed_orders, 0)

    def test_machine_clicks_are_ignored(self):
        self._click(self.one, ORDERED - timedelta(days=1))
        self._click(self.two, ORDERED - timedelta(hours=1), verdict="machine")
        order = self._order()
        self._refresh()
        self.assertEqual(self._credited(order).campaign_id, self.one)

    def test_click_judged_after_the_order(self):
        order = self._order()
        self._refresh()
        self.assertFalse(self._credited(order))
        self._click(self.one, ORDERED - timedelta(hours=1))
        self.assertEqual(self._refresh(), 1)
        self.assertEqual(self._credited(order).campaign_id, self.one)

    def test_verdict_that_changes_takes_the_credit_away(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self._refresh()
        self.env.cr.execute("UPDATE delivery_click SET verdict = 'machine'")
        self._refresh()
        self.assertFalse(self._credited(order))
        self.assertEqual(self.one.attributed_orders, 0)

    def test_cancelled_orders_lose_it_and_get_it_back(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self._refresh()
        order.state = "cancel"
        self._refresh()
        self.assertFalse(self._credited(order))
        self.assertEqual(
            (self.one.attributed_orders, self.one.attributed_revenue), (0, 0)
        )
        order.state = "sale"
        self._refresh()
        self.assertEqual(self.one.attributed_orders, 1)

    def test_quotations_do_not_count(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        order.state = "sent"
        self._refresh()
        self.assertFalse(self._credited(order))

    def test_changed_amount(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        self._refresh()
        first = self._credited(order).attributed_at
        order.order_line.price_unit = 250
        self._refresh()
        self.assertEqual(self._credited(order).revenue, 250)
        self.assertEqual(self._credited(order).attributed_at, first)
        self.assertEqual(self.one.attributed_revenue, 250)

    def test_contact_of_the_same_commercial_partner(self):
        company = self._create_customers("office@firm.example")
        company.is_company = True
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": company.id}
        )
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self._click(self.one, ORDERED - timedelta(hours=1), partner=company)
        order, other = self._order(buyer), self._order(stranger)
        self._refresh()
        self.assertEqual(self._credited(order).partner_id, company)
        self.assertFalse(self._credited(other))

    def test_click_of_another_company(self):
        foreign = self.env["email.campaign"].create(
            {"name": "Foreign", "company_id": self.other_company.id}
        )
        self._click(foreign, ORDERED - timedelta(hours=1), company=self.other_company)
        order = self._order()
        self._refresh()
        self.assertFalse(self._credited(order))

    def test_utm_is_not_the_key(self):
        self.one.utm_campaign_id = self.env["utm.campaign"].create({"name": "one"})
        order = self._order(campaign_id=self.one.utm_campaign_id.id)
        self._refresh()
        self.assertFalse(self._credited(order))

    def test_revenue_in_the_company_currency(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order(amount=300)
        order.flush_recordset()
        self.env.cr.execute(
            "UPDATE sale_order SET currency_rate = 1.5 WHERE id = %s", order.ids
        )
        self._refresh()
        self.assertAlmostEqual(self._credited(order).revenue, 200)

    def test_nightly_recount_equals_the_increments(self):
        for hours in range(1, 6):
            campaign = self.campaigns[hours % 2]
            self._click(campaign, ORDERED - timedelta(hours=hours))
        orders = [self._order(amount=10 * number) for number in range(1, 4)]
        self._refresh()
        rows = self.env["marketing.attribution"].search([])
        before = rows.mapped(lambda r: (r.order_id, r.campaign_id, r.revenue))
        self.assertEqual(len(before), len(orders))
        self.env["marketing.attribution"]._refresh_all()
        self.env.invalidate_all()
        after = self.env["marketing.attribution"].search([])
        self.assertEqual(
            after.mapped(lambda r: (r.order_id, r.campaign_id, r.revenue)), before
        )
        self.assertEqual(after.ids, rows.ids, "unchanged rows are not written again")

    def test_crons_only_enqueue(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        order = self._order()
        attribution = self.env["marketing.attribution"]
        attribution._cron_refresh()
        attribution._cron_refresh_all()
        self.assertFalse(self._credited(order))
        jobs = self.env["marketing.job"].search(
            [("model", "=", "marketing.attribution"), ("state", "=", "pending")]
        )
        self.assertEqual(set(jobs.mapped("method")), {"_refresh_dirty", "_refresh_all"})
        jobs.filtered(lambda job: job.method == "_refresh_dirty")._run()
        self.assertTrue(self._credited(order))

    def test_writes_that_change_nothing_leave_no_mark(self):
        order = self._order()
        self._refresh()
        order.client_order_ref = "ABC"
        self.env.flush_all()
        self.assertEqual(self._refresh(), 0)

    def test_a_thousand_orders_cost_as_many_queries_as_one(self):
        self._click(self.one, ORDERED - timedelta(hours=1))
        counts = []
        for number in (1, 60):
            for _order in range(number):
                self._order()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._refresh()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertEqual(self.one.attributed_orders, 61)
