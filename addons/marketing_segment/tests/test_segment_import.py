import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_base.table_reader import read_table

from ..import_match import guess_role
from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentImport(SegmentMembersCase):
    """An uploaded table becomes members: shown first, then all or nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls.env["customer.segment"].create(
            {"name": "List", "segment_type": "static"}
        )
        cls.rows["bob"].ref = "B-7"
        cls.rows["cas"].write({"phone": "+32 470 12 34 56"})
        cls.segment._add_members(cls.rows["fay"], "manual")

    def _import(self, text, **values):
        wizard = self.env["segment.import"].create(
            {
                "segment_id": self.segment.id,
                "file": base64.b64encode(
                    text if isinstance(text, bytes) else text.encode()
                ),
                **values,
            }
        )
        wizard.action_check()
        return wizard

    def _statuses(self, wizard):
        """Return {row number: status} of the file as it is mapped now."""
        rows = wizard._read_rows(wizard._read_file())
        return {
            number: verdict.status for number, verdict in wizard._judge(rows).items()
        }

    def test_each_row_has_its_result(self):
        self._customer("Ann again", email="twice@example.com")
        self._customer("Other", email="twice@example.com")
        wizard = self._import(
            "E-mail;Note\n"
            "ANN@example.com ;x\n"
            "fay@example.com;x\n"
            "twice@example.com;x\n"
            "nobody@example.com;=cmd()\n"
            "not an address;x\n"
            "ann@example.com;x\n"
            ";x\n"
        )
        self.assertEqual(
            list(self._statuses(wizard).values()),
            ["matched", "member", "ambiguous", "unknown", "bad_address"]
            + ["duplicate", "no_identifier"],
        )
        self.assertEqual((wizard.ready_count, wizard.problem_count), (1, 5))
        for label in ("Will be added", "Already in the list", "Several customers"):
            self.assertIn(label, str(wizard.preview))
        self.assertEqual(self._names(self.segment), ["Fay"], "nothing is written yet")

    def test_report_is_neutralised_and_names_the_rows(self):
        wizard = self._import("email,note\nnobody@example.com,=1+1\n")
        data = base64.b64decode(wizard.report)
        self.assertIn(b"'=1+1", data)
        report = read_table(self.env, data)
        self.assertEqual(report.rows, [["2", "No such customer"] + report.rows[0][2:]])
        self.assertEqual(report.rows[0][2:], ["nobody@example.com", "=1+1"])

    def test_import_writes_source_and_events(self):
        wizard = self._import("email\nann@example.com\nbob@example.com\nx@y.zz\n")
        wizard.action_import()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(wizard.ready_count, 2)
        self.assertEqual(self._names(self.segment), ["Ann", "Bob", "Fay"])
        sources = self.segment.membership_ids.mapped("source")
        self.assertEqual(sorted(sources), ["import", "import", "manual"])
        wizard.action_import()
        self.assertEqual(wizard.ready_count, 0, "a second press adds nobody")

    def test_other_identifiers(self):
        ann = self.rows["ann"]
        wizard = self._import(
            f"Customer ID,Reference,Phone\n{ann.id},,\n,B-7,\n,,+32470123456\n"
            "99999999999,,\n0x1,,\n"
        )
        self.assertEqual(
            list(self._statuses(wizard).values()),
            ["matched", "matched", "matched", "no_identifier", "no_identifier"],
        )
        wizard.action_import()
        self.assertEqual(self._names(self.segment), ["Ann", "Bob", "Cas", "Fay"])

    def test_first_identifier_that_somebody_has_decides(self):
        wizard = self._import(
            f"id,email\n{self.rows['ann'].id},bob@example.com\n"
            "2000000000,bob@example.com\n"
        )
        wizard.action_import()
        self.assertEqual(self._names(self.segment), ["Ann", "Bob", "Fay"])

    def test_columns_are_guessed_and_can_be_changed(self):
        self.assertEqual(
            guess_role("Adresse", ["a@b.cc", "c@d.ee", ""], set()), "email"
        )
        self.assertEqual(guess_role("Adresse", ["Rue 1"], set()), "ignore")
        self.assertEqual(guess_role("E-Mail Address", [], set()), "email")
        self.assertEqual(guess_role("email", [], {"email"}), "ignore")
        wizard = self._import("code,mail\nB-7,ann@example.com\n")
        self.assertEqual(wizard.column_ids.mapped("role"), ["ignore", "email"])
        wizard.column_ids[0].role = "ref"
        wizard.column_ids[1].role = "ignore"
        wizard.action_import()
        self.assertEqual(self._names(self.segment), ["Bob", "Fay"])

    def test_mapping_that_says_nothing(self):
        wizard = self._import("email\nann@example.com\n")
        wizard.column_ids.role = "ignore"
        with self.assertRaisesRegex(UserError, "No column says who is meant"):
            wizard.action_check()
        with self.assertRaisesRegex(UserError, "No column says who is meant"):
            self._import("colour\nblue\n")
        wizard = self._import("a,b\nann@example.com,bob@example.com\n")
        wizard.column_ids.role = "email"
        with self.assertRaisesRegex(UserError, "Two columns"):
            wizard.action_check()

    def test_missing_contacts_are_created_without_consent(self):
        consents = self.env["email.subscription.preference"].search_count([])
        text = "email,name\nnew@example.com,New One\nNEW@example.com,Again\nbad,X\n"
        wizard = self._import(text)
        self.assertFalse(wizard.create_missing)
        wizard.action_import()
        self.assertEqual(self._names(self.segment), ["Fay"])
        wizard = self._import(text, create_missing=True)
        self.assertEqual(
            list(self._statuses(wizard).values()), ["new", "duplicate", "bad_address"]
        )
        wizard.action_import()
        self.assertEqual(self._names(self.segment), ["Fay", "New One"])
        self.assertEqual(self.segment.refusal_summary, {"no_consent": 2})
        found = self.env["email.subscription.preference"].search_count([])
        self.assertEqual(found, consents)

    def test_bad_files(self):
        for data, regex in (
            (b"", "empty"),
            (b"PK\x03\x04" + b"x" * 20, "workbook"),
            (b'email\n"a@b.cc\n', "quotation"),
            (b"email\n" + b"a\0b", "NUL"),
        ):
            with self.subTest(data=data), self.assertRaisesRegex(UserError, regex):
                wizard = self._import(data or b"\n")
                wizard.action_check()

    def test_latin_1_and_tabs(self):
        wizard = self._import("Größe\temail\né\tann@example.com\n".encode("cp1252"))
        self.assertEqual(wizard.ready_count, 1)

    def test_other_company_is_unknown(self):
        self.rows["ann"].company_id = self.company_b
        wizard = self._import("email\nann@example.com\n")
        self.assertEqual(list(self._statuses(wizard).values()), ["unknown"])

    def test_rules_are_refused(self):
        rule = self._segment()
        with self.assertRaisesRegex(UserError, "not a fixed list"):
            self.env["segment.import"].create(
                {"segment_id": rule.id, "file": base64.b64encode(b"email\nx\n")}
            ).action_check()

    def test_analyst_and_other_company_cannot_import(self):
        analyst = self._user("mms_imp_analyst", "analyst")
        with self.assertRaises(AccessError):
            self.env["segment.import"].with_user(analyst).create(
                {"segment_id": self.segment.id}
            )
        foreign = self._user("mms_imp_b", "user", companies=self.company_b)
        records = self.env["segment.import"].with_user(foreign)
        records = records.with_context(allowed_company_ids=self.company_b.ids)
        with self.assertRaises(AccessError):
            records.create(
                {
                    "segment_id": self.segment.id,
                    "file": base64.b64encode(b"email\nann@example.com\n"),
                }
            ).action_check()

    def test_queries_do_not_grow_with_the_rows(self):
        counts = []
        for rows in (2, 200):
            emails = [f"r{rows}-{n}@example.com" for n in range(rows)]
            self.env["res.partner"].create([{"name": e, "email": e} for e in emails])
            wizard = self._import("\n".join(["email", *emails]))
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            wizard.action_import()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
