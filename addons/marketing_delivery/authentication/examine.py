"""All checks of one sender domain."""

from typing import NamedTuple

from . import records, spf
from .finding import OK, PROBLEM, UNKNOWN, Finding, worst
from .lookup import Lookup, LookupFailed

CHECKS = ("spf", "dkim", "dmarc", "alignment", "mx")


class Question(NamedTuple):
    """What is known here about a sender domain; plain values."""

    domain: str
    hosts: tuple = ()  # relays that send its mail
    envelopes: tuple = ()  # domains of the bounce addresses; empty = the domain
    keys: tuple = ()  # (selector, record, does it sign)
    selectors: tuple = ()  # with which the mail servers sign
    servers: tuple = ()  # name servers to ask


def examine(question):
    """Return the findings about a domain; never raises for what DNS says."""
    domain = question.domain
    try:
        lookup = Lookup(question.servers)
    except LookupFailed as error:
        values = {"error": str(error)}
        return [Finding(check, UNKNOWN, "no_answer", values) for check in CHECKS]
    dkim = records.check_dkim(lookup, domain, question.keys, question.selectors)
    signs = any(finding.level == OK for finding in dkim)
    findings = [*spf.check(lookup, domain, question.hosts), *dkim]
    findings += records.check_dmarc(lookup, domain)
    envelopes = question.envelopes or (domain,)
    for envelope in envelopes:
        spoken = worst(spf.check(lookup, envelope, question.hosts)) != PROBLEM
        findings += records.check_alignment(
            lookup, domain, envelope, signs=signs, has_spf=spoken
        )
    for name in dict.fromkeys((domain, *envelopes)):
        findings += records.check_mx(lookup, name)
    return findings
