"""Values as the API writes and reads them."""

from datetime import UTC, datetime

from .problems import invalid

MOMENT = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}


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
