from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL

from .common import SegmentCase

MODULE = "odoo.addons.marketing_segment.models.customer_profile_visible"
#: Record rules as administrators write them, with what they leave of the customers.
RULES = (
    ("[(1, '=', 1)]", True),
    ("[(0, '=', 1)]", False),
    ("[('color', '<', 3)]", True),
    ("[('color', '>=', 3)]", True),
    ("['!', ('color', '<', 3)]", True),
    ("[('user_id', '=', user.id)]", True),
    ("[('user_id', '!=', user.id)]", True),
    ("[('category_id.name', '=', 'Regular')]", True),
    ("[('category_id', 'not any', [('name', '=', 'Regular')])]", True),
    ("['|', ('parent_id.city', '=', 'Ghent'), ('city', 'ilike', 'bru')]", True),
    ("[('parent_id', '=', False), ('active', 'in', [True, False])]", True),
    ("[('id', 'child_of', user.partner_id.ids)]", False),
)


@tagged("post_install", "-at_install")
class TestProfileVisible(SegmentCase):
    """Leaving out hidden contacts says the same as asking for visible ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tag = cls.env["res.partner.category"].create({"name": "Regular"})
        cls.analyst = cls._user("mms_visible", "analyst")
        parent = cls._customer("Firm", city="Ghent", is_company=True)
        cls.people = cls.env["res.partner"].create(
            [
                {"name": "Plain"},
                {"name": "Archived"},
                {"name": "Own", "color": 5},
                {"name": "Foreign", "color": 1},
                {"name": "Tagged", "category_id": tag.ids, "city": "Bruges"},
                {"name": "Served", "user_id": cls.analyst.id, "color": 3},
                {"name": "Below", "parent_id": parent.id, "is_company": True},
            ]
        )
        cls.people |= cls._user("mms_colleague", companies=cls.company_b).partner_id
        for partner in cls.people:
            cls._order(partner, 5, (cls.wine, 10))
        cls.profiles._refresh_full(cls.company_a)
        cls.people[1].active = False
        # of empty columns it is not obvious what a NOT makes; Odoo itself would not
        # move a contact to another company while it has orders
        cls.env.flush_all()
        for column, value, person in (
            ("color", None, 0),
            ("active", None, 0),
            ("company_id", cls.company_a.id, 2),
            ("company_id", cls.company_b.id, 3),
            ("company_id", cls.company_b.id, -1),
        ):
            cls.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    value,
                    cls.people.ids[person],
                )
            )
        cls.env.invalidate_all()

    def _analyst_env(self):
        allowed = {"allowed_company_ids": self.company_a.ids}
        return self.env(user=self.analyst, context=allowed, su=False)

    def _find(self, env, domain):
        own = Domain("company_id", "=", self.company_a.id)
        return env["customer.profile"].search(own & domain).partner_id

    def _assert_the_same(self, env):
        """Return who is visible, having compared both ways."""
        profiles = env["customer.profile"]
        found = self._find(env, profiles._visible_domain())
        asked = self._find(env, Domain("partner_id.active", "=", True))
        self.assertEqual(found, asked)
        for name, value in (("MOST_HIDDEN", -1), ("HASHED_ARRAYS", 999999)):
            with patch(f"{MODULE}.{name}", value):
                again = self._find(env, profiles._visible_domain())
            self.assertEqual(again, asked)
        negated = self._find(env, ~profiles._visible_domain())
        self.assertEqual(found & negated, found.browse())
        return found

    def test_superuser_and_users(self):
        found = self._assert_the_same(self.env(su=True))
        self.assertEqual(found.sudo(), self.people[2:].sudo())
        found = self._assert_the_same(self._analyst_env())
        self.assertEqual(found.sudo(), (self.people[2:] - self.people[3]).sudo())

    def test_rules_of_administrators(self):
        env = self._analyst_env()
        for domain, is_any in RULES:
            with self.subTest(domain):
                rule = self.env["ir.rule"].create(
                    {
                        "name": "Test",
                        "model_id": self.env.ref("base.model_res_partner").id,
                        "domain_force": domain,
                    }
                )
                found = self._assert_the_same(env)
                self.assertEqual(bool(found), is_any)
                rule.unlink()

    def test_counts_of_segments(self):
        segment = self.env["customer.segment"].create(
            {"name": "All", "company_id": self.company_a.id}
        )
        self.assertEqual(segment._count_live(), 6)
        seen = segment.with_env(self._analyst_env())
        self.assertEqual((seen._count_live(), seen.live_base_count), (5, 5))
        self.assertEqual(len(segment._get_segment_customers()), 6)
