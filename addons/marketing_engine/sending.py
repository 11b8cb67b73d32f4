"""Judging rates of complaints and bounces, warming up a sender, and good hours."""

import numpy as np
from scipy import special

from .checks import finite_column, whole_number

# Beta(1/2, 1/2): no opinion, and no rate of exactly 0 or 1 after a few messages.
JEFFREYS = (0.5, 0.5)
HOURS = 24
# What a rate costs a reputation at most, the rate at which it costs that much, and
# the rate of an ordinary sender. Published limits: Google wants less than 0.1 % and
# never 0.3 % complaints; Amazon SES reviews an account at 5 % bounces.
REPUTATION = {
    "complaints": (50.0, 0.003, 0.0002),
    "bounces": (30.0, 0.05, 0.005),
    "doubts": (20.0, 0.05, 0.0),
}
REPUTATION_STRENGTH = 1000


def probability_above(events, trials, limit, *, prior=JEFFREYS) -> float:
    r"""Return the probability that the true rate is above a limit.

    .. math:: P(p > l) = 1 - I_l(a + x,\; b + n - x)

    with the posterior :math:`p \sim Beta(a + x, b + n - x)` after ``x`` events among
    ``n`` trials and the regularised incomplete beta function :math:`I`.

    Parameters
    ----------
    events, trials : int
        Events, at most as many as trials.
    limit : float
        A share, 0 to 1.
    prior : tuple of float, default Jeffreys
        Parameters of the Beta prior, both positive.

    Raises
    ------
    ValueError
        For counts that are not whole or out of range, and a limit out of range.

    References
    ----------
    Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., 2.4 and 2.8.
    """
    events, trials = whole_number("events", events), whole_number("trials", trials)
    if not 0 <= events <= trials:
        raise ValueError(f"events must be from 0 to {trials}: {events}")
    if not 0 <= limit <= 1:
        raise ValueError(f"limit must be between 0 and 1: {limit!r}")
    first, second = prior
    if not (first > 0 and second > 0):
        raise ValueError(f"prior must be two positive numbers: {prior!r}")
    return float(special.betaincc(first + events, second + trials - events, limit))


def warmup_limit(day, *, start=50, growth=1.5, target=100_000) -> int:
    r"""Return how many messages a sender may send on a day of its warm-up.

    .. math:: \min(target,\; \lfloor start \cdot growth^{day} \rfloor)

    Parameters
    ----------
    day : int
        0 on the first day.
    start, target : int
        Messages on the first day, and the volume wanted in the end; at least 1.
    growth : float
        Factor from day to day, above 1.

    Raises
    ------
    ValueError
        For values out of range.
    """
    day, start = whole_number("day", day), whole_number("start", start)
    target = whole_number("target", target)
    if day < 0 or start < 1 or target < 1:
        raise ValueError("day must not be negative, start and target at least 1")
    if not 1 < growth < 100:
        raise ValueError(f"growth must be between 1 and 100: {growth!r}")
    # the power is not computed past the target: it would overflow
    if day * np.log(growth) >= np.log(target) - np.log(start):
        return target
    return min(target, int(start * growth**day))


def reputation_score(sent, *, complaints=0, bounces=0, doubts=0) -> float:
    r"""Return a score of 0 to 100 for what providers think of a sender.

    .. math:: 100 - \sum_i w_i \min(1, r_i / m_i), \qquad
              r_i = \frac{x_i + k\, t_i}{n + k}

    Each rate is drawn towards that of an ordinary sender, :math:`t_i`, with the weight
    of ``k`` = 1,000 messages; the weights and limits are in ``REPUTATION``.

    Parameters
    ----------
    sent, complaints, bounces, doubts : int
        Messages of the period, and how many of them went wrong, each at most ``sent``.

    Raises
    ------
    ValueError
        For counts that are not whole or out of range.
    """
    sent = whole_number("sent", sent)
    counts = {"complaints": complaints, "bounces": bounces, "doubts": doubts}
    score = 100.0
    for name, (weight, worst, typical) in REPUTATION.items():
        count = whole_number(name, counts[name])
        if not 0 <= count <= sent:
            raise ValueError(f"{name} must be from 0 to {sent}: {count}")
        shrunk = count + REPUTATION_STRENGTH * typical
        rate = shrunk / (sent + REPUTATION_STRENGTH)
        score -= weight * min(1.0, rate / worst)
    return max(0.0, score)


def hour_weights(counts, *, first=6, last=22, common=None, strength=10.0) -> np.ndarray:
    r"""Return the share of messages for each hour of the day.

    .. math:: w_h = \frac{c_h + k\, g_h}{\sum_j c_j + k}

    over the hours ``first`` to ``last - 1``, 0 outside of them.

    Parameters
    ----------
    counts : array_like, shape (24,) or (n, 24)
        Engagements by hour, not negative: of a group, or of each of ``n`` people.
    first, last : int
        Hours from 0 to 24, ``first`` below ``last``.
    common : array_like, shape (24,), optional
        The pattern ``g`` to which few counts are drawn; all hours alike by default.
    strength : float, default 10
        ``k``, how many engagements the common pattern is worth; above 0.

    Returns
    -------
    numpy.ndarray
        Same shape; each row sums to 1.

    Raises
    ------
    ValueError
        For counts that are negative or not finite, other shapes and hours.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim not in (1, 2) or table.shape[-1] != HOURS:
        raise ValueError(f"counts must have {HOURS} columns: {table.shape}")
    if not (np.isfinite(table).all() and (table >= 0).all()):
        raise ValueError("counts must be finite and not negative")
    first, last = whole_number("first", first), whole_number("last", last)
    if not (0 <= first < last <= HOURS and strength > 0):
        raise ValueError("hours must be 0 <= first < last <= 24, strength positive")
    is_open = np.zeros(HOURS, dtype=bool)
    is_open[first:last] = True
    pattern = is_open / (last - first) if common is None else _scale(common, is_open)
    table = np.where(is_open, table, 0.0)
    total = table.sum(axis=-1, keepdims=True)
    return (table + strength * pattern) / (total + strength)


def draw_hours(weights, uniforms) -> np.ndarray:
    """Return the hour of each person, so that the hours together follow the weights.

    The same number always gives the same hour.

    Parameters
    ----------
    weights : array_like, shape (24,) or (n, 24)
        As of :func:`hour_weights`; one row for everybody, or one a person.
    uniforms : array_like, shape (n,)
        A number from 0 (included) to 1 (excluded) a person.

    Raises
    ------
    ValueError
        For numbers out of range, or a number of rows that differs.
    """
    numbers = finite_column("uniforms", uniforms)
    if ((numbers < 0) | (numbers >= 1)).any():
        raise ValueError("uniforms must be from 0 to below 1")
    table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    if table.shape not in ((1, HOURS), (len(numbers), HOURS)):
        raise ValueError(f"weights must have one row, or one a person: {table.shape}")
    steps = np.cumsum(table, axis=1)
    # the last step may be a hair below 1: whoever is past it gets the last open hour
    hours = (numbers[:, None] * steps[:, -1:] >= steps).sum(axis=1)
    return np.minimum(hours, HOURS - 1)


def _scale(common, is_open):
    pattern = np.where(is_open, np.asarray(common, dtype=np.float64), 0.0)
    if pattern.shape != (HOURS,) or not pattern.sum() > 0:
        raise ValueError("common must have 24 numbers, some of them open and positive")
    return pattern / pattern.sum()
