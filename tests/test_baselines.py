"""Baselines against plain loops, against leaks, and on the tutorial's own 600 days of AAPL."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.linear_model import LinearRegression

from rnnlab.errors import DataError
from rnnlab.scoring import baselines, forecasts
from rnnlab.scoring.baseline_scores import baseline_scores
from rnnlab.scoring.baselines import BASELINES, ahead, constant_t, ewma_t, ewma_volatility, har_t
from rnnlab.scoring.student import StudentT, fit_student

DAYS, SPLIT = 700, 500
AAPL = Path(__file__).parents[1] / "data" / "prices" / "AAPL.csv"


def calm_and_wild(days: int = DAYS, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns whose volatility wanders, the closes they lead to, and noisy measures of the volatility."""
    draws = np.random.default_rng(seed)
    log_volatility = np.zeros(days)
    for day in range(1, days):
        log_volatility[day] = 0.97 * log_volatility[day - 1] + draws.normal(0, 0.2)
    returns = np.exp(log_volatility) * draws.standard_t(5, days)
    closes = 100 * np.exp(np.cumsum(returns) / 100)
    returns[0] = np.nan
    return returns, closes, np.exp(log_volatility + draws.normal(0, 0.3, days))


RETURNS, CLOSES, RANGES = calm_and_wild()


def origins(horizon: int = 1) -> np.ndarray:
    return np.arange(SPLIT - 1, DAYS - horizon)


def parts(forecast) -> list[np.ndarray]:
    return [forecast.location, forecast.scale, forecast.dof] if isinstance(forecast, StudentT) else [forecast]


def noise_after(values: np.ndarray, day: int) -> np.ndarray:
    noisy = values.copy()
    noisy[day + 1 :] = np.abs(np.random.default_rng(9).normal(30, 20, len(values) - day - 1))
    return noisy


def test_ahead_sums_the_days_that_follow():
    values = np.array([np.nan, 1.0, 2.0, 4.0, 8.0])
    assert_array_equal(ahead(values, np.array([0, 1, 2]), 2), [3.0, 6.0, 12.0])
    assert_array_equal(ahead(values, np.array([2, 3, 4]), 2), [12.0, np.nan, np.nan])


@pytest.mark.parametrize("days", [2, 40, 61, 62, 300])
def test_the_weighted_volatility_is_the_plain_loops(days):
    returns, decay = RETURNS[:days], 0.9
    expected = [np.nan]
    for day in range(1, days):
        if day <= 60:
            variance = sum(value**2 for value in returns[1 : day + 1]) / day
        else:
            variance = decay * variance + (1 - decay) * returns[day] ** 2
        expected.append(math.sqrt(variance))
    assert_allclose(ewma_volatility(returns, decay), expected, rtol=1e-12)


def test_parkinson_measures_the_volatility_of_a_random_walk():
    steps = np.random.default_rng(6).normal(0, 1.7 / math.sqrt(2000), (400, 2000)).cumsum(axis=1) / 100
    high, low = np.exp(np.maximum(steps.max(axis=1), 0)), np.exp(np.minimum(steps.min(axis=1), 0))
    assert_allclose(np.sqrt(np.mean(baselines.parkinson(high, low) ** 2)), 1.7, rtol=0.08)
    assert baselines.parkinson(np.ones(1), np.ones(1)) == 0.05


@pytest.mark.parametrize("horizon", [1, 5])
def test_points_are_today_and_today_plus_the_mean_training_return(horizon):
    assert_array_equal(baselines.naive(RETURNS, origins(horizon), SPLIT, horizon), np.zeros(len(origins(horizon))))
    drift = baselines.drift(RETURNS, origins(horizon), SPLIT, horizon)
    assert_allclose(drift, sum(RETURNS[1:SPLIT]) / (SPLIT - 1) * horizon)


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_constant_density_fits_the_targets_that_end_in_training(horizon):
    targets = [sum(RETURNS[day + 1 : day + 1 + horizon]) for day in range(SPLIT) if day + horizon < SPLIT]
    expected, found = fit_student(np.array(targets)), constant_t(RETURNS, origins(horizon), SPLIT, horizon)
    for one, all_days in zip(parts(expected), parts(found), strict=True):
        assert_allclose(all_days, np.full(len(origins(horizon)), one), rtol=1e-6)


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_weighted_density_is_a_fit_of_returns_over_their_volatility(horizon):
    b, root = ewma_volatility(RETURNS), math.sqrt(horizon)
    targets = [sum(RETURNS[day + 1 : day + 1 + horizon]) / b[day] / root for day in range(22, SPLIT - horizon)]
    unit, found = fit_student(np.array(targets)), ewma_t(RETURNS, origins(horizon), SPLIT, horizon)
    assert_allclose(found.scale, unit.scale * b[origins(horizon)] * root, rtol=1e-6)
    assert_allclose(found.location, unit.location * b[origins(horizon)] * root, rtol=1e-5)


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_har_density_is_a_regression_of_logs_on_a_day_a_week_and_a_month(horizon):
    def inputs(day):
        return [math.log(RANGES[day + 1 - span : day + 1].mean()) for span in (1, 5, 22)]

    train = range(22, SPLIT - horizon)
    targets = [math.log(RANGES[day + 1 : day + 1 + horizon].mean()) for day in train]
    regression = LinearRegression().fit([inputs(day) for day in train], targets)
    expected = np.exp(regression.predict([inputs(day) for day in origins(horizon)]))
    found = har_t(RETURNS, origins(horizon), SPLIT, horizon, RANGES)
    assert_allclose(found.scale / found.scale[0], expected / expected[0], rtol=1e-9)


def test_a_day_without_a_range_uses_its_absolute_return():
    gaps, filled = RANGES.copy(), RANGES.copy()
    gaps[[30, 400, 600]], filled[[30, 400, 600]] = np.nan, np.abs(RETURNS[[30, 400, 600]])
    for one, other in zip(*(parts(har_t(RETURNS, origins(), SPLIT, 1, r)) for r in (gaps, filled)), strict=True):
        assert_array_equal(one, other)
    no_ranges = har_t(RETURNS, origins(), SPLIT)
    assert_array_equal(no_ranges.scale, har_t(RETURNS, origins(), SPLIT, 1, np.abs(RETURNS)).scale)


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("day", [SPLIT - 1, SPLIT + 3, 640])
def test_no_bit_of_a_forecast_depends_on_a_later_day(name, horizon, day):
    honest = BASELINES[name](RETURNS, origins(horizon), SPLIT, horizon, RANGES)
    until = origins(horizon)[: day - SPLIT + 2]
    blinded = BASELINES[name](noise_after(RETURNS, day), until, SPLIT, horizon, noise_after(RANGES, day))
    cut = BASELINES[name](RETURNS[: day + 1], until, SPLIT, horizon, RANGES[: day + 1])
    for whole, noisy, short in zip(parts(honest), parts(blinded), parts(cut), strict=True):
        assert_array_equal(noisy, whole[: len(until)])
        assert_array_equal(short, whole[: len(until)])


@pytest.mark.parametrize("name", ["ewma_t", "har_t"])
def test_a_forecast_does_depend_on_its_own_day(name):
    stirred, ranges = RETURNS.copy(), RANGES.copy()
    stirred[600], ranges[600] = 9.0, 9.0
    before, after = (
        BASELINES[name](r, origins(), SPLIT, 1, p).scale for r, p in ((RETURNS, RANGES), (stirred, ranges))
    )
    assert_array_equal(before[: 600 - SPLIT + 1], after[: 600 - SPLIT + 1])
    assert after[600 - SPLIT + 1] > before[600 - SPLIT + 1]


@given(st.floats(0.5, 5))
@settings(max_examples=10, deadline=None)
def test_forecasts_follow_the_scale_of_the_returns(unit):
    for name in BASELINES:
        plain = BASELINES[name](RETURNS, origins(), SPLIT, 1, RANGES + 1)
        scaled = BASELINES[name](RETURNS * unit, origins(), SPLIT, 1, (RANGES + 1) * unit)
        units = [unit, unit, 1.0] if isinstance(plain, StudentT) else [unit]
        for one, other, factor in zip(parts(plain), parts(scaled), units, strict=True):
            assert_allclose(other, one * factor, rtol=1e-3, atol=1e-5)


def test_where_volatility_wanders_the_better_informed_density_scores_better():
    returns, closes, ranges = calm_and_wild(4000, seed=1)
    days = np.arange(1999, 3999)
    scores = baseline_scores(constant_t(returns, days, 2000), returns, closes, days, 2000, 1, ranges)
    assert scores["har_t"].crps < scores["ewma_t"].crps < scores["constant_t"].crps < scores["naive"].crps
    assert scores["ewma_t"].dm_p < 1e-4
    assert scores["constant_t"].dm_p == 1.0
    assert scores["har_t"].coverage80 == pytest.approx(0.8, abs=0.04)


def test_where_returns_are_independent_the_constant_density_holds_its_bands():
    returns = np.random.default_rng(3).standard_t(4, 22_001)
    days = np.arange(1999, 22_000)
    lower, upper = constant_t(returns, days, 2000).interval(0.8)
    assert forecasts.coverage(lower, upper, ahead(returns, days)) == pytest.approx(0.8, abs=0.025)


@pytest.mark.parametrize("horizon", [1, 5])
def test_scores_of_a_point_are_its_errors_and_nothing_of_a_density(horizon):
    days = origins(horizon)
    model = ewma_t(RETURNS, days, SPLIT, horizon)
    naive = baseline_scores(model, RETURNS, CLOSES, days, SPLIT, horizon)["naive"]
    errors = CLOSES[days + horizon] - CLOSES[days]
    own = CLOSES[days + horizon] - CLOSES[days] * np.exp(model.location / 100)
    assert_allclose(naive.rmse, math.sqrt(np.mean(errors**2)))
    assert_allclose(naive.crps, np.mean(np.abs(100 * np.log(CLOSES[days + horizon] / CLOSES[days]))))
    assert (naive.log_score, naive.coverage80, naive.coverage95) == (None, None, None)
    assert naive.dm_p == forecasts.diebold_mariano(own**2, errors**2, horizon).p_value


@pytest.mark.parametrize("horizon", [1, 5])
def test_scores_of_a_density_are_those_of_its_oracle(horizon):
    days = origins(horizon)
    model, rival = har_t(RETURNS, days, SPLIT, horizon, RANGES), ewma_t(RETURNS, days, SPLIT, horizon)
    scores = baseline_scores(model, RETURNS, CLOSES, days, SPLIT, horizon, RANGES)["ewma_t"]
    actual, oracle = ahead(RETURNS, days, horizon), stats.t(rival.dof, rival.location, rival.scale)
    assert_allclose(scores.log_score, -oracle.logpdf(actual).mean())
    assert_allclose(scores.coverage95, np.mean(np.abs(oracle.cdf(actual) - 0.5) <= 0.475))
    assert_allclose(scores.dm_p, forecasts.diebold_mariano(model.crps(actual), rival.crps(actual), horizon).p_value)


@pytest.mark.parametrize("name", BASELINES)
def test_sixty_training_returns_are_enough(name):
    forecast = BASELINES[name](RETURNS[:63], np.array([60, 61, 62]), 61, 1, RANGES[:63])
    assert all(np.isfinite(part).all() and len(part) == 3 for part in parts(forecast))


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize(
    ("days", "split", "horizon", "hole", "message"),
    [
        ([60], 60, 1, None, "59 training returns are too few for a horizon of 1; give at least 60"),
        ([70], 70, 20, None, "69 training returns are too few for a horizon of 20; give at least 79"),
        ([499], 500, 1, 17, "1 returns are missing, the first at day 17; fill or drop"),
        ([498, 510], 500, 1, None, "Forecast days 498 to 510 must lie between 499 and 699"),
        ([700], 500, 1, None, "Forecast days 700 to 700 must lie between 499 and 699"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_one_sentence(name, days, split, horizon, hole, message):
    returns = RETURNS.copy()
    if hole:
        returns[hole] = np.nan
    with pytest.raises(DataError, match=message):
        BASELINES[name](returns, np.array(days), split, horizon, RANGES)


@pytest.mark.parametrize("name", ["constant_t", "ewma_t", "har_t"])
@pytest.mark.parametrize("growth", [0.0, 0.1])
def test_a_price_that_never_varies_has_no_density(name, growth):
    returns = 100 * np.diff(np.log(50 * np.exp(growth / 100 * np.arange(301))), prepend=np.nan)
    with pytest.raises(DataError, match="values are the same .* give a series that varies"):
        BASELINES[name](returns, np.array([260]), 250, 1, None)


def test_an_origin_without_its_target_cannot_be_scored():
    model = constant_t(RETURNS, np.array([697, 698]), SPLIT)
    with pytest.raises(DataError, match="Day 698 has no price 2 days later; score days up to 697"):
        baseline_scores(model, RETURNS, CLOSES, np.array([697, 698]), SPLIT, 2)


@pytest.mark.skipif(not AAPL.exists(), reason="the bundled AAPL prices are not there")
def test_on_the_tutorials_600_days_of_aapl_each_baseline_scores_as_measured():
    table = np.genfromtxt(AAPL, delimiter=",", names=True, dtype=None, encoding="utf-8")
    closes, dates = table["Close"], list(table["Date"])
    returns = 100 * np.diff(np.log(closes), prepend=np.nan)
    split, end = dates.index("2015-08-13"), dates.index("2017-12-28")
    days, ranges = np.arange(split - 1, end), baselines.parkinson(table["High"], table["Low"])
    scores = baseline_scores(har_t(returns, days, split, 1, ranges), returns, closes, days, split, 1, ranges)
    assert len(days) == 600
    assert scores["naive"].rmse == pytest.approx(1.687, abs=5e-4)
    assert forecasts.mae(closes[days + 1], closes[days]) == pytest.approx(1.187, abs=5e-4)
    found = [scores[name].crps for name in ("constant_t", "ewma_t", "har_t")]
    assert found == pytest.approx([0.768, 0.728, 0.724], abs=2e-3)
