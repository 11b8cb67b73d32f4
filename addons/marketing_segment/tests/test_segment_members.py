from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentMembers(SegmentMembersCase):
    """Fixed lists, and what is remembered of the members of rules."""

    def _list(self, *names, **values):
        segment = self._segment(segment_type="static", **values)
        if names:
            segment._add_members(self._partners(*names), "manual")
        return segment

    def _partners(self, *names):
        return self.env["res.partner"].union(*(self.rows[name] for name in names))

    def _rows_of(self, segment):
        return self.env["segment.membership"].search([("segment_id", "=", segment.id)])

    def _moves(self, segment):
        """Return [(change, partner id, source)] of the logged entries and exits."""
        self.env.cr.execute(
            """SELECT properties->>'change', partner_id, properties->>'source'
                 FROM marketing_event
                WHERE event_type = 'user_segmented' AND partner_id IS NOT NULL
                  AND (properties->>'segment_id')::int = %s ORDER BY id""",
            [segment.id],
        )
        return self.env.cr.fetchall()

    def test_add_and_remove(self):
        segment = self._list("ann", "bob")
        self.assertEqual(self._names(segment), ["Ann", "Bob"])
        self.assertEqual((segment.customer_count, segment.sendable_count), (2, 1))
        self.assertEqual(segment._add_members(self._partners("bob", "eve"), "api"), 1)
        self.assertEqual(segment.customer_count, 3)
        self.assertEqual(segment._remove_members(self._partners("ann")), 1)
        self.assertEqual(segment._remove_members(self._partners("ann")), 0)
        self.assertEqual(self._names(segment), ["Bob", "Eve"])
        self.assertEqual(segment.customer_count, 2)
        left = self._rows_of(segment).filtered("left_at")
        self.assertEqual(left.partner_id, self.rows["ann"])
        ann, bob, eve = (self.rows[name].id for name in ("ann", "bob", "eve"))
        self.assertCountEqual(
            self._moves(segment),
            [
                ("entered", ann, "manual"),
                ("entered", bob, "manual"),
                ("entered", eve, "api"),
                ("left", ann, "manual"),
            ],
        )

    def test_who_comes_back_has_a_second_row(self):
        segment = self._list("ann")
        segment._remove_members(self.rows["ann"])
        segment._add_members(self.rows["ann"], "manual")
        self.assertEqual(len(self._rows_of(segment)), 2)
        self.assertEqual(self._names(segment), ["Ann"])

    def test_member_without_any_order(self):
        segment = self._list()
        reader = self._customer("Reader", email="reader@example.com")
        segment._add_members(reader, "manual")
        self.assertEqual(self._names(segment), ["Reader"])
        self.assertEqual(segment.refusal_summary, {"no_consent": 1})

    def test_contact_counts_as_its_customer_once(self):
        company = self._customer("Firm", is_company=True)
        staff = self._customer("One", parent_id=company.id)
        staff |= self._customer("Two", parent_id=company.id)
        segment = self._list()
        self.assertEqual(segment._add_members(staff, "manual"), 1)
        self.assertEqual(self._names(segment), ["Firm"])

    def test_archived_and_foreign_customers_stay_out(self):
        self.rows["ann"].active = False
        self.rows["bob"].company_id = self.company_b
        segment = self._list("ann", "bob", "eve")
        self.assertEqual(self._names(segment), ["Eve"])
        self.rows["eve"].company_id = self.company_b
        self.env.flush_all()
        self.assertFalse(self._names(segment))

    def test_a_rule_cannot_be_edited_by_hand(self):
        segment = self._segment()
        with self.assertRaisesRegex(UserError, "not a fixed list"):
            segment._add_members(self.rows["ann"], "manual")
        with self.assertRaisesRegex(UserError, "decides who belongs"):
            self._rows_of(segment)[:1].action_remove()

    def test_remove_from_the_list_view(self):
        segment = self._list("ann", "bob")
        rows = self._rows_of(segment)
        rows.filtered(lambda row: row.partner_id.name == "Ann").action_remove()
        self.assertEqual(self._names(segment), ["Bob"])

    def test_rule_remembers_entries_and_exits(self):
        segment = self._segment("[('order_count', '>=', 5)]")
        rows = self._rows_of(segment)
        self.assertEqual(
            sorted(rows.partner_id.mapped("name")), ["Eve", "Fay"], "the baseline"
        )
        self.assertEqual(set(rows.mapped("source")), {"rule"})
        self.assertFalse(self._moves(segment), "nobody moved yet")
        for day in range(5):
            self._order(self.rows["ann"], day, (self.wine, 1))
        self.rows["eve"].active = False
        self.profiles._refresh_full(self.company_a)
        segment._refresh()
        self.assertCountEqual(
            self._moves(segment),
            [
                ("entered", self.rows["ann"].id, "rule"),
                ("left", self.rows["eve"].id, "rule"),
            ],
        )
        segment._refresh()
        self.assertEqual(len(self._moves(segment)), 2, "a refresh without a move")
        self.assertEqual(len(self._rows_of(segment)), 3)

    def test_a_new_rule_moves_nobody(self):
        segment = self._segment("[('order_count', '>=', 5)]")
        segment.filter_domain = "[('order_count', '<', 3)]"
        self.assertFalse(self._moves(segment))
        current = self._rows_of(segment).filtered(lambda row: not row.left_at)
        self.assertEqual(sorted(current.partner_id.mapped("name")), ["Ann", "Bob"])
        self._order(self.rows["cas"], 1, (self.wine, 1))
        self.rows["ann"].active = False
        segment._refresh()
        self.assertEqual(self._moves(segment), [("left", self.rows["ann"].id, "rule")])

    def test_not_tracked(self):
        segment = self._segment(track_members=False)
        self.assertFalse(self._rows_of(segment))
        self.assertEqual(segment.customer_count, 6)
        segment.track_members = True
        self.assertEqual(len(self._rows_of(segment)), 6)
        self.assertFalse(self._moves(segment))

    def test_freeze(self):
        segment = self._segment("[('order_count', '>=', 5)]")
        action = segment.action_freeze()
        frozen = self.env["customer.segment"].browse(action["res_id"])
        self.assertEqual(frozen.segment_type, "static")
        rows = self._rows_of(frozen)
        self.assertEqual(set(rows.mapped("source")), {"segment"})
        self.assertEqual(rows.source_segment_id, segment)
        segment.filter_domain = "[('order_count', '>', 1000)]"
        self.assertEqual(self._names(frozen), ["Eve", "Fay"])

    def test_rule_becomes_a_list_of_its_members(self):
        segment = self._segment("[('order_count', '>=', 5)]", track_members=False)
        segment.segment_type = "static"
        self.assertEqual(self._names(segment), ["Eve", "Fay"])
        segment.segment_type = "dynamic"
        segment.filter_domain = "[('order_count', '=', 1)]"
        self.assertEqual(self._names(segment), ["Ann"])

    def test_copy_keeps_the_members_of_a_list_only(self):
        copied = self._list("ann", "bob").copy()
        self.assertEqual(copied.name, "Test (copy)")
        self.assertEqual(self._names(copied), ["Ann", "Bob"])
        rule = self._segment("[('order_count', '=', 1)]").copy()
        self.assertEqual(self._names(rule), ["Ann"])
        self.assertEqual(set(self._rows_of(rule).mapped("source")), {"rule"})

    def test_queries_do_not_grow_with_the_members(self):
        counts = []
        for number in (2, 60):
            partners = self.env["res.partner"].create(
                [{"name": f"P {number} {n}"} for n in range(number)]
            )
            segment = self._list()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            segment._add_members(partners, "import")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_wizard_adds_to_a_new_list(self):
        form = Form(
            self.env["segment.member.add"].with_context(
                default_partner_ids=self._partners("ann", "bob").ids
            )
        )
        form.new_name = "Tasting"
        action = form.save().action_add()
        self.assertIn("2 customers", action["params"]["message"])
        made = self.env["customer.segment"].search([("name", "=", "Tasting")])
        self.assertEqual(self._names(made), ["Ann", "Bob"])

    def test_wizard_adds_another_segment(self):
        segment = self._list("ann")
        rule = self._segment("[('order_count', '>=', 5)]")
        wizard = self.env["segment.member.add"].create({"segment_id": segment.id})
        with self.assertRaisesRegex(UserError, "Choose customers"):
            wizard.action_add()
        wizard.source_segment_id = rule
        wizard.action_add()
        self.assertEqual(self._names(segment), ["Ann", "Eve", "Fay"])

    def test_merge_keeps_members_once(self):
        for kept, gone in (("ann", "bob"), ("bob", "ann")):
            with self.subTest(kept=kept), self.env.cr.savepoint() as savepoint:
                both, one = self._list("ann", "bob"), self._list(gone)
                self.env["base.partner.merge.automatic.wizard"]._merge(
                    self._partners("ann", "bob").ids, self.rows[kept]
                )
                self.env.invalidate_all()
                for segment in (both, one):
                    self.assertEqual(
                        segment._get_segment_customers(), self.rows[kept].exists()
                    )
                    self.assertEqual(len(self._rows_of(segment)), 1)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_erasure_forgets_memberships_and_keeps_sizes(self):
        segment = self._list("ann", "bob")
        self.rows["ann"]._marketing_erase()
        self.assertEqual(self._rows_of(segment).partner_id, self.rows["bob"])
        self.assertEqual(segment.size_ids.customer_count, 2)
        segment._refresh()
        self.assertEqual(segment.customer_count, 1)

    def test_user_without_rights_to_a_customer_cannot_add_it(self):
        user = self._user("mms_adds", "user")
        self.env["ir.rule"].create(
            {
                "name": "Hide Ann",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": "[('name', '!=', 'Ann')]",
                "groups": [Command.link(self.env.ref("marketing_base.group_user").id)],
            }
        )
        segment = self._list().with_user(user)
        segment = segment.with_context(allowed_company_ids=self.company_a.ids)
        with self.assertRaises(AccessError):
            segment._add_members(self.rows["ann"].with_env(segment.env), "manual")
        self.assertEqual(
            segment._add_members(self.rows["bob"].with_env(segment.env), "manual"), 1
        )
