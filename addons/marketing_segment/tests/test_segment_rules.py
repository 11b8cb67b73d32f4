from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..segment_rules import MAX_CONDITIONS, MAX_VALUES, get_paths
from .common import SegmentCase, get_sample

FORBIDDEN_PATHS = (
    "user_ids.password",
    "partner_id.user_ids.password",
    "partner_id.user_ids.api_key_ids",
    "partner_id.create_uid.password",
    "create_uid",
    "create_uid.api_key_ids",
    "partner_id.create_uid.api_key_ids.key",
    "partner_id.signup_type",
    "partner_id.email",
    "partner_id.country_id.code",
    "partner_id.active",
    "partner_id",
    "company_id",
    "currency_id",
    "id",
    "refreshed_at",
    "display_name",
    "ir.config_parameter",
    "order_count; DROP TABLE res_partner",
    'order_count" = 1 OR 1=1 --',
    "order_count.__class__",
    "order_count.month_number",
    "last_order_date.evil_number",
    "last_order_date.month_number.month_number",
    "order_count ",
    "Order_Count",
)
FORBIDDEN_OPERATORS = (
    ("order_count", "like", "1%"),
    ("order_count", "ilike", "1"),
    ("order_count", "any", []),
    ("rfm_segment", ">", "loyal"),
    ("partner_id.city", ">", "A"),
    ("favourite_category_id", "any", [("name", "=", "x")]),
    ("partner_id.country_id", "any", [("code", "=", "BE")]),
    ("partner_id.is_company", ">", 0),
    ("partner_id.country_id", "child_of", 1),
)
BAD_VALUES = (
    ("order_count", ">=", "5"),
    ("order_count", ">=", "1; DROP TABLE res_partner"),
    ("order_count", ">=", 10**30),
    ("order_count", ">=", 10**400),
    ("order_count", ">=", float("1e400")),
    ("order_count", ">=", None),
    ("order_count", ">=", [1]),
    ("order_count", "in", [1, "x"]),
    ("order_count", "in", [[1]]),
    ("order_count", ">=", True),
    ("revenue", "<", {"a": 1}),
    ("revenue", "<", 1e300),
    ("last_order_date", ">=", "yesterday or so"),
    ("last_order_date", ">=", "today'; SELECT pg_sleep(9) --"),
    ("last_order_date", ">=", "-99999999999d"),
    ("last_order_date", ">=", 5),
    ("rfm_segment", "=", "vip"),
    ("rfm_segment", "in", ["loyal", "vip"]),
    ("partner_id.city", "=", "x" * 300),
    ("partner_id.city", "=", "a\x00b"),
    ("partner_id.city", "ilike", ["a"]),
    ("partner_id.country_id", "=", 2**40),
    ("partner_id.country_id", "=", 1.5),
    ("partner_id.is_company", "=", "yes"),
)
UNREADABLE = (
    "not a domain",
    "__import__('os').system('true')",
    "[('order_count', '>', __import__('os'))]",
    "[('order_count', '>', user.id)]",
    "[('order_count', '>')]",
    "['&', ('order_count', '>', 1)]",
    "['|']",
    "{'a': 1}",
    "(1, 2)",
    "5",
    "[['order_count', '>', 1], 7]",
    "[('order_count', 'any!', [])]",
    "[('id', 'in select id from res_users', 1)]",
    "[",
    "[" * 5000,
    "[" + " " * 300_000 + "]",
)


@tagged("post_install", "-at_install")
class TestSegmentRules(SegmentCase):
    """Nothing outside the allow-list becomes SQL; the message says what is allowed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._order(cls._customer("Ann", city="Ghent"), 3, (cls.wine, 10))
        cls.profiles._refresh_full(cls.company_a)
        cls.segment = cls.env["customer.segment"].create({"name": "Test"})

    def _assert_refused(self, domain, regex=""):
        text = domain if isinstance(domain, str) else repr(domain)
        with self.assertRaisesRegex(ValidationError, regex):
            self.segment.filter_domain = text
            self.env.flush_all()
        self.env.invalidate_all(flush=False)
        self.assertEqual(self.segment.filter_domain, "[]")

    def test_forbidden_paths(self):
        for path in FORBIDDEN_PATHS:
            with self.subTest(path=path):
                self._assert_refused([(path, "=", 1)], "cannot be used in a segment")

    def test_message_names_the_field_and_what_is_allowed(self):
        self._assert_refused(
            [("partner_id.user_ids.password", "=", "x")],
            r"(?s)partner_id\.user_ids\.password.*order_count.*partner_id\.country_id",
        )

    def test_forbidden_inside_sub_domains(self):
        for inner in (
            [("user_ids.password", "=", "x")],
            [("parent_id", "any", [("name", "=", "x")])],
            [("user_ids", "any", [("password", "!=", False)])],
        ):
            with self.subTest(inner=inner):
                self._assert_refused([("partner_id", "any", inner)], "cannot be used")
                self._assert_refused([("partner_id", "not any", inner)], "cannot be")

    def test_forbidden_operators(self):
        for condition in FORBIDDEN_OPERATORS:
            with self.subTest(condition=condition):
                self._assert_refused([condition], "cannot be used with")

    def test_bad_values(self):
        for condition in BAD_VALUES:
            with self.subTest(condition=condition):
                self._assert_refused([condition])

    def test_unreadable(self):
        for text in UNREADABLE:
            with self.subTest(text=text[:60]):
                self._assert_refused(text)

    def test_size_limits(self):
        self._assert_refused(
            [("order_count", "in", list(range(MAX_VALUES + 1)))], "too large"
        )
        self._assert_refused(
            ["|"] * MAX_CONDITIONS
            + [("order_count", "=", n) for n in range(MAX_CONDITIONS + 1)],
            "too large",
        )
        nested = [("city", "=", "x")]
        for _level in range(40):
            nested = [("partner_id", "any", nested)]
        self._assert_refused(nested)

    def test_deep_and_or_works(self):
        domain = []
        for number in range(100):
            domain += ["&", ("order_count", ">=", -number), "|"]
            domain += [("revenue", ">=", -number)]
        self.segment.filter_domain = repr([*domain, ("order_count", ">=", 0)])
        self.assertEqual(self.segment.customer_count, 1)

    def test_every_allowed_path_runs(self):
        values = {
            "integer": ((">=", 1), ("in", [1, 2]), ("!=", 3), ("=", False)),
            "amount": (("<", 10.5), ("=", 10)),
            "number": ((">=", 0.5), ("<", 2)),
            "share": ((">=", 0.5), ("<", 1)),
            "date": ((">=", "-30d"), ("<", "2024-01-31"), ("=", False)),
            "text": (("ilike", "%'; DROP TABLE x; --"), ("=", "a"), ("in", ["a"])),
            "choice": (("!=", False), ("=", False)),
            "boolean": (("=", True), ("!=", False)),
            "relation": (("in", [1, 2]), ("ilike", "a"), ("=", False)),
            "activity": (("like", "{}"), ("not like", '{"value": 2}')),
            "segment": (),
            "tree": (("in", [1, 2]), ("ilike", "a"), ("child_of", 1)),
        }
        for path, kind in get_paths(self.env).items():
            sample = get_sample(self.env, path, kind)
            more = () if kind == "activity" else (("in", [sample]),)
            for operator, value in (*values[kind], *more):
                with self.subTest(path=path, operator=operator):
                    self.segment.filter_domain = repr([(path, operator, value)])
                    self.segment.action_refresh()
                    self.assertFalse(self.segment.live_problem)

    def test_date_parts(self):
        month = self._day(3).month
        self.segment.filter_domain = repr(
            [("first_order_date.month_number", "=", month)]
        )
        self.assertEqual(self.segment.customer_count, 1)

    def test_values_reach_postgresql_as_parameters(self):
        evil = "x' OR '1'='1"
        self.segment.filter_domain = repr([("partner_id.city", "=", evil)])
        query = self.segment._members_sql()
        self.assertNotIn(evil, query.code)
        self.assertTrue(any(evil in str(value) for value in query.params))
        self.assertEqual(self.segment.customer_count, 0)

    def test_context_does_not_widen_the_company(self):
        other = self._customer("Other")
        self._order(other, 3, (self.wine, 10), company=self.company_b)
        self.profiles._refresh_full(self.company_b)
        segment = self.segment.with_context(
            allowed_company_ids=self.company_b.ids, active_test=False
        )
        self.assertNotIn(other, segment.sudo()._get_segment_customers())

    def test_other_addons_add_fields_and_their_words(self):
        added = {"partner_id.ref": "text", "partner_id.partner_share": "boolean"}
        paths = self.profiles._get_segment_paths() | added
        with (
            patch.object(type(self.profiles), "_get_segment_paths", lambda self: paths),
            patch.object(
                type(self.profiles),
                "_get_segment_nouns",
                lambda self: {"partner_id.ref": "number"},
            ),
        ):
            self.segment.filter_domain = repr(
                [("partner_id.ref", "=", "7"), ("partner_id.partner_share", "=", True)]
            )
            self.assertEqual(self.segment.customer_count, 0)
            self.assertEqual(
                self.segment.explanation,
                "Customers whose number is “7” and for whom “Share Partner” applies.",
            )

    def test_an_unknown_number_meets_no_comparison(self):
        profile = self.profiles.search([("company_id", "=", self.company_a.id)])
        for known in (True, False):
            number = 0 if known else None
            self.env.cr.execute("UPDATE customer_profile SET frequency = %s", [number])
            self.env.invalidate_all()
            for operator, value in (("<", 5), ("=", 0), ("!=", 3), ("in", [0, 1])):
                leaf = ("frequency", operator, value)
                met = known or operator == "!="
                for domain, expected in (([leaf], met), (["!", leaf], not met)):
                    with self.subTest(domain=domain, known=known):
                        self.segment.filter_domain = repr(domain)
                        members = self.segment._get_segment_customers()
                        self.assertEqual(bool(members), expected)
                        customer = profile.partner_id
                        lines = self.segment._judge_customers(customer)[customer.id]
                        self.assertEqual(lines[0].answer, expected)
                        shown = self.profiles.search(
                            self.segment.action_view_members()["domain"]
                        )
                        self.assertEqual(bool(shown), expected)
            reasons = self.segment._tell_reasons(customer, lines)
            self.assertEqual(reasons[-1].own, "0" if known else "unknown")
