import json
from types import SimpleNamespace

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, LockError, MissingError, UserError
from odoo.tests import BaseCase, tagged

from ..api import leaks
from ..api.call import dump, etag_of
from ..api.metrics import Metric, render
from ..api.openapi import build
from ..api.operation import Operation
from ..api.problems import Problem, as_problem, invalid
from ..api.strict_json import MAX_DEPTH, JsonProblem, parse_json
from ..api.values import read_moment, utc

SECRET = "0123456789abcdef" * 4


@tagged("post_install", "-at_install")
class TestStrictJson(BaseCase):
    def test_what_is_json_is_read_as_it_is(self):
        for value in (
            None,
            [],
            {"a": [1, -2, 3.5, True, None, "Zürich 🙂"]},
            "brackets [[[[ in {{{{ a text",
            'a quote \\" and [ a bracket',
            10**18,
            {"": {"": ""}},
        ):
            with self.subTest(value=value):
                self.assertEqual(parse_json(json.dumps(value).encode()), value)

    def test_depth_is_counted_outside_of_texts(self):
        deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
        parse_json(deepest.encode())
        parse_json(json.dumps(["[" * 1000]).encode())
        with self.assertRaisesRegex(JsonProblem, "nested"):
            parse_json(f"[{deepest}]".encode())
        # side by side is not deep
        parse_json(json.dumps([[]] * 1000).encode())

    def test_what_two_programs_would_read_differently(self):
        for text, words in (
            ('{"a": 1, "a": 1}', "twice"),
            ('{"x": {"b": 1, "b": 2}}', "twice"),
            ("[NaN]", "NaN"),
            ("[-Infinity]", "NaN"),
            ("[1e999]", "too large"),
            (f"[{'9' * 20}]", "digits"),
            ('["\\u0000"]', "NUL"),
            ('{"\\ud83d": 1}', "surrogate"),
            ("[01]", "not valid"),
            ("{'a': 1}", "not valid"),
            ("[1] [2]", "not valid"),
            ('["a\nb"]', "not valid"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(JsonProblem, words):
                parse_json(text.encode())

    def test_a_problem_never_repeats_what_came(self):
        with self.assertRaises(JsonProblem) as caught:
            parse_json(b'{"secret-name": secret-value}')
        self.assertNotIn("secret", str(caught.exception))


@tagged("post_install", "-at_install")
class TestValues(BaseCase):
    def test_moments(self):
        for text, expected in (
            ("2027-01-31T09:00:00Z", "2027-01-31T09:00:00Z"),
            ("2027-01-31T09:00:00.987654+02:00", "2027-01-31T07:00:00Z"),
            ("2027-01-01T00:30:00+01:00", "2026-12-31T23:30:00Z"),
        ):
            self.assertEqual(utc(read_moment(text, "#/x")), expected)
        self.assertIsNone(utc(False))

    def test_moments_that_are_none(self):
        for text in ("", "soon", "2027-01-31", "2027-01-31T09:00:00", "1969-01-01T00Z"):
            with self.subTest(text=text), self.assertRaises(Problem) as caught:
                read_moment(text, "#/when")
            self.assertEqual(caught.exception.code, 400)
            self.assertEqual(caught.exception.errors[0]["pointer"], "#/when")

    def test_equal_data_has_one_version(self):
        self.assertEqual(etag_of({"a": 1, "b": 2}), etag_of({"b": 2, "a": 1}))
        self.assertNotEqual(etag_of({"a": 1}), etag_of({"a": "1"}))
        self.assertRegex(etag_of(None), r'^"[0-9a-f]{32}"$')
        self.assertEqual(dump({"name": "Zürich"}), '{"name": "Zürich"}')


@tagged("post_install", "-at_install")
class TestMetricsText(BaseCase):
    def test_families(self):
        text = render(
            [
                Metric("a_total", "counter", "Of all\nlines.", [({}, 3)]),
                Metric(
                    "b", "gauge", "By name.", [({"n": 'x"y\\z\n', "m": 1}, 2_000_000)]
                ),
                Metric("c", "gauge", "None.", []),
            ]
        )
        self.assertEqual(
            text.splitlines(),
            [
                "# HELP a_total Of all\\nlines.",
                "# TYPE a_total counter",
                "a_total 3",
                "# HELP b By name.",
                "# TYPE b gauge",
                'b{m="1",n="x\\"y\\\\z\\n"} 2000000',
                "# HELP c None.",
                "# TYPE c gauge",
            ],
        )
        self.assertTrue(text.endswith("\n"))

    def test_numbers(self):
        values = (0.25, 123456.789, 123456789, -0.5, float("inf"))
        lines = render([Metric("n", "gauge", "", [({}, v) for v in values])])
        numbers = [float(line.split()[1]) for line in lines.splitlines()[2:]]
        self.assertEqual(numbers, list(values), "no digit is lost")


@tagged("post_install", "-at_install")
class TestProblems(BaseCase):
    def test_the_status_of_what_models_raise(self):
        for error, status in (
            (AccessError("Ann may not"), 403),
            (MissingError("Ann is gone"), 404),
            (LockError("Ann is busy"), 409),
            (UserError("Only a draft can be changed."), 422),
            (NotFound("nothing of Ann"), 404),
            (ZeroDivisionError("Ann"), 500),
            (invalid("Wrong.", parameter="limit"), 400),
        ):
            with self.subTest(error=error):
                problem = as_problem(error)
                self.assertEqual(problem.code, status)
                if status not in (400, 422):
                    self.assertNotIn("Ann", problem.description or "")
        self.assertEqual(
            as_problem(UserError("Only a draft.")).description, "Only a draft."
        )


@tagged("post_install", "-at_install")
class TestLeaksInAddresses(BaseCase):
    def find(self, path, query=""):
        request = SimpleNamespace(path=path, query_string=query.encode())
        return leaks.find_secrets(request)

    def test_where_a_key_may_stand(self):
        for path, query, is_meant in (
            ("/api/v1/events", f"key=mmk_{SECRET}", True),
            (f"/api/v1/mmk_{SECRET}", "", True),
            ("/api/v1/events", f"key={SECRET.upper()}", False),
            ("/api/v1/events", f"a=1&b=Bearer+MMK_{SECRET}&c=2", True),
            ("/api/v1/events", "key=" + "".join(f"%{ord(c):x}" for c in SECRET), False),
        ):
            with self.subTest(path=path, query=query):
                self.assertEqual(self.find(path, query), (is_meant, [SECRET]))

    def test_what_is_no_key(self):
        for query in ("", f"key={SECRET[:-1]}", f"key={SECRET}0", "cursor=MTIzLjQ1"):
            self.assertEqual(self.find("/api/v1/events", query)[1], [], query)

    def test_no_request_makes_many_look_ups(self):
        query = "&".join(f"k{n}={n:064x}" for n in range(100))
        self.assertEqual(len(self.find("/", query)[1]), leaks.MOST)


@tagged("post_install", "-at_install")
class TestDocument(BaseCase):
    def describe(self, *arguments, **options):
        operation = Operation(*arguments, **options)
        return build([operation], "https://x")["paths"][operation.template]

    def test_what_an_operation_declares_is_what_is_published(self):
        described = self.describe(
            "PATCH",
            "/api/v1/things/<int:thing_id>",
            "Change a thing",
            scope="write:things",
            body={"type": "object"},
            answer={"type": "object"},
            versioned=True,
            locked=True,
        )["patch"]
        self.assertEqual(described["operationId"], "patch-api-v1-things-by-thing_id")
        self.assertEqual(described["tags"], ["things"])
        self.assertEqual(described["x-scope"], "write:things")
        parameters = {p["name"]: p for p in described["parameters"]}
        self.assertEqual(parameters["thing_id"]["schema"]["minimum"], 1)
        self.assertTrue(parameters["If-Match"]["required"])
        statuses = {"200", "304", "400", "401", "403", "404", "409", "412", "413"}
        self.assertEqual(
            set(described["responses"]), statuses | {"415", "422", "428", "429"}
        )
        self.assertIn("ETag", described["responses"]["200"]["headers"])

    def test_an_open_operation_asks_for_no_key(self):
        described = self.describe("GET", "/api/v1/open", "Open")["get"]
        self.assertEqual(described["security"], [])
        self.assertEqual(set(described["responses"]), {"200", "400", "429"})

    def test_an_idempotent_one_names_its_header(self):
        described = self.describe(
            "POST", "/api/v1/x", "X", scope="write:x", idempotent=True, status=201
        )["post"]
        names = [p["name"] for p in described["parameters"]]
        self.assertEqual(names, ["Idempotency-Key"])
        self.assertIn("201", described["responses"])
