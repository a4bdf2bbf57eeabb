"""The baselines on the range: a GARCH against arch and its own gradient, HAR with leverage against a regression."""

import math

import numpy as np
import pytest
from arch import arch_model
from numpy.testing import assert_allclose
from scipy import optimize
from sklearn.linear_model import LinearRegression
from test_baselines import DAYS, RANGES, RETURNS, SPLIT, origins

from rnnlab.scoring import carr
from rnnlab.scoring.baselines import carr_t, har_t, lhar_t


def leveraged(days: int = 3000, seed: int = 2) -> np.ndarray:
    """Returns of a TARCH, in percent: falls stir more than rises."""
    draws = np.random.default_rng(seed)
    returns, scale = np.empty(days), 1.0
    for day in range(days):
        returns[day] = scale * draws.standard_t(6) * math.sqrt(4 / 6)
        scale = 0.04 + (0.05 + 0.1 * (returns[day] < 0)) * abs(returns[day]) + 0.88 * scale
    return returns


def test_on_absolute_returns_it_is_arch_s_asymmetric_garch_of_power_one():
    returns = leveraged()
    fitted = carr.fit(returns, np.abs(returns))
    model = arch_model(returns, mean="Zero", vol="GARCH", p=1, o=1, q=1, power=1.0, dist="t", rescale=False)
    theirs = model.fit(disp="off", show_warning=False)
    named = theirs.params
    unit = math.sqrt(fitted.dof / (fitted.dof - 2))  # a Student-t of scale 1 has this standard deviation
    assert_allclose(fitted.alpha * unit, named["alpha[1]"], atol=0.01)
    assert_allclose(fitted.gamma * unit, named["gamma[1]"], atol=0.02)
    assert_allclose(fitted.beta, named["beta[1]"], atol=0.01)
    assert_allclose(fitted.dof, named["nu"], rtol=0.05)
    own = fitted.scales(returns, np.abs(returns))[500:-1] * unit
    assert_allclose(own, theirs.conditional_volatility[500:], rtol=0.02)


def test_its_gradient_is_that_of_its_loss():
    args = (RETURNS[1:], RANGES[1:], 1.1)
    at = np.array([0.05, 0.06, 0.12, 0.08, 0.75, 5.0])
    error = optimize.check_grad(lambda x: carr._loss(x, *args)[0], lambda x: carr._loss(x, *args)[1], at)
    assert error < 1e-5


def test_its_volatility_is_the_plain_recursion():
    fitted = carr.Fitted(0.0, 0.05, 0.1, 0.2, 0.7, 5.0, 1.3)
    scale, expected = 1.3, [1.3]
    for day in range(1, 50):
        scale = 0.05 + (0.1 + 0.2 * (RETURNS[day] < 0)) * RANGES[day] + 0.7 * scale
        expected.append(scale)
    assert_allclose(fitted.scales(RETURNS[1:50], RANGES[1:50]), expected)


def test_over_several_days_its_volatility_is_the_mean_of_simulated_ones():
    fitted = carr.Fitted(0.0, 0.05, 0.1, 0.1, 0.8, 8.0, 1.0)
    draws = np.random.default_rng(3)
    shocks, stretch = draws.standard_t(8, (5, 200_000)), draws.exponential(0.7, (5, 200_000))
    returns, proxy = shocks[0, :4000], stretch[0, :4000]
    scales = fitted.scales(returns, proxy)
    root = fitted.ahead(returns, proxy, 4000, 5)[-1]
    growth = np.mean((0.1 + 0.1 * (returns < 0)) * proxy / scales[:-1])
    path, means = np.full(200_000, scales[-1]), [scales[-1]]
    for day in range(1, 5):
        path = 0.05 + growth * stretch[day] / 0.7 * path + 0.8 * path
        means.append(path.mean())
    assert_allclose(root, math.sqrt(np.mean(np.square(means))), rtol=0.01)


def test_falls_stir_more_than_rises_where_they_do():
    fitted = carr.fit(leveraged(), np.abs(leveraged()))
    assert fitted.gamma > 0.05
    assert 0 < fitted.alpha + fitted.beta < 1


def test_har_with_leverage_is_a_regression_on_falls_too():
    def inputs(day):
        logs = [math.log(RANGES[day + 1 - span : day + 1].mean()) for span in (1, 5, 22)]
        month = RANGES[day - 21 : day + 1].mean()
        falls = [min(RETURNS[day + 1 - span : day + 1].mean() * math.sqrt(span) / month, 0) for span in (1, 5, 22)]
        return [*logs, *(max(fall, -6) for fall in falls)]

    train = range(22, SPLIT - 1)
    regression = LinearRegression().fit([inputs(day) for day in train], [math.log(RANGES[day + 1]) for day in train])
    expected = np.exp(regression.predict([inputs(day) for day in origins()]))
    found = lhar_t(RETURNS, origins(), SPLIT, 1, RANGES)
    assert_allclose(found.scale / found.scale[0], expected / expected[0], rtol=1e-9)


@pytest.mark.parametrize("made", [lhar_t, carr_t])
def test_where_falls_stir_both_beat_har(made):
    returns = np.concatenate([[np.nan], leveraged(6000)])
    days = np.arange(2999, 5999)
    loss = {one: one(returns, days, 3000).crps(returns[days + 1]).mean() for one in (made, har_t)}
    assert loss[made] < loss[har_t]
    assert DAYS > SPLIT
