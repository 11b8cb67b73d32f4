"""JSON Schemas of event properties, as an administrator may write them.

The compiler turns a schema into Python code, so nothing reaches it that is not allowed
here by name: no references, no logic, no names or words with quotes, and no regular
expression that could take long.
"""

import json
import re

import fastjsonschema

from .api.strict_json import JsonProblem, parse_json
from .safe_pattern import PatternProblem, check_pattern

MAX_TEXT = 16_000
MAX_DEPTH = 6
MAX_NODES = 300
MAX_ENUM = 100
# a text with a pattern is short: the search may take quadratic time
MAX_MATCHED = 256
TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
FORMATS = ("date", "date-time", "uuid")
_DIALECT = "http://json-schema.org/draft-07/schema#"
_UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/+-]{0,99}")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SIZES = ("minLength", "maxLength", "minItems", "maxItems")


class SchemaProblem(ValueError):
    """Why a schema is refused: `code` and where, as a JSON pointer."""

    def __init__(self, code, place):
        super().__init__(f"{code} {place}")
        self.code = code
        self.place = place


def read_schema(text):
    """Return the schema in a text; an empty text allows any object.

    :raises SchemaProblem: it is not JSON, or not a schema that may be used
    """
    if not (text or "").strip():
        return {}
    if len(text) > MAX_TEXT:
        raise SchemaProblem("too_large", "#")
    try:
        schema = parse_json(text.encode())
    except (JsonProblem, UnicodeEncodeError) as problem:
        raise SchemaProblem("not_json", "#") from problem
    _Checker().check(schema, "#", 0)
    if schema.get("type", "object") != "object":
        raise SchemaProblem("not_an_object", "#/type")
    return schema


def compile_schema(schema):
    """Return the function that checks properties; raises as fastjsonschema does."""
    # details may stay in a message of the compiler, descriptions need not
    plain = json.loads(json.dumps({"$schema": _DIALECT, "type": "object", **schema}))
    return fastjsonschema.compile(
        plain, formats={"uuid": _UUID}, use_default=False, detailed_exceptions=True
    )


class _Checker:
    """Walk a schema once; each keyword has one method."""

    def __init__(self):
        self.nodes = 0

    def check(self, schema, place, depth):
        self.nodes += 1
        if not isinstance(schema, dict):
            raise SchemaProblem("not_a_schema", place)
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise SchemaProblem("too_large", place)
        for keyword, value in schema.items():
            check = getattr(self, f"_check_{keyword}", None)
            where = f"{place}/{keyword}"
            if keyword in _BOUNDS:
                _expect(_is_number(value), "not_a_number", where)
            elif keyword in _SIZES:
                _expect(_is_size(value), "not_a_size", where)
            elif check:
                check(value, where, depth)
            else:
                raise SchemaProblem("unknown_keyword", where)
        if "pattern" in schema:
            longest = schema.get("maxLength")
            short = longest is not None and longest <= MAX_MATCHED
            _expect(short, "pattern_without_length", f"{place}/pattern")

    def _check_title(self, value, place, _depth):
        _expect(isinstance(value, str), "not_a_text", place)

    _check_description = _check_title

    def _check_type(self, value, place, _depth):
        kinds = value if isinstance(value, list) else [value]
        known = all(isinstance(kind, str) and kind in TYPES for kind in kinds)
        _expect(kinds and known, "unknown_type", place)

    def _check_enum(self, value, place, _depth):
        _expect(isinstance(value, list), "not_a_list", place)
        _expect(0 < len(value) <= MAX_ENUM, "too_large", place)
        for item in value:
            _expect(_is_word(item), "not_a_word", place)

    def _check_format(self, value, place, _depth):
        _expect(isinstance(value, str) and value in FORMATS, "unknown_format", place)

    def _check_pattern(self, value, place, _depth):
        try:
            check_pattern(value)
        except PatternProblem as problem:
            raise SchemaProblem("slow_pattern", place) from problem

    def _check_required(self, value, place, _depth):
        _expect(isinstance(value, list), "not_a_list", place)
        _expect(all(map(_is_name, value)), "not_a_name", place)
        _expect(len(set(value)) == len(value), "twice", place)

    def _check_properties(self, value, place, depth):
        _expect(isinstance(value, dict), "not_an_object", place)
        for name, schema in value.items():
            _expect(_is_name(name), "not_a_name", place)
            self.check(schema, f"{place}/{name}", depth + 1)

    def _check_items(self, value, place, depth):
        self.check(value, place, depth + 1)

    def _check_additionalProperties(self, value, place, depth):
        if not isinstance(value, bool):
            self.check(value, place, depth + 1)


def _expect(condition, code, place):
    if not condition:
        raise SchemaProblem(code, place)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_name(value):
    return isinstance(value, str) and bool(_NAME.fullmatch(value))


def _is_word(value):
    if isinstance(value, str):
        return bool(_WORD.fullmatch(value))
    return value is None or isinstance(value, bool | int | float)
