"""How the response falls off with the pieces, and how that is learned."""

import numpy as np

from .dispersion import weights


def saturation(bend, load) -> np.ndarray:
    """Return the mean response of pieces up to ``load``, as a share of the first's."""
    amount = np.maximum(bend * np.asarray(load, dtype=float), 1e-9)
    return -np.expm1(-amount) / amount


def learn_bend(model, count, log_mean, load):
    """Move the saturation by one Newton step; return the change of the logarithms."""
    weight, mean = weights(model, log_mean)
    amount = np.maximum(model.bend * load, 1e-6)
    # d log((1 - e^-a) / a) / d k, at k = 0 its limit -u/2.
    slope = load * np.where(amount < 1e-3, -0.5, 1 / np.expm1(amount) - 1 / amount)
    # The level and the stores take up what is common: only differences tell.
    slope_here = slope - (weight * mean * slope).sum() / (weight * mean).sum()
    known = float((weight * mean * slope_here**2).sum())
    if known < 1e-9:
        return 0.0
    push = float((weight * (count - mean) * slope_here).sum())
    bent = float(np.clip(model.bend + np.clip(push / known, -0.5, 0.5), 0.0, 10.0))
    change = np.log(saturation(bent, load) / saturation(model.bend, load))
    model.bend, model.bend_error = bent, known**-0.5
    return change
