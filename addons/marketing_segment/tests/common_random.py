import random
from datetime import timedelta

from ..segment_tree import Condition, Group
from .common import SegmentCase


def to_domain(node):
    if isinstance(node, Condition):
        return node.to_domain()
    sign = "&" if node.logic in ("all", "not_all") else "|"
    items = [sign] * (len(node.parts) - 1)
    for part in node.parts:
        items += to_domain(part)
    return ["!", *items] if node.logic in ("none", "not_all") else items


class RandomRuleCase(SegmentCase):
    """Customers with known and unknown values, and random rules that ask for them."""

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

    @classmethod
    def _make_condition(cls):
        pick, day = cls.random.choice, cls.today - timedelta(days=20)
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
                ("partner_id.country_id", ["=", "!="], [*cls.countries.ids, False]),
                ("partner_id.country_id", ["in", "not in"], [cls.countries.ids]),
                ("partner_id.category_id", ["in", "not in"], [cls.tags[1:].ids]),
                ("partner_id.is_company", ["="], [True]),
            ]
        )
        return Condition(path, pick(operators), pick(values), pick([True, False]))

    @classmethod
    def _make_tree(cls, depth):
        if not depth or cls.random.random() < 0.25:
            return cls._make_condition()
        logic = cls.random.choice(["all", "any", "none", "not_all"])
        count = cls.random.randint(2, 3)
        return Group(logic, tuple(cls._make_tree(depth - 1) for _n in range(count)))
