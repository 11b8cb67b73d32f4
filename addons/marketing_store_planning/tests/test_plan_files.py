import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_base.table_reader import read_table

from ..plan_rows import SAME
from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanFiles(PlanningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave = cls.new_wave("One")
        cls.line = cls.advise("E1", 100, notes="=1+1; first, “shop”")
        cls.other = cls.new_line("W1", 200, wave_id=cls.wave.id)
        cls.users["manager"].group_ids += cls.env.ref("base.group_allow_export")
        cls.own_plan = cls.plan.with_user(cls.users["manager"])

    def _export(self, plan=None, **values):
        plan = plan or self.own_plan
        wizard = plan.env["campaign.plan.export"].create({"plan_id": plan.id, **values})
        wizard.action_export()
        return base64.b64decode(wizard.file)

    def _import(self, content):
        wizard = self.own_plan.env["campaign.plan.import"].create(
            {"plan_id": self.plan.id, "file": base64.b64encode(content)}
        )
        wizard.action_check()
        return wizard

    def test_round_trip(self):
        content = self._export()
        wizard = self._import(content)
        self.assertEqual((wizard.same_count, wizard.problem_count), (2, 0))
        self.assertFalse(wizard.new_count or wizard.changed_count)
        text = content.decode().replace(",200,", ",250,")
        wizard = self._import(text.encode())
        self.assertEqual((wizard.changed_count, wizard.same_count), (1, 1))
        self.assertIn("200 → 250", wizard.preview)
        self.assertEqual(self.other.quantity, 200, "a preview writes nothing")
        wizard.action_import()
        self.assertEqual(wizard.state, "done")
        self.assertEqual((self.other.quantity, self.line.quantity), (250, 100))
        # the same file again is older than the plan now
        wizard = self._import(text.replace(",250,", ",260,").encode())
        self.assertEqual(wizard.problem_count, 1)
        self.assertIn("since the export", wizard.preview)

    def test_problems_come_first_and_nothing_is_written(self):
        content = b"Store,Quantity\nE1,5\nX9,5\nE2,-1\n"
        wizard = self._import(content)
        self.assertEqual((wizard.problem_count, wizard.changed_count), (2, 1))
        preview = wizard.preview
        self.assertLess(preview.index("X9"), preview.index("E1"))
        with self.assertRaisesRegex(UserError, "Row 3: .*X9.*\nRow 4: "):
            wizard.action_import()
        self.assertEqual(self.line.quantity, 100)

    def test_file_without_the_columns(self):
        with self.assertRaisesRegex(UserError, "“Store” or “Line”"):
            self._import(b"Shop,Pieces\nE1,5\n")
        with self.assertRaisesRegex(UserError, "Choose a CSV file"):
            self._import(b"")

    def test_export_of_selected_lines(self):
        table = read_table(self.env, self._export(line_ids=[(6, 0, self.other.ids)]))
        ((_number, row),) = table.records()
        self.assertEqual((row["Store"], row["Quantity"]), ("W1", "200"))
        self.assertEqual((row["Wave"], row["Included"]), ("One", "yes"))
        context = {"active_model": "campaign.plan.line", "active_ids": self.line.ids}
        wizard = self.own_plan.env["campaign.plan.export"].with_context(**context)
        wizard = wizard.create({})
        self.assertEqual((wizard.plan_id, wizard.line_ids), (self.plan, self.line))
        self.assertTrue(self._export(file_format="xlsx").startswith(b"PK"))

    def test_who_may(self):
        with self.assertRaisesRegex(AccessError, "Access to export feature"):
            self._export(self.plan.with_user(self.users["user"]))
        east = self.as_user("east", self.plan)
        self.users["east"].group_ids += self.env.ref("base.group_allow_export")
        table = read_table(self.env, self._export(east))
        self.assertEqual([row["Store"] for _no, row in table.records()], ["E1"])
        with self.assertRaises(AccessError):
            east.env["campaign.plan.import"].create({"plan_id": self.plan.id})

    def test_few_statements(self):
        """What is read does not grow with the rows."""
        for number in range(20):
            self.stores[f"N{number}"] = self.new_store(f"N{number}")
            self.new_line(f"N{number}", 100, wave_id=self.wave.id)
        row = {"creative": "Spring", "quantity": "100", "wave": "One"}
        rows = [(n, {**row, "store": f"N{n}"}) for n in range(20)]
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            verdicts = self.plan._judge_rows(rows)
        self.assertEqual({verdict.kind for verdict in verdicts}, {SAME})
