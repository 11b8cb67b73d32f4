import base64
import csv
import io

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_base.models import marketing_export
from odoo.addons.marketing_base.table_reader import read_table

from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentExport(SegmentMembersCase):
    """The members as a file, with a line in the audit log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls.env["customer.segment"].create({"name": "All"})
        cls.users = {
            name: cls._user(f"mms_export_{name}", name)
            for name in ("analyst", "user", "compliance")
        }
        export = cls.env.ref("base.group_allow_export")
        for user in cls.users.values():
            user.group_ids |= export

    def _export(self, name, segment=None, **values):
        user = self.users[name]
        wizard = (
            self.env["segment.export"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company_a.ids)
        )
        wizard = wizard.create(
            {"segment_id": (segment or self.segment).id, "file_format": "csv", **values}
        )
        wizard.action_export()
        return wizard

    def _read(self, wizard):
        text = base64.b64decode(wizard.file).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def test_people_see_people(self):
        self.rows["bob"].name = "=HYPERLINK('x')"
        for name in ("user", "compliance"):
            wizard = self._export(name)
            rows = {int(row["Customer ID"]): row for row in self._read(wizard)}
            self.assertEqual(set(rows), {row.id for row in self.rows.values()})
            self.assertEqual(wizard.file_name, "All.csv")
            ann, bob = rows[self.rows["ann"].id], rows[self.rows["bob"].id]
            self.assertEqual((ann["Name"], ann["E-mail"]), ("Ann", "ann@example.com"))
            self.assertEqual((ann["Country"], ann["Orders"]), ("BE", "1"))
            self.assertEqual(ann["Not Sendable Because"], "")
            self.assertEqual(bob["Not Sendable Because"], "Unsubscribed")
            self.assertEqual(bob["Name"], "'=HYPERLINK('x')")

    def test_analysts_see_masked_addresses(self):
        wizard = self._export("analyst")
        rows = self._read(wizard)
        self.assertTrue(wizard.is_masked)
        self.assertNotIn("Name", rows[0])
        self.assertNotIn("Reference", rows[0])
        text = base64.b64decode(wizard.file).decode()
        self.assertNotIn("example.com", text)
        self.assertNotIn("Ann", text)
        self.assertIn("a•••@e•••.com", {row["E-mail"] for row in rows})

    def test_each_export_is_entered(self):
        log = self.env["marketing.audit.log"]
        before = log.search_count([("event", "=", "data_exported")])
        self._export("analyst")
        entry = log.search([("event", "=", "data_exported")], limit=1)
        self.assertEqual(
            log.search_count([("event", "=", "data_exported")]), before + 1
        )
        self.assertEqual(
            (entry.res_model, entry.res_id), ("customer.segment", self.segment.id)
        )
        self.assertEqual(entry.changes, {"customer_count": [None, 6]})
        self.assertEqual(entry.user_login, "mms_export_analyst")
        self.assertEqual(entry.company_id, self.company_a)

    def test_workbook(self):
        wizard = self._export("user", file_format="xlsx")
        self.assertEqual(wizard.row_count, 6)
        self.assertTrue(wizard.file_name.endswith(".xlsx"))
        self.assertTrue(base64.b64decode(wizard.file).startswith(b"PK"))

    def test_what_is_refused(self):
        self.patch(marketing_export, "MAX_ROWS", {"csv": 5, "xlsx": 5})
        with self.assertRaisesRegex(UserError, "More than 5 rows"):
            self._export("user")
        theirs = self.env["customer.segment"].create(
            {"name": "B", "company_id": self.company_b.id}
        )
        with self.assertRaises(AccessError):
            self._export("user", theirs)
        self.users["user"].group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaisesRegex(AccessError, "may not export"):
            self._export("user")
        with self.assertRaises(AccessError):
            self.env["segment.export"].with_user(self._user("mms_export_no")).create({})

    def test_what_goes_out_comes_in(self):
        table = read_table(self.env, base64.b64decode(self._export("user").file))
        self.assertEqual(len(table.rows), 6)
        self.assertEqual(table.header[0], "Customer ID")
