"""The matrix of stores and creatives: simulated truth comes back, and the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drops import FIELDS, World, drops, week_of
from marketing_engine.store_matrix import PARTS, RISKS, fit
from marketing_engine.store_matrix.history import read
from marketing_engine.store_matrix.learning import fit_rates, fit_values
from marketing_engine.store_matrix.saturation import saturation

COST = 0.85


@pytest.fixture(scope="module")
def world():
    return World(1)


@pytest.fixture(scope="module")
def model(world):
    return fit(world.history())


def recommended(model, world, *arguments, **options):
    return model.recommend(
        np.arange(world.stores),
        np.arange(world.creatives),
        week_of(18),
        *arguments,
        **options,
    )


class TestTruth:
    def test_effects_and_how_much_they_differ_come_back(self):
        world = World(2, stores=400, bend=1.0)
        rates = fit_rates(read(world.history(24)))
        assert rates.bend == pytest.approx(1.0, abs=0.2)
        assert rates.noise == pytest.approx(0.05, abs=0.01)
        spread = {name: factor.spread**0.5 for name, factor in rates.factors.items()}
        assert spread["store"] == pytest.approx(0.3, abs=0.05)
        assert spread["creative_season"] == pytest.approx(0.12, abs=0.04)
        assert spread["pair"] == pytest.approx(0.1, abs=0.04)
        assert spread["shock"] < 0.06
        found = rates.factors["store"].value
        assert np.corrcoef(found, world.of_store)[0, 1] > 0.9

    def test_the_money_of_a_response_comes_back(self, world):
        values, mean = fit_values(read(world.history()))
        assert mean == pytest.approx(40, rel=0.02)
        assert values.chance == pytest.approx(0.5, abs=0.1)  # gamma of shape 2

    def test_the_recommended_creative_is_nearly_the_best_one(self, model, world):
        rec = recommended(model, world, COST)
        rows = np.arange(world.stores)
        true = world.rate(rows[:, None], np.arange(world.creatives)[None, :], 18)
        reached = true[rows, rec.creative_index].sum() / true.max(axis=1).sum()
        assert reached > 0.93
        assert reached > 1.1 * true.mean() / true.max(axis=1).mean()
        bias = true[rows, rec.creative_index] / rec.expected_rate
        assert bias.mean() == pytest.approx(1, abs=0.05)

    def test_confidence_is_calibrated_and_the_interval_covers(self):
        """Back-test on the month after, in several worlds: one month is one draw."""
        confidence, earned, inside = [], [], []
        for seed in range(30):
            world = World(300 + seed, stores=150)
            rec = recommended(fit(world.history()), world, COST)
            pieces = np.where(rec.quantity > 0, rec.quantity, np.maximum(rec.most, 1))
            responses, revenue = world.outcome(
                np.arange(world.stores), rec.creative_index, 18, pieces
            )
            confidence.append(rec.confidence)
            earned.append(revenue > pieces * COST)
            rate = responses / pieces
            inside.append((rate >= rec.lower) & (rate <= rec.upper))
        confidence, earned = np.concatenate(confidence), np.concatenate(earned)
        assert np.concatenate(inside).mean() == pytest.approx(0.8, abs=0.03)
        for low, high in ((20, 40), (40, 60), (60, 75), (75, 85), (85, 100.1)):
            cell = (confidence >= low) & (confidence < high)
            assert cell.sum() > 50
            share = 100 * earned[cell].mean()
            assert share == pytest.approx(confidence[cell].mean(), abs=6)

    def test_little_data_is_drawn_towards_the_others(self):
        """One drop of 20 % does not make a store the best one."""
        world = World(3)
        history = world.history()
        lucky = history[:1].copy()
        lucky["store"], lucky["pieces"], lucky["responses"] = 999, 50, 10
        cells = fit(np.r_[history, lucky]).expect([999], np.arange(6), week_of(18))
        assert cells.rate.max() < 0.06
        assert (cells.doubt > 0.05).all()


class TestMarkets:
    def simpson(self):
        """B is better than A by 30 % in both markets; A went to the good market."""
        rng, rows = np.random.default_rng(5), []
        for market, rate, sent in ((0, 0.04, (9, 1)), (1, 0.01, (1, 9))):
            for store in range(40):
                for drop in range(10):
                    creative = int(drop >= sent[0])
                    mean = 1000 * rate * (1.3 if creative else 1.0)
                    rows.append(
                        (
                            100 * market + store,
                            creative,
                            market,
                            4 * drop,
                            1000,
                            rng.poisson(mean),
                            40 * mean,
                        )
                    )
        return drops(*rows)

    def test_creatives_are_compared_within_markets_and_not_over_all(self):
        history = self.simpson()
        pooled = [
            history["responses"][history["creative"] == number].sum()
            / history["pieces"][history["creative"] == number].sum()
            for number in (0, 1)
        ]
        assert pooled[0] > 1.5 * pooled[1]  # what mixing the markets says
        model = fit(history)
        stores = np.unique(history["store"])
        rec = model.recommend(stores, [0, 1], 41, 0.1)
        assert (rec.creative_index == 1).all()
        cells = model.expect(stores, [0, 1], 41)
        ratio = cells.rate[:, 1] / cells.rate[:, 0]
        assert np.median(ratio) == pytest.approx(1.3, abs=0.12)


class TestInvariance:
    def test_order_labels_and_currency_change_nothing(self, world):
        history = world.history(8)
        rng = np.random.default_rng(0)
        first = recommended(fit(history), world, COST, 30_000)
        turned = history[rng.permutation(history.size)]
        turned["revenue"] *= 130.0
        turned["market"] += 7
        again = recommended(fit(turned), world, COST * 130, 30_000 * 130)
        assert (first.creative_index == again.creative_index).mean() > 0.99
        assert first.confidence == pytest.approx(again.confidence, abs=0.2)
        assert first.profit * 130 == pytest.approx(again.profit, rel=1e-3)

    def test_text_labels_do(self, world):
        history = world.history(6)
        kinds = [
            (name, "U8" if place < 5 else "f8")
            for place, (name, _kind) in enumerate(FIELDS)
        ]
        rec = fit(history.astype(kinds)).recommend(["0", "7"], ["2", "3"], 40, COST)
        same = fit(history).recommend([0, 7], [2, 3], 40, COST)
        assert rec.expected_rate == pytest.approx(same.expected_rate, rel=1e-3)


class TestQuantity:
    def test_no_households_means_no_more_than_the_largest_drop(self, model, world):
        rec = recommended(model, world, 0.01)
        largest = np.zeros(world.stores)
        np.maximum.at(largest, model.history.codes["store"], model.history.pieces)
        assert (rec.quantity <= largest).all()
        assert (rec.most == largest).all()

    def test_households_bound_it_otherwise(self, model):
        stores = np.array(
            [(3, 90.0), (4, np.nan)], [("store", "i8"), ("households", "f8")]
        )
        rec = model.recommend(stores, [0, 1], 80, 0.01)
        assert rec.quantity[0] == 90 and rec.quantity[1] > 90

    def test_a_higher_price_never_sends_more_and_the_budget_holds(self):
        world = World(6, bend=1.0)
        model = fit(world.history())
        sent = [recommended(model, world, price).quantity for price in (0.2, 0.4, 0.8)]
        assert (sent[1] <= sent[0]).all() and (sent[2] <= sent[1]).all()
        rec = recommended(model, world, 0.4, 10_000)
        assert rec.cost.sum() <= 10_000
        assert rec.gap < 0.01
        assert rec.profit == pytest.approx((rec.margin - rec.cost).sum())
        assert rec.shadow_price > 0
        assert recommended(model, world, 0.4, 0).quantity.sum() == 0

    def test_price_breaks_and_what_is_not_allowed(self, model, world):
        breaks = [[(0, 1.2), (20_000, 0.5)]] * world.creatives
        rec = recommended(model, world, breaks)
        total = np.bincount(rec.creative_index, rec.quantity, world.creatives)
        paid = np.bincount(rec.creative_index, rec.cost, world.creatives)
        used = total > 0
        assert paid[used] == pytest.approx(
            np.where(total[used] >= 20_000, 0.5, 1.2) * total[used]
        )
        allowed = np.zeros((world.stores, world.creatives), dtype=bool)
        allowed[1:, 2] = True
        rec = recommended(model, world, 0.5, allowed=allowed)
        assert set(rec.creative_index[1:]) == {2}
        assert rec.creative_index[0] == -1 and rec.status()[0] == "skip"


class TestEvidence:
    def test_a_new_store_is_reviewed_and_never_approved_by_itself(self, world):
        model = fit(world.history())
        new = np.array([(9999, 2, 1, 1)], [(n, "i8") for n in ("store", *PLACE)])
        rec = model.recommend(new, np.arange(6), 80, 0.05)
        assert rec.confidence[0] > 75
        assert rec.status()[0] == "review"
        assert rec.risks[0, RISKS.index("new_store")]
        assert rec.store_score[0] == pytest.approx(50)

    def test_statuses_follow_the_thresholds(self, model, world):
        rec = recommended(model, world, COST)
        status, sure = rec.status(), rec.confidence
        assert (status[sure < 50] == "skip").all()
        assert (status[(sure > 75) & rec.proven] == "auto").all()
        assert set(rec.status(auto=100, review=0)) == {"review"}
        with pytest.raises(ValueError, match="thresholds"):
            rec.status(auto=40, review=50)

    def test_a_store_that_falls_off_is_flagged_and_others_are_not(self, world):
        history = world.history()
        last = history["week"] > history["week"].max() - 13
        history["responses"][last & (history["store"] == 5)] //= 3
        rec = recommended(fit(history), world, COST)
        declining = rec.risks[:, RISKS.index("recent_decline")]
        assert declining[5]
        assert declining.mean() < 0.08

    def test_a_tired_creative_is_flagged_in_its_market(self, world):
        history = world.history()
        last = history["week"] > history["week"].max() - 13
        tired = last & (history["creative"] == 2) & (history["market"] == 1)
        history["responses"][tired] //= 2
        evidence = fit(history).evidence
        assert evidence.tired[2, 1]
        assert evidence.tired.sum() <= 2

    def test_the_four_scores(self, model, world):
        rec = recommended(model, world, COST)
        assert rec.component_scores.shape == (world.stores, len(PARTS))
        assert (rec.component_scores >= 0).all() and (rec.component_scores <= 100).all()
        assert np.corrcoef(rec.store_score, world.of_store)[0, 1] > 0.8
        assert rec.timing_score.std() > 0 and rec.geographic_score.std() > 0
        assert (rec.creative_score == rec.component_scores[:, 1]).all()


PLACE = ("market", "region", "store_type")


class TestEdges:
    def test_one_store_one_creative_one_drop(self):
        rec = fit(drops((1, 1, 1, 10, 1000, 20, 800.0))).recommend([1], [1], 12, 0.1)
        assert rec.expected_rate[0] == pytest.approx(0.02, rel=0.3)
        assert rec.quantity[0] == 1000
        assert rec.lower[0] < 0.02 < rec.upper[0]
        assert rec.status()[0] == "review"

    def test_no_response_at_all_recommends_nothing(self):
        history = drops(
            *((s, 1, 1, w, 500, 0, 0.0) for s in range(4) for w in range(4))
        )
        rec = fit(history).recommend(np.arange(4), [1], 5, 0.5)
        assert (rec.quantity == 0).all() and (rec.confidence < 1).all()
        assert (
            np.isfinite(rec.expected_rate).all() and (rec.expected_rate < 0.005).all()
        )
        assert (rec.status() == "skip").all()

    def test_what_is_unknown_is_left_out(self, world):
        history = world.history(8)
        history["responses"][::3] = np.nan
        history["revenue"][1::3] = np.nan
        history["cost"] = np.nan
        rec = recommended(fit(history), world, COST)
        for column in (rec.expected_rate, rec.confidence, rec.lower, rec.upper):
            assert np.isfinite(column).all()

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("pieces", -1, "pieces is impossible at row 1"),
            ("pieces", np.inf, "pieces is impossible at row 1"),
            ("responses", 2000, "row 1 has more responses than pieces"),
            ("revenue", 1e30, "revenue is impossible"),
            ("cost", -5, "cost is impossible"),
        ],
    )
    def test_absurd_rows_are_named(self, field, value, message):
        history = drops(*((1, 1, 1, week, 1000, 20, 800.0) for week in range(3)))
        history[field][1] = value
        with pytest.raises(ValueError, match=message):
            fit(history)

    def test_what_is_no_history_is_refused(self):
        with pytest.raises(ValueError, match="empty"):
            fit(drops())
        with pytest.raises(ValueError, match="structured"):
            fit(np.zeros((3, 4)))
        with pytest.raises(ValueError, match="lacks the fields market"):
            fit(np.zeros(2, [f for f in FIELDS if f[0] != "market"]))
        with pytest.raises(ValueError, match="no drop with pieces"):
            fit(drops((1, 1, 1, 1, 0, 0, 0.0)))
        silent = fit(drops((1, 1, 1, 1, 10, np.nan, 0.0)))
        with pytest.raises(ValueError, match="no drop has known responses"):
            silent.recommend([1], [1], 2, 0.5)
        worthless = fit(drops((1, 1, 1, 1, 100, 5, np.nan)))
        with pytest.raises(ValueError, match="worth unknown"):
            worthless.recommend([1], [1], 2, 0.5)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (([], [0], 80, 1), "no store"),
            (([1, 1], [0], 80, 1), "store 1 is there twice"),
            (([1], [], 80, 1), "no creative"),
            (([1], [0], np.nan, 1), "period"),
            (([1], [0], (0, 900), 1), "longer than 200 weeks"),
            (([1], [0, 1], 80, [1, 0]), "creative 1 has no price above zero"),
            (([1], [0, 1], 80, {0: 1}), "creative 1 has no price"),
            (([1], [0, 1], 80, [1, 2, 3]), "costs must be"),
            (([1], [0], 80, [[(5, 1), (2, 1)]]), "breaks must rise"),
            (([1], [0], 80, 1, -3), "budget"),
            ((["x"], [0], 80, 1), None),
        ],
    )
    def test_what_is_asked_wrongly_is_refused(self, model, arguments, message):
        if message is None:
            assert model.recommend(*arguments).risks[0, 0]
            return
        with pytest.raises(ValueError, match=message):
            model.recommend(*arguments)

    @settings(max_examples=15)
    @given(st.data())
    def test_any_history_gives_finite_numbers(self, data):
        count = data.draw(st.integers(1, 12))
        small = st.integers(0, 2)
        rows = []
        for _row in range(count):
            pieces = data.draw(st.integers(1, 10**6))
            responses = data.draw(st.integers(0, pieces))
            week = data.draw(st.integers(-500, 5000))
            money = responses * data.draw(st.floats(0, 1e5))
            where = [data.draw(small) for _label in range(3)]
            rows.append((*where, week, pieces, responses, money))
        rec = fit(drops(*rows)).recommend([0, 1, 5], [0, 1], 100, 0.3, 1e4)
        for column in (rec.expected_rate, rec.lower, rec.upper, rec.confidence):
            assert np.isfinite(column).all() and (column >= 0).all()
        assert (rec.lower <= rec.upper).all() and (rec.upper <= 1).all()
        assert rec.cost.sum() <= 1e4 + 1e-6
        assert (rec.confidence <= 100).all()

    def test_saturation_starts_at_one_and_falls(self):
        share = saturation(1.0, np.array([0.0, 0.5, 1.0, 3.0]))
        assert share[0] == pytest.approx(1)
        assert (np.diff(share) < 0).all()
