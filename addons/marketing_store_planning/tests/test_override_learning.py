from datetime import date

from odoo.tests import BaseCase, tagged

from ..override_evidence import SUPPORT, compare
from ..planner_choices import PlannerChoices
from .common import PlanningCase


def line(kind=None, profit=0.0, **values):
    row = {"kind": kind, "profit": profit, "author": 7, "reason": " Local fair "}
    row |= {"lot": False, "cohort": "Home|2026-03-01|1", "rate": 0.02, "value": 50.0}
    return {**row, "pieces": 5.0, "score": 50.0, **values}


def choice(changed, actual, **values):
    row = {"region": 3, "region_name": "FL", "creative": 8, "creative_name": "Spring"}
    row |= {"changed": changed, "randomised": False, "actual": actual, "value": 50.0}
    return {**row, "expected": 1000.0, "cohort": "Home|1", **values}


@tagged("post_install", "-at_install")
class TestFigures(BaseCase):
    """What is concluded from rows of figures."""

    def test_too_few_pairs_tell_nothing(self):
        rows = [line("creative", 1.0)] * (SUPPORT - 1) + [line()] * 30
        found = {one["scope"]: one for one in compare(rows)}
        self.assertEqual(set(found), {"all", "kind", "author", "reason"})
        self.assertEqual({one["verdict"] for one in found.values()}, {"few"})
        self.assertEqual(found["reason"]["label"], "Local fair")
        self.assertEqual(found["author"]["user"], 7)
        self.assertEqual(compare([line()] * 5), [])

    def test_better_worse_and_unclear(self):
        spread = [0.1 * (place % 3 - 1) for place in range(12)]
        for gain, verdict in ((0.5, "better"), (-0.5, "worse"), (0.0, "unclear")):
            rows = [line("creative", gain + more) for more in spread]
            rows += [line() for _more in spread]
            (found, *_rest) = compare(rows)
            self.assertEqual((found["pairs"], found["verdict"]), (12, verdict))
            self.assertAlmostEqual(found["difference"], gain)

    def test_other_markets_and_lots_are_compared_apart(self):
        rows = [line("quantity", 1.0)] * 12 + [line(cohort="Away|2026-03-01|1")] * 20
        (found, *_rest) = compare(rows)
        self.assertEqual((found["lines"], found["pairs"]), (12, 0))
        rows += [line("creative", 1.0, lot=True)] * 11 + [line(lot=True)] * 11
        lot = compare(rows)[-1]
        self.assertEqual((lot["scope"], lot["pairs"]), ("lot", 11))

    def test_one_choice_moves_the_expectation_by_less_than_a_fifth(self):
        stores = [(1, "Home", 3, 0), (2, "Home", 4, 0)]
        rows = [choice(False, 1000.0)] * 20
        before = 0.0
        for count in range(1, 9):
            rows.append(choice(True, 9000.0))
            learned = PlannerChoices(rows)
            lift = learned.get_lift(stores, [7, 8])
            moved = lift[0, 1] / (1 + before) - 1
            self.assertTrue(0 < moved < 0.2, (count, moved))
            before = lift[0, 1] - 1
            self.assertEqual([lift[0, 0], *lift[1]], [1, 1, 1])
        (reason,) = learned.list_reasons(3, 8)
        self.assertEqual((reason["count"], reason["wins"]), (8, 8))
        self.assertEqual(learned.list_reasons(4, 8), [])

    def test_what_was_drawn_moves_no_preference(self):
        rows = [choice(False, 1000.0)] * 20
        rows += [choice(True, 9000.0, randomised=True)] * 6
        learned = PlannerChoices(rows)
        self.assertIsNone(learned.get_lift([(1, "", 3, 0)], [8]))
        self.assertEqual(learned.list_reasons(3, 8), [])
        self.assertIsNone(PlannerChoices([]).get_lift([(1, "", 3, 0)], [8]))
        self.assertIsNone(PlannerChoices(rows[:5]).get_lift([(1, "", 3, 0)], [8]))


@tagged("post_install", "-at_install")
class TestOverrideLearning(PlanningCase):
    """From lines with results to the screen of overrides and to the next matrix."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.effects = cls.env["campaign.override.effect"]
        numbers = [f"E{place}" for place in range(3, 27)]
        advice = {"recommended_rate": 0.02, "recommended_value": 50}
        for number in numbers:
            cls.stores[number] = cls.new_store(number)
        cls.lines = [cls.advise(number, 1000, cls.fall, **advice) for number in numbers]
        cls.changed = cls.env["campaign.plan.line"].union(*cls.lines[:12])
        cls.changed.with_user(cls.users["user"]).write(
            {"creative_id": cls.spring.id, "override_reason": "Spring themes"}
        )
        values = []
        for place, planned in enumerate(cls.lines):
            won = 40 if place < 12 and place % 6 else 20 + place % 3
            values.append(
                {
                    "store_id": planned.store_id.id,
                    "creative_id": planned.creative_id.id,
                    "plan_line_id": planned.id,
                    "period_start": date(2026, 3, 2),
                    "period_end": date(2026, 3, 31),
                    "pieces": 1000,
                    "conversions": won,
                    "revenue": 50.0 * won,
                    "cost": 400,
                }
            )
        cls.results = cls.env["store.campaign.result"].create(values)

    def refresh(self):
        self.effects._refresh(self.company_a.id)
        return {
            found.scope: found
            for found in self.effects.search([("company_id", "=", self.company_a.id)])
        }

    def test_overrides_are_compared_with_like_lines(self):
        found = self.refresh()
        everything = found["all"]
        self.assertEqual((everything.line_count, everything.pairs), (12, 12))
        self.assertEqual(everything.verdict, "better")
        self.assertGreater(everything.low, 0)
        self.assertRegex(everything.sentence, r"better in \d+ of 12 pairs")
        self.assertEqual(found["author"].name, self.users["user"].name)
        self.assertEqual(found["reason"].name, "Spring themes")
        self.assertEqual(found["kind"].name, "Another creative")
        self.results[12:20].incomplete = "open"
        again = self.refresh()
        self.assertEqual((again["all"].pairs, again["all"].verdict), (4, "few"))
        self.assertIn("4 pairs of 10", again["all"].sentence)
        self.assertFalse(everything.exists())

    def test_who_sees_the_effects(self):
        self.refresh()
        self.effects.create(
            {"company_id": self.company_b.id, "scope": "all", "verdict": "few"}
        )
        for role in ("analyst", "user", "manager"):
            seen = self.as_user(role, self.effects).search([])
            self.assertEqual(seen.sudo().company_id, self.company_a)
            self.assertFalse(self.as_user(role, self.effects).has_access("write"))
        for role in ("east", "sales"):
            self.assertFalse(self.as_user(role, self.effects).has_access("read"))

    def test_the_next_matrix_takes_choices_into_account(self):
        matrix = self.env["store.matrix"].create({"company_id": self.company_a.id})
        question = matrix._read_question()
        # chosen against the advice: told as choices, and no part of the history
        self.assertEqual(len(question["choices"]), 24)
        self.assertEqual({row["creative"] for row in question["rows"]}, {self.fall.id})
        self.results[0].is_randomised = True
        self.results[1].incomplete = "open"
        self.env.flush_all()
        question = matrix._read_question()
        self.assertEqual(len(question["rows"]), 13)
        self.assertEqual(len(question["choices"]), 23)
        self.assertEqual(sum(row["randomised"] for row in question["choices"]), 1)
        matrix._enqueue_compute()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            matrix._pump_compute(self.company_a.id)
        self.env.invalidate_all()
        self.assertEqual(matrix.state, "done", matrix.message)
        cells = self.env["store.matrix.cell"].search([("is_recommended", "=", True)])
        east = cells.filtered(lambda cell: cell.region_id == self.regions["east"])
        west = cells - east
        self.assertIn(
            "Planners preferred “Spring” in East 10 times, it won 9",
            east[0].reasoning_text,
        )
        self.assertNotIn("Planners", west[0].reasoning_text)

    def test_what_was_expected_stays_with_the_line(self):
        line = self.changed[0]
        self.assertEqual((line.recommended_rate, line.recommended_value), (0.02, 50))
        copied = self.plan.copy().line_ids.filtered(
            lambda one: one.store_id == line.store_id
        )
        self.assertEqual(copied.recommended_value, 50)
