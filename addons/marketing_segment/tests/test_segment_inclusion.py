from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, tagged

from ..segment_graph import MAX_INCLUDED, count_included, find_cycle
from .common_members import SegmentMembersCase


class TestSegmentGraph(BaseCase):
    def test_cycles(self):
        self.assertIsNone(find_cycle({1: [2, 3], 2: [3], 3: []}, 1))
        self.assertEqual(find_cycle({1: [2], 2: [3, 1]}, 1), [1, 2, 1])
        self.assertEqual(find_cycle({1: [1]}, 1), [1, 1])
        self.assertIsNone(find_cycle({1: [2], 2: [3], 3: [2]}, 1), "one elsewhere")

    def test_what_is_referred_to_twice_counts_twice(self):
        self.assertEqual(count_included({1: [2, 3], 2: [3], 3: [4]}, 1), 5)
        doubling = {n: [n + 1, n + 1000] for n in range(40)}
        doubling |= {n + 1000: [n + 1] for n in range(40)}
        self.assertEqual(count_included(doubling, 0), MAX_INCLUDED + 1)
        self.assertLess(count_included({1: [2], 2: [1]}, 1), 5, "it ends")


@tagged("post_install", "-at_install")
class TestSegmentInclusion(SegmentMembersCase):
    """Segments that depend on segments."""

    def _refer(self, *segments, operator="in", sign=()):
        ids = [segment.id for segment in segments]
        return repr([*sign, ("segment_ids", operator, ids)])

    def test_in_one_but_not_in_the_other(self):
        many = self._segment("[('order_count', '>=', 2)]", name="Many")
        listed = self.env["customer.segment"].create(
            {"name": "Listed", "segment_type": "static"}
        )
        listed._add_members(self.rows["ann"] | self.rows["bob"], "manual")
        both = self._segment(
            repr(
                [
                    ("segment_ids", "in", listed.ids),
                    ("segment_ids", "not in", many.ids),
                ]
            )
        )
        members = listed._get_segment_customers() - many._get_segment_customers()
        self.assertTrue(members)
        self.assertEqual(both._get_segment_customers(), members)
        everybody = self.env["res.partner"].union(*self.rows.values())
        verdicts = both._judge_customers(everybody)
        self.assertEqual(
            everybody.filtered(lambda one: verdicts[one.id][0].answer), members
        )
        rows = both._find_matches(self.company_a, everybody.ids)
        self.assertEqual(
            {partner for partner, segment in rows if segment == both.id},
            set(members.ids),
        )
        self.assertEqual(
            both.explanation,
            "Customers who are in the segment “Listed” and who are not in the segment "
            "“Many”.",
        )
        reasons = both._tell_reasons(members[:1], verdicts[members[:1].id])
        self.assertEqual(
            [reason.own for reason in reasons[2:]], ["in “Listed”", "in none of them"]
        )
        self.assertEqual(both.included_segment_ids, listed | many)
        listed.active = False
        self.assertEqual(both._get_segment_customers(), members, "archived ones go on")
        self.assertEqual(
            self.env["customer.profile"]
            .search(both.action_view_members()["domain"])
            .partner_id,
            members,
        )

    def test_what_is_used_is_not_deleted(self):
        inner = self._segment("[]", name="Inner")
        outer = self._segment(self._refer(inner), name="Outer")
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "(?s)Inner.*cannot be deleted.*Outer"):
            inner.unlink()
        outer.filter_domain = "[]"
        inner.unlink()

    def test_no_segment_depends_on_itself(self):
        first = self._segment("[]", name="First")
        second = self._segment(self._refer(first), name="Second")
        third = self._segment(self._refer(second, sign=["!"]), name="Third")
        with self.assertRaisesRegex(
            ValidationError, "itself: “First” → “Third” → “Second” → “First”"
        ):
            first.filter_domain = self._refer(third)
        first.invalidate_recordset()
        shown = first.new({"filter_domain": self._refer(first)}, origin=first)
        self.assertIn("cannot depend on itself", shown.live_problem)
        # two people who saved at the same moment: said, not an endless loop
        self.env.cr.execute(
            """INSERT INTO customer_segment_inclusion (segment_id, included_id)
               VALUES (%s, %s) ON CONFLICT DO NOTHING""",
            [first.id, third.id],
        )
        self.env.cr.execute(
            "UPDATE customer_segment SET filter_domain = %s WHERE id = %s",
            [self._refer(third), first.id],
        )
        self.env.invalidate_all()
        self.assertIn("cannot depend on itself", third.live_problem)

    def test_only_segments_that_are_there_and_ours(self):
        theirs = self._segment("[]", name="Theirs", company_id=self.company_b.id)
        for value, regex in (
            ([10**8], "does not exist.*Take it out"),
            (theirs.ids, "another company.*Take it out"),
            ([], "Choose at least one segment"),
            (["x"], "not a valid value"),
            ([True], "not a valid value"),
            (False, "not a valid value"),
        ):
            with self.subTest(value=value):
                with self.assertRaisesRegex(ValidationError, regex):
                    self._segment(repr([("segment_ids", "in", value)]))
        inner = self._segment("[]", name="Inner")
        self._segment(self._refer(inner), name="Outer")
        self.env.flush_all()
        with self.assertRaisesRegex(ValidationError, "used by a segment of another"):
            inner.company_id = self.company_b

    def test_too_many(self):
        segments = [
            self._segment("[]", name=f"S{number}", track_members=False)
            for number in range(3)
        ]
        text = self._refer(*segments)
        # 3, then 3 + 3 times what each of them has …
        for level in range(4):
            try:
                segments = [
                    self._segment(text, name=f"L{level}-{number}", track_members=False)
                    for number in range(3)
                ]
            except ValidationError as error:
                self.assertIn("Freeze some of them", str(error))
                break
            text = self._refer(*segments)
        else:
            self.fail("no limit")

    def test_a_foreign_user_sees_no_members(self):
        inner = self._segment("[]", name="Inner")
        user = self._user("mms_incl", "user", companies=self.company_b)
        profiles = self.env["customer.profile"].with_user(user)
        profiles = profiles.with_context(allowed_company_ids=self.company_b.ids)
        with self.assertRaisesRegex(UserError, "does not exist"):
            profiles.search([("segment_ids", "in", inner.ids)])
