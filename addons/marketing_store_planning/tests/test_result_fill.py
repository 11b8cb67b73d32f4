from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestResultFill(PlanningCase):
    """Confirmed orders become results: once, again and again, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.marketing_plan_partner_id = cls.env["res.partner"].create(
            {"name": "Own direct mail"}
        )
        today = fields.Date.today()
        cls.drop = today - timedelta(days=20)
        cls.plan = cls.new_plan(
            "Sent",
            period_start=today - timedelta(days=40),
            period_end=today + timedelta(days=40),
        )
        cls.wave = cls.new_wave("Week 1", date_start=cls.drop)
        cls.first = cls.new_line("E1", 600, wave_id=cls.wave.id)
        cls.second = cls.new_line("W1", 400, wave_id=cls.wave.id)
        manager = cls.users["manager"]
        plan = cls.plan.with_user(manager).with_company(cls.company_a)
        plan.action_approve()
        cls.order = plan._create_orders("wave").sudo()
        cls.results = cls.env["store.campaign.result"]

    def fill(self):
        return self.results._fill(self.company_a.id)

    def found(self):
        return self.results.search([("source_key", "!=", False)], order="store_id")

    def codes(self, *redeemed):
        """Let both drops have codes, and these be redeemed: line, who, when, amount."""
        lines = SQL(
            """SELECT id AS line_id, creative_id FROM campaign_plan_line
                WHERE plan_id = %s""",
            self.plan.id,
        )
        rows = [
            SQL(
                "SELECT %s AS line_id, %s AS creative_id, %s AS customer,"
                " %s::date AS day, %s::numeric AS amount",
                line.id,
                line.creative_id.id,
                who,
                day,
                amount,
            )
            for line, who, day, amount in redeemed
        ]
        model = type(self.results)
        self.patch(model, "_list_coded", lambda *_args: [lines])
        if rows:
            self.patch(model, "_list_redeemed", lambda *_args: rows)

    def test_only_confirmed_orders_and_twice_changes_nothing(self):
        self.assertEqual(self.fill(), (0, 0))
        self.order.action_confirm()
        self.assertEqual(self.fill(), (2, 0))
        result, other = self.found()
        self.assertEqual(
            (result.store_id, result.creative_id, result.plan_line_id, result.pieces),
            (self.stores["E1"], self.spring, self.first, 600),
        )
        self.assertAlmostEqual(result.cost, 600 * 0.4)  # 1,000 pieces in the run
        self.assertEqual((result.period_start, result.source), (self.drop, "order"))
        self.assertEqual(result.period_end, self.drop + timedelta(days=59))
        self.assertEqual(result.incomplete, "unknown")
        self.assertEqual(result.region_id, self.regions["east"])
        self.assertEqual(result.company_id, self.company_a)
        self.assertEqual(other.pieces, 400)
        self.assertEqual(self.fill(), (0, 0))
        self.assertEqual(self.found(), result + other)

    def test_changed_and_cancelled_orders(self):
        self.order.action_confirm()
        self.fill()
        self.order.order_line[0].product_uom_qty = 500
        self.assertEqual(self.fill(), (1, 0))
        self.assertEqual(self.found()[0].pieces, 500)
        imported = self.new_result("E2", pieces=10)
        self.order._action_cancel()
        self.assertEqual(self.fill(), (0, 2))
        self.assertFalse(self.found())
        self.assertTrue(imported.exists())

    def test_responses_are_customers_within_the_days_net_of_refunds(self):
        self.order.action_confirm()
        late, last = self.drop + timedelta(days=60), self.drop + timedelta(days=59)
        self.codes(
            (self.first, "ann", self.drop, 50),
            (self.first, "ann", last, 30),
            (self.first, "bob", last, 0),  # all of it went back
            (self.first, "cid", late, 99),
        )
        self.fill()
        result, other = self.found()
        self.assertEqual((result.responses, result.conversions), (2, 1))
        self.assertAlmostEqual(result.revenue, 80)
        self.assertEqual((result.source, result.incomplete), ("coupon", "open"))
        self.assertEqual((other.responses, other.incomplete), (0, "open"))
        self.company_a.marketing_plan_response_days = 20  # over since today
        self.assertEqual(self.fill(), (2, 0))
        result.invalidate_recordset()
        self.assertFalse(result.incomplete)
        self.assertEqual((result.responses, result.revenue), (1, 50))

    def test_imported_results_of_a_drop_stay_and_replace_ours(self):
        self.order.action_confirm()
        self.fill()
        imported = self.new_result(
            "E1",
            pieces=590,
            conversions=12,
            period_start=self.drop + timedelta(days=2),
            period_end=self.drop + timedelta(days=30),
        )
        before = self.new_result("W1", pieces=5, conversions=1)
        self.assertEqual(self.fill(), (0, 1))
        self.assertEqual(self.found().store_id, self.stores["W1"])
        self.assertEqual((imported.pieces, imported.plan_line_id), (590, self.first))
        self.assertFalse(imported.incomplete or before.plan_line_id)

    def test_orders_without_a_plan_count_and_other_companies_do_not(self):
        self.env["sale.order"].create(
            {
                "company_id": self.company_a.id,
                "partner_id": self.order.partner_id.id,
                "is_direct_mail": True,
                "date_order": "2026-02-03 10:00:00",
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.fall.product_id.id,
                            "product_uom_qty": 70,
                            "price_unit": 1,
                            "store_id": self.stores["E2"].id,
                            "store_creative_id": self.fall.id,
                        },
                    )
                ],
            }
        ).write({"state": "sale", "date_order": "2026-02-03 10:00:00"})
        self.results._fill(self.company_b.id)
        self.assertFalse(self.found())
        self.fill()
        result = self.found()
        self.assertEqual((result.store_id, result.pieces), (self.stores["E2"], 70))
        self.assertEqual(str(result.period_start), "2026-02-03")
        self.assertFalse(result.plan_line_id)
        self.results._fill(self.company_b.id)
        self.assertTrue(result.exists())

    def test_who_may(self):
        self.order.action_confirm()
        self.as_user("user", self.results).action_fill()
        result = self.found()[0]
        with self.assertRaisesRegex(UserError, "worked out from orders"):
            self.as_user("manager", result).write({"pieces": 1})
        for role in ("analyst", "east"):
            with self.assertRaises(AccessError):
                self.as_user(role, self.results).action_fill()
        self.assertEqual(
            self.as_user("east", self.results).search([("source_key", "!=", False)]),
            result,
        )

    def test_the_cron_queues_each_company_once(self):
        jobs = self.env["marketing.job"].search([("method", "=", "_fill")])
        for _run in range(2):
            self.results._cron_fill()
        queued = self.env["marketing.job"].search([("method", "=", "_fill")]) - jobs
        companies = [job.payload["company_id"] for job in queued]
        self.assertEqual(companies.count(self.company_a.id), 1)

    def test_only_drawn_creatives_are_randomised(self):
        self.order.action_confirm()
        for line, arm, chance in (
            (self.first, "b", 0.5),
            (self.second, "treated", 0.5),
        ):
            self.env.execute_query(
                SQL(
                    """UPDATE campaign_plan_line
                          SET experiment_arm = %s, experiment_propensity = %s
                        WHERE id = %s RETURNING id""",
                    arm,
                    chance,
                    line.id,
                )
            )
        self.fill()
        self.assertEqual(self.found().mapped("is_randomised"), [True, False])

    def test_unmeasured_results_do_not_lower_the_rate_of_a_store(self):
        self.new_result("E1", pieces=100, conversions=5)
        self.order.action_confirm()
        self.fill()
        store = self.stores["E1"]
        self.assertEqual((store.drop_count, store.pieces_total), (2, 700))
        self.assertEqual((store.conversion_rate, store.largest_drop), (0.05, 600))
