import random
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..segment_tree import Condition, Group, answer_tree
from .common import SegmentCase

COMPARE = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "ilike": lambda left, right: right.lower() in left.lower(),
    "not ilike": lambda left, right: right.lower() not in left.lower(),
}
NEGATIVE = ("!=", "not in", "not ilike")
ROUNDS = 250


def _meets(row, condition):
    """The oracle: an unknown value meets no condition, except that it is not X."""
    value = row[condition.path]
    wanted, operator = condition.value, condition.operator
    if wanted is False:  # (not) known
        return (value is None) is (operator == "=")
    if isinstance(value, set):
        wanted = wanted if isinstance(wanted, list) else [wanted]
        return bool(value & set(wanted)) is (operator not in NEGATIVE)
    if value is None:
        return operator in NEGATIVE
    return COMPARE[operator](value, wanted)


def _to_domain(node):
    if isinstance(node, Condition):
        return node.to_domain()
    sign = "&" if node.logic in ("all", "not_all") else "|"
    items = [sign] * (len(node.parts) - 1)
    for part in node.parts:
        items += _to_domain(part)
    return ["!", *items] if node.logic in ("none", "not_all") else items


@tagged("post_install", "-at_install")
class TestSegmentNot(SegmentCase):
    """Nested AND, OR and NOT select whom a naive reading selects, NULLs included."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(19)
        cls.tags = cls.env["res.partner.category"].create(
            [{"name": name} for name in ("A", "B")]
        )
        cls.countries = cls.env.ref("base.be") | cls.env.ref("base.fr")
        cls.table = {}
        for number in range(24):
            row, partner = cls._make_customer(number)
            cls.table[partner.id] = row

    @classmethod
    def _make_customer(cls, number):
        pick = cls.random.choice
        row = {
            "order_count": pick([1, 2, 5]),
            "revenue": pick([0.0, 10.0, 99.5]),
            "acquisition_date": pick(
                [None, *(cls.today - timedelta(days=days) for days in (3, 40))]
            ),
            "rfm_segment": pick([None, "loyal", "new"]),
            "partner_id.city": pick([None, "Ghent", "Bruges"]),
            "partner_id.country_id": pick([None, *cls.countries.ids]),
            "partner_id.category_id": set(pick([[], cls.tags[:1].ids, cls.tags.ids])),
            "partner_id.is_company": pick([True, False]),
        }
        partner = cls._customer(
            f"C{number}",
            city=row["partner_id.city"],
            country_id=row["partner_id.country_id"],
            category_id=[(6, 0, list(row["partner_id.category_id"]))],
            is_company=row["partner_id.is_company"],
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                   order_count, revenue, acquisition_date, rfm_segment)
               VALUES (%s, %s, %s, %s, %s, %s, %s)""",
            [partner.id, cls.company_a.id, cls.usd.id, row["order_count"]]
            + [row["revenue"], row["acquisition_date"], row["rfm_segment"]],
        )
        return row, partner

    def _make_condition(self):
        pick, day = self.random.choice, self.today - timedelta(days=20)
        ordered = ["<", "<=", ">", ">=", "=", "!="]
        path, operators, values = pick(
            [
                ("order_count", ordered, [1, 2, 3]),
                ("revenue", ordered, [10.0, 50.0]),
                ("acquisition_date", ["<", "<=", ">", ">="], [str(day)]),
                ("acquisition_date", ["=", "!="], [False]),
                ("rfm_segment", ["=", "!="], ["loyal", False]),
                ("rfm_segment", ["in", "not in"], [["loyal", "new"]]),
                ("partner_id.city", ["ilike", "not ilike"], ["g", "GHE"]),
                ("partner_id.city", ["=", "!="], ["Ghent", False]),
                ("partner_id.country_id", ["=", "!="], [*self.countries.ids, False]),
                ("partner_id.country_id", ["in", "not in"], [self.countries.ids]),
                ("partner_id.category_id", ["in", "not in"], [self.tags[1:].ids]),
                ("partner_id.is_company", ["="], [True]),
            ]
        )
        return Condition(path, pick(operators), pick(values), pick([True, False]))

    def _make_tree(self, depth):
        if not depth or self.random.random() < 0.25:
            return self._make_condition()
        logic = self.random.choice(["all", "any", "none", "not_all"])
        count = self.random.randint(2, 3)
        return Group(logic, tuple(self._make_tree(depth - 1) for _n in range(count)))

    def _answer(self, row, condition):
        value = condition.value
        if condition.path == "acquisition_date" and isinstance(value, str):
            condition = condition._replace(value=fields.Date.to_date(value))
        return _meets(row, condition) is not condition.negated

    def test_random_rules(self):
        segment = self.env["customer.segment"].create(
            {"name": "Random", "track_members": False, "auto_refresh": False}
        )
        sizes = set()
        for number in range(ROUNDS):
            tree = self._make_tree(3)
            domain = repr(_to_domain(tree))
            with self.subTest(number=number, domain=domain):
                expected = {
                    partner_id
                    for partner_id, row in self.table.items()
                    if answer_tree(tree, lambda c, row=row: self._answer(row, c))
                }
                candidate = segment.new({"filter_domain": domain}, origin=segment)
                rows = self.env.execute_query(candidate._members_sql())
                self.assertEqual({partner_id for (partner_id,) in rows}, expected)
                self.assertTrue(candidate.explanation)
                sizes.add(len(expected))
        self.assertGreater(len(sizes), 10, "the rules must tell customers apart")

    def test_not_is_the_complement(self):
        everybody = set(self.table)
        segments = self.env["customer.segment"]
        for _number in range(60):
            items = _to_domain(self._make_tree(2))
            members = []
            for domain in (items, ["!", *items]):
                candidate = segments.new(
                    {"filter_domain": repr(domain), "company_id": self.company_a.id}
                )
                rows = self.env.execute_query(candidate._members_sql())
                members.append({partner_id for (partner_id,) in rows})
            with self.subTest(domain=items):
                self.assertFalse(members[0] & members[1])
                self.assertEqual(members[0] | members[1], everybody)

    def test_negated_date_part_and_relative_date(self):
        for condition, count in (
            (("acquisition_date.year_number", "=", 1999), 24),
            (("acquisition_date", ">=", "today -20d"), None),
        ):
            segment = self.env["customer.segment"].create(
                {"name": "Not", "filter_domain": repr(["!", condition])}
            )
            rest = self.env["customer.segment"].create(
                {"name": "Yes", "filter_domain": repr([condition])}
            )
            self.assertEqual(segment.customer_count + rest.customer_count, 24)
            if count:
                self.assertEqual(segment.customer_count, count)
