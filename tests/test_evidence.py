"""Tests of a forecast's record against brute force and statsmodels; calibrated bands against their definition."""

import itertools
import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.api import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.evidence import histogram, holm, independence, panel_test, share_held
from rnnlab.scoring.record import calibrated_shares


def loops_of_christoffersen(held):
    """The likelihoods of section 4, term after term."""
    missed = [not one for one in held]
    pairs = list(itertools.pairwise(missed))
    after = {was: [now for before, now in pairs if before == was] for was in (False, True)}
    overall = sum(now for _, now in pairs) / len(pairs)

    def log_likelihood(days, p):
        return sum(math.log(p) if day else math.log(1 - p) for day in days if (p if day else 1 - p) > 0)

    free = sum(log_likelihood(days, sum(days) / len(days)) for days in after.values() if days)
    return 2 * (free - sum(log_likelihood(days, overall) for days in after.values()))


@given(st.lists(st.booleans(), min_size=20, max_size=80))
@settings(max_examples=60, deadline=None)
def test_independence_is_christoffersens(held):
    test = independence(np.array(held))
    assert_allclose(test.statistic, max(loops_of_christoffersen(held), 0), atol=1e-9)
    assert_allclose(test.p_value, stats.chi2(1).sf(test.statistic))


def test_misses_in_clusters_are_told_from_misses_alone():
    draws = np.random.default_rng(3)
    alone = draws.random(1000) > 0.2
    clusters = np.repeat(draws.random(250) > 0.2, 4)
    assert independence(alone).p_value > 0.05
    assert independence(clusters).p_value < 1e-6
    assert independence(np.ones(50, dtype=bool)).p_value == 1.0


def test_independent_misses_are_rejected_at_the_nominal_rate():
    draws = np.random.default_rng(4)
    p_values = np.array([independence(draws.random(600) > 0.2).p_value for _ in range(1000)])
    assert abs(np.mean(p_values < 0.05) - 0.05) < 0.025


@pytest.mark.parametrize("count", [0, 17, 40])
def test_a_share_s_bounds_are_statsmodels(count):
    held = np.arange(40) < count
    found = share_held(held)
    assert_allclose([found.low, found.high], proportion_confint(count, 40, 0.05, method="beta"), atol=1e-12)
    assert found.share == count / 40


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_holm_is_statsmodels(p_values):
    with mock.patch("gc.collect"):  # which it calls each time, for a third of a second beside torch
        assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])


@pytest.mark.parametrize("lags", [0, 1, 5])
def test_the_panel_test_is_statsmodels_hac_test_of_the_daily_average(lags):
    draws = np.random.default_rng(6)
    differences = draws.normal(-0.02, 1, (300, 7)) + np.convolve(draws.normal(0, 1, 304), np.ones(5), "valid")[:, None]
    differences[:40, 2] = np.nan
    fitted = OLS(np.nanmean(differences, axis=1), np.ones(300)).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    test = panel_test(differences, lags)
    assert_allclose([test.statistic, test.p_value], [fitted.tvalues[0], fitted.pvalues[0]], rtol=1e-9)


def test_a_panel_of_equal_losses_gives_p_1():
    assert panel_test(np.zeros((50, 3))).p_value == 1.0


def test_a_histogram_counts_every_outcome_once():
    assert histogram(np.array([0.0, 0.05, 0.1, 0.95, 1.0])) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("test", [independence, share_held])
def test_too_few_days_are_no_evidence(test):
    with pytest.raises(DataError, match=r"^19 days are too few to test a forecast's record; give at least 20\.$"):
        test(np.ones(19, dtype=bool))


@pytest.mark.parametrize("horizon", [1, 5, 20])
@pytest.mark.parametrize("coverage", [0.8, 0.95])
@pytest.mark.parametrize("spread", [0.6, 1.0, 1.7])
def test_calibrated_bands_hold_as_often_as_they_say_whatever_the_spread_that_was_forecast(spread, coverage, horizon):
    """Gibbs & Candès (2021), proposition 4.1: the average miss is within (α + γ)/(γ·N) of the aim."""
    outcomes = np.random.default_rng(8).normal(0, 1, 4000)
    probabilities = stats.norm.cdf(outcomes / spread)
    shares = calibrated_shares(probabilities, coverage, horizon, step=0.02)
    held = np.abs(2 * probabilities - 1) <= shares
    assert abs(held.mean() - coverage) <= (1 - coverage + 0.02) / (0.02 * 4000) + 0.005
    raw = np.abs(2 * probabilities - 1) <= coverage
    assert abs(held[500:].mean() - coverage) <= abs(raw[500:].mean() - coverage) + 0.01


@pytest.mark.parametrize("horizon", [1, 3])
def test_a_band_rests_on_no_outcome_that_was_not_known(horizon):
    probabilities = np.random.default_rng(9).random(60)
    changed = np.where(np.arange(60) > 30 - horizon, 0.5, probabilities)
    shares, others = (calibrated_shares(one, 0.8, horizon) for one in (probabilities, changed))
    assert_allclose(shares[:31], others[:31], rtol=0)
    assert not np.array_equal(shares[31:], others[31:])


def test_a_step_of_0_leaves_the_band_as_it_was():
    assert set(calibrated_shares(np.random.default_rng(1).random(30), 0.8, step=0.0)) == {1 - (1 - 0.8)}


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ({"coverage": 1.0}, "cannot be aimed at"), ({"step": 1.0}, "cannot be aimed at"),
        ({"probabilities": np.array([0.5, np.nan])}, "missing or not between 0 and 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_calibrated_is_refused(given_, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        calibrated_shares(**{"probabilities": np.array([0.5]), "coverage": 0.8} | given_)
