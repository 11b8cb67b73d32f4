"""Notices without RFC 3464: qmail, Exim, old Postfix, Sendmail and Exchange."""

import re

from .notice import DELAYED, FAILED, find_status, shorten

MAX_TEXT = 20_000
# Where the copy of the message begins in the text of a notice.
_COPIES = re.compile(
    r"^(-{2,} *Below (this|the next) line is a copy of the message\.?.*"
    r"|-{4,} *(This is a copy of (your|the) message|Original message follows"
    r"|The original message|Unsent message|Message header follows).*"
    r"|-{3,} *Original message( headers)? *-*:?)$",
    re.I | re.M,
)
_SENDERS = re.compile(r"mailer-daemon|postmaster|mail delivery|mdaemon|double-bounce")
_SUBJECTS = re.compile(
    r"undeliver|delivery (status|fail|has failed|problem)|failure notice|returned mail"
    r"|mail delivery|non ?remis|unzustellbar|could not be (sent|delivered)"
    r"|warning: mess"
    r"|delayed mail|delivery delayed|mail system error|nondeliver",
    re.I,
)
_DELAY = re.compile(
    r"delay|warning:|still (being )?(trying|retried)|will (keep|continue) trying"
    r"|not yet been delivered|no action is required|this is a warning",
    re.I,
)
# Words that say for good what no code says.
_GONE = re.compile(
    r"no such (user|recipient|mailbox)|unknown (user|recipient|local part|mailbox)"
    r"|user unknown|mailbox (unavailable|not found|does not exist)|no mailbox here"
    r"|recipient (not found|rejected)|recipientnotfound|does(n't| not) (exist|have)"
    r"|account (has been )?(disabled|closed)|unrouteable address"
    r"|host (or domain )?(name )?not found"
    r"|address (rejected|was not found)|invalid (recipient|mailbox)",
    re.I,
)
_FULL = re.compile(r"(mailbox|inbox|quota).{0,40}(full|exceeded)|over ?quota", re.I)
_ADDRESS = re.compile(r"[\w.!#$%&'*/=?^`{|}~+-]{1,64}@[\w.-]{1,200}[\w]")
# ``<address>:`` or ``address`` alone in its line, and what follows it
_REPORT = re.compile(
    r"^[ \t]*<?([^\s<>:,;]{1,64}@[^\s<>:,;]{1,200})>?:?[ \t]*"
    r"(.*(?:\n.+){0,5})",
    re.M,
)


def find_copy(text):
    """Return the copy of the message inside a text, headers first; None without one."""
    found = _COPIES.search(text)
    return text[found.end() :].lstrip("\r\n -") if found else None


def read(text, *, sender, subject, failed):
    """Return kind, status, recipient and detail; None when this is no notice."""
    text = text[:MAX_TEXT].replace("\r\n", "\n")
    found = _COPIES.search(text)
    text = text[: found.start()] if found else text
    if not (failed or _SENDERS.search(sender) or _SUBJECTS.search(subject)):
        return None
    recipient, detail = _find_report(text, failed)
    status = find_status(detail) or find_status(text) or _guess(detail) or _guess(text)
    is_delay = _DELAY.search(subject) or (
        not (status or "").startswith("5") and _DELAY.search(text)
    )
    if not status and not is_delay:
        return None
    return {
        "kind": DELAYED if is_delay else FAILED,
        "status": status,
        "recipient": recipient,
        "detail": shorten(detail or subject),
    }


def _find_report(text, failed):
    """Return the address that failed and the lines that say why."""
    for found in _REPORT.finditer(text):
        if find_status(found[2]) or _guess(found[2]):
            return found[1].lower(), found[2]
    wanted = _ADDRESS.search(failed) or _ADDRESS.search(text)
    lines = [line for line in text.split("\n") if find_status(line) or _guess(line)]
    return wanted and wanted[0].lower(), lines[0] if lines else ""


def _guess(text):
    if _FULL.search(text):
        return "5.2.2"
    return "5.1.1" if _GONE.search(text) else None
