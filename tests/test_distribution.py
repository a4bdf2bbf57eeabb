"""The distribution of the return over each of the next days, raw and calibrated, against scipy and brute force."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from rnnlab.errors import RnnlabError
from rnnlab.scoring.distribution import MOST_PATHS, Distribution, Stretch
from rnnlab.scoring.student import StudentT

DAYS = 6
DENSITY = StudentT(np.linspace(-0.2, 0.4, DAYS), 1.2 * np.sqrt(np.arange(1, DAYS + 1)), np.linspace(2.6, 9.0, DAYS))
GIVEN = np.array([DENSITY.interval(share)[1] - DENSITY.location for share in (0.8, 0.95)])
FACTORS = np.array([np.linspace(0.7, 1.3, DAYS), np.linspace(1.4, 1.1, DAYS)])
RAW, CALIBRATED = Distribution(DENSITY), Distribution(DENSITY, Stretch(GIVEN, GIVEN * FACTORS))
both = pytest.mark.parametrize("found", [RAW, CALIBRATED], ids=["raw", "calibrated"])
LEVELS = [1e-6, 0.004, 0.02, 0.07, 0.3, 0.5, 0.8, 0.96, 0.999]


def of_day(found, day):
    """The quantile of one day as a function of a level."""
    return lambda level: float(found.quantile(float(level))[day])


def adaptive(function, tail):
    """∫ of a function of the level from 0 to `tail`, in pieces that end where a calibrated quantile bends."""
    edges = [0.0, *(edge for edge in (1e-12, 1e-8, 1e-5, 1e-3, 0.025, 0.1, 0.3) if edge < tail), tail]
    pieces = pairwise(edges)
    return sum(integrate.quad(function, low, high, epsabs=1e-13, epsrel=1e-10, limit=200)[0] for low, high in pieces)


def test_raw_quantiles_and_probabilities_are_scipy_s():
    oracle = stats.t(DENSITY.dof, DENSITY.location, DENSITY.scale)
    for level in LEVELS:
        np.testing.assert_allclose(RAW.quantile(level), oracle.ppf(level), rtol=1e-9)
    np.testing.assert_allclose(RAW.cdf(1.7), oracle.cdf(1.7), rtol=1e-12)
    np.testing.assert_allclose(RAW.volatility(), oracle.std(), rtol=1e-10)


def test_a_calibrated_distribution_has_the_calibrated_bands_and_the_same_median():
    for half, level in zip(GIVEN * FACTORS, (0.9, 0.975), strict=True):
        np.testing.assert_allclose(CALIBRATED.quantile(level), DENSITY.location + half, rtol=1e-12)
        np.testing.assert_allclose(CALIBRATED.quantile(1 - level), DENSITY.location - half, rtol=1e-9)
    assert np.array_equal(CALIBRATED.quantile(0.5), DENSITY.location)


@both
def test_quantiles_grow_with_the_level_and_are_the_inverse_of_the_probabilities(found):
    levels = np.linspace(0.001, 0.999, 500)[:, None]
    assert (np.diff(found.quantile(levels), axis=0) > 0).all()
    np.testing.assert_allclose(found.cdf(found.quantile(levels)), levels + np.zeros(DAYS), atol=1e-12)


@both
@pytest.mark.parametrize("level", [0.5, 0.95, 0.99, 0.9999])
def test_tail_means_are_the_integrals_of_the_quantiles(found, level):
    tail = 1 - level
    for day in (0, DAYS - 1):
        quantile = of_day(found, day)
        simple = adaptive(lambda u, quantile=quantile: 100 * np.expm1(quantile(u) / 100), tail) / tail
        assert found.mean_simple_below(level)[day] == pytest.approx(simple, rel=1e-7)
        lower = adaptive(quantile, tail) / tail
        assert found.mean_beyond(level, upper=False)[day] == pytest.approx(lower, rel=1e-4)
        upper = 2 * DENSITY.location[day] - lower
        assert found.mean_beyond(level, upper=True)[day] == pytest.approx(upper, rel=1e-4)


def test_raw_tail_means_are_those_that_scipy_integrates_over_the_returns():
    for day in range(DAYS):
        oracle = stats.t(DENSITY.dof[day], DENSITY.location[day], DENSITY.scale[day])
        end = oracle.ppf(0.01)
        beyond = integrate.quad(lambda x, oracle=oracle: x * oracle.pdf(x), -np.inf, end, epsabs=1e-12)[0]
        assert RAW.mean_beyond(0.99, upper=False)[day] == pytest.approx(beyond / 0.01, rel=1e-6)


@both
def test_tail_means_and_volatility_are_those_of_draws(found):
    levels = (np.arange(100_000) + 0.5)[:, None] / 100_000
    draws = found.quantile(levels)
    losses = -100 * np.expm1(draws / 100)
    for level in (0.9, 0.99):
        count = round((1 - level) * len(draws))
        np.testing.assert_allclose(-found.mean_simple_below(level), np.sort(losses, axis=0)[-count:].mean(0), rtol=5e-3)
    far = DENSITY.dof > 4  # with fewer, a variance is mostly of draws rarer than these
    np.testing.assert_allclose(found.volatility()[far], draws.std(0)[far], rtol=5e-3)


@both
def test_the_volatility_is_the_integral_of_the_squares(found):
    for day in (2, DAYS - 1):
        spread = adaptive(lambda u, day=day: (of_day(found, day)(u) - DENSITY.location[day]) ** 2, 0.5)
        assert found.volatility()[day] == pytest.approx(np.sqrt(2 * spread), rel=1e-4)


@both
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_no_band_of_the_price_that_holds_as_much_is_narrower(found, share):
    low, high = found.narrowest(share)
    np.testing.assert_allclose(found.cdf(high) - found.cdf(low), share, atol=1e-9)
    for day in (0, DAYS - 1):
        quantile = of_day(found, day)

        def width(u, quantile=quantile):
            return float(np.exp(quantile(u + share) / 100) - np.exp(quantile(u) / 100))

        widths = [width(u) for u in np.linspace(1e-4, 1 - share - 1e-4, 400)]
        nearest = optimize.minimize_scalar(width, bounds=(1e-6, 1 - share - 1e-6), method="bounded")
        own = float(np.exp(high[day] / 100) - np.exp(low[day] / 100))
        assert own <= min(*widths, nearest.fun) * (1 + 1e-6)


@both
def test_ten_thousand_paths_agree_with_each_day_s_distribution(found):
    paths = found.paths(MOST_PATHS, seed=3)
    for day in range(DAYS):
        said = stats.kstest(
            paths[:, day], lambda x, day=day: found.cdf(np.asarray(x)[:, None] + np.zeros(DAYS))[:, day]
        )
        assert said.pvalue > 0.01


def test_the_returns_of_different_days_of_a_path_are_not_correlated_and_take_back_no_jump():
    days = np.arange(1, 21)
    density = StudentT(0.05 * days, 1.2 * days**0.4, np.full(20, 6.0))
    found = Distribution(density)
    steps = np.diff(found.paths(MOST_PATHS, seed=1), axis=1, prepend=0.0)
    correlations = np.corrcoef(steps.T) - np.eye(20)
    assert np.abs(correlations).max() < 0.06
    jumps = np.abs(steps[:, 0]) > 5
    assert jumps.sum() > 30
    later = steps[jumps, 1:].sum(axis=1) * np.sign(steps[jumps, 0])
    assert abs(later.mean()) < 4 * later.std() / np.sqrt(len(later))
    assert (np.median(np.abs(steps), axis=0) > 0.2).all()


def test_a_path_moves_on_days_by_which_the_distribution_does_not_widen():
    still = Distribution(StudentT(np.zeros(5), np.ones(5), np.full(5, 5.0)))
    steps = np.diff(still.paths(500), axis=1)
    assert (np.abs(steps).mean(axis=0) > 0.05).all()


def test_the_same_seed_gives_the_same_paths():
    assert np.array_equal(CALIBRATED.paths(50, seed=2), CALIBRATED.paths(50, seed=2))
    assert not np.array_equal(CALIBRATED.paths(50, seed=2), CALIBRATED.paths(50, seed=3))


def test_bands_that_calibration_has_crossed_are_kept_apart():
    crossed = Distribution(DENSITY, Stretch(GIVEN, np.array([GIVEN[1], GIVEN[0]])))
    levels = np.linspace(0.01, 0.99, 99)[:, None]
    assert (np.diff(crossed.quantile(levels), axis=0) > 0).all()


def test_a_tail_without_a_moment_has_no_finite_one():
    wild = Distribution(StudentT(np.zeros(2), np.ones(2), np.array([1.5, 0.9])))
    assert np.isinf(wild.volatility()).all()
    assert np.isfinite(wild.mean_beyond(0.99, upper=True)).tolist() == [True, False]
    assert (wild.mean_simple_below(0.99) > -100).all()


@pytest.mark.parametrize("level", [0.0, 1.0, -0.2, float("nan")])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(RnnlabError, match=r"level must lie strictly between 0 and 1, not at .*; 0\.01 is usual\.$"):
        RAW.quantile(level)
    with pytest.raises(
        RnnlabError, match=r"value at risk must be at least 0\.5 and below 1, not .*; 0\.99 is usual\.$"
    ):
        RAW.mean_beyond(level, upper=False)
    with pytest.raises(RnnlabError, match=r"^10,001 paths cannot be drawn; ask for 1 to 10,000\.$"):
        RAW.paths(10_001)
