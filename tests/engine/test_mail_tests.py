"""Real randomised e-mail tests: published totals, and files against scipy."""

import pytest
from mail_tests import CONTROL, MENS, PUBLISHED, WOMENS, files, read_arms
from scipy import stats

from marketing_engine.experiments import srm, two_proportions, welch


def compare(arms, name, outcome):
    treated, control = arms[name], arms[CONTROL]
    return two_proportions(
        getattr(treated, outcome),
        treated.customers,
        getattr(control, outcome),
        control.customers,
    )


class TestHillstrom:
    """The published whole-file results of Hillstrom's e-mail test."""

    @pytest.mark.parametrize(
        ("name", "visit", "conversion"),
        [(CONTROL, 10.617, 0.573), (MENS, 18.276, 1.253), (WOMENS, 15.140, 0.884)],
    )
    def test_counts_give_the_published_rates(self, name, visit, conversion):
        arm = PUBLISHED[name]
        assert round(100 * arm.visits / arm.customers, 3) == visit
        assert round(100 * arm.conversions / arm.customers, 3) == conversion

    @pytest.mark.parametrize(("name", "points"), [(MENS, 7.659), (WOMENS, 4.523)])
    def test_lift_in_visits(self, name, points):
        result = compare(PUBLISHED, name, "visits")
        assert round(100 * result.difference, 3) == points
        assert 0 < result.low < result.difference < result.high
        assert result.p_value < 1e-40

    @pytest.mark.parametrize(("name", "points"), [(MENS, 0.681), (WOMENS, 0.311)])
    def test_lift_in_conversion(self, name, points):
        result = compare(PUBLISHED, name, "conversions")
        assert round(100 * result.difference, 3) == points
        assert result.p_value < 0.001

    @pytest.mark.parametrize(
        ("name", "mean", "deviation", "lift", "low", "high"),
        [
            (MENS, 1.4226, 17.7545, 0.770, 0.485, 1.055),
            (WOMENS, 1.0772, 15.0926, 0.424, 0.169, 0.680),
        ],
    )
    def test_lift_in_spend(self, name, mean, deviation, lift, low, high):
        # Only the means and intervals are published; these deviations give them.
        control = (0.6528, 11.5882, PUBLISHED[CONTROL].customers)
        result = welch(mean, deviation, PUBLISHED[name].customers, *control)
        found = (result.difference, result.low, result.high)
        assert tuple(round(value, 3) for value in found) == pytest.approx(
            (lift, low, high), abs=0.001
        )

    def test_the_split_was_even(self):
        sizes = [arm.customers for arm in PUBLISHED.values()]
        assert sum(sizes) == 64_000
        assert srm(sizes, [1 / 3] * 3) == pytest.approx(0.903693, abs=1e-6)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
class TestFiles:
    """The committed sample always; Hillstrom's customers where they are at hand."""

    def test_split(self, path):
        sizes = [arm.customers for arm in read_arms(path).values()]
        assert srm(sizes, [1 / 3] * 3) == pytest.approx(stats.chisquare(sizes).pvalue)

    @pytest.mark.parametrize("name", [MENS, WOMENS])
    @pytest.mark.parametrize("outcome", ["visits", "conversions"])
    def test_rates(self, path, name, outcome):
        arms = read_arms(path)
        result = compare(arms, name, outcome)
        table = [
            [getattr(arm, outcome), arm.customers - getattr(arm, outcome)]
            for arm in (arms[name], arms[CONTROL])
        ]
        plain = stats.chi2_contingency(table, correction=False)
        assert result.z**2 == pytest.approx(plain.statistic)
        assert result.p_value == pytest.approx(plain.pvalue)
        published = compare(PUBLISHED, name, outcome)
        assert result.low <= published.difference <= result.high

    @pytest.mark.parametrize("name", [MENS, WOMENS])
    def test_spend(self, path, name):
        arms = read_arms(path)
        result = welch(*arms[name].moments, *arms[CONTROL].moments)
        oracle = stats.ttest_ind(arms[name].spend, arms[CONTROL].spend, equal_var=False)
        interval = oracle.confidence_interval()
        assert result.t == pytest.approx(oracle.statistic)
        assert result.p_value == pytest.approx(oracle.pvalue)
        assert result.degrees_of_freedom == pytest.approx(oracle.df)
        assert (result.low, result.high) == pytest.approx(tuple(interval))
