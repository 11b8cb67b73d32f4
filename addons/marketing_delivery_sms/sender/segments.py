"""How a text travels as SMS: alphabet, length, and into how many segments it is cut.

GSM 03.38 packs its 128 characters into seven bits each; ten more take two. One
character outside of it makes the whole text UCS-2, where a segment holds less than
half. A text of several segments loses some room in each to the header that joins them.
"""

from typing import NamedTuple

GSM_7 = "GSM-7"
UCS_2 = "UCS-2"
MAX_SEGMENTS = 10
# alphabet -> (room of a single segment, room of each of several)
ROOM = {GSM_7: (160, 153), UCS_2: (70, 67)}

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
# What word processors type, and what means the same in the small alphabet.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2039\u203a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad\r", None),
        "\u2026": "...",
        "\u2022": "-",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)


class Size(NamedTuple):
    """`length` and `room` are in units of the alphabet; `foreign` made it UCS-2."""

    alphabet: str
    length: int
    segments: int
    room: int
    foreign: str = ""


def simplify(text):
    """Return the text with typographic signs written plainly, which costs less."""
    return text.replace("\r\n", "\n").translate(_PLAIN).strip()


def measure(text):
    """Return the :class:`Size` of a text, as it is."""
    foreign = "".join(dict.fromkeys(c for c in text if not _is_gsm(c)))
    alphabet = UCS_2 if foreign else GSM_7
    widths = [_get_width(character, alphabet) for character in text]
    single, several = ROOM[alphabet]
    length = sum(widths)
    segments = 1 if length <= single else _count_segments(widths, several)
    room = single if segments == 1 else segments * several
    return Size(alphabet, length, segments if text else 0, room, foreign)


def _is_gsm(character):
    return character in _BASIC or character in _EXTENDED


def _get_width(character, alphabet):
    if alphabet == UCS_2:
        return 2 if ord(character) > 0xFFFF else 1
    return 2 if character in _EXTENDED else 1


def _count_segments(widths, room):
    """A character of two units never stands in two segments."""
    segments, used = 1, 0
    for width in widths:
        if used + width > room:
            segments, used = segments + 1, 0
        used += width
    return segments
