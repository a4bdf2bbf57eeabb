"""Ranks, terciles and QLIKE against plain loops; calibration along the ranks; and none of it knows a later day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from rnnlab.scoring.record import calibrated_bands, calibrated_shares, record_of
from rnnlab.scoring.student import StudentT
from rnnlab.scoring.volatility import RANK_DAYS, qlike, ranks, thirds, variance, variance_of_range

N = 3000
DRAWS = np.random.default_rng(17)
VOLATILITY = np.exp(np.convolve(DRAWS.normal(size=N + 60), np.ones(61) / 12, "valid"))


def stormy(days: int = N) -> tuple[StudentT, np.ndarray, np.ndarray]:
    """Densities of one spread, outcomes that follow the volatility, and the volatility's ranks."""
    density = StudentT(np.zeros(days), np.ones(days), np.full(days, 6.0))
    actual = VOLATILITY[:days] ** 0.5 * np.random.default_rng(4).standard_t(6, days)
    return density, actual, ranks(VOLATILITY[:days], np.arange(days))


def test_a_rank_counts_the_days_below_among_two_years():
    found = ranks(VOLATILITY, np.array([RANK_DAYS - 2, RANK_DAYS - 1, 700]))
    window = VOLATILITY[700 - RANK_DAYS + 1 : 701]
    assert np.isnan(found[0])
    assert found[2] == pytest.approx(2 * (stats.percentileofscore(window, VOLATILITY[700], "mean") / 100) - 1)


def test_the_first_day_has_no_volatility_and_no_rank():
    series = VOLATILITY.copy()
    series[0] = np.nan
    assert np.isnan(ranks(series, np.array([RANK_DAYS - 1]))[0])
    assert np.isfinite(ranks(series, np.array([RANK_DAYS]))[0])


def test_where_volatility_never_varies_every_day_is_in_the_middle():
    assert_array_equal(ranks(np.ones(600), np.arange(590, 600)), np.zeros(10))


@given(st.integers(RANK_DAYS, N - 2))
@settings(max_examples=20, deadline=None)
def test_a_rank_depends_on_no_later_day(day):
    noisy = VOLATILITY.copy()
    noisy[day + 1 :] = 99.0
    asked = np.arange(day - 5, day + 1)
    assert_array_equal(ranks(noisy, asked), ranks(VOLATILITY, asked))


def test_terciles_hold_a_third_of_the_days_each():
    third, bounds = thirds(VOLATILITY)
    assert [int((third == number).sum()) for number in range(3)] == [1000, 1000, 1000]
    assert VOLATILITY[third == 0].max() <= bounds[1] < VOLATILITY[third == 1].min()


@pytest.mark.parametrize("horizon", [1, 5])
def test_shares_calibrated_along_the_ranks_depend_on_no_later_outcome(horizon):
    density, actual, standing = stormy(900)
    changed = actual.copy()
    changed[700:] = 50.0
    for one, other in zip(
        calibrated_bands(density, actual, horizon, ranks=standing)[80],
        calibrated_bands(density, changed, horizon, ranks=standing)[80],
        strict=True,
    ):
        assert_array_equal(one[: 700 + horizon], other[: 700 + horizon])
        assert (one[700 + horizon :] != other[700 + horizon :]).any()


def test_bands_calibrated_along_the_ranks_are_right_in_calm_and_in_storms():
    density, actual, standing = stormy()
    shares = {name: calibrated_bands(density, actual, ranks=one) for name, one in (("no", None), ("yes", standing))}
    held = {name: (bands[80][0] <= actual) & (actual <= bands[80][1]) for name, bands in shares.items()}
    calm, wild = standing < -1 / 3, standing > 1 / 3
    for days in (calm, wild):
        assert abs(held["yes"][days].mean() - 0.8) < 0.02 < abs(held["no"][days].mean() - 0.8)
    assert held["yes"].mean() == pytest.approx(0.8, abs=0.01)


def test_without_ranks_nothing_changes():
    density, actual, _ = stormy(300)
    unknown = np.full(300, np.nan)
    probabilities = density.cdf(actual)
    assert_array_equal(
        calibrated_shares(probabilities, 0.8), calibrated_shares(probabilities, 0.8, ranks=unknown, ranked=(0.5, 0.5))
    )


def test_a_file_cut_off_has_the_bands_of_the_whole_one():
    density, actual, _ = stormy(900)
    for cut in (400, 520, 700):
        whole = calibrated_bands(density, actual, ranks=ranks(VOLATILITY, np.arange(900)))[95]
        short = calibrated_bands(density.at(slice(cut)), actual[:cut], ranks=ranks(VOLATILITY[:cut], np.arange(cut)))[
            95
        ]
        assert_array_equal(short[0], whole[0][:cut])


def test_a_record_tells_coverage_by_terciles():
    density, actual, standing = stormy()
    bands = calibrated_bands(density, actual, ranks=standing)
    calm, _, wild = record_of(density, actual, bands, 1, VOLATILITY).terciles
    days = np.quantile(VOLATILITY, 2 / 3) < VOLATILITY
    lower, upper = density.interval(0.95)
    assert wild.days == days.sum()
    assert wild.coverage95 == np.mean(((lower <= actual) & (actual <= upper))[days])
    assert wild.coverage80 < 0.8 < calm.coverage80
    assert abs(wild.calibrated80 - 0.8) < abs(wild.coverage80 - 0.8)
    assert (calm.low, wild.high) == (VOLATILITY.min(), VOLATILITY.max())


@pytest.mark.parametrize("volatility", [None, np.ones(59), np.ones(300)])
def test_unknown_or_constant_volatility_has_no_terciles(volatility):
    days = 300 if volatility is None else len(volatility)
    density, actual, _ = stormy(days)
    assert record_of(density, actual, calibrated_bands(density, actual), 1, volatility).terciles == ()


def test_variance_is_scipy_s():
    density = StudentT(np.zeros(3), np.array([0.5, 1.0, 2.0]), np.array([2.5, 5.0, 100.0]))
    assert_allclose(variance(density), stats.t(density.dof, 0, density.scale).var())


def test_qlike_is_pattons_formula_on_days_with_a_range():
    predicted, measured = np.array([1.0, 2.0, 4.0]), np.array([1.0, np.nan, 1.0])
    assert qlike(predicted, measured) == pytest.approx((0 + (0.25 - np.log(0.25) - 1)) / 2)
    assert qlike(predicted, np.full(3, np.nan)) is None


def test_qlike_is_least_at_the_true_variance_however_noisy_the_measure():
    noisy = 2.0 * DRAWS.chisquare(3, 50_000) / 3
    scores = [qlike(np.full(50_000, guess), noisy) for guess in (1.6, 2.0, 2.5)]
    assert min(scores) == scores[1]


def test_the_range_s_variance_has_the_mean_of_squared_returns_before_the_test():
    returns, ranges = DRAWS.normal(size=300), DRAWS.uniform(0.5, 1.0, 300)
    ranges[[5, 250]] = np.nan
    found = variance_of_range(returns, ranges, 200)
    known = np.isfinite(ranges[1:200])
    assert found[1:200][known].mean() == pytest.approx(np.square(returns[1:200][known]).mean())
    assert_allclose(found[250:252] / found[260], ranges[250:252] ** 2 / ranges[260] ** 2)
    later = np.where(np.arange(300) >= 200, 9.0, returns)
    assert_array_equal(variance_of_range(later, ranges, 200), found)
    assert variance_of_range(returns, None, 200) is None
