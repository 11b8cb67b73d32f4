from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from odoo.addons.marketing_engine.assignment import assign_buckets

from ..segment_sets import bucket_sql, get_bounds
from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentSets(SegmentMembersCase):
    """Combining segments, and dividing one by chance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        segments = cls.env["customer.segment"]
        cls.often = segments.create(
            {"name": "Often", "filter_domain": "[('order_count', '>=', 3)]"}
        )  # cas dot eve fay
        cls.seldom = segments.create(
            {"name": "Seldom", "filter_domain": "[('order_count', '<=', 4)]"}
        )  # ann bob cas dot
        cls.fixed = segments.create({"name": "List", "segment_type": "static"})
        cls.fixed._add_members(cls.rows["ann"] | cls.rows["dot"], "manual")
        cls.theirs = segments.create({"name": "B", "company_id": cls.company_b.id})
        cls.user = cls._user("mms_sets", "user")

    def _own(self, record):
        own = record.with_user(self.user)
        return own.with_context(allowed_company_ids=self.company_a.ids)

    # === COMBINE === #

    def _combine(self, include, exclude=None, **values):
        wizard = self._own(self.env["segment.combine"]).create(
            {
                "include_ids": [Command.set(include.ids)],
                "exclude_ids": [Command.set(exclude.ids if exclude else [])],
                **values,
            }
        )
        made = self.env["customer.segment"].browse(wizard.action_combine()["res_id"])
        self.assertEqual(wizard.member_count, len(made._get_segment_customers()))
        return made

    def test_any_all_and_none_of(self):
        for keeps_up in (False, True):
            for how, include, exclude, names in (
                ("any", self.often | self.seldom, None, "Ann Bob Cas Dot Eve Fay"),
                ("all", self.often | self.seldom, None, "Cas Dot"),
                ("any", self.often, self.seldom | self.fixed, "Eve Fay"),
                ("all", self.often | self.seldom, self.fixed, "Cas"),
                ("any", self.fixed | self.often, self.seldom, "Eve Fay"),
            ):
                with self.subTest(how=how, names=names, keeps_up=keeps_up):
                    made = self._combine(include, exclude, how=how, keeps_up=keeps_up)
                    self.assertEqual(self._names(made), names.split())
                    self.assertEqual(made.company_id, self.company_a)

    def test_a_combined_list_says_where_it_comes_from(self):
        made = self._combine(self.often, self.fixed, keeps_up=False)
        self.assertEqual(made.segment_type, "static")
        self.assertEqual(made.name, "Often, not List")
        self.assertEqual(set(made.membership_ids.mapped("source")), {"segment"})
        self.assertEqual(made.membership_ids.source_segment_id, self.often)

    def test_the_form_counts_before_anything_is_made(self):
        with Form(self._own(self.env["segment.combine"])) as form:
            self.assertEqual(form.member_count, 0)
            form.include_ids.add(self._own(self.often))
            form.include_ids.add(self._own(self.seldom))
            self.assertEqual((form.member_count, form.name), (6, "Often or Seldom"))
            form.how = "all"
            self.assertEqual((form.member_count, form.name), (2, "Often and Seldom"))

    def test_what_cannot_be_combined(self):
        wizard = self.env["segment.combine"].create({})
        with self.assertRaisesRegex(UserError, "at least one"):
            wizard.action_combine()
        wizard.include_ids = self.often | self.theirs
        with self.assertRaisesRegex(UserError, "one company"):
            wizard.action_combine()
        with self.assertRaises(AccessError):
            self._combine(self.theirs)
        analyst = self._user("mms_sets_analyst", "analyst")
        for model in ("segment.combine", "segment.split", "segment.lookalike"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(analyst).create({})

    # === SPLIT === #

    def _split(self, segment, draw="spring", **shares):
        shares = shares or {"A": 45, "B": 45, "Holdout": 10}
        return self._own(self.env["segment.split"]).create(
            {
                "segment_id": segment.id,
                "draw": draw,
                "part_ids": [
                    Command.create({"name": name, "share": share})
                    for name, share in shares.items()
                ],
            }
        )

    def _make_crowd(self):
        """Enough customers that each part gets some."""
        self.env.cr.execute(
            """INSERT INTO res_partner (name, complete_name, active, type,
                                        autopost_bills)
               SELECT 'P', 'P', TRUE, 'contact', 'ask' FROM generate_series(1, 600)
            RETURNING id"""
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.env.cr.execute(
            """UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)""",
            [ids],
        )
        self.env.invalidate_all()
        crowd = self.env["customer.segment"].create(
            {"name": "Crowd", "segment_type": "static"}
        )
        crowd._add_members(SQL("(SELECT unnest(%s::int[]))", ids), "import")
        return crowd, ids

    def test_parts_are_the_engines(self):
        crowd, ids = self._make_crowd()
        shares = {"A": 33.33, "B": 56.67, "Holdout": 10.0}
        wizard = self._split(crowd, **shares)
        planned = [count for _part, count, *_means in wizard._measure()]
        lists = self.env["customer.segment"].search(wizard.action_split()["domain"])
        lists = lists.sorted("id")
        salt = crowd._get_draw_salt("spring")
        buckets = assign_buckets(salt, ids)
        bounds = [0, *get_bounds(shares.values())]
        self.assertEqual(bounds, [0, 3333, 9000, 10000])
        for number, (made, name) in enumerate(zip(lists, shares, strict=True)):
            low, high = bounds[number : number + 2]
            expected = [i for i, b in zip(ids, buckets, strict=True) if low <= b < high]
            self.assertEqual(made._get_segment_customers().ids, expected)
            self.assertEqual(made.name, f"Crowd – {name}")
            self.assertEqual((made.split_part, made.split_draw), (name, "spring"))
            self.assertEqual(made.split_segment_id, crowd)
            self.assertEqual(set(made.membership_ids.mapped("source")), {"split"})
            self.assertEqual(len(expected), planned[number])
        self.assertEqual(sum(planned), 600)
        other = crowd._measure_parts("autumn", list(shares.values()))
        self.assertNotEqual([other[n][0] for n in range(3)], planned)

    def test_a_draw_is_repeatable_and_takes_newcomers(self):
        crowd, _ids = self._make_crowd()
        lists = self.env["customer.segment"].search(
            self._split(crowd).action_split()["domain"]
        )
        before = {made: made._get_segment_customers() for made in lists}
        crowd._add_members(self.rows["ann"] | self.rows["bob"], "manual")
        again = self._split(crowd)
        self.assertFalse(again.problem)
        self.assertEqual(
            self.env["customer.segment"].search(again.action_split()["domain"]), lists
        )
        after = {made: made._get_segment_customers() for made in lists}
        for made in lists:
            self.assertLessEqual(before[made], after[made])
        self.assertEqual(sum(map(len, after.values())), 602)
        other = self._split(crowd, A=50, B=50)
        self.assertIn("Holdout 10 %", other.problem)
        with self.assertRaisesRegex(UserError, "other parts"):
            other.action_split()

    def test_the_preview_tells_sizes_and_balance(self):
        crowd, _ids = self._make_crowd()
        wizard = self._split(crowd)
        self.assertFalse(wizard.problem)
        self.assertIn("fit the shares", wizard.preview)
        self.assertIn("Holdout", wizard.preview)
        measured = [(wizard.part_ids[0], 300, 0, 0), (wizard.part_ids[1], 300, 0, 0)]
        wizard.part_ids[2].unlink()
        wizard.part_ids[0].share, wizard.part_ids[1].share = 30, 70
        self.assertIn("do not fit", wizard._tell_balance(measured, 600))
        empty = self.env["customer.segment"].create(
            {"name": "Nobody", "segment_type": "static"}
        )
        self.assertIn("Nobody is in", self._split(empty).preview)

    def test_what_is_no_plan(self):
        for shares, problem in (
            ({"A": 100}, "two to"),
            ({"A": 50, " A": 50}, "name of its own"),
            ({"A": 50, "B": 49}, "sum to 99"),
            ({"A": 0, "B": 100}, "above 0"),
        ):
            wizard = self._split(self.often, **shares)
            self.assertIn(problem, wizard.problem)
            self.assertFalse(wizard.preview)
            with self.assertRaisesRegex(UserError, problem):
                wizard.action_split()
        with self.assertRaises(AccessError):
            self._split(self.theirs).action_split()

    def test_default_parts_and_a_draw_of_its_own(self):
        own = self._own(self.env["segment.split"])
        forms = [
            Form(own.with_context(default_segment_id=segment.id))
            for segment in (self.often, self.seldom)
        ]
        draws = {form.draw for form in forms}
        self.assertEqual(len(draws), 2)
        saved = forms[0].save()
        self.assertEqual(sum(saved.part_ids.mapped("share")), 100)

    def test_buckets_are_the_engines(self):
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM unnest(%s::int[]) AS given(id)",
                bucket_sql("salt:ü", SQL("id")),
                [1, 17, 123456],
            )
        )
        self.assertEqual(
            [row[0] for row in self.env.cr.fetchall()],
            assign_buckets("salt:ü", [1, 17, 123456]).tolist(),
        )
