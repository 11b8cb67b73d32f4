"""What is told later of mailbox providers that put messages off.

A sender that talks to them hears it itself (``pacing``). Where a relay or an interface
takes everything at once, only webhooks and notices tell; so what is taken does not end
such a rest, and only deliveries do.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from collections import Counter

from . import pacing
from .pacing_sql import FIRST_PAUSE, LONGEST_PAUSE, STREAK
from .windows import NOW

MEMORY = 3600  # seconds after which an old deferral says nothing any more

_IS_RECENT = f"pace.told_at > {NOW} - make_interval(secs => {MEMORY})"
_STREAK = f"CASE WHEN {_IS_RECENT} THEN COALESCE(pace.told_streak, 0) ELSE 0 END"
_LEVEL = f"CASE WHEN {_IS_RECENT} THEN COALESCE(pace.told_level, 0) ELSE 0 END"
_IS_REST_DUE = f"{_STREAK} + asked.deferred >= {STREAK}"
_REST = f"""{NOW} + make_interval(secs => LEAST(
    {LONGEST_PAUSE}, {FIRST_PAUSE} * 2 ^ LEAST({_LEVEL}, 10)))"""
_PUT_OFF = f"""
    UPDATE delivery_mailbox_pace pace
       SET told_streak = CASE WHEN {_IS_REST_DUE} THEN 0
                              ELSE {_STREAK} + asked.deferred END,
           told_level = {_LEVEL} + ({_IS_REST_DUE})::int,
           told_until = CASE WHEN {_IS_REST_DUE} THEN {_REST}
                             ELSE pace.told_until END,
           paused_until = CASE WHEN {_IS_REST_DUE}
                               THEN GREATEST(pace.paused_until, {_REST})
                               ELSE pace.paused_until END,
           told_at = {NOW}, deferred_at = {NOW}
      FROM unnest(%(mailboxes)s::int[], %(numbers)s::int[])
           AS asked(mailbox_id, deferred)
     WHERE pace.provider_id = %(provider)s AND pace.mailbox_id = asked.mailbox_id
"""
# A rest that the sender itself has made stays: it goes by what it hears.
_TAKEN = """
    UPDATE delivery_mailbox_pace pace
       SET paused_until = CASE
               WHEN pace.paused_until > pace.told_until + interval '1 second'
                 OR pace.told_until IS NULL THEN pace.paused_until END,
           told_streak = 0, told_level = 0, told_until = NULL
     WHERE pace.provider_id = %(provider)s AND pace.mailbox_id = ANY(%(mailboxes)s)
       AND (pace.told_streak > 0 OR pace.told_level > 0)
"""


def learn(cr, provider_id, company_id, told):
    """Note what was told; the caller has locked no message yet, as a sender has not.

    Of each mailbox provider the majority counts: among a thousand deferrals there is
    always one that was delivered.

    :param told: pairs of an address and whether its message was put off
    """
    groups = pacing.prepare(cr, provider_id, company_id)
    numbers = Counter()
    for address, is_deferred in told:
        if mailbox_id := groups.get((address or "").rpartition("@")[2].lower()):
            numbers[mailbox_id, is_deferred] += 1
    mailboxes = sorted({mailbox_id for mailbox_id, _is_deferred in numbers})
    if not mailboxes:
        return
    _lock(cr, provider_id, mailboxes)
    late = [m for m in mailboxes if numbers[m, True] > numbers[m, False]]
    taken = [m for m in mailboxes if m not in late]
    cr.execute(_TAKEN, {"provider": provider_id, "mailboxes": taken})
    cr.execute(
        _PUT_OFF,
        {
            "provider": provider_id,
            "mailboxes": late,
            "numbers": [numbers[mailbox_id, True] for mailbox_id in late],
        },
    )


def _lock(cr, provider_id, mailboxes):
    """In the order of ``pacing``."""
    cr.execute(
        """SELECT FROM delivery_mailbox_pace
            WHERE provider_id = %s AND mailbox_id = ANY(%s) ORDER BY id FOR UPDATE""",
        [provider_id, mailboxes],
    )
