r"""Log-linear rates with many shrunken effects, fitted to counts.

Row i expects :math:`\mu_i = e_i \exp(\mu_0 + \sum_f b_{f, l(i)})` with
:math:`b_{f,l} \sim N(0, \tau_f^2)`. Each effect is drawn towards 0 as far as the
others of its kind are alike: :math:`\tau_f^2` is learned (empirical Bayes). Counts vary
more than chance makes them, by a gamma factor of variance :math:`\sigma^2` a row.
"""

from dataclasses import dataclass, field

import numpy as np

from .dispersion import WIDEST, learn_spread, weights
from .saturation import learn_bend

_ROUNDS, _SWEEPS, _TOLERANCE = 80, 2, 2e-4
_LONGEST_STEP = 1.5
_NARROWEST = 1e-6


@dataclass(eq=False)
class Factor:
    """One kind of effect.

    Attributes
    ----------
    shape : tuple of int
        Levels, such as ``(creatives, regions)`` for an interaction.
    guess : float
        The variance among levels before data; it counts as much as ``worth`` levels.
    floor : float
        The least variance: 1 makes effects all but free.
    value, variance : numpy.ndarray of that shape
        Posterior mean and variance; 0 and ``spread`` for a level never seen.
    spread : float
        The learned variance among levels.
    freedom : float
        Degrees of freedom in use.
    """

    shape: tuple
    guess: float = 0.02
    floor: float = _NARROWEST
    worth: float = 2.0
    value: np.ndarray = field(init=False)
    variance: np.ndarray = field(init=False)
    known: np.ndarray = field(init=False)
    spread: float = field(init=False)
    freedom: float = 0.0

    def __post_init__(self):
        self.value, self.spread = np.zeros(self.shape), max(self.guess, self.floor)
        self.variance = np.full(self.shape, self.spread)
        self.known = np.zeros(self.value.size)

    def step(self, code, count, expected) -> np.ndarray:
        """Improve the effects by one Newton step each; return the steps, (levels,)."""
        size, flat = self.known.size, self.value.ravel()
        seen = np.bincount(code, weights=count, minlength=size)
        self.known = np.bincount(code, weights=expected, minlength=size)
        slope = seen - self.known - flat / self.spread
        move = slope / (self.known + 1 / self.spread)
        move = np.clip(move, -_LONGEST_STEP, _LONGEST_STEP)
        self.value = (flat + move).reshape(self.shape)
        return move

    def judge(self, doubt, shared):
        """Set the variances; ``doubt`` and ``shared`` come from others' effects."""
        known = 1 / (1 / np.maximum(self.known, 1e-9) + doubt)
        own = 1 / (self.known + 1 / self.spread)
        variance = 1 / (known + 1 / self.spread)
        self.variance = variance.reshape(self.shape)
        freedom = (1 - own / self.spread).sum() - shared
        self.freedom = max(float(freedom), 0.0)

    def learn(self):
        """Set the variance among levels: squares over degrees of freedom in use."""
        squares = (self.value**2).sum() + self.worth * self.guess
        wide = squares / (self.freedom + self.worth)
        self.spread = float(np.clip(wide, self.floor, max(WIDEST, self.floor)))


@dataclass(eq=False)
class Table:
    """Factors that are functions of one grouping of the rows, fitted on its sums.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (n,)
        The group of each row.
    codes : dict of str to numpy.ndarray of int, shape (groups,)
        The level of each group, a factor.
    inside : dict of str to tuple of str
        The factors whose levels contain those of a factor, as a market contains what
        its creatives do there.
    """

    row: np.ndarray
    codes: dict
    inside: dict

    def improve(self, factors, count, expected) -> np.ndarray:
        """Return the change of the logarithm of each row's expectation, shape (n,)."""
        size = next(iter(self.codes.values())).size
        seen = np.bincount(self.row, weights=count, minlength=size)
        known = np.bincount(self.row, weights=expected, minlength=size)
        change = np.zeros(size)
        for _sweep in range(_SWEEPS):
            for name, code in self.codes.items():
                move = factors[name].step(code, seen, known * np.exp(change))
                change += move[code]
        self._judge(factors)
        return change[self.row]

    def _judge(self, factors):
        """Set variances and freedom, as far as an effect and those inside share them.

        With :math:`c = 1/(k + 1/\\tau^2)` and :math:`\\gamma = k c` of the inner level,
        the outer one has the variance :math:`V = 1 / (1/\\tau_o^2 + \\sum k (1 -
        \\gamma))`, the inner one :math:`c + \\gamma^2 V` (block inversion).
        """
        doubt = {name: np.zeros(factors[name].known.size) for name in self.codes}
        shared = {name: 0.0 for name in self.codes}
        for name, outers in self.inside.items():
            inner = factors[name]
            gain = inner.known * inner.spread / (1 + inner.known * inner.spread)
            for outer in outers:
                holder = self._holder(name, outer, gain.size)
                known = np.maximum(factors[outer].known, 1e-9)
                left = np.bincount(
                    holder, weights=inner.known * (1 - gain), minlength=known.size
                )
                doubt[outer] += 1 / np.maximum(left, 1e-9) - 1 / known
                spread = 1 / (1 / factors[outer].spread + left)
                shared[name] += float((gain**2 * spread[holder]).sum()) / inner.spread
        for name in self.codes:
            factors[name].judge(doubt[name], shared[name])

    def _holder(self, inner, outer, size):
        """Return the outer level that holds each of the inner levels."""
        holder = np.zeros(size, dtype=np.intp)
        holder[self.codes[inner]] = self.codes[outer]
        return holder


@dataclass(eq=False)
class Effects:
    """A fitted model.

    Attributes
    ----------
    level : float
        Logarithm of the rate where all effects are 0.
    factors : dict of str to Factor
    noise : float
        Relative variance of a row beyond its chance, :math:`\\sigma^2`.
    chance : float
        Variance of a count over its expectation: 1 for counts of people.
    bend : float
        Saturation, see :func:`fit_effects`; ``bend_error`` its standard error.
    expected : numpy.ndarray, shape (n,)
        Of the rows it was fitted to.
    """

    level: float
    factors: dict
    noise: float = 0.0
    chance: float = 1.0
    bend: float = 0.0
    bend_error: float = np.inf
    expected: np.ndarray | None = None


def fit_effects(
    count, exposure, tables, factors, *, load=None, free_chance=False
) -> Effects:
    r"""Fit by turns: sums over groups, one Newton step a level, then the variances.

    Parameters
    ----------
    count, exposure : numpy.ndarray, shape (n,)
        Not negative; exposure above 0.
    tables : list of Table
    factors : dict of str to Factor
        Changed in place.
    load : numpy.ndarray, shape (n,), optional
        Pieces over what the store usually gets, u. With it the rate falls by
        :math:`(1 - e^{-ku}) / (ku)`, and :math:`k \ge 0` is learned.
    free_chance : bool
        For money: the variance over the expectation is learned, ``noise`` stays 0.

    Notes
    -----
    O(n) a round, whatever the number of levels. The weight :math:`1 / (1 + \sigma^2
    \mu)` makes the fixed point the negative binomial's (McCullagh & Nelder 1989, 9.2);
    variances by Fellner (1986), *Technometrics* 28.
    """
    total = max(float(count.sum()), 0.5)
    model = Effects(float(np.log(total / exposure.sum())), factors)
    log_mean = np.log(exposure) + model.level
    for _round in range(_ROUNDS):
        before = log_mean.copy()
        for table in tables:
            weight, mean = weights(model, log_mean)
            log_mean += table.improve(factors, weight * count, weight * mean)
        weight, mean = weights(model, log_mean)
        shift = np.log(max((weight * count).sum(), 1e-9) / (weight * mean).sum())
        shift = float(np.clip(shift, -_LONGEST_STEP, _LONGEST_STEP))
        model.level += shift
        log_mean += shift
        if load is not None:
            log_mean += learn_bend(model, count, log_mean, load)
        for factor in factors.values():
            factor.learn()
        learn_spread(model, count, np.exp(log_mean), free_chance)
        if _round > 4 and np.abs(log_mean - before).max() < _TOLERANCE:
            break
    model.expected = np.exp(log_mean)
    return model
