"""Read what mail servers send back: RFC 3464, RFC 5965, and what they wrote before.

Nothing here raises for anything that a stranger may have written.
"""

import re
from email import message_from_bytes, policy

from . import prose
from .headers import (
    find_addresses,
    get_date,
    get_identifier,
    get_line,
    get_text,
    hash_bytes,
)
from .notice import (
    AUTO_REPLY,
    COMPLAINT,
    DELAYED,
    DELIVERED,
    FAILED,
    OPT_OUT,
    OTHER,
    Notice,
    find_status,
    shorten,
)

MAX_BYTES = 1_000_000  # a notice carries a copy of the message; its start is enough
MAX_PARTS = 50
MAX_TEXT = 20_000
ADDRESSED = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "To",
)
_ACTIONS = {
    "failed": FAILED,
    "delayed": DELAYED,
    "delivered": DELIVERED,
    "relayed": OTHER,
    "expanded": OTHER,
}
_RANK = (FAILED, DELAYED, DELIVERED, OTHER)
# RFC 5965, 7.3 and RFC 6430; auth-failure (DMARC) and not-spam are no complaints
_FEEDBACK = {
    "abuse": COMPLAINT,
    "fraud": COMPLAINT,
    "virus": COMPLAINT,
    "other": COMPLAINT,
    "miscategorized": COMPLAINT,
    "opt-out": OPT_OUT,
    "opt-out-list": OPT_OUT,
}
_SEND_KEY = re.compile(r"[0-9a-zA-Z-]{8,64}")
_AUTOMATIC_SUBJECT = re.compile(
    r"^(re: *)?(auto(matic|matische)?[ -]?(reply|response|antwort)|out of (the )?office"
    r"|abwesen|réponse automatique|respuesta automática|risposta automatica)",
    re.I,
)


def read_addresses(raw):
    """Return the addresses a message was sent to, from its headers only."""
    head = raw[:MAX_BYTES].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    return find_addresses(message_from_bytes(head, policy=policy.compat32), ADDRESSED)


def read(raw):
    """Return the :class:`Notice` that the bytes of a message are."""
    try:
        return _read(message_from_bytes(raw[:MAX_BYTES], policy=policy.compat32), raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # whatever Python's parser makes of bytes that are no message
        return Notice(OTHER, hash_bytes(raw), addresses=read_addresses(raw))


def _read(message, raw):
    parts = _list_parts(message)
    original = _find_original(parts)
    values = {
        "identifier": get_identifier(message, raw),
        "addresses": find_addresses(message, ADDRESSED),
        "returned_to": _get_return_paths(original),
        "send_key": _get_send_key(original),
        "occurred_at": get_date(message),
    }
    kinds = {part.get_content_type(): part for part in reversed(parts)}
    if "message/feedback-report" in kinds:
        return _read_complaint(kinds["message/feedback-report"], values)
    if "message/delivery-status" in kinds:
        return _read_status(kinds["message/delivery-status"], parts, values)
    report = _read_prose(message, parts)
    if report:
        return Notice(**report, **values)
    is_automatic = _is_automatic_reply(message)
    return Notice(AUTO_REPLY if is_automatic else OTHER, **values)


def _list_parts(message):
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) >= MAX_PARTS:
            break
    return parts


# === THE RETURNED MESSAGE ===#


def _find_original(parts):
    """Return the headers of the message that came back, None when there are none."""
    for part in parts[1:]:
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            return part.get_payload(0)
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            return message_from_bytes(
                part.get_payload(decode=True) or b"", policy=policy.compat32
            )
    for part in parts:
        if part.get_content_maintype() == "text":
            copy = prose.find_copy(get_text(part))
            if copy:
                return message_from_bytes(
                    copy.encode("utf-8", "replace"), policy=policy.compat32
                )
    return None


def _get_return_paths(original, names=("Return-Path", "X-Envelope-From")):
    return find_addresses(original, names) if original else ()


def _get_send_key(original):
    key = get_line(original, "X-SK") if original else ""
    return key if _SEND_KEY.fullmatch(key) else None


# === KINDS OF NOTICES ===#


def _read_blocks(part):
    """Return the groups of fields of a status or a report."""
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    if not any(block.keys() for block in blocks):
        texts = re.split(r"\r?\n\r?\n", _decode_blocks(part, blocks))
        blocks = [message_from_bytes(text.encode("utf-8", "replace")) for text in texts]
    return [block for block in blocks if block.keys()]


def _decode_blocks(part, blocks):
    """Return the text of a status that was encoded in spite of RFC 3464, 2.1."""
    if not blocks:
        return get_text(part)
    encoded = "\n\n".join(str(block.get_payload()) for block in blocks)
    encoding = get_line(part, "Content-Transfer-Encoding")
    head = f"Content-Transfer-Encoding: {encoding}\n\n"
    return get_text(message_from_bytes((head + encoded).encode("utf-8", "replace")))


def _read_status(part, parts, values):
    """RFC 3464; of several recipients the worst news count."""
    reports = [
        _read_recipient(block)
        for block in _read_blocks(part)
        if {"action", "status"}.intersection(map(str.lower, block.keys()))
    ]
    if not reports:
        return Notice(OTHER, **values)
    reports.sort(key=lambda report: _RANK.index(report["kind"]))
    report = reports[0]
    if not report["status"]:
        texts = [get_text(p) for p in parts if p.get_content_type() == "text/plain"]
        lines = filter(find_status, "".join(texts[:1])[:MAX_TEXT].splitlines())
        line = next(lines, "")
        report.update(status=find_status(line), detail=shorten(line))
    return Notice(**report, **values)


def _read_recipient(block):
    action = get_line(block, "Action").partition(" ")[0].partition(";")[0].lower()
    diagnostic = get_line(block, "Diagnostic-Code")
    detail = diagnostic.partition(";")[2].strip() or diagnostic
    status = find_status(get_line(block, "Status"))
    if not status or status.endswith(".0.0"):
        status = find_status(detail) or status
    recipient = get_line(block, "Final-Recipient") or get_line(
        block, "Original-Recipient"
    )
    if action not in _ACTIONS:
        action = "failed" if (status or "").startswith("5") else "delayed"
    return {
        "kind": _ACTIONS[action],
        "status": status,
        "recipient": recipient.rpartition(";")[2].strip(" <>").lower() or None,
        "detail": shorten(detail or get_line(block, "Status")),
    }


def _read_complaint(part, values):
    """RFC 5965; who complains is often hidden, our return path hardly ever is."""
    [block, *_more] = [*_read_blocks(part), None]
    kind = _FEEDBACK.get(get_line(block, "Feedback-Type").lower()) if block else None
    if not kind:
        return Notice(OTHER, **values)
    values["returned_to"] += _get_return_paths(block, ("Original-Mail-From",))
    return Notice(
        kind,
        recipient=get_line(block, "Original-Rcpt-To").strip(" <>").lower() or None,
        detail=shorten(
            f"{get_line(block, 'Feedback-Type')} {get_line(block, 'User-Agent')}"
        ),
        **values,
    )


def _is_automatic_reply(message):
    submitted = get_line(message, "Auto-Submitted").lower()
    return bool(
        submitted.startswith("auto-replied")
        or message.get("X-Autoreply")
        or message.get("X-Autorespond")
        or get_line(message, "Precedence").lower() == "auto_reply"
        or _AUTOMATIC_SUBJECT.search(get_line(message, "Subject"))
    )


def _read_prose(message, parts):
    """Servers that tell a person, not a program; some call it an automatic reply."""
    texts = [get_text(p) for p in parts if p.get_content_type() == "text/plain"]
    if not texts:
        texts = [
            re.sub(r"<[^<>@]{0,2000}>", " ", get_text(part))
            for part in parts
            if part.get_content_type() == "text/html"
        ]
    head = {
        "sender": get_line(message, "From").lower(),
        "subject": get_line(message, "Subject"),
        "failed": get_line(message, "X-Failed-Recipients"),
    }
    return prose.read(texts[0] if texts else "", **head)
