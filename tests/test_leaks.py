"""The leak check: what has not seen the future passes to the last bit, and every planted leak is caught."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from markets import market
from trainings import train_forecast

from rnnlab.runtime.opening import locate
from rnnlab.scoring.baselines import BASELINES, constant_t
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.judge.leaks import days_to_try, leaking_baselines, leaking_days, placebo, with_noise_after
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.recipes import open_forecasting

TABLE = market(500)
DAYS = days_to_try(300, 498, 9)


def returns_of(table: pd.DataFrame) -> np.ndarray:
    return np.diff(100 * np.log(table["Close"].to_numpy(float)), prepend=0.0)


def spread(scale: np.ndarray) -> StudentT:
    ones = np.ones((len(scale), 1))
    return StudentT(0 * ones, scale[:, None], 5 * ones)


def honest(table: pd.DataFrame) -> StudentT:
    """The spread of the last 20 days."""
    return spread(pd.Series(returns_of(table)).rolling(20, min_periods=1).std().fillna(1.0).to_numpy())


def scaled_on_all(table: pd.DataFrame) -> StudentT:
    """As in a tutorial: every day divided by the spread of all days."""
    return spread(honest(table).scale[:, 0] / returns_of(table).std())


def centred_window(table: pd.DataFrame) -> StudentT:
    """A window whose middle is the day."""
    return spread(pd.Series(returns_of(table)).rolling(21, min_periods=1, center=True).std().fillna(1.0).to_numpy())


def shifted_by_one(table: pd.DataFrame) -> StudentT:
    """The spread that includes tomorrow's move."""
    return spread(np.roll(honest(table).scale[:, 0], -1))


def filled_backwards(table: pd.DataFrame) -> StudentT:
    """A gap in the volume closed from the days after it."""
    volume = table["Volume"].where(np.arange(len(table)) % 7 != 0).bfill().to_numpy()
    return spread(1 + volume / volume[0])


def test_what_rests_on_the_past_alone_passes():
    assert leaking_days(honest, TABLE, DAYS) == []


@pytest.mark.parametrize("leaky", [scaled_on_all, centred_window, shifted_by_one, filled_backwards])
def test_a_planted_leak_is_caught(leaky):
    assert leaking_days(leaky, TABLE, DAYS)


def test_a_leak_of_one_bit_is_a_leak():
    def nudged(table: pd.DataFrame) -> StudentT:
        made, other = honest(table), table["Close"].iloc[-1] != TABLE["Close"].iloc[-1]
        return dataclasses.replace(made, scale=np.nextafter(made.scale, np.inf) if other else made.scale)

    assert leaking_days(nudged, TABLE, DAYS) == [TABLE.index[day] for day in DAYS]


def test_the_baselines_pass_and_one_that_looks_ahead_does_not(monkeypatch):
    assert leaking_baselines(TABLE, 300, DAYS) == []

    def ahead(returns, origins, split, horizon=1, ranges=None):
        return constant_t(returns, origins, split, horizon).scaled_by(np.full(len(origins), np.nanstd(returns)))

    monkeypatch.setitem(BASELINES, "ahead", ahead)
    assert leaking_baselines(TABLE, 300, DAYS) == ["ahead"]


@pytest.mark.parametrize("ticker", ["AAPL", "SP500"])
def test_the_bundled_forecaster_passes_on_the_command_s_own_check(ticker):
    found = backtest("stocks", ticker, start="2016-01-04", leak_check=True).json()["leak_check"]
    assert found == {"days": 25, "leaks": []}


@pytest.mark.parametrize("recipe", ["density", "tutorial"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_recipe_and_cell_passes(tmp_path, recipe, cell):
    settings = {"steps": 2, "hidden": 4, "cell": cell} | ({"leak": False} if recipe == "tutorial" else {})
    list(train_forecast(["AAPL"], recipe=recipe, out=tmp_path / "m", settings=settings))
    forecaster = open_forecasting(locate(str(tmp_path / "m")))[1]
    assert leaking_days(forecaster.densities, market(400), days_to_try(300, 398, 5)) == []


def test_noise_leaves_the_past_as_it_was_and_makes_sound_prices():
    noisy = with_noise_after(TABLE, 200)
    pd.testing.assert_frame_equal(noisy.iloc[:201], TABLE.iloc[:201].astype(noisy.dtypes))
    later = noisy.iloc[201:]
    assert (later["High"] >= later[["Open", "Close", "Low"]].max(axis=1)).all()
    assert (later["Low"] <= later[["Open", "Close"]].min(axis=1)).all()
    assert not np.isclose(later["Close"], TABLE["Close"].iloc[201:]).any()


def test_on_a_placebo_nobody_wins():
    scores = backtest("stocks", "AAPL", start="2015-08-13", placebo=True).json()
    assert scores["name"] == "placebo for AAPL"
    constant = scores["baselines"]["constant_t"]
    assert scores["crps"] >= constant["crps"] or constant["dm_p"] > 0.05


def test_a_placebo_is_independent_draws_on_the_same_days():
    drawn = placebo(TABLE)
    returns = returns_of(drawn)[1:]
    assert drawn.index.equals(TABLE.index)
    assert abs(np.corrcoef(np.abs(returns[1:]), np.abs(returns[:-1]))[0, 1]) < 0.12
    assert np.std(returns) == pytest.approx(np.std(returns_of(TABLE)[1:]), rel=0.25)
