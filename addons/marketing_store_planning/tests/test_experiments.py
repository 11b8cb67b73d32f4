from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import PlanningCase

STORES = 12


class ExperimentCase(PlanningCase):
    """Twelve stores in two regions, each with four past drops, all in the plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls.env["campaign.plan.line"]
        values = []
        for place in range(STORES):
            number = f"X{place:02}"
            region = "east" if place % 2 else "west"
            cls.stores[number] = cls.new_store(number, region, households=2000)
            for month in range(1, 5):
                values.append(
                    {
                        "store_id": cls.stores[number].id,
                        "creative_id": cls.spring.id,
                        "period_start": date(2025, month, 1),
                        "period_end": date(2025, month, 28),
                        "pieces": 900 + 10 * place,
                        "conversions": 15 + 2 * (place // 2) + month % 3,
                        "revenue": 600,
                    }
                )
            cls.lines += cls.advise(number, 1000 + 10 * place)
        cls.env["store.campaign.result"].create(values)
        cls.experiments = cls.env["campaign.plan.experiment"]

    def wizard(self, role="user", **values):
        setups = self.as_user(role, self.env["campaign.plan.experiment.setup"])
        return setups.create({"plan_id": self.plan.id, "seed": 5, **values})

    def set_up(self, **values):
        wizard = self.wizard(**values)
        return self.experiments.browse(wizard.action_apply()["res_id"])

    def arm(self, arm):
        return self.lines.filtered(lambda line: line.experiment_arm == arm)


@tagged("post_install", "-at_install")
class TestExperiments(ExperimentCase):
    def test_pairs_are_previewed_and_one_of_each_is_left_out(self):
        cost = self.plan.total_cost
        wizard = self.wizard(pair_count=3)
        self.assertFalse(wizard.problem_text)
        self.assertEqual((wizard.first_count, wizard.second_count), (3, 3))
        self.assertRegex(wizard.power_text, r"detect ± [\d.]+ points")
        self.assertIn("more stores", wizard.power_text)
        self.assertFalse(self.lines.experiment_id, "a preview changes nothing")
        experiment = self.experiments.browse(wizard.action_apply()["res_id"])
        self.assertTrue(experiment.is_randomised)
        controls, treated = self.arm("control"), self.arm("treated")
        self.assertEqual((len(controls), len(treated)), (3, 3))
        self.assertEqual(
            sorted(controls.mapped("experiment_pair")),
            sorted(treated.mapped("experiment_pair")),
        )
        for line in controls:
            twin = treated.filtered(
                lambda other, line=line: other.experiment_pair == line.experiment_pair
            )
            self.assertEqual(twin.region_id, line.region_id)
        self.assertEqual(
            set((controls + treated).mapped("experiment_propensity")), {0.5}
        )
        self.assertFalse(any(controls.mapped("is_included")))
        self.assertFalse(any(self.lines.mapped("is_overridden")), "nobody's override")
        self.assertEqual(
            wizard.second_text,
            "; ".join(sorted(controls.store_id.mapped("display_name"))),
        )
        self.plan.invalidate_recordset()
        self.assertAlmostEqual(cost - self.plan.total_cost, wizard.saved_cost, 2)
        self.assertFalse(set(controls) & set(self.plan._group_lines("master")[0]))

    def test_a_share_by_lot_and_the_same_lot_again(self):
        experiment = self.set_up(kind="share", share=25)
        first = self.arm("control")
        self.assertEqual(len(first), 3)
        self.assertEqual(len(self.arm("treated")), 9)
        self.assertAlmostEqual(first[0].experiment_propensity, 0.25)
        self.assertAlmostEqual(self.arm("treated")[0].experiment_propensity, 0.75)
        self.as_user("user", experiment).action_undo()
        self.assertTrue(all(self.lines.mapped("is_included")))
        self.assertFalse(any(self.lines.mapped("experiment_arm")))
        self.set_up(kind="share", share=25)
        self.assertEqual(self.arm("control"), first)

    def test_two_creatives(self):
        wizard = self.wizard(kind="ab")
        self.assertIn("Choose the two creatives", wizard.problem_text)
        with self.assertRaisesRegex(UserError, "Choose the two"):
            wizard.action_apply()
        experiment = self.set_up(
            kind="ab", creative_a_id=self.spring.id, creative_b_id=self.fall.id
        )
        self.assertEqual(self.arm("a").creative_id, self.spring)
        self.assertEqual(self.arm("b").creative_id, self.fall)
        self.assertEqual(len(self.arm("a")), len(self.arm("b")))
        self.assertFalse(any(self.lines.mapped("is_overridden")))
        self.assertEqual(set(self.arm("b").mapped("unit_price")), {0.6})
        self.arm("b")[0].quantity += 5
        self.assertTrue(self.arm("b")[0].is_overridden, "pieces are still decided")
        self.as_user("user", experiment).action_undo()
        self.assertEqual(self.lines.creative_id, self.spring)

    def test_like_stores_are_no_chance(self):
        out = self.lines[:3]
        out.write({"is_included": False, "override_reason": "Closed in March"})
        experiment = self.set_up(kind="like")
        self.assertFalse(experiment.is_randomised)
        self.assertEqual(self.arm("control"), out)
        self.assertEqual(set(self.lines.mapped("experiment_propensity")), {0})
        self.as_user("user", experiment).action_undo()
        self.assertFalse(any(out.mapped("is_included")))
        self.lines.write({"is_included": True})
        self.assertIn(
            "No store of this plan is left out", self.wizard(kind="like").problem_text
        )

    def test_arms_are_kept_and_locked_with_the_plan(self):
        experiment = self.set_up(pair_count=3)
        control, treated = self.arm("control")[0], self.arm("treated")[0]
        for line, values in (
            (control, {"is_included": True}),
            (treated, {"is_included": False}),
        ):
            with self.assertRaisesRegex(ValidationError, "Undo the experiment"):
                line.write(values)
        with self.assertRaisesRegex(AccessError, "not written by hand"):
            self.as_user("user", treated).experiment_arm = "control"
        copy = self.as_user("user", self.plan).copy()
        self.assertTrue(all(copy.line_ids.mapped("is_included")))
        self.assertFalse(copy.experiment_ids or copy.line_ids.experiment_id)
        self.as_user("manager", self.plan).action_approve()
        with self.assertRaisesRegex(ValidationError, "is locked"):
            self.as_user("user", experiment).action_undo()
        with self.assertRaisesRegex(ValidationError, "is locked"):
            self.wizard(kind="share").action_apply()

    def test_what_is_impossible_is_said_in_the_preview(self):
        self.set_up(kind="share", share=50)
        self.assertIn("in none yet", self.wizard().problem_text)
        for values, text in (
            ({"kind": "share", "share": 0}, "between 0 and 100"),
            ({"pair_count": -1}, "from 0 on"),
        ):
            self.assertIn(text, self.wizard(**values).problem_text)
        self.experiments.search([]).action_undo()
        self.assertIn("too few like stores", self.wizard(pair_count=99).problem_text)
        empty = self.new_plan("Empty")
        wizard = self.env["campaign.plan.experiment.setup"].create(
            {"plan_id": empty.id}
        )
        self.assertIn("four included stores", wizard.problem_text)

    def test_without_a_past_the_power_is_not_known(self):
        self.env["store.campaign.result"].search([]).unlink()
        wizard = self.wizard(kind="share", share=30)
        self.assertIn("not known", wizard.power_text)
        self.assertFalse(wizard.problem_text)

    def test_who_may(self):
        experiment = self.set_up(pair_count=3)
        for role in ("analyst", "east", "manager"):
            found = self.as_user(role, self.experiments).search([])
            self.assertEqual(found, experiment)
            self.assertTrue(Form(found))
        for role in ("analyst", "east"):
            with self.assertRaises(AccessError):
                self.wizard(role)
            with self.assertRaises(AccessError):
                self.as_user(role, experiment).action_undo()
        with self.assertRaises(AccessError):
            self.as_user("user", experiment).name = "Mine"
        with self.assertRaises(AccessError):
            self.as_user("manager", experiment).unlink()
        self.assertFalse(self.as_user("sales", self.experiments).has_access("read"))
        stranger = self.new_user("manager", self.company_b)
        self.assertFalse(self.experiments.with_user(stranger).search([]))

    def test_the_wizard_follows_the_form(self):
        setups = self.as_user("user", self.env["campaign.plan.experiment.setup"])
        with Form(setups.with_context(default_plan_id=self.plan.id)) as form:
            form.kind = "share"
            form.share = 50
            self.assertEqual(form.second_count, 6)
            form.share = 25
            self.assertEqual(form.second_count, 3)
        self.assertTrue(Form(self.as_user("user", self.plan)))


@tagged("post_install", "-at_install")
class TestExperimentResults(ExperimentCase):
    def result(self, line, conversions, revenue=0.0, **values):
        return self.env["store.campaign.result"].create(
            {
                "store_id": line.store_id.id,
                "creative_id": line.creative_id.id,
                "period_start": date(2026, 3, 2),
                "period_end": date(2026, 3, 8),
                "conversions": conversions,
                "revenue": revenue,
                "plan_line_id": line.id,
                **values,
            }
        )

    def test_a_difference_is_told_with_its_interval(self):
        experiment = self.set_up(kind="share", share=50)
        self.assertIn("No result yet", experiment.result_text)
        treated, controls = self.arm("treated"), self.arm("control")
        for place, line in enumerate(treated):
            self.result(line, 40 + place, 1000, pieces=line.quantity)
        self.result(controls[0], 10, is_holdout=True)
        experiment.invalidate_recordset()
        self.assertIn("7 of 12 stores", experiment.result_text)
        for place, line in enumerate(controls[1:]):
            # without a link: what the store sold in the period
            self.result(line, 10 + place, 200, is_holdout=True, plan_line_id=False)
        experiment.invalidate_recordset()
        self.assertEqual(experiment.result_count, 12)
        self.assertTrue(experiment.is_proven)
        rates = [
            sum(conversions / line.quantity for line, conversions in rows) / 6
            for rows in (
                [(line, 40 + place) for place, line in enumerate(treated)],
                [(controls[0], 10)]
                + [(line, 10 + place) for place, line in enumerate(controls[1:])],
            )
        ]
        self.assertAlmostEqual(experiment.difference, rates[0] - rates[1], delta=0.004)
        self.assertLess(experiment.difference_low, experiment.difference)
        self.assertIn("caused it", experiment.result_text)
        # the region's manager is told about the whole experiment
        seen = self.as_user("east", experiment)
        self.assertEqual(seen.result_count, 12)

    def test_two_creatives_count_their_own_results_and_chance_is_told(self):
        experiment = self.set_up(
            kind="ab", creative_a_id=self.spring.id, creative_b_id=self.fall.id
        )
        for place, line in enumerate(self.arm("a") + self.arm("b")):
            self.result(line, 20 + place % 3, pieces=900, plan_line_id=False)
        other = self.arm("a")[0]
        self.result(
            other, 900, plan_line_id=False, creative_id=self.fall.id, pieces=900
        )
        experiment.invalidate_recordset()
        self.assertFalse(experiment.is_proven)
        self.assertIn("Nothing is proven", experiment.result_text)
        self.assertLess(abs(experiment.difference), 0.005)
