"""What a check found, as plain data that can be stored and put into words later."""

from typing import NamedTuple

OK, WARNING, PROBLEM, UNKNOWN = "ok", "warning", "problem", "unknown"
# From the best to the worst; what could not be looked up is no news, good or bad.
RANK = {UNKNOWN: 0, OK: 1, WARNING: 2, PROBLEM: 3}


class Finding(NamedTuple):
    """One result.

    :param check: spf, dkim, dmarc, alignment or mx
    :param code: which sentence of ``explanation`` describes it
    :param values: what the sentence names, strings and numbers only
    :param record: ``(name, type, value)`` to publish, or None
    """

    check: str
    level: str
    code: str
    values: dict = {}
    record: tuple | None = None


def worst(findings):
    """Return the level of all findings together."""
    return max((finding.level for finding in findings), key=RANK.get, default=UNKNOWN)


def find_record(texts, version):
    """Return the TXT records of one kind, such as ``v=spf1``; case does not matter."""
    version = version.lower()
    return [
        text
        for text in texts
        if text.lower() == version
        or text.lower().startswith((version + " ", version + ";"))
    ]


def parse_tags(text):
    """Return ``{tag: value}`` of a record such as ``v=DKIM1; k=rsa; p=…``."""
    tags = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags
