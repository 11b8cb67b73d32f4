"""Maximum likelihood of the BG/NBD on counted, distinct histories."""

import numpy as np

from .bg_nbd import BgNbdModel, BgNbdParams
from .bg_nbd_likelihood import BgNbdLikelihood
from .histories import Histories
from .summit import climb, search

# Of ln(r, alpha / mean age, a, b): wide enough for any shop, finite for the optimiser.
_LIMIT = 9.0
_STARTS = ((0.0, 0.0, 0.0, 0.0), (-1.5, -1.0, -0.5, 1.0), (0.0, 0.0, -4.0, 0.0))
# Distinct histories that suffice to tell which start leads to the summit.
_SCOUTS = 20_000
# Two more parameters must explain at least this much log-likelihood to be kept.
_WORTH_IT = 0.1


def fit_bg_nbd(frequency, recency, age) -> BgNbdModel:
    """Fit a BG/NBD.

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases, the first one not counted; those of one day count as one.
    recency : array_like, shape (n,)
        Time from first to last purchase; 0 without repeat purchases.
    age : array_like, shape (n,)
        Time from the first purchase to the end of the observation. Days or weeks: the
        unit is the caller's, ``alpha`` comes back in it, the other parameters and all
        forecasts do not depend on it.

    Returns
    -------
    BgNbdModel
        When the likelihood rises all the way to ``a → 0`` (no sign that anybody
        leaves), the NBD with ``a = 0`` and ``b = 1`` is returned.

    Raises
    ------
    ValueError
        For invalid columns, and when nobody bought twice: nothing can be learned then.

    Notes
    -----
    In the logarithms of the parameters. Three starts are tried on at most 20,000
    distinct histories (L-BFGS-B, exact gradients); from the best end Newton's steps
    with the exact Hessian lead to the summit of all, O(d) each for ``d`` distinct ones.
    """
    histories = Histories.checked(frequency, recency, age)
    if not np.any(histories.frequency > 0):
        raise ValueError("nobody has bought twice yet: there is no rhythm to learn")
    rows, counts, _row_of = histories.distinct()
    unit = float(np.average(rows.age, weights=counts))
    scaled = Histories(rows.frequency, rows.recency / unit, rows.age / unit)
    logs, value = _summit(BgNbdLikelihood(scaled, counts))
    # Densities of times carry 1/time: back to the caller's unit.
    change = np.log(unit) * float(counts @ rows.frequency)
    r, alpha, a, b = map(float, np.exp(logs))
    params = BgNbdParams(r, alpha * unit, a, b)
    return BgNbdModel(params, float(value - change), int(counts.sum()))


def _summit(likelihood: BgNbdLikelihood):
    """Return the logarithms of the parameters and the log-likelihood."""
    scouts = likelihood.thinned(_SCOUTS)
    near, _value = search(scouts.slope, _STARTS, _LIMIT)
    logs, value = climb(likelihood.derivatives, near, _LIMIT)
    starts = [start[:2] for start in _STARTS]
    near, _value = search(scouts.nbd().slope, starts, _LIMIT)
    nbd, lower = search(likelihood.nbd().slope, [near], _LIMIT)
    if value - lower < _WORTH_IT:
        return np.append(nbd, [-np.inf, 0.0]), lower
    return logs, value
