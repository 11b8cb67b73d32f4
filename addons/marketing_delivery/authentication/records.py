"""DKIM, DMARC, alignment and MX of a sender domain."""

import base64
import binascii

from .finding import OK, PROBLEM, UNKNOWN, WARNING, Finding, find_record, parse_tags
from .lookup import LookupFailed
from .organisation import find_organisation

POLICIES = ("none", "quarantine", "reject")


def _answered(check):
    """Turn a question without an answer into a finding that says so."""

    def decide(lookup, *args, **values):
        try:
            return check(lookup, *args, **values)
        except LookupFailed as error:
            name = check.__name__.removeprefix("check_")
            return [Finding(name, UNKNOWN, "no_answer", {"error": str(error)})]

    return decide


# === DKIM ===#


def look_up_key(lookup, name):
    """Return ``(state, p)`` of the key at ``name``: ok, missing, revoked or broken."""
    texts = [text for text in lookup.get_texts(name) if "p" in parse_tags(text)]
    if not texts:
        return "missing", None
    data = parse_tags(texts[0])["p"].replace(" ", "")
    if not data:
        return "revoked", None
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return "broken", None
    return ("several", None) if len(texts) > 1 else ("ok", data)


@_answered
def check_dkim(lookup, domain, keys=(), selectors=()):
    """Return the findings about the keys of ``domain``.

    :param keys: our own, ``(selector, record to publish, does it sign)``
    :param selectors: those with which the mail servers sign by themselves
    """
    findings = [_check_own_key(lookup, domain, *key) for key in keys]
    findings += [_check_selector(lookup, domain, name) for name in selectors]
    if not findings:
        return [Finding("dkim", PROBLEM, "dkim_none", {"domain": domain})]
    return findings


def _check_own_key(lookup, domain, selector, wanted, is_signing):
    name = f"{selector}._domainkey.{domain}"
    values = {"name": name, "selector": selector}
    record = (name, "TXT", wanted)
    state, data = look_up_key(lookup, name)
    if state == "ok" and data == parse_tags(wanted)["p"]:
        code = "dkim_ok" if is_signing else "dkim_ready"
        return Finding("dkim", OK if is_signing else WARNING, code, values)
    code = "dkim_other" if state == "ok" else f"dkim_{state}"
    level = PROBLEM if is_signing or state != "missing" else WARNING
    return Finding("dkim", level, code, values, record)


def _check_selector(lookup, domain, selector):
    name = f"{selector}._domainkey.{domain}"
    values = {"name": name, "selector": selector}
    state, _data = look_up_key(lookup, name)
    if state == "ok":
        return Finding("dkim", OK, "dkim_server_ok", values)
    return Finding("dkim", PROBLEM, f"dkim_server_{state}", values)


# === DMARC ===#


def _find_policy(lookup, domain):
    """Return ``(where, tags)`` of the nearest policy, up to the registered domain."""
    labels = domain.split(".")
    highest = (find_organisation(domain) or domain).count(".") + 1
    for start in range(len(labels) - highest + 1):
        where = ".".join(labels[start:])
        records = find_record(lookup.get_texts(f"_dmarc.{where}"), "v=DMARC1")
        if len(records) > 1:
            return where, None
        if records:
            return where, parse_tags(records[0])
    return None, {}


def _propose_policy(domain, policy, tags=None):
    reports = (tags or {}).get("rua") or f"mailto:dmarc@{domain}"
    return (f"_dmarc.{domain}", "TXT", f"v=DMARC1; p={policy}; rua={reports}")


@_answered
def check_dmarc(lookup, domain):
    where, tags = _find_policy(lookup, domain)
    if where is None:
        record = _propose_policy(domain, "none")
        return [Finding("dmarc", PROBLEM, "dmarc_missing", {"domain": domain}, record)]
    values = {"domain": where}
    if tags is None:
        return [Finding("dmarc", PROBLEM, "dmarc_several", values)]
    policy = (where != domain and tags.get("sp")) or tags.get("p", "")
    values["policy"] = policy
    if policy.lower() not in POLICIES:
        record = _propose_policy(where, "none", tags)
        return [Finding("dmarc", PROBLEM, "dmarc_broken", values, record)]
    findings = []
    if not tags.get("rua"):
        record = _propose_policy(where, policy, tags)
        findings.append(Finding("dmarc", WARNING, "dmarc_no_reports", values, record))
    if policy.lower() == "none":
        record = _propose_policy(where, "quarantine", tags)
        findings.append(Finding("dmarc", WARNING, "dmarc_none", values, record))
    return findings or [Finding("dmarc", OK, "dmarc_ok", values)]


# === ALIGNMENT ===#


def is_aligned(domain, other, *, strict):
    """Say whether two domains are one to DMARC.

    Relaxed compares the registered domains: news.shop.co.uk and bounce.shop.co.uk are
    one, two shops below co.uk are not.
    """
    if domain == other:
        return True
    organisation = find_organisation(domain)
    return (
        not strict
        and organisation is not None
        and organisation == find_organisation(other)
    )


@_answered
def check_alignment(lookup, domain, envelope, *, signs, has_spf):
    """Return whether SPF or DKIM speaks for the domain in From.

    :param envelope: domain of the bounce address
    :param signs: whether a published key of this domain signs
    :param has_spf: whether the domain of the bounce address has a sound SPF record
    """
    _where, tags = _find_policy(lookup, domain)
    strict = (tags or {}).get("aspf", "r").lower() == "s"
    by_envelope = has_spf and is_aligned(domain, envelope, strict=strict)
    values = {"domain": domain, "envelope": envelope}
    if signs and by_envelope:
        return [Finding("alignment", OK, "alignment_both", values)]
    if signs:
        return [Finding("alignment", OK, "alignment_dkim", values)]
    if by_envelope:
        return [Finding("alignment", WARNING, "alignment_spf", values)]
    return [Finding("alignment", PROBLEM, "alignment_none", values)]


# === MX ===#


@_answered
def check_mx(lookup, domain):
    """Return whether replies and bounces can arrive."""
    return [_check_exchangers(lookup, domain)]


def _check_exchangers(lookup, domain):
    hosts = [host for _preference, host in lookup.get_exchangers(domain)]
    values = {"domain": domain, "hosts": ", ".join(hosts[:3])}
    if hosts == [""]:
        return Finding("mx", PROBLEM, "mx_refused", values)
    if hosts:
        missing = [host for host in hosts if not lookup.has_address(host)]
        if len(missing) == len(hosts):
            return Finding("mx", PROBLEM, "mx_unreachable", values)
        return Finding("mx", OK, "mx_ok", values)
    if lookup.has_address(domain):
        return Finding("mx", WARNING, "mx_implicit", values)
    return Finding("mx", PROBLEM, "mx_missing", values)
