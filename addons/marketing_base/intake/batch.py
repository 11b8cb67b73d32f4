"""From the bytes of a request to raw events.

Only what makes the whole body unreadable is an error here. What is wrong with one event
stays in it as a mark that no JSON can hold, and is judged with the event.
"""

import json
import zlib

from ..api.problems import Problem, invalid

MAX_BYTES = 500 * 1024
MAX_EVENTS = 1000
MAX_DIGITS = 19
GZIP_WINDOW = 31


class Mark:
    """Stands where JSON allows what cannot be stored."""

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return f"[{self.name}]"


NOT_A_NUMBER = Mark("not_a_number")
TOO_MANY_DIGITS = Mark("too_many_digits")
TWICE = Mark("twice")  # as a name of an object that has another name twice


def read_batch(data, encoding=""):
    """Return the raw events of a body ``{"events": […]}``, compressed or not.

    :raises Problem: 400, 413 or 415, nothing of it can be judged
    """
    body = read_body(data, encoding)
    if not isinstance(body, dict) or body.keys() != {"events"}:
        raise invalid('Send {"events": […]} and nothing else.', pointer="#")
    events = body["events"]
    if not isinstance(events, list) or not events:
        raise invalid("Send a list with at least one event.", pointer="#/events")
    if len(events) > MAX_EVENTS:
        raise Problem(413, f"Send at most {MAX_EVENTS} events at once.")
    return events


def read_body(data, encoding=""):
    """Return the JSON of a body, with a :class:`Mark` where it cannot be stored."""
    text = _decode(_decompress(data, encoding))
    try:
        return json.loads(
            text,
            parse_constant=_mark_constant,
            parse_int=_parse_int,
            object_pairs_hook=_read_object,
        )
    except (ValueError, RecursionError) as error:
        raise invalid("The body is not valid JSON.", pointer="#") from error


def _decompress(data, encoding):
    """Return the plain bytes; reading stops at the limit, whatever is packed."""
    encoding = encoding.strip().lower()
    if encoding == "gzip":
        unpack = zlib.decompressobj(GZIP_WINDOW)
        try:
            data = unpack.decompress(data, MAX_BYTES + 1)
        except zlib.error as error:
            raise invalid("The body is not valid gzip.", pointer="#") from error
        if len(data) <= MAX_BYTES and (not unpack.eof or unpack.unused_data):
            raise invalid("The body is not one whole gzip stream.", pointer="#")
    elif encoding not in ("", "identity"):
        raise Problem(415, "Send the body plain or with Content-Encoding: gzip.")
    if len(data) > MAX_BYTES:
        raise Problem(413, f"Send at most {MAX_BYTES} bytes at once.")
    return data


def _decode(data):
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise invalid("The body is not UTF-8.", pointer="#") from error


def _mark_constant(_name):
    return NOT_A_NUMBER


def _parse_int(digits):
    return int(digits) if len(digits) <= MAX_DIGITS else TOO_MANY_DIGITS


def _read_object(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        result[TWICE] = None
    return result
