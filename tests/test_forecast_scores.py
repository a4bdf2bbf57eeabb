"""Scores of forecasts against plain loops written from the papers, scikit-learn and statsmodels."""

import dataclasses
import math

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from sklearn import metrics
from statsmodels.api import OLS

from rnnlab.errors import DataError
from rnnlab.scoring import forecasts
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.scoring.student import StudentT

DRAWS = np.random.default_rng(7)
ACTUAL, PREDICTED = DRAWS.normal(100, 5, 41), DRAWS.normal(100, 5, 41)
LOSS_A, LOSS_B = DRAWS.exponential(1.0, 60), DRAWS.exponential(1.2, 60)


def paper_diebold_mariano(loss_a, loss_b, horizon):
    """Harvey, Leybourne & Newbold (1997), equations 1 to 9, with Bartlett weights on the autocovariances."""
    d = [a - b for a, b in zip(loss_a, loss_b, strict=True)]
    n = len(d)
    mean = sum(d) / n
    variance = 0.0
    for k in range(horizon):
        covariance = sum((d[t] - mean) * (d[t - k] - mean) for t in range(k, n)) / n
        variance += (1 if k == 0 else 2 * (1 - k / horizon)) * covariance / n
    corrected = mean / math.sqrt(variance) * math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    return corrected, 2 * stats.t(n - 1).sf(abs(corrected))


def densities(n: int = 200) -> tuple[StudentT, np.ndarray, np.ndarray]:
    draws = np.random.default_rng(5)
    location, scale, dof = draws.normal(0, 0.1, n), draws.uniform(0.5, 2, n), draws.uniform(3, 9, n)
    return StudentT(location, scale, dof), location + scale * draws.standard_t(dof), draws.uniform(50, 90, n)


def test_errors_of_points_are_those_of_scikit_learn():
    assert_allclose(forecasts.rmse(ACTUAL, PREDICTED), metrics.root_mean_squared_error(ACTUAL, PREDICTED))
    assert_allclose(forecasts.mae(ACTUAL, PREDICTED), metrics.mean_absolute_error(ACTUAL, PREDICTED))


def test_mase_is_1_for_a_forecast_as_far_off_as_the_training_span_moves():
    assert forecasts.mase(np.array([3.0, 7.0]), np.array([4.0, 5.0]), 1.5) == 1.0


def test_direction_counts_signs_and_compares_with_always_saying_up():
    actual = np.array([0.4, -0.2, 1.0, 0.0, -0.3, 0.1, 0.2])
    predicted = np.array([0.1, -0.1, -0.5, 0.9, 0.2, 0.0, 0.3])
    assert forecasts.direction(actual, predicted) == forecasts.Direction(share=3 / 6, base_rate=4 / 6)


def test_direction_is_nan_when_the_price_never_moved():
    signs = forecasts.direction(np.zeros(3), np.ones(3))
    assert math.isnan(signs.share)
    assert math.isnan(signs.base_rate)


def test_coverage_counts_the_ends_and_width_is_a_mean():
    lower, upper = np.array([0.0, 0.0, 1.0, -2.0]), np.array([1.0, 2.0, 3.0, -1.0])
    assert forecasts.coverage(lower, upper, np.array([0.0, 2.0, 0.5, 5.0])) == 0.5
    assert forecasts.width(lower, upper) == 1.5


def test_density_scores_are_means_over_days():
    density, actual, _ = densities()
    expected = scoringrules.crps_t(actual, density.dof, density.location, density.scale).mean()
    assert_allclose(forecasts.crps(density, actual), expected)
    oracle = stats.t(density.dof, density.location, density.scale)
    assert_allclose(forecasts.log_score(density, actual), -oracle.logpdf(actual).mean())


@pytest.mark.parametrize("horizon", [1, 2, 5, 20])
def test_diebold_mariano_is_the_papers(horizon):
    test = diebold_mariano(LOSS_A, LOSS_B, horizon)
    assert_allclose([test.statistic, test.p_value], paper_diebold_mariano(LOSS_A, LOSS_B, horizon), rtol=1e-9)


@pytest.mark.parametrize("horizon", [1, 5])
def test_diebold_mariano_is_statsmodels_hac_test_but_for_the_small_sample_correction(horizon):
    n, lags = len(LOSS_A), {"maxlags": horizon - 1}
    regression = OLS(LOSS_A - LOSS_B, np.ones(n)).fit(cov_type="HAC", cov_kwds=lags)
    correction = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    assert_allclose(diebold_mariano(LOSS_A, LOSS_B, horizon).statistic, regression.tvalues[0] * correction, rtol=1e-9)


@given(st.integers(1, 12), st.floats(0.1, 1e3))
@settings(max_examples=30, deadline=None)
def test_diebold_mariano_is_antisymmetric_and_has_no_unit(horizon, unit):
    test = diebold_mariano(LOSS_A, LOSS_B, horizon)
    swapped = diebold_mariano(LOSS_B * unit, LOSS_A * unit, horizon)
    assert_allclose([-swapped.statistic, swapped.p_value], [test.statistic, test.p_value], rtol=1e-9)


def test_diebold_mariano_speaks_for_the_smaller_loss():
    better = diebold_mariano(LOSS_A, LOSS_A + np.abs(LOSS_B))
    assert better.statistic < -5
    assert better.p_value < 1e-6


def test_equal_forecasts_are_rejected_at_the_nominal_rate():
    draws = np.random.default_rng(8)
    p_values = [diebold_mariano(*draws.exponential(1.0, (2, 50))).p_value for _ in range(2000)]
    assert abs(np.mean(np.array(p_values) < 0.05) - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 2000)


def test_equal_losses_give_statistic_0_and_a_constant_gain_p_0():
    assert diebold_mariano(LOSS_A, LOSS_A.copy(), 5) == forecasts.Evidence(0.0, 1.0)
    assert diebold_mariano(LOSS_A, LOSS_A + 0.1) == forecasts.Evidence(-math.inf, 0.0)


def test_score_gathers_the_single_scores():
    density, actual, before = densities()
    scores = forecasts.score(density, actual, before, before * np.exp(actual / 100), train_naive_mae=0.8)
    median, after = before * np.exp(density.location / 100), before * np.exp(actual / 100)
    lower, upper = stats.t(density.dof, density.location, density.scale).interval(0.8)
    assert scores.n == 200
    assert_allclose(scores.rmse, np.sqrt(np.mean((median - after) ** 2)))
    assert_allclose(scores.mase, np.mean(np.abs(median - after)) / 0.8)
    assert_allclose(scores.width80, np.mean(upper - lower))
    assert_allclose(scores.coverage80, np.mean((lower < actual) & (actual < upper)))
    assert_allclose(scores.direction, np.mean(np.sign(actual) == np.sign(density.location)))
    assert 0.88 < scores.coverage95 < 1
    assert all(math.isfinite(value) for value in dataclasses.astuple(scores))


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: forecasts.rmse(ACTUAL, PREDICTED[:-1]), "41 actual values against 40 forecasts; give one of each"),
        (lambda: forecasts.mae(ACTUAL[:0], PREDICTED[:0]), "No day is left to score; give a longer series"),
        (lambda: forecasts.mae(np.array([1.0, np.nan]), np.ones(2)), "1 of 2 days lack a finite value"),
        (lambda: forecasts.mase(ACTUAL, PREDICTED, 0.0), "naive training error of 0 cannot scale an error"),
        (lambda: diebold_mariano(LOSS_A[:7], LOSS_B[:7]), "7 days are too few .* of horizon 1; give at least 8"),
        (lambda: diebold_mariano(LOSS_A[:20], LOSS_B[:20], 20), "20 days are too few .*; give at least 21"),
        (lambda: forecasts.crps(densities()[0], np.zeros(3)), "3 actual values against 200 forecasts"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_one_sentence(attempt, message):
    with pytest.raises(DataError, match=message):
        attempt()
