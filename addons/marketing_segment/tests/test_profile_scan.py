from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from .common_random import RandomRuleCase, to_domain
from .common_scan import assert_scan_is_equal, read_scanned

RULES = 40
COPY = "customer_profile_scan"


@tagged("post_install", "-at_install")
class TestProfileScan(RandomRuleCase):
    """Counting by the narrow copy is counting by the profiles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["res.partner"].browse(cls.table)
        cls.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                   order_count, revenue, acquisition_date, rfm_segment)
               SELECT partner_id, %s, %s, 3 - order_count %% 3, 99.5 - revenue,
                      acquisition_date, rfm_segment
                 FROM customer_profile
                WHERE company_id = %s AND partner_id = ANY(%s)""",
            [cls.company_b.id, cls.eur.id, cls.company_a.id, cls.people[::2].ids],
        )
        cls.people[0].active = False
        cls.people[1].company_id = cls.company_b
        cls.reader = new_test_user(
            cls.env,
            login="mms_scan",
            groups="marketing_base.group_manager",
            company_id=cls.company_a.id,
            company_ids=[(6, 0, (cls.company_a | cls.company_b).ids)],
        )

    def _make_segment(self, domain, company=None, user=None):
        env = self.env(user=user.id, su=False) if user else self.env
        return env["customer.segment"].new(
            {
                "company_id": (company or self.company_a).id,
                "filter_domain": repr(domain),
            }
        )

    def _read(self, segment):
        """Return the members, and whether they were read from the copy."""
        members = segment._members_sql()
        ids = {row[0] for row in self.env.execute_query(members)}
        self.assertEqual(segment._count_live(), len(ids))
        return ids, COPY in members.code

    def test_random_rules_find_the_same(self):
        model = type(self.profiles)
        parted = 0
        for number in range(RULES):
            domain = to_domain(self._make_tree(3))
            company = (self.company_a, self.company_b)[number % 2]
            segment = self._make_segment(
                domain, company, self.reader if number % 4 > 1 else None
            )
            with patch.object(model, "_scan", lambda _self, query: query):
                expected, is_copy = self._read(segment)
                self.assertFalse(is_copy)
            found, is_copy = self._read(segment)
            self.assertEqual(found, expected, domain)
            self.assertTrue(is_copy or not found, domain)
            parted += 0 < len(found) < len(self.people) // 2 - 1
        self.assertGreater(parted, RULES / 5)

    def test_other_figures_are_those_of_the_profile(self):
        for domain, expected in (
            ([("order_count", ">=", 2)], True),
            ([("order_count", ">=", 2), ("margin", ">=", 0)], False),
            ([("segment_ids", "in", [self._save([]).id])], True),
            ([("segment_ids", "in", [self._save([("margin", ">", 1)]).id])], False),
        ):
            _ids, is_copy = self._read(self._make_segment(domain))
            self.assertIs(is_copy, expected, domain)

    def _save(self, domain):
        return self.env["customer.segment"].create(
            {
                "name": "Scan",
                "company_id": self.company_a.id,
                "filter_domain": repr(domain),
            }
        )

    def test_a_few_customers_are_not_scanned_for(self):
        segment = self._make_segment([("order_count", ">=", 2)])
        few = segment._select_members(tuple(self.people[:2].ids))
        self.assertNotIn(COPY, few.code)

    def test_rules_of_rules_find_the_same(self):
        """A rule inside a rule is asked on the same row, also when it is not met."""
        unknown = [("acquisition_date", ">=", str(self.today))]  # empty for some
        inner = self._save(unknown)
        nested = self._save([("segment_ids", "not in", inner.ids)])
        everybody = self._read(self._make_segment([]))[0]
        members = self._read(inner)[0]
        self.assertEqual(self._read(nested)[0], everybody - members)
        both = [("segment_ids", "in", [inner.id, nested.id])]
        self.assertEqual(self._read(self._make_segment(both))[0], everybody)
        twice = ["|", ("segment_ids", "in", nested.ids), *unknown]
        self.assertEqual(self._read(self._make_segment(twice))[0], everybody)
        rows = self.env["customer.segment"]._find_matches(
            self.company_a, self.people.ids
        )
        self.assertEqual(
            {partner for partner, segment in rows if segment == nested.id},
            everybody - members,
        )

    def test_every_change_arrives(self):
        assert_scan_is_equal(self)
        for change in (
            "UPDATE customer_profile SET revenue = revenue + 1, margin = 3",
            "UPDATE customer_profile SET margin = 4 WHERE id % 2 = 0",
            "UPDATE customer_profile SET pattern_primary = 'NEW_SHOPPER'"
            " WHERE id % 2 = 0",
            "UPDATE customer_profile SET rfm_segment = NULL WHERE id % 5 = 0",
            "DELETE FROM customer_profile WHERE id % 7 = 0",
        ):
            before = read_scanned(self.env, COPY)
            self.env.cr.execute(change)
            assert_scan_is_equal(self)
            after = read_scanned(self.env, COPY)
            self.assertEqual(before == after, "margin = 4" in change)
        self.people[2].unlink()
        assert_scan_is_equal(self)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge(self.people[3:5].ids, self.people[4])
        assert_scan_is_equal(self)
        self.profiles._refresh_full(self.company_a)
        assert_scan_is_equal(self)
        self.env.cr.execute("TRUNCATE customer_profile CASCADE")
        self.assertFalse(read_scanned(self.env, COPY))

    def test_a_copy_of_before_is_made_again(self):
        self.env.cr.execute("ALTER TABLE customer_profile_scan DROP COLUMN revenue")
        self.profiles.init()
        assert_scan_is_equal(self)
        self.env.cr.execute("UPDATE customer_profile SET revenue = 7")
        assert_scan_is_equal(self)
