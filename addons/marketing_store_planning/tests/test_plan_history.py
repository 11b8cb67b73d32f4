from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..plan_diff import ADDED, CHANGED, REMOVED, compare, pair
from .common import PlanningCase


def row(id_, store, **values):
    return {"id": id_, "store_id": store, "quantity": 100, **values}


@tagged("post_install", "-at_install")
class TestPlanHistory(PlanningCase):
    """Versions of a plan: kept, compared, restored."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.weeks = cls.new_wave("Week 1", budget=500) + cls.new_wave("Week 2")
        cls.lines = cls.advise("E1", wave_id=cls.weeks[0].id)
        cls.lines += cls.advise("W1", 200, wave_id=cls.weeks[1].id)

    def approve_and_reopen(self):
        plan = self.as_user("manager", self.plan)
        plan.action_submit()
        plan.action_approve()
        plan.action_reopen()
        return plan.version_ids.filtered(lambda version: version.kind == "approved")

    def compare(self, old, new=None, role="user"):
        answer = self.as_user(role, old).action_compare()
        wizard = self.as_user(role, self.env["campaign.plan.compare"]).browse(
            answer["res_id"]
        )
        wizard.new_id = new
        return wizard

    def test_pairs(self):
        old = [row(1, "a"), row(2, "b"), row(3, "c"), row(4, "c")]
        new = [row(1, "a"), row(9, "b"), row(8, "c"), row(7, "d")]
        found = [(x and x["id"], y and y["id"]) for x, y in pair(old, new)]
        # of store c it is not clear which one came back
        self.assertEqual(
            found, [(1, 1), (2, 9), (3, None), (4, None), (None, 8), (None, 7)]
        )

    def test_differences(self):
        old = [row(1, "a"), row(2, "b"), row(3, "c")]
        new = [row(1, "a", quantity=5), row(2, "b"), row(4, "d")]
        found = compare(old, new, ["quantity"])
        self.assertEqual(
            [(x.kind, x.store, x.names) for x in found],
            [(CHANGED, "a", ("quantity",)), (REMOVED, "c", ()), (ADDED, "d", ())],
        )

    def test_each_step_is_kept(self):
        self.approve_and_reopen()
        versions = self.plan.version_ids
        self.assertEqual(
            versions.sorted("id").mapped("kind"), ["submitted", "approved", "reopened"]
        )
        self.assertEqual(versions.mapped("number"), [2, 1, 1])
        self.assertEqual(versions.user_id, self.users["manager"])
        first = versions[-1]
        self.assertEqual((first.total_stores, first.total_quantity), (2, 300))
        self.assertAlmostEqual(first.total_cost, 150)
        self.assertIn("Version 1, Submitted for Review", first.display_name)

    def test_a_readable_difference(self):
        version = self.approve_and_reopen()
        self.lines[0].write(
            {
                "quantity": 1500,
                "wave_id": self.weeks[1].id,
                "creative_id": self.fall.id,
                "is_included": False,
                "override_reason": "<b>Why</b> not",
            }
        )
        self.lines[1].unlink()
        self.new_line("E2", 40)
        self.weeks[1].name = "Week two"
        text = self.compare(version).result
        for part in (
            "Creative: Spring → Fall",
            "Wave: Week 1 → Week two",
            "Pieces: 100 → 1,500",
            "Included: yes → no",
            "Reason: – → &lt;b&gt;Why&lt;/b&gt; not",
            "W1 Store W1",
            "Spring, 40 pieces, wave: –",
            "-260",
        ):
            self.assertIn(part, text)
        words = " ".join(text.split())
        self.assertIn("1 added, 1 removed, 1 changed.", words)
        same = self.compare(version, self.plan.version_ids[0])
        self.assertIn("The lines are the same", same.result)
        self.assertTrue(Form(self.compare(version)))

    def test_restore(self):
        version = self.approve_and_reopen()
        first, second = self.lines
        first.message_post(body="Keep me")
        first.write({"quantity": 7, "wave_id": False, "override_reason": "Less"})
        second.unlink()
        added = self.new_line("E2", 40)
        self.weeks[0].write({"name": "Other", "budget": 1})
        self.weeks[1].unlink()
        extra = self.new_wave("Extra", date_start="2026-03-30")
        added.wave_id = extra
        self.plan.write({"name": "Changed", "period_end": "2026-04-30"})
        self.as_user("user", version).action_restore()
        plan = self.plan
        self.assertEqual((plan.name, str(plan.period_end)), ("March", "2026-03-31"))
        self.assertEqual(plan.wave_ids.mapped("name"), ["Week 1", "Week 2"])
        self.assertEqual(plan.wave_ids[0], self.weeks[0], "the same wave again")
        self.assertEqual(plan.wave_ids[0].budget, 500)
        self.assertFalse(added.exists() or extra.exists())
        self.assertEqual((first.quantity, first.wave_id), (100, self.weeks[0]))
        self.assertFalse(first.is_overridden or first.override_reason)
        back = plan.line_ids - first
        self.assertEqual((back.store_id, back.quantity), (self.stores["W1"], 200))
        self.assertEqual(back.wave_id, plan.wave_ids[1])
        self.assertEqual(back.recommended_creative_id, self.spring)
        self.assertAlmostEqual(plan.total_cost, 150)
        self.assertIn("Keep me", "".join(first.message_ids.mapped("body")))
        self._assert_told(version)
        # and back from there
        self.as_user("user", plan.version_ids[0]).action_restore()
        self.assertEqual(sorted(plan.line_ids.mapped("quantity")), [7, 40])
        self.assertEqual(set(plan.wave_ids.mapped("name")), {"Other", "Extra"})

    def _assert_told(self, version):
        self.assertEqual(self.plan.version_ids[0].kind, "replaced")
        entry = self.env["marketing.audit.log"].search(
            [("event", "=", "plan_restored"), ("res_id", "=", self.plan.id)]
        )
        self.assertEqual(entry.user_id, self.users["user"].id)
        self.assertIn(version.display_name, str(entry.changes))

    def test_two_lines_of_a_store_change_places(self):
        other = self.new_line("E1", 60, wave_id=self.weeks[1].id)
        version = self.approve_and_reopen()
        line = self.lines[0]
        line.wave_id = False
        other.wave_id = self.weeks[0]
        line.wave_id = self.weeks[1]
        self.as_user("user", version).action_restore()
        mine = self.plan.line_ids.filtered(lambda x: x.store_id == self.stores["E1"])
        places = {x.wave_id: x.quantity for x in mine}
        self.assertEqual(places, {self.weeks[0]: 100, self.weeks[1]: 60})

    def test_who_may(self):
        version = self.approve_and_reopen()
        for role in ("east", "sales"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(role, version).read(["content"])
        with self.assertRaises(AccessError):
            self.as_user("analyst", version).action_restore()
        self.assertTrue(self.compare(version, role="analyst").result)
        self.assertFalse(self.compare(version, role="analyst").may_restore)
        for role in ("user", "manager", "administrator"):
            records = self.as_user(role, version)
            for right in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(right), (role, right))
        stranger = self.new_user("manager", self.company_b)
        with self.assertRaises(AccessError):
            version.with_user(stranger).read(["content"])

    def test_only_a_draft_is_restored(self):
        version = self.approve_and_reopen()
        self.as_user("user", self.plan).action_submit()
        with self.assertRaisesRegex(UserError, "back to a draft"):
            self.as_user("manager", version).action_restore()
        self.as_user("manager", self.plan).action_approve()
        with self.assertRaisesRegex(UserError, "back to a draft"):
            self.as_user("manager", version).action_restore()
