"""The chance of a yes, such as "will not buy again", by logistic regression."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from .checks import finite_column, finite_matrix
from .newton import maximise


@dataclass(frozen=True, eq=False)
class ChurnModel:
    """A fitted logistic regression.

    Attributes
    ----------
    intercept : float
    coefficients : numpy.ndarray, shape (k,)
        Of the columns as given: change of the log odds per unit.
    means, scales : numpy.ndarray, shape (k,)
        Mean and standard deviation of each column where it was fitted; a constant
        column has scale 1 and coefficient 0.
    log_likelihood : float
        Without the penalty.
    """

    intercept: float
    coefficients: np.ndarray
    means: np.ndarray
    scales: np.ndarray
    log_likelihood: float

    def predict(self, x) -> np.ndarray:
        """Return the probability of a yes of each row, shape (n,).

        Raises
        ------
        ValueError
            If ``x`` has another number of columns than the model was fitted on.
        """
        return expit(self.intercept + self._checked(x) @ self.coefficients)

    def contributions(self, x) -> np.ndarray:
        """Return what moves each row's log odds away from the average row's.

        Shape (n, k); a row's sum is its log odds less those of the mean customer. The
        largest ones in absolute value are a customer's drivers.
        """
        return (self._checked(x) - self.means) * self.coefficients

    def _checked(self, x) -> np.ndarray:
        matrix = finite_matrix("x", x)
        if matrix.shape[1] != self.coefficients.size:
            raise ValueError(
                f"x has {matrix.shape[1]} columns, the model {self.coefficients.size}"
            )
        return matrix


def fit_logistic(x, y, *, l2=1.0) -> ChurnModel:
    r"""Fit a logistic regression with a ridge penalty by Newton's method.

    .. math:: \max_{\beta_0, \beta} \ \sum_i \log P(y_i \mid x_i)
              - \tfrac{1}{2}\, l_2 \lVert \beta \rVert^2

    The penalty is on the coefficients of *standardised* columns, never on the
    intercept: probabilities do not depend on the unit of a column, and their mean is
    the mean of ``y``.

    Parameters
    ----------
    x : array_like, shape (n, k)
    y : array_like, shape (n,)
        0 or 1.
    l2 : float, default 1
        Greater than 0 keeps the coefficients finite when a column separates yes from
        no.

    Returns
    -------
    ChurnModel

    Raises
    ------
    ValueError
        For invalid columns, when ``y`` holds only one of the two values, or when
        without a penalty there is no finite maximum.

    References
    ----------
    McCullagh, P., Nelder, J. A. (1989), *Generalized Linear Models*, section 4.4;
    Hoerl & Kennard (1970) for the ridge.
    """
    matrix, labels = finite_matrix("x", x), finite_column("y", y)
    _check_labels(matrix, labels, l2)
    means, scales = matrix.mean(axis=0), matrix.std(axis=0)
    # A constant column tells nothing; its rounding noise must not pass for a signal.
    flat = scales <= 1e-12 * np.maximum(1.0, np.abs(means))
    scales = np.where(flat, 1.0, scales)
    design = np.column_stack([np.ones(labels.size), (matrix - means) / scales])
    design[:, 1:][:, flat] = 0.0
    start = np.zeros(design.shape[1])
    start[0] = np.log(labels.mean() / (1 - labels.mean()))
    penalty = np.r_[0.0, np.full(matrix.shape[1], float(l2))]
    weights, likelihood, _curve = maximise(
        _derivatives(design, labels, flat), start, penalty, "set l2 above 0"
    )
    slopes = weights[1:] / scales
    return ChurnModel(
        intercept=float(weights[0] - slopes @ means),
        coefficients=slopes,
        means=means,
        scales=scales,
        log_likelihood=likelihood,
    )


def _check_labels(matrix, labels, l2) -> None:
    if matrix.shape[0] != labels.size:
        raise ValueError(f"x has {matrix.shape[0]} rows, y {labels.size}")
    if not np.all((labels == 0) | (labels == 1)):
        raise ValueError("y must hold 0 and 1 only")
    if labels.size == 0 or labels.min() == labels.max():
        raise ValueError("y must hold both 0 and 1")
    if not (np.isfinite(l2) and l2 >= 0):
        raise ValueError(f"l2 must be finite and not negative: {l2!r}")


def _derivatives(design, labels, flat):
    """Return the log-likelihood, its gradient and negative Hessian at any weights."""

    def evaluate(weights):
        odds = design @ weights
        value = labels @ odds - np.logaddexp(0, odds).sum()
        chance = expit(odds)
        curve = (design * (chance * (1 - chance))[:, None]).T @ design
        curve[np.diag_indices_from(curve)] += np.r_[0.0, flat]
        return value, design.T @ (labels - chance), curve

    return evaluate
