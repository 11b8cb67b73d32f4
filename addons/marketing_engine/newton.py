"""Newton's method for a concave log-likelihood with a ridge, as regressions need it."""

from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_factor, cho_solve

_STEPS = 50
_TOLERANCE = 1e-8
# A likelihood that has lost this much of its curvature rises for ever.
_FLAT = 1e-8


def maximise(
    derivatives: Callable, start: np.ndarray, penalty: np.ndarray, way_out: str
) -> tuple[np.ndarray, float, np.ndarray]:
    """Return where ``value - penalty @ weights**2 / 2`` is highest.

    Parameters
    ----------
    derivatives : callable
        From weights, shape (k,), to the log-likelihood, its gradient, shape (k,), and
        the negative Hessian, shape (k, k), which is changed in place.
    penalty : numpy.ndarray, shape (k,)
    way_out : str
        What the caller may do about columns that have no maximum: ends the message.

    Returns
    -------
    tuple
        The weights, the log-likelihood without its penalty, and the negative Hessian
        with it.

    Raises
    ------
    ValueError
        If columns depend on each other, or no finite maximum exists.
    """
    weights, first = start, None
    value, slope, curve = derivatives(weights)
    goal = value - 0.5 * penalty @ weights**2
    for _step in range(_STEPS):
        curve[np.diag_indices_from(curve)] += penalty
        first = np.diag(curve).copy() if first is None else first
        if np.any(np.diag(curve) < _FLAT * first):
            break
        move = _solve(curve, slope - penalty * weights, way_out)
        if np.abs(move).max() < _TOLERANCE:
            return weights, float(value), curve
        # Half the step until it does not go down: Newton may overshoot far away.
        for _half in range(_STEPS):
            value, slope, curve = derivatives(weights + move)
            reached = value - 0.5 * penalty @ (weights + move) ** 2
            if reached >= goal - 1e-12 * abs(goal):
                break
            move = move / 2
        weights, goal = weights + move, reached
    raise ValueError(f"no finite maximum: a column tells yes from no; {way_out}")


def _solve(curve, slope, way_out):
    try:
        return cho_solve(cho_factor(curve), slope)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            f"columns are constant or depend on each other: leave some out or {way_out}"
        ) from error
