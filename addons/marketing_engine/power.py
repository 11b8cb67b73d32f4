"""What an experiment among stores can find, before it is printed."""

import math

import numpy as np
from scipy import special

from .checks import finite_column, whole_number


def detectable_difference(
    rate, pieces, stores, *, store_spread=0.0, power=0.8, confidence=0.95
) -> float:
    r"""Return the least difference of two arms' rates that a test is likely to find.

    .. math:: (z_{1 - \alpha/2} + z_{power}) \sqrt{\frac{2}{m}
              \left(\frac{p (1 - p)}{n} + s^2 p^2\right)}

    Parameters
    ----------
    rate : float
        Usual responses a piece, p.
    pieces : float
        Pieces a store, n.
    stores : int
        Stores of each arm, or pairs, m.
    store_spread : float
        Relative standard deviation of a store's rate beyond chance, s, that matching
        leaves.

    Returns
    -------
    float
        A share: .006 is "can detect ± 0.6 points".

    Raises
    ------
    ValueError
        For a rate outside 0 to 1, no stores or pieces, levels outside 0 to 1.
    """
    stores = whole_number("stores", stores)
    if not (0 < rate < 1 and pieces > 0 and stores > 0 and store_spread >= 0):
        raise ValueError("a test needs a rate between 0 and 1, pieces and stores")
    if not (0 < power < 1 and 0 < confidence < 1):
        raise ValueError("power and confidence must be between 0 and 1")
    sure = special.ndtri((1 + confidence) / 2) + special.ndtri(power)
    variance = rate * (1 - rate) / pieces + (store_spread * rate) ** 2
    return float(sure * math.sqrt(2 * variance / stores))


def spread_beyond_chance(responses, pieces, store) -> float:
    """Return by how much drops of a store differ, relatively, beyond chance.

    By moments: squares of the differences from the store's own rate, less those that
    chance makes (binomial). 0 where no store has two drops.
    """
    responses = finite_column("responses", responses)
    pieces = finite_column("pieces", pieces)
    code = np.unique(np.asarray(store), return_inverse=True)[1].ravel()
    if not responses.size:
        return 0.0
    seen, sent = np.bincount(code, responses), np.bincount(code, pieces)
    rate = np.minimum(seen / np.maximum(sent, 1), 1)[code]
    mean = rate * pieces
    # a store's rate is made of its own drops: it is nearer to them than the true one
    share = 1 - pieces / np.maximum(sent, 1)[code]
    beyond = ((responses - mean) ** 2 - mean * (1 - rate) * share).sum()
    known = float((mean**2 * share).sum())
    return math.sqrt(max(beyond, 0.0) / known) if known > 0 else 0.0


def detectable(
    rate, first, second, *, store_spread=0.0, power=0.8, confidence=0.95
) -> float:
    r"""Return the least difference of two arms' rates that a test is likely to find.

    .. math:: (t_{1 - \alpha/2} + t_{power}) \sqrt{V_1 + V_2}, \qquad
              V_a = \frac{1}{m_a^2} \sum_i \left(\frac{p (1 - p)}{n_i} + s^2 p^2\right)

    Parameters
    ----------
    rate : float
        Usual rate, p, between 0 and 1.
    first, second : array_like
        Pieces, or households, of each store of the arms, :math:`n_i`.
    store_spread : float
        Relative standard deviation of a store's rate beyond chance, s.

    Notes
    -----
    Student's quantiles of all stores less two: with few stores the interval is wider
    than the normal one.
    """
    sizes = [finite_column("pieces", arm) for arm in (first, second)]
    freedom = sum(arm.size for arm in sizes) - 2
    if not (0 < rate < 1 and store_spread >= 0 and freedom > 0):
        raise ValueError("a test needs a rate between 0 and 1, and three stores")
    if any(not arm.size or (arm <= 0).any() for arm in sizes):
        raise ValueError("a test needs stores with pieces in both arms")
    variance = sum(
        (rate * (1 - rate) / arm + (store_spread * rate) ** 2).sum() / arm.size**2
        for arm in sizes
    )
    return _sure(freedom, power, confidence) * math.sqrt(variance)


def stores_needed(
    rate, pieces, target, *, share=0.5, store_spread=0.0, power=0.8, confidence=0.95
) -> int:
    """Return how many stores both arms need together to find ``target``.

    ``pieces`` are those of a usual store, ``share`` is the second arm's part.
    """
    if not (0 < rate < 1 and pieces > 0 and target > 0 and 0 < share < 1):
        raise ValueError("a test needs a rate and a share from 0 to 1, and a target")
    one = rate * (1 - rate) / pieces + (store_spread * rate) ** 2
    unit = one * (1 / share + 1 / (1 - share)) / target**2
    stores = 3.0
    for _round in range(20):  # the quantile depends on the stores
        stores = max(3.0, unit * _sure(stores - 2, power, confidence) ** 2)
    return math.ceil(stores)


def _sure(freedom, power, confidence):
    if not (0 < power < 1 and 0 < confidence < 1):
        raise ValueError("power and confidence must be between 0 and 1")
    levels = np.array([(1 + confidence) / 2, power])
    return float(special.stdtrit(max(freedom, 1.0), levels).sum())
