"""When a campaign is slowed down or stopped. No record and no cursor in here."""

from typing import NamedTuple

from odoo.addons.marketing_engine.sending import probability_above

# How sure we want to be that a rate is really above its limit.
SURE = 0.9
SLOW, STOPPED = "slow", "stopped"
SLOW_PER_HOUR = 500  # messages
FAILURES_IN_A_ROW = 50


class Limit(NamedTuple):
    """A rate that must not be passed, from a number of messages on."""

    cause: str
    level: str
    rate: float
    least: int


# What a new company gets; each may set its own. The worst comes first. Google asks for
# less than 0.1 % complaints and never 0.3 %.
LIMITS = (
    Limit("complaints", STOPPED, 0.0025, 1000),
    Limit("bounces", STOPPED, 0.02, 200),
    Limit("unsubscribes", STOPPED, 0.005, 1000),
    Limit("complaints", SLOW, 0.001, 1000),
)


class Counts(NamedTuple):
    """Messages of 24 hours, or since a person let the campaign go on."""

    provider_id: int
    delivered: int
    bounces: int
    complaints: int
    unsubscribes: int

    def get_trials(self, cause):
        """A bounce is one of those sent, all else one of those delivered."""
        return self.delivered + (self.bounces if cause == "bounces" else 0)


class Trip(NamedTuple):
    """A limit that is passed, and by what."""

    limit: Limit
    events: int
    trials: int


def judge(counts, limits=LIMITS):
    """Return the worst :class:`Trip` of the counts, or None."""
    for limit in limits:
        trials = counts.get_trials(limit.cause)
        # who complains has it delivered; a late one of an early message may exceed
        events = min(getattr(counts, limit.cause), trials)
        if trials >= limit.least:
            if probability_above(events, trials, limit.rate) > SURE:
                return Trip(limit, events, trials)
    return None
