"""How much rows vary beyond chance, and what each counts by that."""

import numpy as np

#: Variance of a logarithm that nothing is beyond.
WIDEST = 4.0


def weights(model, log_mean) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight of each row, and its expectation."""
    mean = np.exp(log_mean)
    return 1 / (model.chance * (1 + model.noise * mean)), mean


def learn_spread(model, count, mean, free_chance):
    """Set what rows vary beyond chance so that Pearson's sum is its freedom."""
    freedom = count.size - 1 - sum(factor.freedom for factor in model.factors.values())
    freedom = max(freedom, 0.1 * count.size, 1.0)
    error = (count - mean) ** 2 / mean
    if free_chance:
        model.chance = float(np.clip(error.sum() / freedom, 1e-4, 1e6))
        return
    factor = 1 + model.noise * mean
    over = (error / factor).sum() - freedom
    slope = (error * mean / factor**2).sum()
    if slope > 0:
        model.noise = float(np.clip(model.noise + over / slope, 0.0, WIDEST))
