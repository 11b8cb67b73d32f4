from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import customer_segment_overlap
from .common_members import SegmentMembersCase


@tagged("post_install", "-at_install")
class TestSegmentOverlap(SegmentMembersCase):
    """Whom segments share, and who is in which region."""

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
        cls.live = segments.create(
            {
                "name": "Belgians",
                "filter_domain": "[('partner_id.country_id', 'ilike', 'Belg')]",
                "track_members": False,
            }
        )  # ann cas
        cls.fixed = segments.create({"name": "List", "segment_type": "static"})
        cls.fixed._add_members(cls.rows["ann"] | cls.rows["fay"], "manual")
        cls.all = cls.often | cls.seldom | cls.live | cls.fixed
        cls.theirs = segments.create({"name": "B", "company_id": cls.company_b.id})

    def _overlap(self, segments, **changed):
        return self.env["customer.segment"].get_overlap(segments.ids)

    def test_pairs_and_regions(self):
        found = self._overlap(self.all)
        self.assertEqual(
            found["shared"], [[4, 2, 1, 1], [2, 4, 2, 1], [1, 2, 2, 1], [1, 1, 1, 2]]
        )
        self.assertEqual(found["union"], 6)
        self.assertEqual(sum(region["count"] for region in found["regions"]), 6)
        by_names = {
            tuple(self.all.browse(region["inside"]).mapped("name")): region["count"]
            for region in found["regions"]
        }
        self.assertEqual(
            by_names,
            {
                ("Often",): 1,  # eve
                ("Seldom",): 1,  # bob
                ("Often", "Seldom"): 1,  # dot
                ("Often", "Seldom", "Belgians"): 1,  # cas
                ("Seldom", "Belgians", "List"): 1,  # ann
                ("Often", "List"): 1,  # fay
            },
        )
        self.assertEqual(
            [s["is_live"] for s in found["segments"]], [False] * 2 + [True] * 2
        )

    def test_stored_members_are_those_of_the_last_refresh(self):
        self.env.cr.execute(
            "UPDATE customer_profile SET order_count = 9 WHERE partner_id = %s",
            [self.rows["ann"].id],
        )
        self.rows["eve"].active = False
        self.assertEqual(self._overlap(self.often)["shared"], [[3]])
        self.often._refresh()
        self.assertEqual(self._overlap(self.often)["shared"], [[4]])

    def test_one_statement_for_all(self):
        self._overlap(self.all)
        self.env.flush_all()
        counted = []
        for some in (self.all[:1], self.often | self.seldom):
            before = self.env.cr.sql_log_count
            some._count_combinations()
            counted.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counted, [1, 1])

    def test_the_people_of_each_region(self):
        everybody = self.often | self.seldom | self.live
        for region in self._overlap(everybody)["regions"]:
            outside = everybody - everybody.browse(region["inside"])
            action = self.env["customer.segment"].open_region(
                region["inside"], outside.ids
            )
            people = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(people), region["count"], action["name"])
            made = self.env["customer.segment"].make_region_list(
                region["inside"], outside.ids
            )
            made = self.env["customer.segment"].browse(made["res_id"])
            self.assertEqual(made._get_segment_customers(), people)
            self.assertEqual(set(made.membership_ids.mapped("source")), {"segment"})
        with self.assertRaisesRegex(UserError, "at least one"):
            self.env["customer.segment"].open_region([], everybody.ids)

    def test_nothing_and_too_much(self):
        empty = self.env["customer.segment"].get_overlap([])
        self.assertEqual(
            (empty["segments"], empty["regions"], empty["union"]), ([], [], 0)
        )
        with self.assertRaisesRegex(UserError, "one company"):
            self._overlap(self.often | self.theirs)
        self.patch(customer_segment_overlap, "MAX_COMPARED", 3)
        with self.assertRaisesRegex(UserError, "3 segments at most"):
            self._overlap(self.all)

    def test_users_of_one_company(self):
        for name in ("analyst", "user", "compliance"):
            user = self._user(f"mms_overlap_{name}", name)
            own = self.env["customer.segment"].with_user(user)
            own = own.with_context(allowed_company_ids=self.company_a.ids)
            found = own.get_overlap((self.often | self.theirs).ids)
            self.assertEqual([s["id"] for s in found["segments"]], self.often.ids)
            self.assertNotIn(self.theirs.id, own.get_default_compared())
            self.assertTrue(own.get_default_compared())
            if name == "user":
                continue
            with self.assertRaises(AccessError):
                own.make_region_list(self.often.ids, [])
        outsider = self._user("mms_overlap_none")
        with self.assertRaises(AccessError):
            self.env["customer.segment"].with_user(outsider).get_overlap([])

    def test_hidden_customers_are_not_counted(self):
        self.env["ir.rule"].create(
            {
                "name": "Hide Fay",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": "[('name', '!=', 'Fay')]",
                "groups": [
                    Command.link(self.env.ref("marketing_base.group_analyst").id)
                ],
            }
        )
        user = self._user("mms_overlap", "analyst")
        own = (
            self.env["customer.segment"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company_a.ids)
        )
        found = own.get_overlap((self.often | self.fixed).ids)
        self.assertEqual(found["shared"], [[3, 0], [0, 1]])
