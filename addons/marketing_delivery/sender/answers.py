"""From a provider's outcome to the row's new state and its events."""

import random
from urllib.parse import quote, unquote

from odoo.addons.marketing_base.events import Event

from . import settings
from .adapter import ACCEPTED, OBJECTED, PERMANENT, TRANSIENT, WITHHELD, Outcome
from .outbox import Answer

LETTERS = {ACCEPTED: "S", TRANSIENT: "T", PERMANENT: "P"}
KINDS = {letter: kind for kind, letter in LETTERS.items()}
_NOTHING = "-"  # an empty word of a journal's line
EVENT_TYPES = {
    "sent": ("email_sent", "sent"),
    "failed": ("email_failed", "failed"),
    "in_doubt": ("email_in_doubt", "in_doubt"),
}


def to_answer(row_id, attempt, outcome, *, age=0.0):
    """Return the :class:`Answer` for an outcome after ``attempt`` earlier ones.

    ``age`` is the time in seconds since the provider answered.
    """
    if outcome.kind == ACCEPTED:
        identifier = outcome.message_id
        return Answer(row_id, "sent", message_id=identifier, attempts=1, age=age)
    if outcome.kind == WITHHELD:
        return Answer(row_id, "queued")
    detail = outcome.reply or None
    if outcome.kind == PERMANENT:
        return _fail(row_id, "rejected", outcome)
    if outcome.kind != TRANSIENT:
        return Answer(row_id, "in_doubt", "no_answer", detail, attempts=1)
    if outcome.wait:
        wait = min(outcome.wait, settings.LONGEST_WAIT)
        return Answer(row_id, "queued", "deferred", detail, wait=wait)
    if attempt + 1 >= settings.MAX_ATTEMPTS:
        return _fail(row_id, "too_many_attempts", outcome)
    return Answer(
        row_id, "queued", "deferred", detail, attempts=1, wait=backoff(attempt)
    )


def _fail(row_id, reason, outcome):
    detail = outcome.reply or None
    if outcome.bounce_type == OBJECTED:  # no bounce: the number is fine
        return Answer(row_id, "failed", OBJECTED, detail, attempts=1)
    return Answer(
        row_id,
        "failed",
        reason,
        detail,
        attempts=1,
        bounce_type=outcome.bounce_type,
    )


def backoff(attempt):
    """Return seconds: 1, 2, 4, 8 … times the first wait, spread by a quarter."""
    return settings.RETRY * 2**attempt * random.uniform(0.75, 1.25)


def describe(outcome):
    """Return the outcome as a journal's letter and text, None for a doubt."""
    letter = LETTERS.get(outcome.kind)
    if not letter:
        return None
    words = (outcome.verb, outcome.bounce_type, outcome.message_id)
    return letter, " ".join([*map(_write_word, words), outcome.reply])


def _write_word(word):
    return quote(word) if word else _NOTHING


def from_journal(letter, text):
    """Return the outcome that :func:`describe` wrote."""
    *words, reply = [*text.split(" ", 3), "", "", "", ""][:4]
    verb, bounce_type, identifier = (
        None if word in ("", _NOTHING) else unquote(word) for word in words
    )
    return Outcome(KINDS[letter], reply, verb or "", identifier, bounce_type)


def to_events(batch, states, campaign_id):
    """Return the events of the rows whose new state was written.

    :param batch: pairs of a row (id, send_key, company_id, customer_id) and its answer
    :param states: ``{id: state}`` as written
    """
    events = []
    for row, answer in batch:
        state = states.get(row.id)
        if state == "sent" != answer.state:
            # a sign of the provider came before the missing answer was given up on
            answer = answer._replace(reason=None, bounce_type=None)
        if state in EVENT_TYPES:
            events.append(_event(row, *EVENT_TYPES[state], campaign_id, answer))
        if state == "failed" and answer.bounce_type:
            events.append(_event(row, "email_bounced", "bounced", campaign_id, answer))
    return events


def _event(row, event_type, prefix, campaign_id, answer):
    properties = {}
    if answer.reason:
        properties["reason"] = answer.reason
    if answer.bounce_type:
        properties["bounce_type"] = answer.bounce_type
    if answer.detail and event_type == "email_bounced":
        properties["detail"] = answer.detail
    return Event(
        event_type,
        f"{prefix}:{row.send_key}",
        None,
        row.company_id,
        row.customer_id,
        campaign_id,
        row.id,
        properties,
    )
