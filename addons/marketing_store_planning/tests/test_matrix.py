from contextlib import suppress
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PlanningCase

WEEKS = 12
WORK = "odoo.addons.marketing_store_planning.matrix_work.compute_matrix"


class MatrixCase(PlanningCase):
    """Spring brings 4 %, fall 1 %; store W1 is new; company B has one store."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in ("E3", "E4"):
            cls.stores[number] = cls.new_store(number)
        cls.autumn = cls.new_creative(
            "Autumn", [(0, 0.5)], season_start="2026-09-01", season_end="2026-11-30"
        )
        cls.unpriced = cls.new_creative("Unpriced")
        cls.company_a.marketing_plan_margin = 50
        values = []
        for number in ("E1", "E2", "E3", "E4"):
            for week in range(WEEKS):
                spring = week % 2 == 0
                values.append(
                    {
                        "store_id": cls.stores[number].id,
                        "creative_id": (cls.spring if spring else cls.fall).id,
                        "period_start": date(2025, 11, 3) + timedelta(weeks=week),
                        "period_end": date(2025, 11, 9) + timedelta(weeks=week),
                        "pieces": 1000,
                        "conversions": (40 if spring else 10) + week % 3,
                        "revenue": 40.0 * (40 if spring else 10),
                        "cost": 500,
                    }
                )
        cls.results = cls.env["store.campaign.result"].create(values)
        cls.matrix = cls.env["store.matrix"]
        cls.cells = cls.env["store.matrix.cell"]

    def compute(self, role="user", **asked):
        asked = {"period_start": "2026-03-01", "period_end": "2026-03-31", **asked}
        self.as_user(role, self.matrix).compute(**asked)
        self.run_job()
        return self.matrix.search([("company_id", "=", self.company_a.id)])

    def run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env["store.matrix"]._pump_compute(self.company_a.id)
        self.env.invalidate_all()

    def recommended(self):
        found = self.cells.search([("is_recommended", "=", True)])
        return {cell.store_id.number: cell for cell in found}


@tagged("post_install", "-at_install")
class TestMatrix(MatrixCase):
    def test_each_store_gets_its_best_creative_with_reasons(self):
        matrix = self.compute()
        self.assertEqual((matrix.state, matrix.drop_count), ("done", 48))
        self.assertEqual(matrix.unpriced, "Unpriced")
        cells = self.recommended()
        self.assertEqual(set(cells), {"E1", "E2", "E3", "E4", "W1"})
        for number in ("E1", "E2", "E3", "E4"):
            cell = cells[number]
            self.assertEqual(cell.creative_id, self.spring)
            self.assertEqual(cell.quantity, 1000)  # its largest drop
            self.assertEqual(cell.status, "auto")
            self.assertAlmostEqual(cell.expected_rate, 0.04, delta=0.008)
            self.assertLess(cell.expected_rate_low, cell.expected_rate)
            self.assertLess(cell.expected_rate, cell.expected_rate_high)
            self.assertEqual(cell.region_id, self.regions["east"])
        new = cells["W1"]
        self.assertEqual(new.status, "review")
        self.assertIn("No past drop of this store", new.reasoning_text)
        self.assertIn("Risk: new store", new.reasoning_text)
        text = cells["E1"].reasoning_text
        self.assertIn("Past drops of this store: 12", text)
        self.assertIn("12,000 pieces", text)
        self.assertIn("drops of this creative here: 6", text)
        self.assertEqual(self.cells.search_count([]), 15)  # five stores, three priced
        autumn = self.cells.search([("creative_id", "=", self.autumn.id)])
        self.assertFalse(any(autumn.mapped("is_allowed")))
        self.assertFalse(any(autumn.mapped("is_recommended")))

    def test_budget_thresholds_households_and_impossible_results(self):
        self.stores["E1"].households = 300
        self.results[0].conversions = 2000
        self.company_a.marketing_plan_review_confidence = 99.9
        self.company_a.marketing_plan_auto_confidence = 100
        matrix = self.compute(budget=700)
        cells = self.recommended()
        self.assertLessEqual(cells["E1"].quantity, 300)
        self.assertLessEqual(sum(c.cost for c in cells.values()), 700)
        self.assertEqual(matrix.left_out_count, 1)
        self.assertFalse([c for c in cells.values() if c.status == "auto"])
        self.assertEqual(len(matrix.curve), 8)
        profits = [point["profit"] for point in matrix.curve]
        self.assertEqual(profits, sorted(profits))
        self.assertEqual(matrix.curve[4]["budget"], 700)
        self.assertGreater(matrix.curve[4]["stores"], 0)
        self.assertGreater(matrix.shadow_price, 0)
        unsent = [cell for cell in cells.values() if not cell.quantity]
        self.assertTrue(unsent)
        self.assertEqual({cell.status for cell in unsent}, {"skip"})

    def test_computing_anew_replaces_the_cells(self):
        matrix = self.compute()
        self.assertEqual(self.compute(budget=500), matrix)
        self.assertEqual(self.cells.search_count([]), 15)
        self.assertEqual(matrix.budget, 500)

    def test_without_results_it_says_why(self):
        self.results.unlink()
        matrix = self.compute()
        self.assertEqual(matrix.state, "failed")
        self.assertIn("no past result with pieces", matrix.message)
        page = self.as_user("user", self.matrix).get_page()
        self.assertTrue(page["is_empty"])
        self.assertEqual(page["last_plan"]["name"], "March")
        self.env["campaign.plan"].search([]).state = "cancelled"
        self.assertIs(self.as_user("user", self.matrix).get_page()["last_plan"], False)

    def test_what_is_missing_is_told_in_a_sentence(self):
        def told():
            matrix = self.compute()
            self.assertEqual(matrix.state, "failed")
            return matrix.message

        self.results.revenue = 0
        self.assertIn("Add the revenue", told())
        self.results.write({"revenue": 100, "conversions": 5000})
        self.assertIn("more conversions than pieces", told())
        self.results.conversions = 10
        creatives = self.spring + self.fall + self.autumn
        creatives.write({"season_start": "2026-07-01", "season_end": "2026-07-31"})
        self.assertIn("No creative fits", told())
        creatives.product_id.seller_ids.unlink()
        self.assertIn("No active creative has a price", told())
        creatives.state = self.unpriced.state = "retired"
        self.assertIn("No creative is active", told())
        self.env["marketing.store"].search([]).active = False
        self.assertIn("no active store", told())

    def test_what_nobody_foresaw_is_told_and_raised(self):
        for error, text in (
            (ValueError("odd"), "(odd)"),
            (ZeroDivisionError(), "Jobs"),
        ):
            with patch(WORK, side_effect=error):
                if isinstance(error, ValueError):
                    matrix = self.compute()
                else:
                    with suppress(ZeroDivisionError):  # assertRaises would roll back
                        self.compute()
                        self.fail("the job is told, too")
                    self.env.invalidate_all()
                    matrix = self.matrix.search([("state", "=", "failed")])
            self.assertEqual(matrix.state, "failed")
            self.assertIn(text, matrix.message)

    def test_the_page_filters_sorts_and_counts(self):
        self.compute()
        page = self.as_user("user", self.matrix).get_page
        first = page({"status": "auto"}, "store")
        self.assertEqual(
            [row["store"][:2] for row in first["rows"]], ["E1", "E2", "E3", "E4"]
        )
        self.assertEqual((first["total"], first["pieces"]), (4, 4000))
        row = first["rows"][0]
        self.assertEqual(
            set(row["cells"]), {self.spring.id, self.fall.id, self.autumn.id}
        )
        self.assertTrue(row["cells"][self.spring.id][3])
        west = page({"region": str(self.regions["west"].id), "state": ""})
        self.assertEqual([row["store"][:2] for row in west["rows"]], ["W1"])
        self.assertEqual(west["counts"], {"review": 1})
        cell = self.as_user("user", self.matrix).get_cell(
            row["cells"][self.spring.id][0]
        )
        self.assertEqual(cell["store"][0], self.stores["E1"].id)
        self.assertGreaterEqual(len(cell["reasons"]), 4)
        for bad in ({"city": "x"},):
            with self.assertRaises(UserError):
                page(bad)
        with self.assertRaisesRegex(UserError, "computed anew"):
            self.as_user("user", self.matrix).get_cell(0)

    def test_what_is_asked_wrongly(self):
        ask = self.as_user("user", self.matrix).compute
        for arguments in (
            {"period_start": "2026-05-01", "period_end": "2026-04-01"},
            {"period_start": "2026-05-01", "period_end": "2028-04-01"},
            {"period_start": "soon"},
            {"budget": -1},
            {"budget": "much"},
        ):
            with self.subTest(arguments), self.assertRaises(UserError):
                ask(**arguments)

    def test_a_view_becomes_a_plan(self):
        self.compute()
        user = self.as_user("user", self.matrix)
        plan = self.env["campaign.plan"].browse(user.create_plan({"status": "auto"}))
        self.assertEqual((plan.state, plan.user_id), ("draft", self.users["user"]))
        self.assertEqual(plan.period_start, date(2026, 3, 1))
        self.assertEqual(len(plan.line_ids), 4)
        line = plan.line_ids[0]
        cell = self.recommended()[line.store_id.number]
        self.assertEqual(line.recommended_creative_id, self.spring)
        self.assertEqual(line.quantity, cell.quantity)
        self.assertEqual(line.confidence, cell.confidence)
        self.assertFalse(any(plan.line_ids.mapped("is_overridden")))
        self.assertEqual(line.reasoning_text, cell.reasoning_text)
        self.assertGreater(line.cost, 0)
        self.assertEqual(user.get_page()["last_plan"]["id"], plan.id)
        # another creative: what is expected is another thing at once
        line.creative_id = self.fall
        self.assertTrue(line.is_overridden)
        self.assertAlmostEqual(line.expected_rate, 0.01, delta=0.005)
        whole = self.env["campaign.plan"].browse(user.create_plan())
        self.assertEqual(len(whole.line_ids), 5)
        with self.assertRaisesRegex(UserError, "a plan needs a store"):
            user.create_plan({"status": "skip"})

    def test_who_may_see_and_do_what(self):
        self.compute()
        own = {number: cell.id for number, cell in self.recommended().items()}
        seen = {
            role: self.as_user(role, self.cells).search([("is_recommended", "=", True)])
            for role in ("analyst", "user", "manager", "east", "west")
        }
        for role in ("analyst", "user", "manager"):
            self.assertEqual(set(seen[role].ids), set(own.values()))
        self.assertEqual(seen["west"].ids, [own["W1"]])
        self.assertEqual(len(seen["east"]), 4)
        page = self.as_user("west", self.matrix).get_page()
        self.assertEqual((page["total"], page["can_plan"]), (1, False))
        with self.assertRaisesRegex(UserError, "computed anew"):
            self.as_user("west", self.matrix).get_cell(own["E1"])
        with self.assertRaises(AccessError):
            self.as_user("sales", self.cells).search([])
        for role in ("analyst", "west", "sales"):
            for call in (lambda m: m.compute(), lambda m: m.create_plan()):
                with self.assertRaises(AccessError):
                    call(self.as_user(role, self.matrix))
        for role in ("user", "manager"):
            with self.assertRaises(AccessError):
                self.as_user(role, self.cells).browse(own["E1"]).confidence = 100

    def test_two_companies_do_not_see_each_other(self):
        self.compute()
        other = self.new_user("user", self.company_b)
        self.users["foreign"] = other
        foreign = self.as_user("foreign", self.matrix)
        self.assertFalse(self.as_user("foreign", self.cells).search([]))
        self.assertTrue(foreign.get_page()["is_empty"])
        foreign.compute()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.matrix._pump_compute(self.company_b.id)
        self.env.invalidate_all()
        self.assertEqual(self.cells.search_count([]), 15)
        mine = self.matrix.search([("company_id", "=", self.company_a.id)])
        self.assertEqual(mine.state, "done")
