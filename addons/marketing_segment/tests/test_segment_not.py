from odoo import fields
from odoo.tests import tagged

from ..segment_tree import answer_tree
from .common_random import RandomRuleCase, to_domain

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


@tagged("post_install", "-at_install")
class TestSegmentNot(RandomRuleCase):
    """Nested AND, OR and NOT select whom a naive reading selects, NULLs included."""

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
            domain = repr(to_domain(tree))
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
            items = to_domain(self._make_tree(2))
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
