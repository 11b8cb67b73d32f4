import random

from odoo.tests import BaseCase, tagged

from ..segment_answer import lay_out
from ..segment_rules import OPERATORS, get_paths
from ..segment_tree import Condition, Group, answer_tree, iter_conditions
from .common import get_sample
from .common_random import RandomRuleCase, to_domain

ROUNDS = 200


def _make_tree(pick, depth, names):
    """Return a random tree whose conditions are numbered from left to right."""
    if not depth or pick.random() < 0.2:
        return Condition(f"c{next(names)}", "=", 1, pick.random() < 0.3)
    parts = [_make_tree(pick, depth - 1, names) for _n in range(pick.randint(1, 4))]
    return Group(pick.choice(["all", "any", "none", "not_all"]), tuple(parts))


class TestLayOut(BaseCase):
    """Which parts decide, on trees alone."""

    def test_deciding_conditions_are_enough(self):
        pick = random.Random(7)
        silent = 0
        for _round in range(400):
            tree = _make_tree(pick, 4, iter(range(10**6)))
            paths = [condition.path for condition in iter_conditions(tree)]
            said = {path: pick.random() < 0.5 for path in paths}
            lines = list(lay_out(tree, lambda leaf, said=said: said[leaf.path]))
            self.assertEqual(
                [line.node.path for line in lines if isinstance(line.node, Condition)],
                paths,
            )
            deciding = {
                line.node.path
                for line in lines
                if line.decides and isinstance(line.node, Condition)
            }
            silent += len(said) - len(deciding)
            for _try in range(8):
                other = {
                    path: answer if path in deciding else pick.random() < 0.5
                    for path, answer in said.items()
                }
                self.assertIs(
                    answer_tree(tree, lambda leaf, other=other: other[leaf.path]),
                    lines[0].answer,
                )
        self.assertGreater(silent, 400, "not everything decides")

    def test_one_that_settles_its_group_decides_it(self):
        yes, no, also = (Condition(name, "=", 1) for name in ("yes", "no", "also"))
        for logic, answer, deciding in (
            ("all", False, ["no"]),
            ("any", True, ["yes", "also"]),
            ("none", False, ["yes", "also"]),
            ("not_all", True, ["no"]),
        ):
            with self.subTest(logic=logic):
                tree = Group(logic, (yes, no, also))
                lines = list(lay_out(tree, lambda leaf: leaf.path != "no"))
                self.assertIs(lines[0].answer, answer)
                self.assertEqual(
                    [line.node.path for line in lines[1:] if line.decides], deciding
                )
                self.assertEqual([line.depth for line in lines], [0, 1, 1, 1])

    def test_without_one_all_together_decide(self):
        parts = tuple(Condition(name, "=", 1) for name in "ab")
        lines = list(lay_out(Group("any", parts), lambda leaf: False))
        self.assertTrue(all(line.decides for line in lines))
        self.assertEqual(len(list(lay_out(Group("all"), None))), 1)


@tagged("post_install", "-at_install")
class TestSegmentVerdict(RandomRuleCase):
    """What is said of one customer is what the segment's own SQL selects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].browse(list(cls.table))
        partners[:3].active = False
        cls.tags[1].parent_id = cls.tags[0]
        prospect = cls._customer("Never bought", city="Ghent")
        stranger = cls._customer("Of the other shop", city="Ghent")
        cls._order(stranger, 3, (cls.wine, 10), company=cls.company_b)
        cls.profiles._refresh_full(cls.company_b)
        cls.customers = partners | prospect | stranger
        cls.segment = cls.env["customer.segment"].create(
            {"name": "Verdict", "track_members": False, "auto_refresh": False}
        )

    @classmethod
    def _make_condition(cls):
        """Take the conditions of the other tests, and some that they leave out."""
        pick = cls.random.choice
        if cls.random.random() < 0.6:
            return super()._make_condition()
        path, operators, values = pick(
            [
                ("acquisition_date.month_number", ["=", "<", ">="], [1, 6, 11]),
                ("acquisition_date.day_of_week", ["in", "not in"], [[1, 2, 3]]),
                ("acquisition_date", ["<", ">=", "="], ["-30d", "today -3d"]),
                ("partner_id.create_date", [">="], ["-1d", "+1d"]),
                ("partner_id.create_date.year_number", [">", "="], [2000, 2026]),
                ("partner_id.category_id", ["child_of"], [cls.tags[0].id]),
                ("partner_id.category_id", ["ilike", "not ilike"], ["A"]),
                ("partner_id.country_id", ["ilike", "not ilike"], ["belg"]),
                ("favourite_category_id", ["=", "!="], [cls.wine.id, False]),
                ("rfm_code", ["=like", "not ilike"], ["5%"]),
                ("recency_score", ["<", ">="], [3]),
            ]
        )
        return Condition(path, pick(operators), pick(values), pick([True, False]))

    def _assert_verdicts(self, segment):
        """Compare all customers; return how many are members."""
        rows = self.env.execute_query(segment._members_sql())
        members = {partner_id for (partner_id,) in rows} & set(self.customers.ids)
        verdicts = segment._judge_customers(self.customers)
        said = {customer for customer, lines in verdicts.items() if lines[0].answer}
        self.assertEqual(said, members)
        return len(members)

    def test_random_rules(self):
        sizes = set()
        for number in range(ROUNDS):
            domain = repr(to_domain(self._make_tree(3)))
            with self.subTest(number=number, domain=domain):
                candidate = self.segment.new(
                    {"filter_domain": domain}, origin=self.segment
                )
                sizes.add(self._assert_verdicts(candidate))
        self.assertGreater(len(sizes), 10, "the rules must tell customers apart")

    def test_conditions_inside_the_customer(self):
        city, company = ("city", "=", "Ghent"), ("is_company", "=", True)
        for domain in (
            [("partner_id", "any", ["|", city, company])],
            [("partner_id", "not any", [city, company])],
            ["!", ("partner_id", "any", [city, "!", company])],
            ["|", ("partner_id", "not any", [city]), ("order_count", ">", 1)],
            [(1, "=", 1)],
            [(0, "=", 1)],
            ["!", (1, "=", 1)],
            ["|", (0, "=", 1), ("order_count", ">", 1)],
        ):
            with self.subTest(domain=domain):
                self.segment.filter_domain = repr(domain)
                self._assert_verdicts(self.segment)

    def test_every_path_and_operator(self):
        for path, kind in get_paths(self.env).items():
            value = get_sample(self.env, path, kind)
            for operator in sorted(OPERATORS[kind]):
                for sign in ([], ["!"]):
                    domain = [*sign, (path, operator, value)]
                    with self.subTest(domain=domain):
                        candidate = self.segment.new(
                            {"filter_domain": repr(domain)}, origin=self.segment
                        )
                        self._assert_verdicts(candidate)

    def test_rfm(self):
        self.segment.segment_type = "rfm"
        self.assertEqual(self._assert_verdicts(self.segment), 0)
        self.segment.rfm_segment_ids = self.env["customer.rfm.segment"].search(
            [("key", "in", ["loyal", "new"])]
        )
        self.assertTrue(self._assert_verdicts(self.segment))
        self.segment.frequency_min = 2
        self._assert_verdicts(self.segment)

    def test_fixed_list(self):
        segment = self.segment.create({"name": "List", "segment_type": "static"})
        self.assertEqual(self._assert_verdicts(segment), 0)
        for _round in range(20):
            some = self.customers.filtered(lambda p: self.random.random() < 0.4)
            segment._add_members(some, "manual")
            self._assert_verdicts(segment)
            segment._remove_members(
                self.customers.filtered(lambda p: self.random.random() < 0.4)
            )
            for customer in self.random.sample(list(self.customers), 4):
                customer.active = not customer.active
                customer.company_id = self.random.choice(
                    [False, self.company_a.id, self.company_b.id]
                )
            self._assert_verdicts(segment)

    def test_one_statement_for_all_conditions(self):
        tree = Group("any", tuple(Condition("order_count", "=", n) for n in range(200)))
        self.segment.filter_domain = repr(to_domain(tree))
        profiles = self.segment._get_profiles(self.customers)
        conditions = list(iter_conditions(tree))
        self.env.flush_all()
        with self.assertQueryCount(1):
            met = self.segment._find_met(profiles, conditions)
        self.assertEqual(len(met), 200)
        self.assertTrue(any(met.values()))
