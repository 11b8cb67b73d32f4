import json

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SegmentCase

SPECIFICATION = {
    "conditions": [
        {"field": "total_orders", "operator": ">=", "value": 2},
        {"field": "last_order_date", "operator": ">=", "value": "-30d"},
    ],
    "logic": "AND",
}
UNREADABLE = (
    "nothing",
    "[]",
    "5",
    '{"conditions": 5}',
    '{"conditions": [5]}',
    '{"conditions": [{"field": "order_count"}]}',
    '{"conditions": [{"field": 5, "operator": "=", "value": 1}]}',
    '{"conditions": [{"field": "", "operator": "=", "value": 1}]}',
    '{"conditions": [{"field": "order_count", "operator": "select", "value": 1}]}',
    '{"conditions": [{"field": "id", "operator": "in", "value": "(select 1)"}]}',
    '{"conditions": [{"field": "user_ids.password", "operator": "=", "value": 1}]}',
    '{"conditions": [], "logic": "XOR"}',
    '{"conditions": [], "logic": 5}',
    '{"conditions": [], "logic": "NOT"}',
    '{"conditions": [{"field": "order_count", "operator": ">", "value": NaN}]}',
    '{"conditions": [{"field": "order_count", "operator": ">", "value": Infinity}]}',
    '{"conditions": ' + "[" * 100_000,
)


@tagged("post_install", "-at_install")
class TestSegmentCriteria(SegmentCase):
    """The rule as JSON reads and writes the same fields as the screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ann, bob = cls._customer("Ann", city="Ghent"), cls._customer("Bob")
        cls._order(ann, 3, (cls.wine, 10))
        cls._order(ann, 4, (cls.wine, 10))
        cls._order(bob, 90, (cls.wine, 10))
        cls.profiles._refresh_full(cls.company_a)

    def _segment(self, criteria, **values):
        return self.env["customer.segment"].create(
            {"name": "Test", "filter_criteria": json.dumps(criteria), **values}
        )

    def _names(self, segment):
        return sorted(segment._get_segment_customers().mapped("name"))

    def test_criteria_of_the_specification(self):
        segment = self._segment(SPECIFICATION)
        self.assertEqual(self._names(segment), ["Ann"])
        self.assertEqual(
            segment.filter_domain,
            "['&', ('order_count', '>=', 2), ('last_order_date', '>=', '-30d')]",
        )
        self.assertEqual(segment.customer_count, 1)

    def test_operator_names(self):
        for operator, value, expected in (
            ("eq", 2, ["Ann"]),
            ("neq", 2, ["Bob"]),
            ("gt", 1, ["Ann"]),
            ("gte", 2, ["Ann"]),
            ("lt", 2, ["Bob"]),
            ("lte", 1, ["Bob"]),
            ("in", [1, 2], ["Ann", "Bob"]),
        ):
            condition = {"field": "order_count", "operator": operator, "value": value}
            with self.subTest(operator=operator):
                segment = self._segment({"conditions": [condition]})
                self.assertEqual(self._names(segment), expected)

    def test_short_name_of_a_field_of_the_customer(self):
        condition = {"field": "city", "operator": "contains", "value": "ghen"}
        segment = self._segment({"conditions": [condition], "logic": "or"})
        self.assertEqual(self._names(segment), ["Ann"])
        self.assertIn("partner_id.city", segment.filter_domain)

    def test_no_condition_is_everybody(self):
        self.assertEqual(self._names(self._segment({})), ["Ann", "Bob"])

    def test_there_and_back(self):
        for domain in (
            "[]",
            "[('order_count', '>=', 2)]",
            "['&', ('order_count', '>=', 2), ('partner_id.city', '=', 'Ghent')]",
            "['|', ('order_count', '>=', 2), ('revenue', '<', 10.5)]",
            "['&', '|', ('order_count', '>=', 2), ('revenue', '<', 1), "
            "('rfm_segment', 'in', ['loyal', 'new'])]",
            "['!', '|', ('order_count', '>=', 2), ('partner_id.city', 'ilike', 'x')]",
            "[('partner_id', 'any', [('city', '=', 'Ghent')])]",
            "[('partner_id', 'not any', [('city', '=', 'Ghent')])]",
        ):
            with self.subTest(domain=domain):
                first = self.env["customer.segment"].create(
                    {"name": "First", "filter_domain": domain}
                )
                criteria = json.loads(first.filter_criteria)
                second = self._segment(criteria)
                self.assertEqual(json.loads(second.filter_criteria), criteria)
                self.assertEqual(self._names(first), self._names(second))

    def test_a_form_that_sends_both_keeps_the_groups(self):
        domain = "['!', '|', ('order_count', '>=', 2), ('revenue', '<', 1)]"
        segment = self._segment({})
        criteria = segment.new({"filter_domain": domain}).filter_criteria
        segment.write({"filter_domain": domain, "filter_criteria": criteria})
        self.assertEqual(segment.filter_domain, domain)

    def test_equal_logic_becomes_one_group(self):
        conditions = [
            {"field": "order_count", "operator": ">=", "value": value}
            for value in (1, 2, 3)
        ]
        segment = self._segment({"conditions": conditions, "logic": "AND"})
        self.assertEqual(
            json.loads(segment.filter_criteria),
            {"conditions": conditions, "logic": "AND"},
        )

    def test_unreadable(self):
        segment = self._segment({})
        for text in UNREADABLE:
            with self.subTest(text=text[:70]), self.assertRaises(ValidationError):
                segment.filter_criteria = text
                self.env.flush_all()
            self.env.invalidate_all(flush=False)
            self.assertEqual(segment.filter_domain, "[]")

    def test_nesting_is_limited(self):
        criteria = SPECIFICATION
        for _level in range(40):
            criteria = {"conditions": [criteria]}
        with self.assertRaisesRegex(ValidationError, "too large"):
            self._segment(criteria)

    def _rfm(self, config):
        return self.env["customer.segment"].create(
            {"name": "Test", "segment_type": "rfm", "rfm_config": json.dumps(config)}
        )

    def test_rfm_config_of_the_specification(self):
        config = {
            "recency_score": [5],
            "frequency_score": [4, 5],
            "monetary_score": [4, 5],
        }
        segment = self._rfm(config)
        self.assertEqual((segment.recency_min, segment.recency_max), (5, 5))
        self.assertEqual((segment.monetary_min, segment.monetary_max), (4, 5))
        self.assertEqual(json.loads(segment.rfm_config), config)

    def test_rfm_config_with_segments(self):
        segment = self._rfm({"segments": ["champions", "loyal"]})
        self.assertEqual(segment.rfm_segment_ids.mapped("key"), ["champions", "loyal"])
        self.assertEqual(
            json.loads(segment.rfm_config), {"segments": ["champions", "loyal"]}
        )

    def test_rfm_config_refused(self):
        for config in (
            {"recency_score": [1, 5]},
            {"recency_score": []},
            {"recency_score": [0]},
            {"recency_score": [6]},
            {"recency_score": ["5"]},
            {"recency_score": 5},
            {"recency_score": [True]},
            {"segments": ["vip"]},
            {"segments": "champions"},
            {"segments": [["champions"]]},
            {"password": [5]},
        ):
            with self.subTest(config=config), self.assertRaises(ValidationError):
                self._rfm(config)
