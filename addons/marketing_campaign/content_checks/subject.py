"""What is read before a mail is opened. The texts are those of a sample customer."""

import re

from odoo.tools.translate import LazyTranslate

from .findings import ERROR, INFO, WARNING, Finding

_lt = LazyTranslate(__name__)

LONG_SUBJECT = 60  # characters that a list of mails shows; a phone shows about 40
LONG_PREVIEW = 140
_PLACES = {"subject": _lt("Subject"), "preview": _lt("Preview text")}


def check_subject(text):
    place = _PLACES["subject"]
    if not text.strip():
        return [Finding(ERROR, "empty_subject", _lt("There is no subject."), place)]
    findings = _check_tone(text, place)
    if len(text) > LONG_SUBJECT:
        message = _lt(
            "%(count)s characters: most lists of mails cut after %(limit)s.",
            count=len(text),
            limit=LONG_SUBJECT,
        )
        findings.append(Finding(WARNING, "long_subject", message, place))
    if re.match(r"\s*(?:re|fwd?)\s*:", text, re.I):
        message = _lt("“Re:” pretends that this is an answer.")
        findings.append(Finding(WARNING, "false_reply", message, place))
    return findings


def check_preview(text, subject):
    place = _PLACES["preview"]
    if not text.strip():
        message = _lt("There is none: the start of the mail stands beside the subject.")
        return [Finding(WARNING, "missing_preview", message, place)]
    findings = _check_tone(text, place)
    if text.strip() == subject.strip():
        message = _lt("It repeats the subject.")
        findings.append(Finding(WARNING, "repeated_subject", message, place))
    if len(text) > LONG_PREVIEW:
        message = _lt("No list of mails shows %(count)s characters.", count=len(text))
        findings.append(Finding(INFO, "long_preview", message, place))
    return findings


def _check_tone(text, place):
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    findings = []
    if len(letters) >= 10 and capitals > 0.6 * len(letters):
        message = _lt("Capital letters only read as shouting, and as spam.")
        findings.append(Finding(WARNING, "capitals", message, place))
    if re.search(r"[!?]{2}|(?:![^!]*){3}", text):
        message = _lt("Several exclamation marks read as spam.")
        findings.append(Finding(WARNING, "exclamation", message, place))
    return findings
