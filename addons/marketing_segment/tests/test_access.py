from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SegmentCase

MODELS = (
    "customer.profile",
    "customer.profile.cut",
    "customer.profile.norm",
    "customer.segment",
    "customer.segment.size",
    "segment.membership",
)
OWNERS = dict.fromkeys(
    ("customer.segment.size", "segment.membership"), "segment_id.company_id"
)
NOT_COMPLIANCE = ("customer.profile.cut", "customer.profile.norm")
READERS = ("analyst", "user", "manager", "compliance", "administrator")


@tagged("post_install", "-at_install")
class TestAccess(SegmentCase):
    """Each persona in one of two companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine, cls.theirs = cls._customer("Mine"), cls._customer("Theirs")
        cls._order(cls.mine, 3, (cls.wine, 10))
        cls._order(cls.theirs, 3, (cls.wine, 99), company=cls.company_b)
        cls._order(cls.mine, 3, (cls.wine, 77), company=cls.company_b)
        segments = cls.env["customer.segment"]
        for company in (cls.company_a, cls.company_b):
            cls.profiles._refresh_full(company)
            segments |= segments.create({"name": "All", "company_id": company.id})
        cls.segment_a, cls.segment_b = segments
        cls.users = {name: cls._user(f"mms_{name}", name) for name in READERS}
        cls.users["outsider"] = cls._user("mms_outsider")

    def _as(self, name, record):
        user = self.users[name]
        return record.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def test_readers_see_their_company_only(self):
        for name in READERS:
            for model in MODELS:
                if name == "compliance" and model in NOT_COMPLIANCE:
                    continue
                with self.subTest(user=name, model=model):
                    records = self._as(name, self.env[model])
                    found = records.search([])
                    self.assertTrue(found)
                    owners = found.mapped(OWNERS.get(model, "company_id"))
                    self.assertEqual(owners, self.company_a)
                    self.assertEqual(records.search_count([]), len(found))

    def test_other_company_is_refused_by_id(self):
        for name in READERS:
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.segment_b).read(["name"])
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.segment_b).action_refresh()
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self._profile(self.theirs, self.company_b)).read()

    def test_outsider_reads_nothing(self):
        for model in (*MODELS, "customer.profile.dirty", "customer.rfm.segment"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as("outsider", self.env[model]).search([])
        with self.assertRaises(AccessError):
            self._as("outsider", self.mine).read(["marketing_revenue"])
        self.assertTrue(self._as("outsider", self.mine).read(["name"]))

    def test_analysts_see_no_address_of_a_member(self):
        self.mine.email = "mine@example.com"
        rows = self.segment_a.membership_ids
        for name in ("user", "compliance"):
            with self.subTest(user=name):
                self.assertEqual(self._as(name, rows).email, "mine@example.com")
        analyst = self._as("analyst", rows)
        self.assertNotIn("email", analyst.read()[0])
        with self.assertRaises(AccessError):
            analyst.read(["email"])
        views = analyst.get_views([(False, "list"), (False, "kanban")])
        for view in views["views"].values():
            self.assertNotIn('name="email"', view["arch"])

    def test_nobody_writes_a_profile(self):
        profile = self._profile(self.mine)
        for name in READERS:
            record = self._as(name, profile)
            for attempt in (
                lambda record=record: record.write({"revenue": 10**6}),
                lambda record=record: record.unlink(),
                lambda record=record: record.create(
                    {
                        "partner_id": self.theirs.id,
                        "company_id": self.company_a.id,
                        "currency_id": self.usd.id,
                    }
                ),
            ):
                with self.subTest(user=name), self.assertRaises(AccessError):
                    attempt()

    def test_nobody_writes_members_or_sizes(self):
        segment = self._as("manager", self.segment_a)
        for records in (segment.membership_ids, segment.size_ids):
            for name in READERS:
                record = self._as(name, records[:1])
                self.assertTrue(record.read())
                with self.subTest(user=name), self.assertRaises(AccessError):
                    record.write({"segment_id": self.segment_b.id})
                with self.subTest(user=name), self.assertRaises(AccessError):
                    record.unlink()
                with self.subTest(user=name), self.assertRaises(AccessError):
                    record.create({"segment_id": self.segment_a.id})

    def test_who_changes_lists(self):
        fixed = self.env["customer.segment"].create(
            [
                {"name": "A", "segment_type": "static", "company_id": company.id}
                for company in (self.company_a, self.company_b)
            ]
        )
        self.assertEqual(
            self._as("user", fixed[0])._add_members(self.mine, "manual"), 1
        )
        rows = fixed[0].membership_ids
        for name in ("analyst", "compliance"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, fixed[0])._add_members(self.theirs, "manual")
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, rows).action_remove()
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.env["segment.member.add"]).create({})
        for name in ("user", "manager"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, fixed[1])._add_members(self.mine, "manual")
        self._as("user", rows).action_remove()
        self.assertEqual(fixed[0].customer_count, 0)

    def test_who_makes_segments(self):
        for name in ("analyst", "compliance"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.env["customer.segment"]).create({"name": "X"})
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self.segment_a).write({"name": "X"})
        segment = self._as("user", self.env["customer.segment"]).create({"name": "X"})
        self.assertEqual(segment.company_id, self.company_a)
        self.assertEqual(segment.customer_count, 1)
        segment.filter_domain = "[('revenue', '>', 50)]"
        self.assertEqual(segment.customer_count, 0)
        with self.assertRaises(AccessError):
            segment.unlink()
        self._as("manager", segment.sudo()).unlink()

    def test_user_cannot_place_a_segment_in_another_company(self):
        segments = self._as("user", self.env["customer.segment"])
        with self.assertRaises(AccessError):
            segments.create({"name": "X", "company_id": self.company_b.id})
        with self.assertRaises(AccessError):
            self._as("user", self.segment_a).company_id = self.company_b.id

    def test_analyst_may_refresh_and_look(self):
        segment = self._as("analyst", self.segment_a)
        self.assertTrue(segment.action_refresh())
        self.assertEqual(segment.live_count, 1)
        self.assertEqual(segment.sample_ids.partner_id, self.mine.with_env(segment.env))
        self.assertEqual(segment.action_view_members()["res_model"], "customer.profile")

    def test_members_respect_the_rights_of_the_user(self):
        self.env["ir.rule"].create(
            {
                "name": "Hide Mine",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": "[('name', '!=', 'Mine')]",
                "groups": [
                    Command.link(self.env.ref("marketing_base.group_analyst").id)
                ],
            }
        )
        self.assertEqual(self._as("analyst", self.segment_a).live_count, 0)
        self.assertEqual(self._as("user", self.segment_a).live_count, 1)

    def test_private_methods_are_not_public(self):
        for model, method in (
            ("customer.profile", "_refresh_full"),
            ("customer.segment", "_members_sql"),
            ("customer.segment", "_refresh"),
        ):
            self.assertTrue(method.startswith("_") and hasattr(self.env[model], method))

    def test_user_of_both_companies_sees_the_segments_company(self):
        both = self._user("mms_both", "user", companies=self.company_a | self.company_b)
        segment = self.segment_b.with_user(both).with_context(
            allowed_company_ids=(self.company_a | self.company_b).ids
        )
        self.assertEqual(segment.live_count, 2)
        customers = segment._get_segment_customers()
        self.assertEqual(set(customers.ids), {self.mine.id, self.theirs.id})
