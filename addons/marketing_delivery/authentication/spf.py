"""Read the SPF record of a domain as a receiver does (RFC 7208)."""

from .finding import OK, PROBLEM, UNKNOWN, WARNING, Finding, find_record
from .lookup import LookupFailed

MAX_LOOKUPS = 10  # RFC 7208, 4.6.4: a record that needs more is an error
MAX_VOID = 2
# Mail services whose senders are listed under another name than their relay.
INCLUDES = (
    ("sendgrid.net", "sendgrid.net"),
    ("amazonaws.com", "amazonses.com"),
    ("mailgun.org", "mailgun.org"),
    ("postmarkapp.com", "spf.mtasv.net"),
    ("mailjet.com", "spf.mailjet.com"),
    ("sendinblue.com", "spf.brevo.com"),
    ("brevo.com", "spf.brevo.com"),
    ("sparkpostmail.com", "sparkpostmail.com"),
    ("google.com", "_spf.google.com"),
    ("gmail.com", "_spf.google.com"),
    ("outlook.com", "spf.protection.outlook.com"),
    ("office365.com", "spf.protection.outlook.com"),
    ("ovh.net", "mx.ovh.com"),
    ("gandi.net", "_mailcust.gandi.net"),
    ("ionos.com", "_spf.perfora.net"),
)


class BrokenRecord(Exception):
    """A record on which receivers give up; the argument is the code of the finding."""


class Walk:
    """Follow a record and count what a receiver would have to look up."""

    def __init__(self, lookup):
        self._lookup = lookup
        self.lookups = 0
        self.void = 0
        self.mechanisms = set()  # of the domain and of all it includes
        self._path = []

    def follow(self, domain):
        """Return the record of ``domain``, None when it has none."""
        if domain in self._path:
            raise BrokenRecord("spf_loop", {"domain": domain})
        record = self._read(domain)
        if record is None:
            return None
        self._path.append(domain)
        for term in record.split()[1:]:
            self._follow_term(term.lower())
        self._path.pop()
        return record

    def _read(self, domain):
        texts = self._lookup.get_texts(domain)
        self.void += not texts
        records = find_record(texts, "v=spf1")
        if len(records) > 1:
            raise BrokenRecord("spf_several", {"domain": domain})
        return records[0] if records else None

    def _follow_term(self, term):
        self.mechanisms.add(term.lstrip("+-~?"))
        name, _separator, target = _split(term)
        if name in ("include", "redirect", "a", "mx", "ptr", "exists"):
            self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise BrokenRecord("spf_too_many", {"limit": MAX_LOOKUPS})
        if name not in ("include", "redirect") or "%" in target:
            return  # a macro stands for something else with each message
        if self.follow(target) is None:
            raise BrokenRecord("spf_include_missing", {"domain": target})


def _split(term):
    """Return ``(name, separator, target)`` of a mechanism or modifier."""
    term = term.lstrip("+-~?")
    for separator in (":", "="):
        name, found, target = term.partition(separator)
        if found and name.isalnum():
            return name, found, target
    return term.partition("/")[0], "", ""


def propose_mechanism(host):
    """Return what lets a relay send, by its name in the provider's settings."""
    host = (host or "").lower().rstrip(".")
    for suffix, target in INCLUDES:
        if host == suffix or host.endswith("." + suffix):
            return f"include:{target}"
    return f"a:{host}" if "." in host and not _is_local(host) else "mx"


def _is_local(host):
    return host.endswith((".local", ".localdomain", ".internal")) or all(
        part.isdigit() for part in host.split(".")
    )


def check(lookup, domain, hosts=()):
    """Return the findings about the SPF record of ``domain``.

    :param hosts: the relays that send its mail
    """
    wanted = list(dict.fromkeys(map(propose_mechanism, hosts))) or ["mx"]
    record = (domain, "TXT", f"v=spf1 {' '.join(wanted)} ~all")
    walk = Walk(lookup)
    try:
        found = walk.follow(domain)
    except LookupFailed as error:
        return [Finding("spf", UNKNOWN, "no_answer", {"error": str(error)})]
    except BrokenRecord as problem:
        code, values = problem.args
        return [Finding("spf", PROBLEM, code, values)]
    if found is None:
        return [Finding("spf", PROBLEM, "spf_missing", {}, record)]
    return _judge(domain, found, walk, wanted)


def _judge(domain, found, walk, wanted):
    values = {"record": found, "lookups": walk.lookups, "limit": MAX_LOOKUPS}
    terms = [term.lower() for term in found.split()[1:]]
    findings = []
    if {"all", "+all"}.intersection(terms):
        fixed = " ".join(t for t in found.split() if t.lower() not in ("all", "+all"))
        record = (domain, "TXT", f"{fixed} ~all")
        findings.append(Finding("spf", PROBLEM, "spf_open", values, record))
    elif not any(t.endswith("all") or t.startswith("redirect=") for t in terms):
        record = (domain, "TXT", f"{found} ~all")
        findings.append(Finding("spf", WARNING, "spf_no_end", values, record))
    if walk.void > MAX_VOID:
        findings.append(Finding("spf", PROBLEM, "spf_void", values))
    missing = [
        mechanism
        for mechanism in wanted
        if mechanism.startswith("include:") and mechanism not in walk.mechanisms
    ]
    if missing:
        first, *rest = found.split()
        record = (domain, "TXT", " ".join([first, *missing, *rest]))
        values = {**values, "missing": ", ".join(missing)}
        findings.append(Finding("spf", PROBLEM, "spf_relay_missing", values, record))
    return findings or [Finding("spf", OK, "spf_ok", values)]
