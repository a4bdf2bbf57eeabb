import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest
from markets import market
from numpy.testing import assert_allclose

from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError
from rnnlab.scoring.record import calibrated_bands, calibrated_shares, record_of
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.judge.walk import backtest, default_start, verdict
from rnnlab.tasks.forecast.outlook.forecast import raw_outlook

TABLE = market(500)
DAYS, HORIZONS = 500, 20


def densities(scale: float = 1.0, location: float = 0.0) -> StudentT:
    growth = np.sqrt(np.arange(1, HORIZONS + 1))
    ones = np.ones((DAYS, HORIZONS))
    return StudentT(location * ones, scale * ones * growth, 5 * ones)


def test_the_forecast_of_a_day_is_made_at_the_close_before_it():
    location = np.zeros((DAYS, HORIZONS))
    location[:-1, 0] = 100 * np.diff(np.log(TABLE["Close"]))  # knows tomorrow
    growth = np.ones((DAYS, HORIZONS))
    clairvoyant = backtest(StudentT(location, growth, 5 * growth), TABLE, TABLE.index[400], 62)
    assert clairvoyant.scores.rmse == pytest.approx(0, abs=1e-9)
    assert clairvoyant.scores.direction == 1


def test_the_scored_days_are_those_from_start_to_the_end():
    result = backtest(densities(), TABLE, TABLE.index[400], 62)
    assert (result.days.index == TABLE.index[400:]).all()
    assert result.scores.n == 100
    assert result.days["close"].to_numpy() == pytest.approx(TABLE["Close"].iloc[400:].to_numpy())
    assert result.days["naive"].to_numpy() == pytest.approx(TABLE["Close"].iloc[399:-1].to_numpy())


def test_several_days_ahead_the_target_lies_that_many_days_on():
    result = backtest(densities(), TABLE, TABLE.index[400], 62, horizon=5)
    assert result.scores.n == 96
    assert result.days.index[0] == TABLE.index[404]
    assert result.days["naive"].iloc[0] == TABLE["Close"].iloc[399]


def test_a_start_between_sessions_is_the_next_session():
    monday = next(day for day in TABLE.index[400:] if day.day_of_week == 0)
    for weekend in (monday - pd.Timedelta(days=2), monday - pd.Timedelta(days=1)):
        assert backtest(densities(), TABLE, weekend, 62).days.index[0] == monday


def test_the_last_fifth_is_scored_unless_told_otherwise():
    assert default_start(TABLE.index) == TABLE.index[400]


def test_too_little_before_or_after_the_start_is_refused():
    with pytest.raises(DataError, match=f"needs 62 days before its start; start it at {TABLE.index[62]:%Y-%m-%d}"):
        backtest(densities(), TABLE, TABLE.index[10], 62)
    with pytest.raises(DataError, match="Only 5 days can be scored .* too few to judge a forecast; start"):
        backtest(densities(), TABLE, TABLE.index[495], 62)
    with pytest.raises(DataError, match="Only 0 days can be scored from 2035-01-01"):
        backtest(densities(), TABLE, pd.Timestamp("2035-01-01"), 62)


def test_the_fan_begins_after_the_last_session_and_its_bands_are_nested():
    fan = raw_outlook(densities().at(-1), Prices("made up", TABLE), 7).fan()
    assert len(fan) == 7
    assert fan.index[0] > TABLE.index[-1]
    assert (fan["lower95"] < fan["lower80"]).all()
    assert (fan["lower80"] < fan["median"]).all()
    assert (fan["median"] < fan["upper80"]).all()
    assert (fan["upper80"] < fan["upper95"]).all()
    assert fan["median"].to_numpy() == pytest.approx(TABLE["Close"].iloc[-1])


def test_the_scores_are_plain_json_values():
    summary = backtest(densities(), TABLE, TABLE.index[400], 62).summary()
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    keys = {"n", "start", "end", "rmse", "mae", "mase", "direction", "direction_base_rate", "crps", "log_score"}
    assert keys | {"coverage80", "coverage95", "width80", "baselines"} <= set(summary)
    for baseline in summary["baselines"].values():
        assert {"rmse", "crps", "log_score", "coverage80", "dm_p"} <= set(baseline)


def test_the_verdict_says_what_the_scores_say():
    good = verdict(backtest(densities(), TABLE, TABLE.index[400], 62))
    assert good.startswith("On these 100 days its price errors equal those of repeating the last known close; its 80 %")
    wild = verdict(backtest(densities(scale=9.0, location=5.0), TABLE, TABLE.index[400], 62))
    assert "larger than those of repeating the last known close" in wild
    assert re.search(r"Its CRPS is \d+\.\d % higher than that of a constant spread and \d+\.\d % higher", wild)
    assert wild.endswith(("the best other baseline, HAR.", "the best other baseline, EWMA volatility."))


def test_a_difference_that_may_be_chance_is_not_told_as_one():
    result = backtest(densities(), TABLE, TABLE.index[400], 62)
    naive = dataclasses.replace(result.baselines["naive"], rmse=result.scores.rmse / 1.5, dm_p=0.06)
    told = verdict(dataclasses.replace(result, baselines=result.baselines | {"naive": naive}))
    assert "do not differ significantly from those of repeating the last known close (+50.0 %, p = 0.06)" in told


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_record_says_how_often_the_bands_held_and_how_surely(horizon):
    draws = np.random.default_rng(12)
    density = StudentT(np.zeros(300), draws.uniform(0.5, 2.0, 300), np.full(300, 5.0))
    actual = density.scale * draws.standard_t(5, 300) * 1.5
    record = record_of(density, actual, calibrated_bands(density, actual, horizon), horizon)
    lower, upper = density.interval(0.8)
    band = record.bands["80"]
    assert band.raw.share == np.mean((lower <= actual) & (actual <= upper)) < 0.7
    assert band.raw.low < band.raw.share < band.raw.high < 0.8
    assert band.raw.share < band.calibrated.share
    assert band.width < band.width_calibrated
    assert (band.independence_p is None) == (horizon > 1)
    assert sum(record.histogram) == 300


def test_few_days_have_no_record():
    few = StudentT(np.zeros(19), np.ones(19), np.full(19, 5.0))
    assert record_of(few, np.zeros(19), calibrated_bands(few, np.zeros(19))) is None


def test_calibrated_bands_are_as_wide_as_their_shares_ask():
    draws = np.random.default_rng(13)
    density, actual = StudentT(np.zeros(80), np.ones(80), np.full(80, 4.0)), draws.standard_t(4, 80) * 2
    shares = calibrated_shares(density.cdf(actual), 0.8)
    widths = [np.ptp(StudentT(*np.array([[0.0], [1.0], [4.0]])).interval(share)) for share in shares]
    assert_allclose(
        record_of(density, actual, calibrated_bands(density, actual)).bands["80"].width_calibrated, np.mean(widths)
    )
