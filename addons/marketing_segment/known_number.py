"""Numbers that may be unknown: NULL is shown as nothing and is not smaller than 1.

Odoo reads the NULL of a numeric column as 0. A share that rests on too few orders would
be shown as 0 % then, and be found by "less than 20 %".
"""

from odoo import fields


class _Known:
    falsy_value = None

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if value is None or value is False else value


class KnownFloat(_Known, fields.Float):
    """A float, or False where it is not known."""


class KnownInteger(_Known, fields.Integer):
    """An integer, or False where it is not known."""


class KnownMonetary(_Known, fields.Monetary):
    """An amount, or False where it is not known."""
