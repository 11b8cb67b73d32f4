from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SegmentCase

#: Model -> the views it has; others that Odoo could make up are in no action.
MODELS = {
    "customer.profile": ("list", "kanban", "form", "search"),
    "customer.pattern": ("list", "kanban", "search"),
    "customer.profile.history": ("list", "search"),
    "segment.membership": ("list", "kanban", "search"),
}


@tagged("post_install", "-at_install")
class TestNamedCustomer(SegmentCase):
    """Analysts read the figures of customers and not whose they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        both = cls.company_a | cls.company_b
        cls.analyst = cls._user("mm_analyst", "analyst", companies=both)
        cls.user = cls._user("mm_user", "user", companies=both)
        cls.ann = cls._customer("Ann Secret", email="ann@x.example")
        cls._order(cls.ann, 3, (cls.wine, 10))
        cls.profiles._refresh_full(cls.company_a)
        cls.env["customer.profile.history"]._note_month(cls.company_a)
        profile = cls.profiles.search([("partner_id", "=", cls.ann.id)])
        cls.env.cr.execute(
            """INSERT INTO customer_pattern (profile_id, partner_id, company_id,
                   pattern, score, is_primary, threshold)
               VALUES (%s, %s, %s, 'NEW_SHOPPER', 1, TRUE, 30)""",
            [profile.id, cls.ann.id, cls.company_a.id],
        )
        cls.segment = cls.env["customer.segment"].create({"name": "Everybody"})

    def _find(self, model, user):
        records = self.env[model].with_user(user).with_company(self.company_a)
        return records.search([("partner_id", "=", self.ann.id)], limit=1)

    def test_names_and_numbers(self):
        number = f"Customer {self.ann.id}"
        for model in MODELS:
            with self.subTest(model=model):
                record = self._find(model, self.analyst)
                self.assertEqual(record.customer_label, number)
                self.assertNotIn("Secret", record.display_name)
                if record._rec_name == "partner_id":
                    self.assertEqual(record.display_name, number)
                    named = self._find(model, self.user)
                    self.assertEqual(named.display_name, "Ann Secret")

    def test_no_view_and_no_table_names_them(self):
        for model, kinds in MODELS.items():
            for user, is_named in ((self.analyst, False), (self.user, True)):
                with self.subTest(model=model, user=user.login):
                    records = self.env[model].with_user(user)
                    views = records.get_views([(False, kind) for kind in kinds])
                    for view in views["views"].values():
                        arch = etree.fromstring(view["arch"])
                        shown = {node.get("name") for node in arch.iter("field")}
                        self.assertFalse(
                            {"partner_id", "email"} & shown and not is_named
                        )
                        self.assertFalse("customer_label" in shown and is_named)
                    described = records.fields_get(["partner_id"], ["groupable"])
                    self.assertIs(described["partner_id"]["groupable"], is_named)

    def test_groups_and_exports(self):
        for model in MODELS:
            record = self._find(model, self.analyst)
            for ask in (
                lambda row: row.web_read_group([], ["partner_id"], ["__count"]),
                lambda row: row.formatted_read_group([], ["partner_id"]),
                lambda row: row.formatted_read_grouping_sets([], [["partner_id"]]),
                lambda row: row.export_data(["partner_id/name"]),
            ):
                with self.subTest(model=model), self.assertRaises(AccessError):
                    ask(record)
            self.assertTrue(record.formatted_read_group([], [], ["__count"]))
            named = self._find(model, self.user)
            self.assertTrue(named.formatted_read_group([], ["partner_id"]))

    def test_who_is_opened(self):
        for model in MODELS:
            with self.subTest(model=model):
                action = self._find(model, self.analyst).action_open_partner()
                self.assertEqual(action["res_model"], "customer.profile")
                action = self._find(model, self.user).action_open_partner()
                self.assertEqual(action["res_model"], "res.partner")
        self.segment.segment_type = "static"
        self.segment._add_members(self._customer("Never bought"), "manual")
        members = self.env["segment.membership"].with_user(self.analyst)
        stranger = members.search([("source", "=", "manual")])
        with self.assertRaisesRegex(UserError, "has not bought anything"):
            stranger.action_open_partner()

    def test_the_people_under_a_rule(self):
        segments = self.env["customer.segment"]
        for user, name in ((self.analyst, "Customer"), (self.user, "Ann Secret")):
            found = segments.with_user(user).read_live_details(self.segment.id, {})
            self.assertIn(name, found["people"][0]["name"])
        analyst = segments.with_user(self.analyst)
        found = analyst.read_live_details(self.segment.id, {})
        self.assertNotIn("Secret", str(found))
