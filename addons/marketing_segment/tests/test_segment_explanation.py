from odoo import Command
from odoo.tests import tagged

from ..segment_rules import OPERATORS, get_paths
from ..segment_tree import Condition, Group, read_tree
from .common import SegmentCase, get_sample

A, B, C = (
    ("order_count", ">=", 5),
    ("partner_id.city", "ilike", "g"),
    ("revenue", "<", 10),
)
SENTENCES = (
    ([], "All customers who ever bought."),
    ([(0, "=", 1)], "Nobody."),
    ([A], "Customers whose number of orders is at least 5."),
    (
        [A, B],
        "Customers whose number of orders is at least 5 and whose city contains “g”.",
    ),
    (
        ["|", A, B],
        "Customers whose number of orders is at least 5 or whose city contains “g”.",
    ),
    (
        ["&", A, "!", "|", B, ("partner_id.city", "=", False)],
        "Customers whose number of orders is at least 5, except those whose city "
        "contains “g” or whose city is not known.",
    ),
    (
        ["&", A, "|", B, ("partner_id.is_company", "=", True)],
        "Customers whose number of orders is at least 5 and (whose city contains “g” "
        "or that are companies).",
    ),
    (["!", B], "Customers whose city does not contain “g”."),
    (["!", A], "All customers, except those whose number of orders is at least 5."),
    (["!", "!", B], "Customers whose city contains “g”."),
    (
        [("last_order_date", ">=", "today -90d")],
        "Customers whose last order was in the last 90 days.",
    ),
    (
        [("last_order_date", "<", "-1m")],
        "Customers whose last order was more than 1 month ago.",
    ),
    (
        [("first_order_date", "<", "2026-01-31")],
        "Customers whose first order was before 01/31/2026.",
    ),
    (
        [("first_order_date.month_number", "in", [11, 12])],
        "Customers whose month of the first order is 11 or 12.",
    ),
    (
        [("rfm_segment", "in", ["loyal", "champions"])],
        "Customers whose RFM segment is “Loyal” or “Champions”.",
    ),
    (
        ["&", ("discount_share", ">=", 0.25), ("weekend_share", "<", 0.125)],
        "Customers whose share bought under discount is at least 25% and whose share "
        "bought at weekends is less than 12.5%.",
    ),
    (
        [("order_count", "in", [1, 2, 3, 4, 5, 6, 7, 8])],
        "Customers whose number of orders is 1, 2, 3, 4, 5 or 3 more.",
    ),
    (
        [("partner_id", "not any", [("city", "=", "Ghent")])],
        "Customers whose city is not “Ghent”.",
    ),
)


@tagged("post_install", "-at_install")
class TestSegmentExplanation(SegmentCase):
    """A rule in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls.env["customer.segment"].create({"name": "Test"})

    def test_sentences(self):
        for domain, sentence in SENTENCES:
            with self.subTest(domain=domain):
                self.segment.filter_domain = repr(domain)
                self.assertEqual(self.segment.explanation, sentence)

    def test_names_of_records(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        belgium = self.env.ref("base.be")
        self.segment.filter_domain = repr(
            [
                ("partner_id.category_id", "not in", [tag.id]),
                ("partner_id.country_id", "=", belgium.id),
            ]
        )
        self.assertEqual(
            self.segment.explanation,
            "Customers who do not have the tag “VIP” and whose country is “Belgium”.",
        )
        tag.unlink()
        self.env.invalidate_all()
        self.assertIn("a deleted record", self.segment.explanation)

    def test_rfm_and_list(self):
        self.segment.segment_type = "rfm"
        self.assertIn("Nobody", self.segment.explanation)
        loyal = self.env.ref("marketing_segment.rfm_segment_loyal")
        self.segment.write(
            {"rfm_segment_ids": [Command.set(loyal.ids)], "frequency_min": 4}
        )
        self.assertEqual(
            self.segment.explanation,
            "Customers in the RFM segment “Loyal” and with a score of 4 to 5 for "
            "frequency.",
        )
        self.segment.segment_type = "static"
        self.assertIn("fixed list", self.segment.explanation)

    def test_broken_rule_has_no_words(self):
        self.env.cr.execute(
            "UPDATE customer_segment SET filter_domain = '[(' WHERE id = %s",
            [self.segment.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self.segment.explanation)

    def test_every_path_and_operator_is_told(self):
        for path, kind in get_paths(self.env).items():
            sample = get_sample(self.env, path, kind)
            for operator in OPERATORS[kind]:
                for value in (sample, False):
                    if value is False and (
                        operator not in ("=", "!=") or kind == "segment"
                    ):
                        continue
                    for sign in ([], ["!"]):
                        domain = [*sign, (path, operator, value)]
                        with self.subTest(domain=domain):
                            self.segment.filter_domain = repr(domain)
                            told = self.segment.explanation
                            self.assertTrue(told.endswith("."))
                            self.assertNotRegex(told, r"%[(sd%]")

    def test_translated(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.segment.with_context(lang="fr_FR")
        self.segment.filter_domain = repr([("partner_id.country_id", "=", 1)])
        self.assertTrue(french.explanation)

    def test_tree_keeps_groups(self):
        self.assertEqual(
            read_tree([A, "!", "&", B, "!", C]),
            Group(
                "all",
                (
                    Condition(*A),
                    Group("not_all", (Condition(*B), Condition(*C, True))),
                ),
            ),
        )
        self.assertEqual(
            read_tree(["|", A, "|", B, C]),
            Group("any", (Condition(*A), Condition(*B), Condition(*C))),
        )
        self.assertEqual(
            read_tree(["!", "|", A, "|", B, C]).logic, "none", "one group of three"
        )
