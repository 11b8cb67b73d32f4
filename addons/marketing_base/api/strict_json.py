"""JSON as the RFC means it: nothing that two programs could read differently.

Python's reader takes NaN, Infinity, the last of two equal names and any depth; and
PostgreSQL stores neither NUL nor half of a surrogate pair.
"""

import json
import math
import re

MAX_DEPTH = 16
MAX_DIGITS = 19
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonProblem(ValueError):
    """What is wrong with a text that should be JSON; never repeats the text."""


def parse_json(data):
    """Return the value in the UTF-8 bytes ``data``.

    :raises JsonProblem: it is not strict JSON or goes too deep
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise JsonProblem("The body is not UTF-8.") from error
    _check_depth(text)
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_parse_int,
            parse_float=_parse_float,
            object_pairs_hook=_unique_names,
        )
    except JsonProblem:
        raise
    except ValueError as error:
        raise JsonProblem("The body is not valid JSON.") from error
    _check_text(value)
    return value


def _check_depth(text):
    depth = 0
    for match in _STRUCTURE.finditer(text):
        mark = match.group()
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        if depth > MAX_DEPTH:
            raise JsonProblem(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _refuse_constant(_name):
    raise JsonProblem("NaN and Infinity are not JSON.")


def _parse_int(digits):
    if len(digits) > MAX_DIGITS:
        raise JsonProblem(f"A number has more than {MAX_DIGITS} digits.")
    return int(digits)


def _parse_float(text):
    value = float(text)
    if not math.isfinite(value):
        raise JsonProblem("A number is too large.")
    return value


def _unique_names(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        raise JsonProblem("An object has the same name twice.")
    return result


def _check_text(value):
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise JsonProblem("A text has a NUL or half a surrogate pair.")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
