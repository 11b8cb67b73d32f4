"""Log-likelihoods of the BG/NBD and the NBD with their derivatives.

All in the logarithms of the parameters, of counted, distinct histories.
"""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from .equal_rows import number_rows
from .histories import Histories


class BgNbdLikelihood:
    """Sum over customers as a function of ln(r, alpha, a, b).

    Who never came back weighs in through the age alone: these are told apart once.
    """

    def __init__(self, rows: Histories, counts):
        self.rows, self.counts = rows, counts
        self.purchases = _GammaPart(rows.frequency, counts)
        again = rows.frequency > 0
        self.single_age, self.single = rows.age[~again], counts[~again]
        self.x, self.n = rows.frequency[again], counts[again]
        self.recency, self.age = rows.recency[again], rows.age[again]

    def thinned(self, most: int) -> "BgNbdLikelihood":
        """Return the likelihood of at most ``most`` rows, evenly taken."""
        part = slice(None, None, -(-self.counts.size // most))
        columns = (self.rows.frequency, self.rows.recency, self.rows.age)
        return BgNbdLikelihood(
            Histories(*(c[part] for c in columns)), self.counts[part]
        )

    def nbd(self) -> "NbdLikelihood":
        """Return the likelihood of the same customers if nobody ever leaves."""
        first, row_of, _ = number_rows(self.rows.frequency, self.rows.age)
        counts = np.bincount(row_of, weights=self.counts)
        return NbdLikelihood(self.rows.frequency[first], self.rows.age[first], counts)

    def slope(self, logs):
        """Return the value and its gradient."""
        return self._derive(logs, curved=False)[:2]

    def derivatives(self, logs):
        """Return the value, its gradient and the negative of its Hessian."""
        value, slope, curve = self._derive(logs, curved=True)
        return value, slope, -curve

    def _derive(self, logs, curved):
        r, alpha, a, b = np.exp(logs)
        parts = [
            self.purchases.derive(r, alpha),
            self._beta_part(a, b),
            self._singles(r, alpha),
            self._repeaters(r, alpha, a, b, curved),
        ]
        value, slope, curve = (sum(part) for part in zip(*parts, strict=True))
        return value, *in_logs(np.exp(logs), slope, curve)

    def _singles(self, r, alpha):
        """Return -r ln(alpha + age) of those who bought once."""
        log, inverse = _logs(alpha, self.single_age)
        sums = [self.single @ column for column in (log, inverse, inverse**2)]
        slope, curve = np.zeros(4), np.zeros((4, 4))
        slope[:2] = -sums[0], -r * sums[1]
        curve[0, 1] = curve[1, 0] = -sums[1]
        curve[1, 1] = r * sums[2]
        return -r * sums[0], slope, curve

    def _repeaters(self, r, alpha, a, b, curved):
        """Return what says whether those who came back are still there, or left."""
        power, before = r + self.x, b + self.x - 1
        log_age, by_age = _logs(alpha, self.age)
        log_last, by_last = _logs(alpha, self.recency)
        odds = np.log(a / before) + power * (log_age - log_last)
        small = np.exp(-np.abs(odds))
        gone = np.where(odds > 0, 1.0, small) / (1 + small)  # P(left | history)
        value = self.n @ (np.maximum(odds, 0) + np.log1p(small) - power * log_age)
        left, stayed = self.n * gone, self.n * (1 - gone)
        slope = np.array(
            [
                -(stayed @ log_age + left @ log_last),
                -(stayed @ (power * by_age) + left @ (power * by_last)),
                left.sum() / a,
                -(left @ (1 / before)),
            ]
        )
        if not curved:
            return value, slope, 0.0
        change = np.array([log_age - log_last, power * (by_age - by_last)])
        change = np.vstack([change, np.full_like(power, 1 / a), -1 / before])
        curve = (change * (stayed * gone)) @ change.T
        mixed = -(stayed @ by_age + left @ by_last)
        curve[0, 1] += mixed
        curve[1, 0] += mixed
        curve[1, 1] += stayed @ (power * by_age**2) + left @ (power * by_last**2)
        curve[2, 2] -= left.sum() / a**2
        curve[3, 3] += left @ (1 / before**2)
        return value, slope, curve

    def _beta_part(self, a, b):
        """Return ln B(a, b + x) - ln B(a, b) of all, by number of purchases."""
        x, n = self.purchases.x, self.purchases.n
        value = n @ (gammaln(a + b) - gammaln(a + b + x) + gammaln(b + x) - gammaln(b))
        both = n @ (digamma(a + b) - digamma(a + b + x))
        own = n @ (digamma(b + x) - digamma(b))
        curve = np.zeros((4, 4))
        curve[2:, 2:] = n @ (polygamma(1, a + b) - polygamma(1, a + b + x))
        curve[3, 3] += n @ (polygamma(1, b + x) - polygamma(1, b))
        return value, np.array([0.0, 0.0, both, both + own]), curve


class NbdLikelihood:
    """The same if nobody ever leaves, as a function of ln(r, alpha)."""

    def __init__(self, x, age, counts):
        self.x, self.age, self.n = x, age, counts
        self.purchases = _GammaPart(x, counts)

    def slope(self, logs):
        """Return the value and its gradient."""
        r, alpha = np.exp(logs)
        value, slope, _curve = self.purchases.derive(r, alpha)
        log, inverse = _logs(alpha, self.age)
        value -= self.n @ ((r + self.x) * log)
        slope = slope[:2] - [self.n @ log, self.n @ ((r + self.x) * inverse)]
        return value, slope * np.exp(logs)


class _GammaPart:
    """ln Γ(r + x) - ln Γ(r) + r ln alpha of all, by number of purchases."""

    def __init__(self, frequency, counts):
        first, row_of, _ = number_rows(frequency)
        self.x = frequency[first]
        self.n = np.bincount(row_of, weights=counts)

    def derive(self, r, alpha):
        x, n = self.x, self.n
        size = n.sum()
        value = n @ (gammaln(r + x) - gammaln(r)) + size * r * np.log(alpha)
        by_r = n @ (digamma(r + x) - digamma(r)) + size * np.log(alpha)
        curve = np.zeros((4, 4))
        curve[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
        curve[0, 1] = curve[1, 0] = size / alpha
        curve[1, 1] = -size * r / alpha**2
        return value, np.array([by_r, size * r / alpha, 0.0, 0.0]), curve


def in_logs(values, slope, curve):
    """Return gradient and Hessian in the logarithms of ``values``."""
    slope = slope * values
    return slope, curve * np.outer(values, values) + np.diag(slope)


def _logs(alpha, times):
    return np.log(alpha + times), 1 / (alpha + times)
