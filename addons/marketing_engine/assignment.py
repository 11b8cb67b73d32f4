"""Assign units to arms and holdouts by hash, and check that the split held."""

from hashlib import sha256

import numpy as np
from scipy import special

from .checks import finite_column, whole_number

SHARE_TOLERANCE = 1e-6
MAX_BUCKETS = 2**32  # the hash is cut to 32 bits


def assign_bucket(salt, unit_id, buckets=10_000) -> int:
    """Return the bucket of one unit: the same for ever for the same salt.

    ``int(sha256("<salt>:<unit_id>")[:8 hex digits], 16) % buckets``. The same value in
    PostgreSQL: ``('x' || substr(encode(sha256(convert_to(salt || ':' || id, 'UTF8')),
    'hex'), 1, 8))::bit(32)::bigint % buckets``.

    Parameters
    ----------
    salt : str
        One a purpose, so that two experiments split independently.
    unit_id : int or str
        Identity of the unit, usually the id of the customer.
    buckets : int, default 10000
        From 1 to 2**32. The bias of the modulus is below ``buckets / 2**32``.

    Raises
    ------
    ValueError
        For ``buckets`` out of range, or a unit that is neither a whole number nor text.
    """
    return int(assign_buckets(salt, [unit_id], buckets)[0])


def assign_buckets(salt, unit_ids, buckets=10_000) -> np.ndarray:
    """Return the bucket of each unit: :func:`assign_bucket` on a sequence."""
    buckets = whole_number("buckets", buckets)
    if not 1 <= buckets <= MAX_BUCKETS:
        raise ValueError(f"buckets must be from 1 to 2**32: {buckets}")
    start = sha256(f"{salt}:".encode())
    numbers = [_hash_number(start, unit_id) for unit_id in unit_ids]
    return np.array(numbers, dtype=np.int64) % buckets


def srm(counts, shares) -> float:
    r"""Test for a sample ratio mismatch: were the arms filled as planned?

    Pearson's :math:`\chi^2 = \sum (c_i - N s_i)^2 / (N s_i)` with one degree of freedom
    less than there are arms. Below 0.001 the assignment or the counting is broken and
    no result of the experiment should be read.

    Parameters
    ----------
    counts : array_like of int, shape (k,)
        Units found in each arm, k at least 2.
    shares : array_like of float, shape (k,)
        Planned shares, each above 0, with sum 1 (tolerance 1e-6).

    Returns
    -------
    float
        p-value between 0 and 1.

    Raises
    ------
    ValueError
        For counts that are negative, not whole or all zero, and for shares that do
        not fit.

    References
    ----------
    Fabijan, A. et al. (2019), Diagnosing Sample Ratio Mismatch in Online Controlled
    Experiments, *KDD '19*, 2156-2164.
    """
    planned = _check_shares(shares)
    whole = [whole_number("counts", count) for count in counts]
    found = np.array(whole, dtype=np.float64)
    if found.size != planned.size:
        raise ValueError(f"{found.size} counts, but {planned.size} shares")
    if found.min() < 0 or not found.sum():
        raise ValueError("counts must be 0 or more, and one above 0")
    expected = found.sum() * planned
    chi_square = float(np.sum((found - expected) ** 2 / expected))
    return float(special.chdtrc(found.size - 1, chi_square))


def _hash_number(start, unit_id) -> int:
    if not isinstance(unit_id, (int, str, np.integer)) or isinstance(unit_id, bool):
        raise ValueError(f"a unit must be a whole number or text: {unit_id!r}")
    digest = start.copy()
    digest.update(str(unit_id).encode())
    return int.from_bytes(digest.digest()[:4], "big")


def _check_shares(shares) -> np.ndarray:
    planned = finite_column("shares", shares)
    if planned.size < 2:
        raise ValueError("an experiment has at least two shares")
    if not (np.all(planned > 0) and abs(planned.sum() - 1) <= SHARE_TOLERANCE):
        raise ValueError(f"shares must be above 0 and sum to 1: {planned.tolist()}")
    return planned / planned.sum()
