import json
from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..segment_activity import MAX_ACTIVITIES, MAX_CHOSEN
from .common_activity import ActivityCase

ALL = "ann bob cid dora eve fay"


@tagged("post_install", "-at_install")
class TestSegmentActivity(ActivityCase):
    """Who did what, how often, for how much, and when."""

    def test_purchases(self):
        wine, bread = {"categories": self.wine.ids}, {"categories": self.bread.ids}
        product = {"products": self.products[self.wine].product_tmpl_id.ids}
        lately = {"period": {"from": "today -30d"}}
        to_spring = {"from": str(self.today - timedelta(days=250))}
        to_spring["to"] = str(self.today - timedelta(days=100))
        for condition, names in (
            ({}, ALL),
            (wine, "ann cid dora"),
            (product, "ann cid dora"),
            (bread | product, ALL),
            (wine | lately, "ann dora"),
            (wine | lately | {"operator": "=", "value": 0}, "bob cid eve fay"),
            (wine | {"operator": "<", "value": 1}, "bob eve fay"),
            (wine | {"value": 2}, "ann"),
            (wine | {"operator": "<=", "value": 1}, "bob cid dora eve fay"),
            (wine | {"operator": "!=", "value": 1}, "ann bob eve fay"),
            ({"value": 3}, "ann bob"),
            ({"operator": "between", "value": [2, 9]}, "ann bob"),
            ({"operator": "between", "value": [0, 1]}, "cid dora eve fay"),
            (lately, "ann bob dora fay"),
            ({"period": to_spring}, "bob cid"),
            (bread | {"period": {"to": "today -50d"}}, "bob eve"),
            (bread | {"measure": "quantity", "operator": ">", "value": 1}, "bob"),
            ({"measure": "quantity", "operator": "=", "value": 3}, "ann bob"),
            (wine | {"measure": "amount", "value": 30}, "ann cid"),
            (wine | {"measure": "amount", "value": 40.5}, ""),
            ({"measure": "amount", "operator": "<", "value": 5}, "fay"),
            ({"measure": "days_since_last", "value": 100}, "cid eve"),
            (
                bread | {"measure": "days_since_last", "operator": "<", "value": 11},
                "bob fay",
            ),
        ):
            with self.subTest(condition=condition):
                self.assertEqual(self._find(self._leaf(**condition)), names)

    def test_amounts_are_those_of_the_profile(self):
        for profile in self.profiles.search([("company_id", "=", self.company_a.id)]):
            with self.subTest(profile.partner_id.name):
                exactly = {"operator": "=", "measure": "amount"}
                self.segment.filter_domain = repr(
                    [self._leaf(**exactly, value=profile.revenue)]
                )
                self.assertIn(profile.partner_id, self.segment._get_segment_customers())

    def test_nested_and_negated(self):
        wine = self._leaf(categories=self.wine.ids)
        bread = self._leaf(categories=self.bread.ids)
        not_wine = self._leaf(negated=True, categories=self.wine.ids)
        recent = ("recency_days", "<", 15)
        for domain, names in (
            ([wine, bread], "ann"),
            ([wine, "!", bread], "cid dora"),
            (["|", wine, recent], "ann bob cid dora fay"),
            (["!", "|", wine, recent], "eve"),
            (["!", "&", wine, bread], "bob cid dora eve fay"),
            ([not_wine, recent], "bob fay"),
            ([wine, wine], "ann cid dora"),
            (["|", "&", wine, bread, "&", not_wine, recent], "ann bob fay"),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._find(*domain), names)

    def test_sub_categories_count(self):
        below = self.wine.copy({"parent_id": self.bread.id})
        self.products[self.wine].categ_id = below
        leaf = self._leaf(categories=self.bread.ids, value=2)
        self.assertEqual(self._find(leaf), "ann bob")

    def test_told_in_words(self):
        wine = {"categories": self.wine.ids}
        for condition, told in (
            (wine, "who bought “Wine”"),
            (
                wine | {"value": 2, "period": {"from": "today -90d"}},
                "who bought “Wine” at least 2 times in the last 90 days",
            ),
            (wine | {"operator": "=", "value": 0}, "who never bought “Wine”"),
            (
                wine | {"operator": "<", "value": 1, "period": {"from": "-1w"}},
                "who did not buy “Wine” in the last week",
            ),
            (
                {"measure": "amount", "value": 100, "period": {"to": "2026-03-31"}},
                "who spent at least $ 100.00 on anything until 03/31/2026",
            ),
            (
                {"operator": "between", "value": [2, 3]}
                | {"period": {"from": "2026-01-01", "to": "today -1m"}},
                "who bought anything between 2 times and 3 times "
                "from 01/01/2026 to 1 month ago",
            ),
            (
                wine | {"measure": "days_since_last", "value": 60},
                "who last bought “Wine” at least 60 days ago",
            ),
        ):
            with self.subTest(told):
                self.segment.filter_domain = repr([self._leaf(**condition)])
                text = self.segment.explanation.replace("\N{NO-BREAK SPACE}", " ")
                self.assertEqual(text, f"Customers {told}.")
        self.segment.filter_domain = repr(["!", self._leaf(**wine, value=2)])
        self.assertEqual(
            self.segment.explanation, "Customers who bought “Wine” less than 2 times."
        )

    def test_why_with_the_customers_own_figures(self):
        wine = {"categories": self.wine.ids}
        self.segment.filter_domain = repr(
            [
                self._leaf(**wine, value=2),
                self._leaf(**wine, measure="amount", value=20),
                self._leaf(measure="days_since_last", value=3),
            ]
        )
        for name, own in (
            ("ann", ["2 orders, last", "$ 30.00, last", "5 days ago"]),
            ("cid", ["1 order, last", "$ 40.00, last", "200 days ago"]),
            ("bob", ["never", "never", "10 days ago"]),
        ):
            customer = self.rows[name]
            verdicts = self.segment._judge_customers(customer)
            reasons = self.segment._tell_reasons(customer, verdicts[customer.id])
            for reason, expected in zip(reasons[2:], own, strict=True):
                text = reason.own.replace("\N{NO-BREAK SPACE}", " ")
                self.assertIn(expected, text, (name, reason.text))

    def test_json_in_and_out(self):
        criteria = {
            "logic": "OR",
            "conditions": [
                {
                    "field": "purchases",
                    "operator": "matches",
                    "value": {"value": 2, "categories": self.wine.ids},
                },
                {
                    "logic": "NOT",
                    "conditions": [
                        {"field": "purchases", "operator": "matches", "value": {}}
                    ],
                },
            ],
        }
        self.segment.filter_criteria = json.dumps(criteria)
        written = json.loads(self.segment.filter_criteria)
        self.assertEqual(written["conditions"][0], criteria["conditions"][0])
        self.assertEqual(self._names(self.segment._get_segment_customers()), "ann")
        copied = self.segment.create(
            {"name": "B", "filter_criteria": json.dumps(written)}
        )
        self.assertEqual(json.loads(copied.filter_criteria), written)

    def test_refused_with_what_to_do(self):
        foreign = self.products[self.wine].product_tmpl_id.copy(
            {"company_id": self.company_b.id}
        )
        for value, regex in (
            ("no json", "a JSON object such as"),
            ("[1]", "a JSON object such as"),
            ('{"a": ' * 9000, "a JSON object such as"),
            ("[" * 15000, "a JSON object such as"),
            ({"sql": "1"}, "means nothing.*Allowed: categories, measure"),
            ({"measure": "password"}, "Allowed: count, amount"),
            ({"operator": "; DROP TABLE x"}, "Allowed: >="),
            ({"operator": ["="]}, "Allowed: >="),
            ({"value": "5"}, "a number from 0"),
            ({"value": True}, "a number from 0"),
            ({"value": -1}, "a number from 0"),
            ({"value": 1.5}, "a number from 0"),
            ({"value": 10**30, "measure": "amount"}, "a number from"),
            ({"operator": "between", "value": 5}, "two numbers"),
            ({"operator": "between", "value": [5, 2]}, "two numbers"),
            ({"categories": 4}, "a list of at most"),
            ({"categories": ["1 OR 1=1"]}, "a list of at most"),
            ({"categories": [True]}, "a list of at most"),
            ({"products": list(range(1, MAX_CHOSEN + 2))}, "a list of at most"),
            ({"products": [10**8]}, "does not exist.*Choose another one"),
            ({"products": foreign.ids}, "another company.*Choose another one"),
            ({"period": "today"}, "each a date such as"),
            ({"period": {"from": "yesterday"}}, "each a date such as"),
            ({"period": {"since": "2026-01-01"}}, "each a date such as"),
            ({"period": {"from": "2026-02-01", "to": "2026-01-01"}}, "before its"),
            ({"period": {"from": "today -99999999d"}}, "each a date such as"),
        ):
            text = value if isinstance(value, str) else json.dumps(value)
            with self.subTest(text[:60]):
                with self.assertRaisesRegex(ValidationError, f"(?s){regex}"):
                    self.segment.filter_domain = repr([("purchases", "like", text)])
                self.segment.invalidate_recordset()
        for domain, regex in (
            ([self._leaf()] * (MAX_ACTIVITIES + 1), "a segment of their own"),
            ([("purchases", "=", "{}")], "Allowed: like, not like"),
            ([("events", "like", '{"types": ["x"]}')], "Allowed: "),
            ([("events", "like", '{"types": []}')], "Choose at least one"),
        ):
            with self.assertRaisesRegex(ValidationError, regex):
                self.segment.filter_domain = repr(domain)
            self.segment.invalidate_recordset()
        # whoever asks without a segment is told the same
        for operator, value in (("like", "x"), ("ilike", "{}"), ("=", "{}")):
            with self.assertRaises(UserError):
                self.profiles.search([("purchases", operator, value)])

    def test_values_are_parameters(self):
        self.segment.filter_domain = repr([self._leaf(value=7654321)])
        query = self.segment._members_sql()
        self.assertNotIn("7654321", query.code)
        self.assertIn(7654321, query.params)

    def test_what_the_editor_is_told(self):
        fields = self.env["customer.segment"].get_rule_fields()
        source = fields["activities"]["purchases"]
        self.assertEqual(
            [name for name, _label in source["measures"]],
            ["count", "amount", "quantity", "days_since_last"],
        )
        for path, source in fields["activities"].items():
            # a new condition starts valid
            self.segment.filter_domain = repr([self._leaf(path, **source["start"])])
        told = self.env["customer.segment"].tell_conditions(
            [self._leaf(), self._leaf(negated=True), ("purchases", "like", "x")]
        )
        self.assertEqual(told, ["who bought anything", "who never bought anything", ""])
