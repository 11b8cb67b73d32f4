"""Where a log-likelihood of few parameters is highest: searched, then made exact."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

_STEPS = 100
#: Of the log-likelihood: its own rounding errors are about as large.
_NOTHING = 1e-12


def search(slope, starts, limit):
    """Return (place, value) of the highest summit that a search from ``starts`` finds.

    ``slope`` returns the value and its gradient; no coordinate leaves ±``limit``.
    """
    # Not at the top: a web worker that never fits should not load the optimiser.
    from scipy.optimize import minimize

    def downhill(place):
        value, gradient = slope(place)
        return -value, -gradient

    found = [
        minimize(
            downhill,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-limit, limit)] * len(start),
            options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-7},
        )
        for start in starts
    ]
    best = min(found, key=lambda result: result.fun)
    return best.x, -best.fun


def climb(derivatives, near, limit):
    """Return (place, value) of the summit ``near`` a place that a search has found.

    Newton's steps, damped where the likelihood is not curved like a summit, as it is
    where it rises for ever: then the end is at ±``limit``, or where it is flat.

    Parameters
    ----------
    derivatives : callable
        From a place to the value, its gradient and the negative of its Hessian.
    """
    place = np.array(near, dtype=np.float64)
    value, slope, curve = derivatives(place)
    damping = 0.0
    for _step in range(_STEPS):
        move = _move(place, slope, curve, damping, limit)
        ahead = None
        if move is not None:
            if slope @ move <= _NOTHING * abs(value):
                break
            ahead = derivatives(place + move)
        if ahead and ahead[0] >= value - _NOTHING * abs(value):
            place, (value, slope, curve) = place + move, ahead
            damping = damping / 10 if damping > 1e-9 else 0.0
        else:
            damping = max(damping * 10, 1e-6)
    return place, value


def _move(place, slope, curve, damping, limit):
    """Return the step to take, within ±``limit``; None where there is no summit."""
    free = (np.abs(place) < limit) | (place * slope < 0)
    move = np.zeros_like(place)
    if not free.any():
        return move
    matrix = curve[np.ix_(free, free)]
    matrix += damping * np.abs(np.diag(matrix)).max() * np.eye(len(matrix))
    try:
        move[free] = cho_solve(cho_factor(matrix), slope[free])
    except np.linalg.LinAlgError:
        return None
    return np.clip(place + move, -limit, limit) - place
