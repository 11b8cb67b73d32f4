import ast
import json

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import format_date

from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentScreens(SegmentMembersCase):
    """The buttons of a segment open what they say, and nothing of another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "mms_screens",
            "marketing_base.group_user",
            company_id=cls.company_a.id,
            company_ids=[(6, 0, cls.company_a.ids)],
        )
        cls.other = cls.env["customer.segment"].create({"name": "Other"})

    def _as_user(self, record):
        own = record.with_context(allowed_company_ids=self.company_a.ids)
        return own.with_user(self.user)

    def _open(self, action):
        """The records that the web client would show first."""
        context = action.get("context") or {}
        if isinstance(context, str):
            context = ast.literal_eval(context)
        model = self._as_user(self.env[action["res_model"]])
        return model.with_context(**context).search(action["domain"])

    def test_members_of_a_rule_are_its_customers(self):
        segment = self._segment("[('order_count', '>=', 4)]")
        action = self._as_user(segment).action_view_members()
        self.assertEqual(action["res_model"], "customer.profile")
        shown = self._open(action).partner_id
        self.assertEqual(sorted(shown.mapped("name")), ["Dot", "Eve", "Fay"])
        self.assertIn("Test", action["name"])

    def test_each_member_says_why(self):
        self.rows["ann"].city = "Ghent"
        wine = json.dumps({"categories": self.wine.ids})
        segment = self._segment(
            "['&', ('order_count', '<=', 2), '|', "
            f"('partner_id.city', '=', 'Ghent'), ('purchases', 'like', {wine!r})]"
        )

        def read_reasons(segment):
            rows = self._open(self._as_user(segment).action_view_members())
            return {
                row.partner_id.name: row.segment_reasons.replace("\xa0", " ")
                for row in rows
            }

        told = read_reasons(segment)
        date = format_date(self.env, self._day(3))
        self.assertEqual(
            told["Ann"],
            f"Number of orders: 1 · City: “Ghent” · “Wine”: 1 order, last on {date}",
        )
        self.assertIn("Number of orders: 2 · “Wine”: 2 orders", told["Bob"])
        self.assertEqual(read_reasons(self.other)["Bob"], "2 orders", "everybody is in")
        names = ("base.group_user", "marketing_base.group_analyst")
        self.assertEqual(
            self._count_statements(segment, "ann"), self._count_statements(segment)
        )
        self.user.group_ids = [(6, 0, [self.env.ref(name).id for name in names])]
        self.assertIn("City: hidden", read_reasons(segment)["Ann"])

    def _count_statements(self, segment, *names):
        """Return how many it takes to say why some or all customers are in."""
        customers = [self.rows[name] for name in names or self.rows]
        people = self.env["res.partner"].union(*customers)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        segment._tell_members(people)
        return self.env.cr.sql_log_count - before

    def test_the_list_of_members_asks_about_its_segment(self):
        segment, ann = self._segment(), self._profile(self.rows["ann"])
        action = self._as_user(segment).action_view_members()
        kinds = [kind for _view, kind in action["views"]]
        self.assertEqual(kinds, ["list", "kanban", "form", "pivot", "graph"])
        arch = self.profiles.get_view(*action["views"][0])["arch"]
        self.assertIn("segment_reasons", arch)
        self.assertEqual(
            ann.with_context(**action["context"]).action_why()["context"],
            {"default_segment_id": segment.id, "default_partner_id": ann.partner_id.id},
        )
        self.assertFalse(ann.segment_reasons, "no segment, no why")
        theirs = self._segment(company_id=self.company_b.id)
        with self.assertRaises(AccessError):
            self._as_user(ann).with_context(why_segment_id=theirs.id).mapped(
                "segment_reasons"
            )

    def test_members_of_a_list_and_its_history(self):
        segment = self._segment(segment_type="static")
        segment._add_members(self.rows["ann"] | self.rows["bob"], "manual")
        segment._remove_members(self.rows["bob"])
        self.other._sync_members()
        action = self._as_user(segment).action_view_members()
        self.assertEqual(action["res_model"], "segment.membership")
        self.assertTrue(action["context"], "only those who are still there")
        history = self._as_user(segment).action_view_history()
        self.assertFalse(history["context"])
        self.assertEqual(
            self._open(history).partner_id, self.rows["ann"] | self.rows["bob"]
        )

    def test_sizes_are_those_of_the_segment(self):
        segment = self._segment("[('order_count', '>=', 4)]")
        action = self._as_user(segment).action_view_sizes()
        sizes = self._open(action)
        self.assertEqual(sizes.segment_id, segment)
        self.assertEqual(sizes.customer_count, 3)

    def test_add_members_starts_with_the_list(self):
        segment = self._as_user(self._segment(segment_type="static"))
        action = segment.action_add_members()
        model = segment.env[action["res_model"]].with_context(**action["context"])
        form = Form(model)
        self.assertEqual(form.segment_id, segment)
        form.partner_ids.add(self._as_user(self.rows["ann"]))
        done = form.save().action_add()
        self.assertEqual(done["params"]["type"], "success")
        self.assertEqual(self._names(segment), ["Ann"])
        again = Form(model)
        again.partner_ids.add(self._as_user(self.rows["ann"]))
        done = again.save().action_add()
        self.assertEqual(done["params"]["type"], "info", "nobody was new")

    def test_import_starts_with_the_list(self):
        segment = self._as_user(self._segment(segment_type="static"))
        action = segment.action_import_members()
        model = segment.env[action["res_model"]].with_context(**action["context"])
        wizard = model.create({"file": "eA==", "state": "check"})
        self.assertEqual(wizard.segment_id, segment)
        wizard.action_upload_again()
        self.assertEqual((wizard.state, wizard.file), ("upload", False))
        self.assertFalse(wizard.column_ids)

    def test_nothing_of_another_company_opens(self):
        theirs = self._segment(company_id=self.company_b.id)
        theirs._refresh()
        for button in ("action_view_members", "action_view_history"):
            with self.assertRaises(AccessError):
                getattr(self._as_user(theirs), button)()
        action = theirs.action_view_sizes()
        self.assertFalse(self._open(action))

    def test_the_editor_is_offered_what_the_server_takes(self):
        segments = self._as_user(self.env["customer.segment"])
        paths = segments.get_rule_fields()["paths"]
        for path, kind in paths.items():
            if kind in ("activity", "segment"):
                continue  # have no unset value; tests of their own
            with self.subTest(path=path):
                self._segment(repr([(path, "!=", False)]))
