"""Budgets shared out among stores: the proven gap, and what must never happen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from marketing_engine.store_budget import (
    Offers,
    allocate,
    balance_waves,
    budget_curve,
    fill_waves,
    profit_curve,
)
from marketing_engine.store_budget.tier_prices import find_prices


def make_offers(seed=0, stores=60, creatives=5, bend=0.5, breaks=None):
    rng = np.random.default_rng(seed)
    slope = 0.6 * np.exp(
        rng.normal(0, 0.4, (stores, 1)) + rng.normal(0, 0.3, (1, creatives))
    )
    usual = rng.uniform(300, 1500, stores)
    breaks = breaks or [(0, 0.5)]
    least = np.tile([start for start, _price in breaks], (creatives, 1)).astype(float)
    price = np.tile([price for _start, price in breaks], (1, creatives, 1))
    return Offers(slope, usual, bend, np.round(usual * 1.6), price, least)


def varied(seed, stores, creatives, bend, breaks):
    """Return offers in which each store has favourites of its own."""
    offers = make_offers(seed, stores, creatives, bend, breaks)
    own = np.random.default_rng(seed + 1).normal(0, 0.25, offers.slope.shape)
    return replace(offers, slope=offers.slope * np.exp(own))


def check(offers, plan, budget=np.inf, wave=None, wave_budgets=()):
    """An independent look at a plan: limits, prices in force, sums."""
    assert (plan.pieces >= 0).all() and (plan.pieces <= offers.most).all()
    used = plan.pieces > 0
    assert (plan.creative[~used] == -1).all() and (plan.creative[used] >= 0).all()
    cost = np.zeros(plan.pieces.size)
    gain = np.zeros(plan.pieces.size)
    total = np.bincount(plan.creative[used], plan.pieces[used], offers.slope.shape[1])
    for store in np.flatnonzero(used):
        creative, tier = plan.creative[store], plan.tier[store]
        assert total[creative] >= offers.least[creative, tier]
        assert offers.slope[store, creative] > 0
        cost[store] = offers.price[0, creative, tier] * plan.pieces[store]
        gain[store] = offers.gain(store, creative, plan.pieces[store])
    assert cost.sum() <= budget + 1e-6
    for number, limit in enumerate(wave_budgets):
        assert cost[wave == number].sum() <= limit + 1e-6
    assert plan.cost == pytest.approx(cost.sum())
    assert plan.profit == pytest.approx(gain.sum() - cost.sum())
    assert plan.profit <= plan.bound * (1 + 1e-9) + 1e-9


class TestAllocate:
    @pytest.mark.parametrize("bend", [0, 0.5])
    @pytest.mark.parametrize("stores", [1, 5, 60, 400])
    def test_the_gap_is_below_one_percent(self, stores, bend):
        offers = make_offers(stores=stores, bend=bend)
        free = allocate(offers)
        check(offers, free)
        assert free.gap < 0.01
        budget = 0.4 * free.cost
        plan = allocate(offers, budget)
        check(offers, plan, budget)
        assert plan.gap < 0.01
        assert 0 < plan.profit < free.profit

    def test_print_breaks(self):
        breaks = [(0, 0.6), (4_000, 0.5), (20_000, 0.4)]
        offers = make_offers(stores=300, breaks=breaks)
        plan = allocate(offers, 25_000)
        check(offers, plan, 25_000)
        assert plan.gap < 0.02
        best = max(
            allocate(make_offers(stores=300, breaks=[(0, price)]), 25_000).profit
            for _start, price in breaks
        )
        worst = allocate(make_offers(stores=300), 25_000).profit
        assert worst < plan.profit <= best * 1.001

    def test_marginal_profit_is_the_shadow_price_everywhere(self):
        offers = make_offers(stores=300)
        plan = allocate(offers, 40_000)
        inner = (plan.pieces > 1) & (plan.pieces < offers.most - 1)
        rows = np.flatnonzero(inner)
        last = offers.gain(rows, plan.creative[rows], plan.pieces[rows])
        last = last - offers.gain(rows, plan.creative[rows], plan.pieces[rows] - 1)
        marginal = last / 0.5 - 1
        near = np.abs(marginal - plan.shadow_price[0]) < 0.06 * (1 + marginal)
        assert near.mean() > 0.97
        more = allocate(offers, 41_000).profit - plan.profit
        assert more == pytest.approx(1000 * plan.shadow_price[0], rel=0.15)

    def test_one_store_without_limits_gets_what_calculus_says(self):
        offers = make_offers(stores=1, creatives=1, seed=4)
        plan = allocate(offers)
        zero = np.zeros(1, dtype=int)
        found = minimize_scalar(
            lambda pieces: 0.5 * pieces - offers.gain(zero, zero, np.r_[pieces])[0],
            bounds=(0, offers.most[0]),
            method="bounded",
        )
        assert plan.pieces[0] == pytest.approx(found.x, abs=1.1)

    def test_waves_keep_their_own_budgets(self):
        offers = make_offers(stores=120)
        wave = np.arange(120) % 3
        wave[:6] = -1
        plan = allocate(offers, 20_000, wave=wave, wave_budgets=[3_000, np.inf, 8_000])
        check(offers, plan, 20_000, wave, [3_000, np.inf, 8_000])
        assert plan.gap < 0.01
        assert plan.shadow_price[1] > 0

    def test_nothing_to_gain_or_nothing_to_spend(self):
        offers = make_offers(stores=4)
        assert allocate(offers, 0).pieces.sum() == 0
        dear = make_offers(stores=4, breaks=[(0, 90.0)])
        plan = allocate(dear)
        assert plan.pieces.sum() == 0 and plan.profit == 0 and plan.gap == 0

    @pytest.mark.parametrize("budget", [-1, float("nan")])
    def test_a_budget_that_is_none_is_refused(self, budget):
        with pytest.raises(ValueError, match="budget must be a number from 0 on"):
            allocate(make_offers(stores=3), budget)
        with pytest.raises(ValueError, match="wave must name"):
            allocate(make_offers(stores=3), 5, wave=[0, 1, 2], wave_budgets=[1])

    @settings(max_examples=20)
    @given(st.integers(0, 10**6), st.integers(1, 8), st.floats(0, 5000))
    def test_no_random_plan_is_better(self, seed, stores, budget):
        offers = make_offers(seed, stores, 3)
        plan = allocate(offers, budget)
        check(offers, plan, budget)
        rng = np.random.default_rng(seed)
        rows = np.arange(stores)
        for _try in range(30):
            creative = rng.integers(0, 3, stores)
            pieces = rng.uniform(0, 1, stores) * offers.most
            pieces *= min(1.0, budget / (0.5 * pieces.sum()))
            profit = (offers.gain(rows, creative, pieces) - 0.5 * pieces).sum()
            assert profit <= plan.bound + 1e-6


class TestPrintRuns:
    """Many choices: tiers by the prices that bound all plans."""

    BREAKS = ((0, 0.55), (4_000, 0.5), (40_000, 0.45))

    @pytest.mark.parametrize(("bend", "stores"), [(0, 450), (0.5, 450)])
    def test_the_gap_is_below_one_percent(self, bend, stores):
        offers = varied(7, stores, 15, bend, self.BREAKS)
        budget = 0.15 * offers.usual.sum()
        plan = allocate(offers, budget)
        check(offers, plan, budget)
        assert plan.gap < 0.01
        assert len(set(plan.tier[plan.tier >= 0])) > 1, "cheap and dear runs"

    def test_waves_keep_their_own_budgets(self):
        offers = varied(8, 450, 15, 0.5, self.BREAKS)
        wave = np.arange(450) % 3 - 1
        total = 0.15 * offers.usual.sum()
        limits = [0.2 * total, np.inf]
        plan = allocate(offers, total, wave=wave, wave_budgets=limits)
        check(offers, plan, total, wave, limits)
        assert plan.gap < 0.01
        assert plan.shadow_price[1] > 0

    def test_the_bound_is_one_and_near_the_programs(self):
        offers = varied(9, 150, 6, 0.5, [(0, 0.55), (2_000, 0.5), (15_000, 0.45)])
        budget = 0.2 * offers.usual.sum()
        exact = allocate(offers, budget)
        none = np.full(150, -1)
        prices = find_prices(offers, none, np.array([budget]))
        assert prices.bound >= exact.profit
        assert prices.bound == pytest.approx(exact.bound, rel=0.005)
        assert (prices.share >= 0).all() and (prices.share.sum(axis=1) <= 1).all()
        assert find_prices(offers, none, np.array([0.0])).bound < 0.01 * exact.bound

    def test_nothing_pays(self):
        dear = [(0, 90.0), (4_000, 80.0)]
        plan = allocate(varied(3, 800, 15, 0.5, dear), 5_000)
        assert plan.pieces.sum() == 0 and plan.profit == 0

    def test_a_run_without_a_small_price_is_printed_whole_or_not_at_all(self):
        breaks = [(3_000, 0.5), (20_000, 0.45)]
        offers = varied(5, 800, 15, 0.5, breaks)
        plan = allocate(offers, 30_000)
        check(offers, plan, 30_000)
        assert plan.profit > 0 and plan.gap < 0.03


class TestCurve:
    def test_it_tells_stores_pieces_and_the_next_unit(self):
        offers = make_offers(stores=150, breaks=[(0, 0.55), (20_000, 0.5)])
        curve = budget_curve(offers, [5_000, 20_000, 40_000])
        assert (np.diff(curve.pieces) > 0).all() and (np.diff(curve.stores) > 0).all()
        assert (curve.cost <= curve.budget + 1e-6).all()
        assert (np.diff(curve.marginal) < 0).all()
        plan = allocate(offers, 20_000)
        assert plan.pieces.sum() == pytest.approx(curve.pieces[1], rel=0.03)
        assert (plan.pieces > 0).sum() == pytest.approx(curve.stores[1], abs=4)

    def test_of_many_choices(self):
        offers = varied(4, 480, 15, 0.5, TestPrintRuns.BREAKS)
        curve = budget_curve(offers, [5_000, 60_000, 90_000])
        assert (np.diff(curve.profit) > 0).all()
        plan = allocate(offers, 90_000)
        assert curve.profit[2] == pytest.approx(plan.profit, rel=0.08)
        assert curve.stores[2] == pytest.approx((plan.pieces > 0).sum(), rel=0.15)

    def test_it_rises_bends_and_meets_the_plans(self):
        offers = make_offers(stores=150)
        wave = np.arange(150) % 2
        budgets = np.array([5_000, 10_000, 20_000, 40_000, 400_000])
        profit, cost = profit_curve(
            offers, budgets, wave=wave, wave_budgets=[12_000, np.inf]
        )
        assert (np.diff(profit) > -1e-6).all()
        slopes = np.diff(profit) / np.diff(budgets)
        assert (np.diff(slopes) < 1e-6).all()
        assert cost.shape == (5, 2)
        assert (cost.sum(axis=1) <= budgets + 1e-6).all()
        assert (cost[:, 0] <= 12_000 + 1e-6).all()
        plan = allocate(offers, 20_000, wave=wave, wave_budgets=[12_000, np.inf])
        assert plan.profit == pytest.approx(profit[2], rel=0.005)


class TestWaves:
    def setup_method(self):
        rng = np.random.default_rng(3)
        self.pieces = rng.integers(100, 1500, 300).astype(float)
        region = rng.integers(0, 4, 300)
        self.features = np.c_[self.pieces, rng.random(300), np.eye(4)[region]]

    def test_waves_look_alike_and_hold_what_they_can(self):
        wave = balance_waves(self.pieces, self.features, [np.inf] * 3)
        assert (wave >= 0).all()
        sums = np.stack([self.features[wave == w].sum(axis=0) for w in range(3)])
        assert (np.abs(sums / self.features.sum(axis=0) - 1 / 3) < 0.02).all()

    def test_capacity_and_budgets_are_kept(self):
        total = self.pieces.sum()
        wave = balance_waves(
            self.pieces,
            self.features,
            [0.2 * total, 0.5 * total, 0.4 * total],
            costs=0.5 * self.pieces,
            budgets=[np.inf, 0.22 * total, np.inf],
        )
        assert (wave >= 0).all()
        filled = np.bincount(wave, self.pieces)
        assert (filled <= np.array([0.2, 0.44, 0.4]) * total + 1e-6).all()

    def test_what_does_not_fit_is_left_out(self):
        wave = balance_waves([400.0, 400, 400], np.ones((3, 1)), [500, 500])
        assert sorted(wave) == [-1, 0, 1]
        assert balance_waves([], np.zeros((0, 1)), [5]).size == 0

    def test_filling_in_order(self):
        wave = fill_waves([2, 1, 1, 3], [300, 300, 300, 300], [650, 350, 0])
        assert list(wave) == [1, 0, 0, -1]

    def test_bad_input(self):
        with pytest.raises(ValueError, match="features have 2 rows"):
            balance_waves([1.0], np.ones((2, 1)), [1])
        with pytest.raises(ValueError, match="not be negative"):
            balance_waves([-1.0], np.ones((1, 1)), [1])
        with pytest.raises(ValueError, match="capacity must be"):
            fill_waves([1], [1], [])
        with pytest.raises(ValueError, match="order has 2"):
            fill_waves([1, 2], [1], [1])
