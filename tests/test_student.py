"""The Student-t against scipy, scoringrules, brute-force integrals and its own symmetries."""

import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import integrate, stats

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.student import StudentT, fit_student

LOCATION, SCALE, DOF = np.array([0.3, -1.0, 0.0, 2.0]), np.array([0.5, 1.0, 3.0, 1.5]), np.array([1.5, 2.1, 5.0, 80.0])
DENSITY = StudentT(LOCATION, SCALE, DOF)
Y = np.array([0.1, -9.0, 0.0, 3.0])
finite = st.floats(-20, 20)
scales = st.floats(0.01, 50)
dofs = st.floats(1.05, 300)


def numbers(density: StudentT) -> list[float]:
    return [float(density.location), float(density.scale), float(density.dof)]


def student(*parameters: float) -> StudentT:
    return StudentT(*(np.array(parameter) for parameter in parameters))


def test_distribution_functions_are_those_of_scipy():
    oracle = stats.t(DOF, LOCATION, SCALE)
    assert_allclose(DENSITY.cdf(Y), oracle.cdf(Y), rtol=1e-12)
    assert_allclose(DENSITY.log_density(Y), oracle.logpdf(Y), rtol=1e-12)
    assert_allclose(DENSITY.quantile(0.1), oracle.ppf(0.1), rtol=1e-12)
    assert_allclose(DENSITY.interval(0.95), oracle.interval(0.95), rtol=1e-12)


def test_scores_are_those_of_scoringrules():
    assert_allclose(DENSITY.crps(Y), scoringrules.crps_t(Y, DOF, LOCATION, SCALE), rtol=1e-9)
    assert_allclose(-DENSITY.log_density(Y), scoringrules.logs_t(Y, DOF, LOCATION, SCALE), rtol=1e-9)


@pytest.mark.parametrize("place", range(4))
def test_the_crps_is_the_integral_it_stands_for(place):
    y, oracle = Y[place], stats.t(DOF[place], LOCATION[place], SCALE[place])
    below, _ = integrate.quad(lambda x: oracle.cdf(x) ** 2, -np.inf, y, epsabs=1e-10, limit=200)
    above, _ = integrate.quad(lambda x: oracle.sf(x) ** 2, y, np.inf, epsabs=1e-10, limit=200)
    assert_allclose(DENSITY.crps(Y)[place], below + above, rtol=1e-6)


@pytest.mark.parametrize("dof", [1e4, 1e6])
def test_a_large_dof_scores_as_a_normal(dof):
    many = StudentT(LOCATION, SCALE, np.full(4, dof))
    y = LOCATION + SCALE * np.array([0.0, 0.5, -2.0, 4.0])
    assert_allclose(many.crps(y), scoringrules.crps_normal(y, LOCATION, SCALE), rtol=1e-3 * 1e4 / dof)
    assert_allclose(many.log_density(y), stats.norm(LOCATION, SCALE).logpdf(y), rtol=1e-2 * 1e4 / dof)


def test_the_crps_is_nan_where_the_mean_does_not_exist():
    assert np.isnan(StudentT(np.zeros(2), np.ones(2), np.array([1.0, 0.7])).crps(np.zeros(2))).all()


def test_parameters_broadcast_over_horizons():
    density = StudentT(np.zeros((5, 3)), np.ones((5, 1)), np.array([3.0, 4.0, 7.0]))
    assert density.crps(np.ones((5, 3))).shape == density.quantile(0.3).shape == (5, 3)


@given(finite, scales, dofs, finite, finite, scales)
@settings(max_examples=60, deadline=None)
def test_the_crps_is_never_negative_and_follows_shift_and_scale(location, scale, dof, y, shift, factor):
    plain = student(location, scale, dof).crps(y)
    moved = student(location * factor + shift, scale * factor, dof).crps(y * factor + shift)
    assert plain > 0
    assert_allclose(moved, plain * factor, rtol=1e-6, atol=1e-9)


@given(finite, scales, dofs, st.floats(0.001, 0.999))
@settings(max_examples=60, deadline=None)
def test_the_cdf_undoes_the_quantile(location, scale, dof, level):
    density = student(location, scale, dof)
    assert_allclose(density.cdf(density.quantile(level)), level, rtol=1e-6)


def test_scaled_by_is_the_density_of_the_outcome_times_the_factor():
    factor = np.array([0.5, 1.0, 2.0, 9.0])
    assert_allclose(DENSITY.scaled_by(factor).cdf(Y * factor), DENSITY.cdf(Y), rtol=1e-12)
    assert student(0.1, 1.0, 4.0).scaled_by(factor).dof.shape == (4,)


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_the_bands_of_a_true_density_hold_as_often_as_they_say(share):
    draws = 20_000
    y = np.random.default_rng(4).standard_t(4.0, draws) * 1.3 + 0.1
    lower, upper = student(0.1, 1.3, 4.0).interval(share)
    assert abs(np.mean((lower <= y) & (y <= upper)) - share) < 4 * np.sqrt(share * (1 - share) / draws)


def test_the_fit_finds_known_parameters():
    sample = 0.2 + 1.5 * np.random.default_rng(0).standard_t(5.0, 20_000)
    fitted = fit_student(sample)
    assert_allclose(numbers(fitted), [0.2, 1.5, 5.0], rtol=0.1)
    dof, location, scale = stats.t.fit(sample[:3000])
    assert_allclose(numbers(fit_student(sample[:3000])), [location, scale, dof], rtol=2e-3, atol=1e-3)


def test_the_fit_is_a_maximum_of_the_likelihood():
    sample = np.random.default_rng(1).standard_t(3.0, 400)
    best = np.array(numbers(fit_student(sample)))
    highest = student(*best).log_density(sample).sum()
    for direction in np.vstack([np.eye(3), -np.eye(3)]):
        assert student(*(best + 0.01 * direction)).log_density(sample).sum() < highest


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
@settings(max_examples=20, deadline=None)
def test_the_fit_follows_shift_and_scale(shift, factor):
    sample = np.random.default_rng(2).standard_t(4.0, 300)
    location, scale, dof = numbers(fit_student(sample))
    moved = numbers(fit_student(sample * factor + shift))
    assert_allclose(moved, [location * factor + shift, scale * factor, dof], rtol=1e-3, atol=1e-4 * factor)


@pytest.mark.parametrize("wild", ["normal", "cauchy", "one huge", "nine in ten tied", "two values"])
def test_a_hard_sample_still_gets_a_sane_fit(wild):
    draws = np.random.default_rng(3)
    sample = {
        "normal": draws.standard_normal(500), "cauchy": draws.standard_cauchy(500),
        "one huge": np.append(draws.standard_normal(500), 1e6),
        "nine in ten tied": np.where(draws.random(500) < 0.9, 0.0, draws.standard_normal(500)),
        "two values": np.repeat([0.0, 1.0], 50),
    }[wild]  # fmt: skip
    fitted = fit_student(sample)
    assert np.isfinite(fitted.crps(sample)).all()
    assert fitted.scale > 0
    assert 2.1 <= fitted.dof <= 200.0000001


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (np.arange(9.0), "9 values are too few to fit a distribution; give at least 10"),
        (np.append(np.arange(20.0), np.nan), "missing or infinite values; fill or drop them"),
        (np.full(30, 0.4), r"All 30 values are the same \(0.4\); give a series that varies"),
        (np.zeros(30), r"All 30 values are the same \(0\); give a series that varies"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_one_sentence(sample, message):
    with pytest.raises(DataError, match=message):
        fit_student(sample)


def test_a_share_outside_0_and_1_is_refused():
    with pytest.raises(RnnlabError, match=r"coverage must lie strictly between 0 and 1, not at 1.2; 0.8 is usual"):
        DENSITY.interval(1.2)
    with pytest.raises(RnnlabError, match="level must lie strictly between 0 and 1, not at 0"):
        DENSITY.quantile(0.0)
