"""Cox's proportional hazards: what makes an event come sooner or later."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import inv

from .checks import finite_column, finite_matrix
from .newton import maximise


@dataclass(frozen=True, eq=False)
class CoxModel:
    """A fitted proportional-hazards model.

    Attributes
    ----------
    coefficients, standard_errors : numpy.ndarray, shape (k,)
        Log hazard ratios per unit of a column.
    log_likelihood : float
        Partial, with Efron's treatment of ties, without the penalty.
    times, cumulative_hazard : numpy.ndarray, shape (m,)
        Breslow's baseline at the distinct event times, for the mean row.
    means : numpy.ndarray, shape (k,)
        The mean row.
    """

    coefficients: np.ndarray
    standard_errors: np.ndarray
    log_likelihood: float
    times: np.ndarray
    cumulative_hazard: np.ndarray
    means: np.ndarray

    def relative_risk(self, covariates) -> np.ndarray:
        """Return each row's hazard as a multiple of the mean row's, shape (n,)."""
        matrix = finite_matrix("covariates", covariates)
        return np.exp((matrix - self.means) @ self.coefficients)

    def survival(self, covariates, time) -> np.ndarray:
        """Return the probability of no event until ``time`` of each row, shape (n,)."""
        place = np.searchsorted(self.times, time, side="right")
        hazard = np.r_[0.0, self.cumulative_hazard][place]
        return np.exp(-hazard * self.relative_risk(covariates))


def fit_cox(durations, events, covariates, *, penalizer=0.0) -> CoxModel:
    r"""Fit Cox's model by Newton's method on the partial likelihood.

    Parameters
    ----------
    durations : array_like, shape (n,)
        Time until the event or the end of the observation, any unit, not negative.
    events : array_like, shape (n,)
        1 where the event came, 0 where the observation ended before (censored).
    covariates : array_like, shape (n, k)
    penalizer : float, default 0
        Ridge on standardised columns: :math:`\tfrac{n}{2}\,penalizer\,\lVert\beta
        \rVert^2` is taken off the log-likelihood.

    Returns
    -------
    CoxModel

    Raises
    ------
    ValueError
        For invalid columns, without any event, and when there is no finite maximum.

    Notes
    -----
    O(n k²) a step. Risk sets are sums over the rows sorted by duration.

    References
    ----------
    Cox, D. R. (1972), *J. R. Stat. Soc. B* 34; Efron, B. (1977), *JASA* 72, for ties;
    Breslow (1972) for the baseline.
    """
    time, event, matrix = _columns(durations, events, covariates)
    if not penalizer >= 0:
        raise ValueError(f"penalizer must not be negative: {penalizer!r}")
    means, scales = matrix.mean(axis=0), matrix.std(axis=0)
    scales = np.where(scales > 1e-12 * np.maximum(1.0, np.abs(means)), scales, 1.0)
    ties = _Ties(time, event, (matrix - means) / scales)
    ridge = penalizer * time.size
    start, penalty = np.zeros(matrix.shape[1]), np.full(matrix.shape[1], ridge)
    weights, value, curve = maximise(ties.derivatives, start, penalty, "set penalizer")
    spread = np.sqrt(np.diag(inv(curve)))
    times, hazard = ties.baseline(weights)
    return CoxModel(
        coefficients=weights / scales,
        standard_errors=spread / scales,
        log_likelihood=value,
        times=times,
        cumulative_hazard=hazard,
        means=means,
    )


def _columns(durations, events, covariates):
    time = finite_column("durations", durations)
    event = finite_column("events", events)
    matrix = finite_matrix("covariates", covariates)
    if not time.size == event.size == matrix.shape[0]:
        raise ValueError("durations, events and covariates differ in length")
    if np.any(time < 0):
        raise ValueError("durations must not be negative")
    if not np.all((event == 0) | (event == 1)):
        raise ValueError("events must hold 0 and 1 only")
    if not event.any():
        raise ValueError("there is no event: nothing can be learned")
    return time, event.astype(bool), matrix


class _Ties:
    """Rows by descending duration, and the groups of events at one time."""

    def __init__(self, time, event, matrix):
        order = np.lexsort((~event, -time))
        self.time, self.matrix = time[order], matrix[order]
        self.event = event[order]
        self.times = np.unique(self.time[self.event])
        # Rows at risk at each time come first: as long as or longer than it.
        self.at_risk = np.searchsorted(-self.time, -self.times, side="right")
        rows = np.flatnonzero(self.event)
        self.rows = rows
        self.group = np.searchsorted(self.times, self.time[rows])
        self.size = np.bincount(self.group, minlength=self.times.size)
        # Efron: of d tied events the l-th sees the tied rows less l/d of them.
        first = np.cumsum(self.size) - self.size
        by_group = np.argsort(self.group, kind="stable")
        place = np.empty(rows.size)
        place[by_group] = np.arange(rows.size) - first[self.group[by_group]]
        self.part = place / self.size[self.group]

    def derivatives(self, weights):
        """Return log-likelihood, gradient (k,) and information (k, k)."""
        score = self.matrix @ weights
        risk = np.exp(score - score.max())
        weighted = self.matrix * risk[:, None]
        all0, tied0 = self._sums(risk)
        all1, tied1 = self._sums(weighted)
        left = all0[self.group] - self.part * tied0[self.group]
        mean = all1[self.group] - self.part[:, None] * tied1[self.group]
        mean /= left[:, None]
        value = score[self.rows].sum() - (np.log(left) + score.max()).sum()
        slope = self.matrix[self.rows].sum(axis=0) - mean.sum(axis=0)
        return value, slope, self._squares(weighted, left) - mean.T @ mean

    def _sums(self, values):
        """Return sums over the rows at risk, and over the tied events, by time."""
        at_risk = np.cumsum(values, axis=0)[self.at_risk - 1]
        tied = np.zeros_like(at_risk)
        np.add.at(tied, self.group, values[self.rows])
        return at_risk, tied

    def _squares(self, weighted, left):
        """Return the sum over events of the risk sets' mean outer products.

        Each row counts in as many risk sets as there are events no later than it: the
        order of summation is turned, so that no (n, k, k) array is needed.
        """
        times = self.times.size
        whole = np.bincount(self.group, weights=1 / left, minlength=times)
        taken = np.bincount(self.group, weights=self.part / left, minlength=times)
        seen = np.searchsorted(self.times, self.time, side="right")
        factor = np.r_[0.0, np.cumsum(whole)][seen]
        factor[self.rows] -= taken[self.group]
        return (weighted * factor[:, None]).T @ self.matrix

    def baseline(self, weights):
        """Return the event times and Breslow's cumulative hazard at them."""
        at_risk, _tied = self._sums(np.exp(self.matrix @ weights))
        return self.times, np.cumsum(self.size / at_risk)
