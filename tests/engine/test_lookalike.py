"""The nearest profiles to some seeds."""

import numpy as np
import pytest

from marketing_engine import lookalike
from marketing_engine.lookalike import nearest, robust_scale


@pytest.fixture(name="groups")
def two_groups():
    """Rows 0-49 far off in two columns of very different size, then a crowd."""
    random = np.random.default_rng(3)
    values = random.normal(size=(500, 2)) * [1, 1000]
    values[:50] += [4, 4000]
    return values


class TestScale:
    def test_median_and_quartiles(self):
        column = np.arange(101.0)
        scaled = robust_scale(column[:, None])[:, 0]
        assert scaled[50] == 0
        assert scaled[75] - scaled[25] == pytest.approx(1.349, abs=1e-3)

    def test_one_outlier_moves_nobody_else(self):
        column = np.arange(101.0)[:, None]
        wild = column.copy()
        wild[100] = 1e12
        assert robust_scale(wild)[:100] == pytest.approx(robust_scale(column)[:100])
        assert robust_scale(wild)[100] == lookalike.CLIP

    def test_constant_sparse_and_unknown_columns(self):
        table = np.array([[1, 0, np.nan]] * 9 + [[1, 9, np.nan]])
        scaled = robust_scale(table)
        assert not scaled[:, [0, 2]].any()
        assert scaled[9, 1] == pytest.approx(9 / table[:, 1].std())
        mixed = robust_scale([[1.0], [2.0], [3.0], [np.nan]])
        assert mixed[3] == 0


class TestNearest:
    def test_finds_the_others_of_the_group(self, groups):
        found = nearest(groups, np.arange(10), count=30)
        assert set(found.index) <= set(range(10, 50))
        assert np.all(np.diff(found.distance) >= 0)
        assert found.parts.sum(axis=1) == pytest.approx(1)

    def test_is_the_distance_by_hand(self, groups):
        scaled = robust_scale(groups)
        found = nearest(groups, [3, 5, 7, 9], count=500, neighbours=2)
        for row, distance in list(zip(found.index, found.distance, strict=True))[::50]:
            squares = np.sort(((scaled[row] - scaled[[3, 5, 7, 9]]) ** 2).sum(axis=1))
            assert distance == pytest.approx(np.sqrt(squares[:2].mean() / 2))

    def test_units_blocks_and_mask_change_nothing(self, groups, monkeypatch):
        found = nearest(groups, np.arange(10), count=20)
        mask = np.zeros(len(groups), dtype=bool)
        mask[:10] = True
        monkeypatch.setattr(lookalike, "BLOCK", 7)
        other = nearest(groups * [100, 0.01] + [7, 7], mask, count=20)
        assert other.index.tolist() == found.index.tolist()
        assert other.distance == pytest.approx(found.distance)

    def test_parts_name_the_column_that_differs(self):
        values = np.array(
            [[0.0, 0], [0, 0], [0, 8], [1, 1], [-1, -1], [2, 2], [-2, -2]]
        )
        found = nearest(values, [0], count=6)
        by_row = dict(zip(found.index.tolist(), found.parts, strict=True))
        assert by_row[2].tolist() == [0, 1]
        assert by_row[1].tolist() == [0, 0]
        assert found.distance[0] == 0

    def test_a_constant_column_makes_nobody_nearer(self, groups):
        constant = np.column_stack([groups, np.full((len(groups), 2), np.nan)])
        plain = nearest(groups, [0, 1], count=9)
        assert nearest(constant, [0, 1], count=9).distance == pytest.approx(
            plain.distance
        )

    def test_several_kinds_of_seeds(self):
        values = np.array([[-3.0]] * 5 + [[3.0]] * 5 + [[0.0]] * 20)
        found = nearest(values, [0, 1, 2, 5, 6, 7], count=4)
        assert sorted(found.index.tolist()) == [3, 4, 8, 9]

    def test_many_seeds_are_thinned(self, groups, monkeypatch):
        monkeypatch.setattr(lookalike, "MAX_SEEDS", 4)
        found = nearest(groups, np.arange(10), count=5)
        direct = nearest(groups, np.arange(10), count=5)
        assert found.index.tolist() == direct.index.tolist()
        assert set(found.index) <= set(range(10, 50))

    def test_everybody_is_a_seed(self):
        found = nearest([[1.0], [2.0]], [0, 1], count=5)
        assert found.index.size == 0 and found.parts.shape == (0, 1)

    @pytest.mark.parametrize(
        ("seeds", "options"),
        [
            ([], {}),
            ([0], {"count": 0}),
            ([0], {"neighbours": 0}),
            ([0], {"count": 1.5}),
        ],
    )
    def test_bad_arguments(self, seeds, options):
        with pytest.raises(ValueError, match=r"seed|above 0|whole number"):
            nearest(
                [[1.0], [2.0]], np.array(seeds, dtype=int), **{"count": 1, **options}
            )
