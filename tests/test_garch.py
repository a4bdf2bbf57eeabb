"""GARCH baselines against the package that fits them, and draws against scoringrules."""

import sys

import numpy as np
import pytest
import scoringrules
from arch import arch_model
from numpy.testing import assert_allclose

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.baselines import BASELINES, ahead
from rnnlab.scoring.garch import GARCH, PATHS, garch_t
from rnnlab.scoring.student import Draws, StudentT
from rnnlab.tasks.forecast.judge.scoring import backtest


def market(days: int = 700) -> np.ndarray:
    """Returns of a GARCH(1,1) with a Student-t, in percent; day 0 has none."""
    draws = np.random.default_rng(21)
    returns, variance = np.empty(days), 1.5
    for day in range(days):
        returns[day] = 0.05 + np.sqrt(variance) * draws.standard_t(6) * np.sqrt(4 / 6)
        variance = 0.05 + 0.1 * (returns[day] - 0.05) ** 2 + 0.87 * variance
    returns[0] = np.nan
    return returns


RETURNS = market()
ORIGINS = np.arange(599, 640)


@pytest.mark.parametrize("name", ["garch_t", "gjr_t"])
def test_the_density_of_the_next_day_is_arch_s_own(name):
    """At the first day of each fit, where arch itself forecasts from the same days."""
    made = GARCH[name](RETURNS, ORIGINS, 600)
    for place in (0, 20, 40):
        past = RETURNS[1 : ORIGINS[place] + 1]
        model = arch_model(
            past, mean="Constant", vol="GARCH", p=1, o=int(name == "gjr_t"), q=1, dist="t", rescale=False
        )
        found = model.fit(disp="off", show_warning=False)
        said = found.forecast(horizon=1, reindex=False)
        assert_allclose(made.location[place], said.mean.to_numpy()[-1, 0], atol=2e-3)
        variance = made.scale[place] ** 2 * made.dof[place] / (made.dof[place] - 2)
        assert_allclose(variance, said.variance.to_numpy()[-1, 0], rtol=2e-3)
        assert_allclose(made.dof[place], found.params["nu"], rtol=2e-2)


def test_a_forecast_rests_on_no_later_day():
    cut = garch_t(RETURNS[:640], ORIGINS, 600)
    changed = RETURNS.copy()
    changed[640:] = 50.0
    whole = garch_t(changed, ORIGINS, 600)
    assert_allclose(whole.scale, cut.scale, rtol=0)
    later = np.where(np.arange(700) > 610, 9.0, RETURNS)
    early = slice(0, 12)  # origins up to day 610
    assert_allclose(garch_t(later, ORIGINS, 600).scale[early], cut.scale[early], rtol=0)


def test_days_that_are_drawn_spread_as_arch_s_own_bootstrap_does():
    made = garch_t(RETURNS, ORIGINS[:1], 600, horizon=5)
    past = RETURNS[1 : ORIGINS[0] + 1]
    found = arch_model(past, mean="Constant", vol="GARCH", dist="t", rescale=False).fit(disp="off", show_warning=False)
    rng = np.random.RandomState(3)  # which arch insists on
    said = found.forecast(horizon=5, method="bootstrap", simulations=20_000, reindex=False, random_state=rng)
    sums = said.simulations.values[-1].sum(axis=1)
    assert made.values.shape == (1, PATHS)
    for level in (0.1, 0.5, 0.9):
        assert abs(np.quantile(made.values[0], level) - np.quantile(sums, level)) < 0.25
    assert_allclose(made.values.std(), sums.std(), rtol=0.08)


def test_the_same_days_are_drawn_the_same_twice():
    first, second = (garch_t(RETURNS, ORIGINS[:3], 600, horizon=3).values for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])


def test_on_its_own_market_it_beats_a_spread_that_never_changes():
    origins = np.arange(599, 699)
    actual = ahead(RETURNS, origins)
    constant = StudentT(np.zeros(100), np.full(100, np.nanstd(RETURNS[:600]) * np.sqrt(4 / 6)), np.full(100, 6.0))
    assert garch_t(RETURNS, origins, 600).crps(actual).mean() < constant.crps(actual).mean()


def test_the_score_of_draws_is_scoringrules():
    draws = np.random.default_rng(5)
    values, actual = draws.normal(0, 2, (20, 50)), draws.normal(0, 2, 20)
    expected = scoringrules.crps_ensemble(actual, values, estimator="nrg")
    assert_allclose(Draws(values).crps(actual), expected, rtol=1e-9)
    lower, upper = Draws(values).interval(0.8)
    assert np.mean((lower[:, None] <= values) & (values <= upper[:, None])) == pytest.approx(0.8, abs=0.03)


def test_a_back_test_shows_it_beside_the_others_when_asked():
    scores = backtest("stocks", "AAPL", start="2017-06-01", horizons=(1, 5), garch=True).json()
    assert set(scores["baselines"]) == set(BASELINES) | {"garch_t", "gjr_t"}
    assert 0.4 < scores["baselines"]["garch_t"]["crps"] < 1.5
    assert scores["horizons"]["5"]["baselines"]["garch_t"]["log_score"] is None
    assert "garch_t" not in backtest("stocks", "AAPL", start="2017-06-01").results[0].baselines


def test_without_arch_a_sentence_says_how_to_add_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "arch", None)
    with pytest.raises(RnnlabError, match=r"^GARCH is fitted with the package arch, .*; pip install arch==8"):
        garch_t(RETURNS, ORIGINS, 600)


def test_a_short_past_is_refused():
    with pytest.raises(DataError, match="^100 days are too few to fit GARCH to"):
        garch_t(RETURNS, np.arange(99, 120), 100)
