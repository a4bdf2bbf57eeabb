"""Value at risk and its tests against statsmodels, scipy's integrals and the formulas written out day by day."""

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from rnnlab.errors import DataError
from rnnlab.scoring import value_at_risk
from rnnlab.scoring.evidence import conditional_coverage, independence, unconditional_coverage
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.scoring.student import StudentT
from rnnlab.scoring.value_at_risk import joint_loss, quantile_loss, tails_of

DAYS = 400


def days(seed: int = 1) -> tuple[StudentT, np.ndarray]:
    draws = np.random.default_rng(seed)
    density = StudentT(draws.normal(0, 0.1, DAYS), draws.uniform(0.5, 3.0, DAYS), draws.uniform(3.0, 9.0, DAYS))
    return density, density.location + density.scale * draws.standard_t(density.dof)


def held_days(probability: float, days: int = 500, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).random(days) < probability


@pytest.mark.parametrize("share", [0.9, 0.95, 0.97])
def test_kupiec_s_test_is_the_likelihood_ratio_of_two_binomials(share):
    held = held_days(0.95)
    misses = int((~held).sum())
    own, due = (stats.binom(500, p).logpmf(misses) for p in (misses / 500, 1 - share))
    found = unconditional_coverage(held, share)
    assert_allclose(found.statistic, 2 * (own - due), rtol=1e-9, atol=1e-12)
    assert_allclose(found.p_value, stats.chi2(1).sf(2 * (own - due)))


@pytest.mark.parametrize("seed", range(5))
def test_conditional_coverage_is_the_chain_s_likelihood_over_that_of_the_right_share(seed):
    held = held_days(0.93, seed=seed)
    pairs = list(pairwise(held))

    def chance(was: bool) -> float:
        return np.mean([not now for before, now in pairs if before == was])

    def log_likelihood(after_held: float, after_miss: float) -> float:
        chances = ((after_held if before else after_miss, now) for before, now in pairs)
        return sum(math.log(1 - p if now else p) for p, now in chances)

    ratio = 2 * (log_likelihood(chance(True), chance(False)) - log_likelihood(0.05, 0.05))
    assert_allclose(conditional_coverage(held, 0.95).statistic, ratio, rtol=1e-9)
    assert_allclose(conditional_coverage(held, 0.95).p_value, stats.chi2(2).sf(ratio))


def test_conditional_coverage_is_that_of_the_days_after_the_first_and_their_independence():
    held = held_days(0.94)
    parts = unconditional_coverage(held[1:], 0.95).statistic + independence(held).statistic
    assert_allclose(conditional_coverage(held, 0.95).statistic, parts, rtol=1e-9)


@pytest.mark.parametrize("test", [unconditional_coverage, conditional_coverage])
def test_a_right_share_is_rejected_at_the_nominal_rate(test):
    draws = np.random.default_rng(11).random((600, 1000)) < 0.95
    rejected = np.mean([test(held, 0.95).p_value < 0.05 for held in draws])
    assert rejected == pytest.approx(0.05, abs=0.035)


@pytest.mark.parametrize("held", [np.ones(300, bool), np.zeros(300, bool)])
def test_a_record_without_a_miss_or_without_a_hit_has_finite_tests(held):
    for test in (unconditional_coverage, conditional_coverage):
        found = test(held, 0.99)
        assert 0 <= found.p_value <= 1
        assert np.isfinite(found.statistic)


def test_the_quantile_score_is_least_at_the_quantile():
    sample = np.random.default_rng(5).standard_t(4, 4000)
    best = optimize.minimize_scalar(lambda q: quantile_loss(np.full(4000, q), sample, 0.05).mean(), (-4, 0)).x
    assert best == pytest.approx(np.quantile(sample, 0.05), abs=0.02)


def test_the_joint_score_is_least_at_quantile_and_tail_mean_together():
    sample = np.random.default_rng(6).standard_t(5, 6000)
    quantile = np.quantile(sample, 0.05)
    tail = sample[sample <= quantile].mean()

    def loss(both: np.ndarray) -> float:
        return joint_loss(np.full(6000, both[0]), np.full(6000, both[1]), sample, 0.05).mean()

    best = optimize.minimize(loss, (-1.5, -2.0), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10}).x
    assert_allclose(best, [quantile, tail], atol=0.02)


def test_a_record_is_the_formulas_of_the_papers_day_by_day():
    density, actual = days()
    tail = tails_of(density, actual)["95"]
    joint, pinball, breaches = 0.0, 0.0, 0
    for m, s, v, y in zip(density.location, density.scale, density.dof, actual, strict=True):
        q = stats.t(v).ppf(0.05)
        e = m - s * stats.t(v).pdf(q) / 0.05 * (v + q * q) / (v - 1)
        q = m + s * q
        breaches += y < q
        pinball += 0.05 * (y - q) if y >= q else 0.95 * (q - y)
        joint += -(q - y if y <= q else 0) / (0.05 * e) + q / e + math.log(-e) - 1
    assert (tail.breaches, tail.share) == (breaches, breaches / DAYS)
    assert_allclose([tail.quantile_score, tail.joint_score], [pinball / DAYS, joint / DAYS], rtol=1e-9)


def test_a_wrong_spread_breaches_too_often_and_scores_worse():
    density, actual = days(seed=2)
    right = tails_of(density, actual)
    narrow = tails_of(density.scaled_by(np.full(DAYS, 0.5)), actual, right)
    for level in ("95", "99"):
        assert right[level].kupiec_p > 0.05 > narrow[level].kupiec_p
        assert narrow[level].joint_score > right[level].joint_score
        assert narrow[level].quantile_score > right[level].quantile_score
        expected = diebold_mariano(right[level].losses, narrow[level].losses).p_value
        assert narrow[level].joint_p == expected
    assert right["95"].joint_p is None


def test_a_shortfall_that_is_no_loss_has_no_joint_score():
    rising = StudentT(np.full(30, 9.0), np.full(30, 0.1), np.full(30, 5.0))
    found = tails_of(rising, np.full(30, 9.0))
    assert (found["99"].joint_score, found["99"].breaches) == (None, 0)
    assert value_at_risk.summary(found)["99"]["joint_score"] is None


def test_few_days_have_no_record_and_no_test():
    few = StudentT(np.zeros(19), np.ones(19), np.full(19, 5.0))
    assert tails_of(few, np.zeros(19)) is None
    with pytest.raises(DataError, match="^19 days are too few"):
        unconditional_coverage(np.ones(19, bool), 0.95)
