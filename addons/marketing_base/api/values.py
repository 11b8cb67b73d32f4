"""Values as the API writes and reads them."""

from datetime import UTC, date, datetime

from .problems import invalid

MOMENT = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
_KINDS = {
    "boolean": {"type": "boolean"},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "text": {"type": ["string", "null"]},
    "day": {"type": ["string", "null"], "format": "date"},
    "moment": MOMENT_OR_NULL,
}


def describe_figures(kinds):
    """Return the schema of each figure in ``{field name: kind}``; unknown is null."""
    return {name: _KINDS[kind] for name, kind in kinds.items()}


def read_figures(record, kinds):
    """Return the fields of a record as :func:`describe_figures` says."""
    return {
        name: bool(record[name]) if kind == "boolean" else _plain(record[name])
        for name, kind in kinds.items()
    }


def _plain(value):
    if value is False or value is None:
        return None
    if isinstance(value, datetime):
        return utc(value)
    return value.isoformat() if isinstance(value, date) else value


def utc(moment):
    """Return Odoo's naive UTC time as RFC 3339, or None."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z" if moment else None


def read_moment(text, pointer):
    """Return the naive UTC time in an RFC 3339 text with its offset."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or not 1970 < moment.year < 2200:
            raise ValueError
        return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError) as error:
        detail = "Give a time with its offset, such as 2027-01-31T09:00:00Z."
        raise invalid(detail, pointer=pointer) from error
