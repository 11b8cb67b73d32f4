"""Which stores of a plan go into which arm, and what that finds; no database here."""

from typing import NamedTuple

import numpy as np

from odoo.addons.marketing_engine import experiments

FIRST = {"pairs": "treated", "share": "treated", "like": "treated", "ab": "a"}
SECOND = {"pairs": "control", "share": "control", "like": "control", "ab": "b"}
#: Without a wish: a fifth of what the stores usually do.
TARGET = 0.2


class Unit(NamedTuple):
    """A store of the plan."""

    key: int
    region: int
    is_sent: bool
    pieces: float  # that it gets, or would get
    usual: float  # conversions a piece, NaN where unknown
    drop: float  # pieces of a usual drop, NaN where unknown
    value: float  # revenue of a piece, NaN where unknown


class Design(NamedTuple):
    """The arms and their power; a row a store of the experiment."""

    key: list
    arm: list
    pair: list  # 0 for none
    propensity: list  # of the arm that the store is in; 0 where no chance decided
    usual: list
    rate: float
    spread: float
    detectable: float  # 0 where it is not known
    target: float
    needed: int  # stores in all for the target; 0 where it is not known
    imbalance: float  # largest standardised difference of the means


def design(units, drops, kind, *, share=0.1, count=0, seed=0, target=0.0) -> Design:
    """Return who is in which arm.

    Parameters
    ----------
    units : list of Unit
    drops : tuple of array_like
        Conversions, pieces and store of past drops.
    kind : str
        ``pairs``, ``share``, ``ab`` or ``like``.

    Raises
    ------
    ValueError
        When there are too few stores for it.
    """
    features, usual = _features(units)
    first, second, pair, chance = _arms(units, features, kind, share, count, seed)
    rows = np.r_[first, second]
    pieces = np.array([unit.pieces for unit in units], dtype=float)
    rate = float(np.average(usual[rows], weights=pieces[rows])) if rows.size else 0.0
    spread = experiments.spread_beyond_chance(*drops)
    found, needed = 0.0, 0
    target = target or TARGET * rate
    if 0 < rate < 1 and rows.size > 2:
        found = experiments.detectable(
            rate, pieces[first], pieces[second], store_spread=spread
        )
        needed = experiments.stores_needed(
            rate,
            float(pieces[rows].mean()),
            target,
            share=second.size / rows.size,
            store_spread=spread,
        )
    apart = np.abs(experiments.imbalance(features, first, second))
    arms = [FIRST[kind]] * first.size + [SECOND[kind]] * second.size
    return Design(
        [units[row].key for row in rows],
        arms,
        np.r_[pair, pair].tolist() if pair.size else [0] * rows.size,
        [chance[0]] * first.size + [chance[1]] * second.size,
        usual[rows].tolist(),
        rate,
        spread,
        found,
        target,
        needed,
        float(apart.max(initial=0.0)),
    )


def _arms(units, features, kind, share, count, seed):
    """Return rows of both arms, their pairs, and the chance of each arm."""
    region = np.array([unit.region for unit in units])
    sent = np.flatnonzero([unit.is_sent for unit in units])
    none = np.zeros(0, dtype=int)
    if kind == "like":
        rest = np.flatnonzero([not unit.is_sent for unit in units])
        count = min(count or sent.size, rest.size)
        second = experiments.match_controls(features, sent, count, group=region)
        return sent, second, none, (0.0, 0.0)
    if kind == "share":
        held, chance = experiments.hold_out(region[sent], share, seed=seed)
        return sent[~held], sent[held], none, (1 - chance, chance)
    pairs = experiments.draw_pairs(
        features[sent], count or None, group=region[sent], seed=seed
    )
    first, second = sent[pairs[:, 0]], sent[pairs[:, 1]]
    return first, second, np.arange(1, len(pairs) + 1), (0.5, 0.5)


def _features(units):
    """Return what history tells of each store, and its usual rate; nothing unknown."""
    usual = _filled([unit.usual for unit in units])
    drop = _filled([np.log1p(unit.drop) for unit in units])
    value = _filled([unit.value for unit in units])
    size = np.log1p([unit.pieces for unit in units])
    return np.stack([usual, drop, value, size], axis=1), usual


def _filled(values):
    values = np.array(values, dtype=float)
    known = np.isfinite(values)
    return np.where(known, values, values[known].mean() if known.any() else 0.0)
