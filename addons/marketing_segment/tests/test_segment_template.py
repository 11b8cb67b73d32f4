from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import SegmentCase


@tagged("post_install", "-at_install")
class TestSegmentTemplate(SegmentCase):
    """Common audiences that become own segments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.templates = cls.env["customer.segment.template"]
        cls.user = cls._user("mms_template", "user")
        once, often = cls._customer("Once"), cls._customer("Often")
        cls._order(once, 3, (cls.wine, 10))
        for days in (3, 40, 80, 200, 300, 500):
            cls._order(often, days, (cls.wine, 90))
        cls.profiles._refresh_full(cls.company_a)

    def _own(self, template):
        own = template.with_user(self.user)
        return own.with_context(allowed_company_ids=self.company_a.ids)

    def test_at_least_twenty_each_with_its_own_segment(self):
        offered = self._own(self.templates).search([("is_available", "=", True)])
        self.assertGreaterEqual(len(offered), 25)
        for template in offered:
            with self.subTest(template=template.name):
                self.assertTrue(template.description and template.explanation)
                segment = self.env["customer.segment"].browse(
                    template.action_use()["res_id"]
                )
                self.assertEqual(segment.name, template.name)
                self.assertEqual(segment.company_id, self.company_a)
                self.assertEqual(segment.explanation, template.explanation)
                self.assertEqual(segment.create_uid, self.user)
                self.assertNotIn("today", segment.explanation)

    def test_some_have_members(self):
        for key, names in {
            "once": ["Once"],
            "regulars": ["Often"],
            "active_month": ["Often", "Once"],
            "lost": [],
        }.items():
            template = self.env.ref(f"marketing_segment.segment_template_{key}")
            made = self._own(template).action_use()["res_id"]
            segment = self.env["customer.segment"].browse(made)
            found = segment._get_segment_customers().mapped("name")
            self.assertEqual(sorted(found), names, key)

    def test_the_second_of_a_name_is_numbered(self):
        template = self._own(self.env.ref("marketing_segment.segment_template_once"))
        names = [
            self.env["customer.segment"].browse(template.action_use()["res_id"]).name
            for _number in range(3)
        ]
        name = template.name
        self.assertEqual(names, [name, f"{name} (2)", f"{name} (3)"])

    def test_what_is_not_known_here_is_not_offered(self):
        values = {"name": "X", "description": "X"}
        template = self.templates.create(
            {**values, "filter_domain": "[('no_such_score', '>', 1)]"}
        )
        self.assertFalse(template.is_available)
        self.assertNotIn(template, self.templates.search([("is_available", "=", True)]))
        self.assertIn(template, self.templates.search([("is_available", "=", False)]))
        with self.assertRaisesRegex(ValidationError, "no_such_score"):
            template.action_use()
        for broken in ("[('order_count'", "[('order_count', '>', 'x')]"):
            with self.assertRaises(ValidationError):
                self.templates.create({**values, "filter_domain": broken})

    def test_who_may_what(self):
        template = self.templates.search([], limit=1)
        for name in ("analyst", "compliance", "user", "manager", "administrator"):
            user = self._user(f"mms_t_{name}", name)
            own = template.with_user(user).with_context(
                allowed_company_ids=self.company_a.ids
            )
            self.assertTrue(own.read(["name"]))
            with self.subTest(user=name):
                if name == "administrator":
                    own.sequence = 5
                    continue
                with self.assertRaises(AccessError):
                    own.sequence = 5
                if name in ("analyst", "compliance"):
                    with self.assertRaises(AccessError):
                        own.action_use()
        with self.assertRaises(AccessError):
            template.with_user(self._user("mms_t_none")).read(["name"])
