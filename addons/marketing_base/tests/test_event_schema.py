import json
import time

from fastjsonschema import JsonSchemaValueException

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase

from odoo.addons.marketing_base.event_schema import (
    SchemaProblem,
    compile_schema,
    read_schema,
)
from odoo.addons.marketing_base.safe_pattern import PatternProblem, check_pattern

from .common import MarketingCase

QUICK = (
    "^[A-Z]{3}$",
    "a",
    r"^\d{1,3}-\d+$",
    "(ab|cd)ef",
    "([a-z]{2}){3}",
    "[a-z]+@[a-z]+",
    "(a|b)*c",
    ".*x",
)
SLOW = (
    "(a+)+$",
    "(a*)*",
    "(a|ab)*c",
    "(a|a)*b",
    "a*a*a*b",
    "(a{1,3}){2}",
    "((a{1,9}){9}){9}",
    "(x+x+)+y",
    r"(x)\1",
    "(?=a)b",
    "(?<!a)b",
    "(?i)a",
    "(",
    "",
    "x" * 101,
    "é",
    "a\n",
    None,
    7,
)


class TestPattern(BaseCase):
    def test_what_is_quick_is_allowed(self):
        for pattern in QUICK:
            with self.subTest(pattern=pattern):
                check_pattern(pattern)

    def test_what_could_be_slow_is_not(self):
        for pattern in SLOW:
            with self.subTest(pattern=pattern), self.assertRaises(PatternProblem):
                check_pattern(pattern)

    def test_an_allowed_pattern_ends_on_hostile_text(self):
        """The process would hang here; CPU time is counted, not the clock."""
        begun = time.process_time()
        for pattern in QUICK:
            schema = {"properties": {"t": {"pattern": pattern, "maxLength": 256}}}
            check = compile_schema(read_schema(json.dumps(schema)))
            for letter in "a1x-@":
                with self.subTest(pattern=pattern, letter=letter):
                    try:
                        check({"t": letter * 256})
                        check({"t": letter * 30_000})
                    except JsonSchemaValueException:
                        continue
        self.assertLess(time.process_time() - begun, 5)


class TestSchema(BaseCase):
    def assertRefused(self, schema, code, place=None):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        with self.assertRaises(SchemaProblem, msg=text[:80]) as caught:
            read_schema(text)
        self.assertEqual(caught.exception.code, code, text[:80])
        if place:
            self.assertEqual(caught.exception.place, place)

    def test_nothing_allows_any_object_and_only_an_object(self):
        for text in ("", "  ", None, "{}"):
            check = compile_schema(read_schema(text))
            check({"a": [1, {"b": None}]})
            with self.assertRaises(JsonSchemaValueException):
                check([])

    def test_what_is_supported(self):
        check = compile_schema(
            read_schema(
                json.dumps(
                    {
                        "type": "object",
                        "title": "A 'visit'\"",
                        "description": "{__import__('os')}",
                        "required": ["store"],
                        "additionalProperties": False,
                        "properties": {
                            "store": {"type": "integer", "minimum": 1},
                            "how": {"enum": ["a b", 1, None, True]},
                            "when": {"type": ["string", "null"], "format": "date-time"},
                            "id": {"type": "string", "format": "uuid"},
                            "list": {"type": "array", "items": {"type": "integer"}},
                        },
                    }
                )
            )
        )
        uuid = "01234567-89ab-cdef-0123-456789abcdef"
        check({"store": 1, "how": None, "when": None, "id": uuid, "list": [1]})
        for bad in (
            {},
            {"store": 0},
            {"store": True},
            {"store": "1"},
            {"store": 1, "how": "a"},
            {"store": 1, "when": "yesterday"},
            {"store": 1, "id": uuid[:-1]},
            {"store": 1, "id": uuid + "\n"},
            {"store": 1, "list": [1, "2"]},
            {"store": 1, "more": 1},
        ):
            with self.subTest(bad=bad), self.assertRaises(JsonSchemaValueException):
                check(bad)

    def test_references_and_combinations_are_refused(self):
        for keyword in ("$ref", "$id", "allOf", "anyOf", "not", "if", "definitions"):
            self.assertRefused({keyword: {}}, "unknown_keyword", f"#/{keyword}")
        inner = {"properties": {"a": {"$ref": "http://169.254.169.254/"}}}
        self.assertRefused(inner, "unknown_keyword", "#/properties/a/$ref")
        self.assertRefused({"patternProperties": {"(a+)+": {}}}, "unknown_keyword")
        self.assertRefused({"default": 1}, "unknown_keyword")

    def test_nothing_that_could_become_code_is_taken(self):
        for name in ('a"]', "a'", "a{b}", "a\n", "", "1a", "é", "x" * 65):
            self.assertRefused({"properties": {name: {}}}, "not_a_name")
            self.assertRefused({"required": [name]}, "not_a_name")
        for word in ('a"', "a'b", "{x}", "a\\", "a\nb", "", "é"):
            self.assertRefused({"enum": [word]}, "not_a_word")
        self.assertRefused({"enum": [{"a": 1}]}, "not_a_word")
        self.assertRefused({"minLength": "1); import os"}, "not_a_size")
        self.assertRefused({"minimum": "0"}, "not_a_number")
        self.assertRefused({"minimum": True}, "not_a_number")
        self.assertRefused({"maxItems": -1}, "not_a_size")

    def test_wrong_kinds(self):
        self.assertRefused("{", "not_json")
        self.assertRefused('{"minimum": NaN}', "not_json")
        self.assertRefused('{"a": 1, "a": 2}', "not_json")
        self.assertRefused("\ud800", "not_json")
        self.assertRefused([], "not_a_schema")
        self.assertRefused({"type": "array"}, "not_an_object")
        self.assertRefused({"type": "strange"}, "unknown_type")
        self.assertRefused({"type": []}, "unknown_type")
        self.assertRefused({"items": [{}]}, "not_a_schema")
        self.assertRefused({"enum": []}, "too_large")
        self.assertRefused({"format": "email"}, "unknown_format")
        self.assertRefused({"required": ["a", "a"]}, "twice")
        self.assertRefused({"properties": []}, "not_an_object")
        self.assertRefused({"title": 1}, "not_a_text")

    def test_sizes_are_limited(self):
        deep = {}
        for _level in range(10):
            deep = {"items": deep}
        self.assertRefused(deep, "too_large")
        wide = {"properties": {f"p{number}": {} for number in range(400)}}
        self.assertRefused(wide, "too_large")
        self.assertRefused({"title": "x" * 20_000}, "too_large")

    def test_a_pattern_needs_a_short_text(self):
        self.assertRefused({"pattern": "a"}, "pattern_without_length")
        self.assertRefused({"pattern": "a", "maxLength": 257}, "pattern_without_length")
        self.assertRefused({"pattern": "(a+)+", "maxLength": 9}, "slow_pattern")


class TestTypeSchema(MarketingCase):
    def test_a_schema_that_cannot_be_used_is_refused_with_its_place(self):
        types = self.env["marketing.event.type"].with_user(self.users["administrator"])
        values = {"name": "Visit", "code": "visit"}
        for schema in ('{"$ref": "x"}', "{", '{"pattern": "(a+)+", "maxLength": 9}'):
            with self.assertRaises(ValidationError) as caught:
                types.create({**values, "property_schema": schema})
            self.assertIn("Visit", str(caught.exception))
            self.assertIn("#", str(caught.exception))
        created = types.create(values)
        with self.assertRaises(ValidationError):
            created.property_schema = '{"allOf": []}'

    def test_a_change_counts_at_once(self):
        types = self.env["marketing.event.type"]
        created = types.create({"name": "Visit", "code": "visit"})
        types._get_rules()("visit").check({"store": "a"})
        created.property_schema = '{"properties": {"store": {"type": "integer"}}}'
        with self.assertRaises(JsonSchemaValueException):
            types._get_rules()("visit").check({"store": "a"})
        created.active = False
        self.assertIsNone(types._get_rules()("visit"))

    def test_a_schema_is_compiled_once(self):
        types = self.env["marketing.event.type"]
        self.assertIs(types._get_rule("page_view"), types._get_rule("page_view"))
