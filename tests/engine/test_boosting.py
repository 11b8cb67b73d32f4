"""Trees looked up by bits against trees walked step by step, and against LightGBM."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing_engine import boosting, evaluation

COLUMNS = 3
VALUES = st.integers(-3, 3).map(float)


def leaf():
    return st.floats(-2, 2).map(lambda value: {"leaf_value": value})


def split(children):
    """A node as LightGBM describes it."""
    return st.fixed_dictionaries(
        {
            "split_feature": st.integers(0, COLUMNS - 1),
            "threshold": VALUES,
            "left_child": children,
            "right_child": children,
        }
    )


NODES = st.recursive(leaf(), split, max_leaves=boosting.LEAVES)
TREES = st.lists(NODES, min_size=1, max_size=6)
ROWS = st.lists(
    st.lists(VALUES, min_size=COLUMNS, max_size=COLUMNS), min_size=1, max_size=8
)


def walk(node, row):
    while "leaf_value" not in node:
        is_left = row[node["split_feature"]] <= node["threshold"]
        node = node["left_child" if is_left else "right_child"]
    return node["leaf_value"]


def read(trees):
    dump = {"tree_info": [{"tree_structure": tree} for tree in trees]}
    return boosting._read(dump, COLUMNS)


@given(trees=TREES, rows=ROWS)
def test_every_row_reaches_the_leaf_that_it_walks_to(trees, rows):
    expected = [np.exp(sum(walk(tree, row) for tree in trees)) for row in rows]
    found = read(trees).predict(rows)
    assert found == pytest.approx(expected, rel=1e-12)


@given(trees=TREES, rows=ROWS)
def test_trees_survive_being_stored(trees, rows):
    model = read(trees)
    plain = json.loads(json.dumps(model.to_plain()))
    again = boosting.TreeEnsemble.from_plain(plain)
    assert again.predict(rows).tolist() == model.predict(rows).tolist()


def test_a_full_tree_and_more_rows_than_a_block():
    def grow(low, high):
        if high - low == 1:
            return {"leaf_value": low / 10}
        middle = (low + high) // 2
        return {
            "split_feature": 1,
            "threshold": middle - 0.5,
            "left_child": grow(low, middle),
            "right_child": grow(middle, high),
        }

    rows = np.zeros((5000, COLUMNS))
    rows[:, 1] = np.arange(5000) % boosting.LEAVES
    found = read([grow(0, boosting.LEAVES)]).predict(rows)
    np.testing.assert_allclose(found, np.exp(rows[:, 1] / 10))


def test_wrong_columns_are_refused():
    model = read([{"leaf_value": 1.0}])
    with pytest.raises(ValueError, match="2 columns, not 3"):
        model.predict([[1.0, 2.0]])
    with pytest.raises(ValueError, match="finite"):
        model.predict([[1.0, 2.0, float("nan")]])


@pytest.mark.parametrize(
    ("y", "power", "words"),
    [
        ([0.0, 0.0], 1.5, "above 0"),
        ([1.0, -1.0], 1.5, "not be negative"),
        ([1.0], 1.5, "2 rows"),
        ([1.0, 2.0], 2.0, "power"),
    ],
)
def test_what_cannot_be_fitted_says_why(y, power, words):
    with pytest.raises(ValueError, match=words):
        boosting.fit_tweedie([[1.0], [2.0]], y, power=power)


@pytest.mark.parametrize("module", [None, "broken"])
def test_without_lightgbm_the_fit_refuses_by_name(monkeypatch, tmp_path, module):
    """Not there at all, or there without the system's library."""
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    if module:
        monkeypatch.delitem(sys.modules, "lightgbm")
        (tmp_path / "lightgbm.py").write_text("raise OSError('libgomp.so.1')")
        monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(boosting.NotInstalled, match="libgomp|lightgbm"):
        boosting.fit_tweedie([[1.0], [2.0]], [0.0, 1.0])


def shop(seed, size=4000):
    """Return figures, money of which most is 0, and its mean."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 30, size), rng.normal(size=size)])
    mean = np.exp(0.8 * x[:, 1]) * (1 + (x[:, 0] > 10))
    bought = rng.random(size) < 0.3
    return x, np.where(bought, rng.gamma(2, mean / 2), 0.0), 0.3 * mean


class TestFit:
    """Of LightGBM itself: left out where it is not installed, as the suite allows."""

    @pytest.fixture(autouse=True)
    def lightgbm(self):
        return pytest.importorskip("lightgbm", exc_type=ImportError)

    def test_numpy_says_what_lightgbm_says(self, lightgbm, monkeypatch):
        x, y, _mean = shop(1)
        fitted = []
        train = lightgbm.train
        monkeypatch.setattr(
            lightgbm,
            "train",
            lambda *given, **named: fitted.append(train(*given, **named)) or fitted[-1],
        )
        ours = boosting.fit_tweedie(x, y, seed=3)
        other, _y, _mean = shop(2)
        np.testing.assert_allclose(
            ours.predict(other), fitted[-1].predict(other), 1e-12
        )
        assert 10 < ours.leaves.shape[0] < 400
        assert ours.leaves.shape[0] == fitted[0].best_iteration

    def test_the_mean_is_learned_and_the_seed_decides(self):
        x, y, _mean = shop(4)
        model = boosting.fit_tweedie(x, y, seed=1)
        other, _y, mean = shop(5)
        found = model.predict(other)
        assert found.mean() == pytest.approx(mean.mean(), rel=0.15)
        assert evaluation.spearman(found, mean) > 0.9
        again = boosting.fit_tweedie(x, y, seed=1)
        assert again.leaves.tolist() == model.leaves.tolist()
        assert (
            boosting.fit_tweedie(x, y, seed=2).leaves.tolist() != again.leaves.tolist()
        )

    def test_of_another_forecast_the_factor_is_learned(self):
        """A forecast that knows one of two things is told the other one only."""
        x, y, mean = shop(6)
        half = mean / (1 + (x[:, 0] > 10))
        model = boosting.fit_tweedie(x, y, start=half, seed=1)
        other, _y, _mean = shop(7)
        factor = model.predict(other)
        low, high = factor[other[:, 0] <= 10].mean(), factor[other[:, 0] > 10].mean()
        assert high / low == pytest.approx(2, rel=0.2)
        assert low == pytest.approx(1, rel=0.15)
