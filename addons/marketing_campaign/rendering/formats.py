"""Values of the database as a reader of the recipient's language expects them."""

import datetime
import functools

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from odoo.tools.misc import babel_locale_parse

from .tags import FORMATTED, MAX_ITEMS, RAW


class Formatter:
    """Formats for one company: its currency, and its language where none is known.

    `words` maps (tag key, language) to the words of a choice.
    """

    def __init__(self, currency, lang, words):
        self.currency = currency
        self.lang = lang
        self.words = words

    def fill(self, context, tag, value, lang):
        """Put the text of a value, and where it differs the value, into a context."""
        lang = lang or self.lang
        if tag.kind == "list":
            context[tag.key] = [
                self._row(tag, row, lang) for row in (value or [])[:MAX_ITEMS]
            ]
        elif tag.kind in FORMATTED:
            context[tag.key] = self._text(tag, value, lang)
            context[tag.key + RAW] = _plain(tag, value)
        else:
            context[tag.key] = None if value is None else str(value).strip()

    def _row(self, tag, row, lang):
        filled = {}
        for key, field in tag.fields.items():
            self.fill(filled, field, row.get(key), lang)
        return filled

    def _text(self, tag, value, lang):
        if value is None:
            return None
        if tag.kind == "choice":
            words = self.words.get((tag.key, lang), {})
            return str(words.get(value, value))
        currency = self.currency if tag.kind == "money" else ""
        return _format(tag.kind, _plain(tag, value), lang, currency)


def _plain(tag, value):
    """Numbers as float or int, dates as date: what conditions compare."""
    if value is None or tag.kind in ("date", "choice"):
        is_time = isinstance(value, datetime.datetime)
        return value.date() if is_time else value
    return int(value) if tag.kind == "integer" else float(value)


@functools.lru_cache(maxsize=8192)
def _format(kind, value, lang, currency):
    locale = babel_locale_parse(lang)
    if kind == "date":
        return format_date(value, "long", locale=locale)
    if kind == "money":
        return format_currency(value, currency, locale=locale)
    return format_decimal(value, locale=locale)
