"""The independent check: what the mail server says against what the database says."""

from dataclasses import dataclass


@dataclass
class Account:
    """What differs between the mail server's log and the messages of a campaign.

    All are sets of send keys. ``duplicates`` were accepted twice; ``losses`` are sent
    by the database's word only; ``strays`` arrived and the database does not know.
    """

    accepted: set
    duplicates: set
    losses: set
    strays: set
    in_doubt: set
    size: int


def settle(stage, counts, campaign_id):
    """Compare; ``counts`` says how often the mail server accepted each send key."""
    keys = stage.all_keys(campaign_id)
    accepted = {key for key in counts if key in keys}
    sent = stage.keys(campaign_id, "sent")
    in_doubt = stage.keys(campaign_id, "in_doubt")
    return Account(
        accepted=accepted,
        duplicates={key for key in accepted if counts[key] > 1},
        losses=sent - accepted,
        strays=accepted - sent - in_doubt,
        in_doubt=in_doubt,
        size=len(keys),
    )


def check(stage, sink, campaign_id, audience):
    """Assert the promises; return the :class:`Account`.

    No duplicate (C1), no silent loss (C2, C3), every message accounted for (C4), no
    address twice, and the event log says the same (C6).
    """
    account = settle(stage, sink.keys(), campaign_id)
    assert account.duplicates == set(), "a message arrived twice"
    assert account.losses == set(), "a message is sent by our word only"
    assert account.strays == set(), "a message arrived that we do not know of"
    assert account.size == audience, "messages were lost or gained"
    twice = stage.addresses_twice(campaign_id)
    assert twice == [], "an address has two messages that may have left"
    assert stage.count_events(campaign_id, "email_sent") == stage.count(
        campaign_id, "sent"
    )
    return account
