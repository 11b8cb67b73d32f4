"""Quoted-printable (RFC 2045, 6.7) in pieces: what all messages share is encoded once.

Each piece begins and ends where a line of the encoding does: text that goes on ends in
a soft line break. So pieces that were encoded alone can simply be joined. No two spaces
follow each other and none ends a line, so that a DKIM signature takes the bytes as they
are.
"""

import re

LINE = 75  # characters, without the soft line break
_SOFT = b"=\r\n"
_ESCAPED = re.compile(rb"[^ -<>-~\n]|(?<= ) | (?=\n)")


class QuotedPart:
    """A text of which some pieces differ from message to message.

    :param pieces: texts, and numbers of values
    """

    def __init__(self, pieces):
        self._pieces = [p if isinstance(p, int) else encode(p) for p in pieces]

    def fill(self, values):
        """Return the encoded text of a message; ``values`` are encoded already."""
        parts = [values[p] if isinstance(p, int) else p for p in self._pieces]
        if parts and parts[-1].endswith(_SOFT) and parts[-1][-4:-3] != b" ":
            parts[-1] = parts[-1][:-3]  # nothing goes on
        return b"".join(parts)


def encode(text):
    """Return a piece as bytes; raise :class:`ValueError` for what is no text."""
    data = text.encode()  # at once: a value may be Markup, whose methods are slow
    if not (text.isascii() and text.isprintable()) or b"=" in data or b"  " in data:
        return _encode_any(data)
    if len(data) <= LINE:
        return data and data + _SOFT
    return b"".join([data[n : n + LINE] + _SOFT for n in range(0, len(data), LINE)])


def _encode_any(data):
    if b"\0" in data:
        raise ValueError("NUL in the content")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = _ESCAPED.sub(lambda found: b"=%02X" % found[0][0], data)
    *lines, rest = [_break(line) for line in data.split(b"\n")]
    whole = b"".join([line + b"\r\n" for line in lines])
    return whole + rest + (_SOFT if rest else b"")


def _break(line):
    """Insert soft line breaks, none of them into an escaped character."""
    pieces = []
    while len(line) > LINE:
        escape = line.rfind(b"=", LINE - 2, LINE)
        end = LINE if escape < 0 else escape
        pieces.append(line[:end])
        line = line[end:]
    return _SOFT.join([*pieces, line])


def is_short(pieces):
    """Whether this is not longer than base64, as it is for other alphabets."""
    data = "".join(p for p in pieces if isinstance(p, str)).encode()
    escaped = len(data) - len(re.findall(rb"[ -<>-~\n]", data))
    return 2 * escaped <= len(data) / 3
