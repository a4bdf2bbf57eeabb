"""A back-test in Python and as a file: scores by model, a row a day, units, and nothing written over unasked."""

import json
import math
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from markets import market
from numpy.testing import assert_allclose
from scipy import stats

import rnnlab
from rnnlab.__main__ import main
from rnnlab.runtime.opening import locate
from rnnlab.scoring.baselines import BASELINES
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.frames import daily_frame
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.recipes import open_forecasting

START = "2016-06-01"


@pytest.fixture(scope="module")
def report():
    return rnnlab.load("stocks").backtest("AAPL", START)


def test_the_table_has_a_row_a_model_with_the_scores_of_the_json(report):
    told = report.json()
    assert list(report.table.index) == ["model", *BASELINES]
    assert report.table.loc["model", "crps"] == told["crps"]
    assert report.table.loc["har_t", "qlike"] == told["baselines"]["har_t"]["qlike"]
    assert report.table.loc["carr_t", "kupiec_p_99"] == told["baselines"]["carr_t"]["value_at_risk"]["99"]["kupiec_p"]
    assert report.table.loc["naive", ["log_score", "breaches_95", "qlike"]].isna().all()
    assert told == backtest("stocks", "AAPL", start=START).json() | {"model": told["model"]}


def test_every_day_s_density_gives_its_bands_its_pit_and_its_score(report):
    daily, told = report.daily, report.json()
    density = stats.t(daily["dof"], daily["location"], daily["scale"])
    assert_allclose(daily["pit"], density.cdf(daily["return"]))
    assert_allclose(daily["upper95"], daily["from"] * np.exp(density.ppf(0.975) / 100))
    assert daily["crps"].mean() == pytest.approx(told["crps"])
    inside = (daily["calibrated_lower80"] <= daily["close"]) & (daily["close"] <= daily["calibrated_upper80"])
    assert inside.mean() == told["record"]["bands"]["80"]["calibrated"]["share"]
    assert (len(daily), f"{daily.index[0]:%Y-%m-%d}") == (told["n"], told["start"])


def test_every_column_has_a_unit(report):
    for table in (report.table, report.daily):
        assert set(table.attrs["units"]) == set(table.columns)
        assert (table.attrs["name"], table.attrs["horizon"], table.attrs["notices"]) == ("AAPL", 1, [])
    assert report.daily.attrs["units"]["scale"] == "percent log return"


def test_value_at_risk_and_qlike_are_those_of_the_days_and_the_file(report):
    """By hand, from the daily table and the prices alone."""
    daily, told = report.daily, report.json()
    density = stats.t(daily["dof"], daily["location"], daily["scale"])
    breaches = int((daily["return"] < density.ppf(0.01)).sum())
    own, due = (stats.binom(len(daily), share).logpmf(breaches) for share in (breaches / len(daily), 0.01))
    assert told["value_at_risk"]["99"]["breaches"] == breaches
    assert told["value_at_risk"]["99"]["kupiec_p"] == pytest.approx(stats.chi2(1).sf(2 * (own - due)))
    prices = open_prices("AAPL").table
    squares = (100 * np.log(prices["High"] / prices["Low"])) ** 2 / (4 * math.log(2))
    squares = squares.clip(lower=0.05**2)
    before = prices.index < daily.index[0]
    moves = (100 * np.log(prices["Close"]).diff()) ** 2
    scale = moves[before][1:].mean() / squares[before][1:].mean()
    ratios = scale * squares[daily.index] / density.var()
    assert told["qlike"] == pytest.approx(float(np.mean(ratios - np.log(ratios) - 1)))


def test_days_that_follow_change_no_day_before_them():
    prices, model = market(900), open_forecasting(locate("stocks"), device="cpu")[1]
    start, days = prices.index[700], {}
    for count in (850, 900):
        table = prices.iloc[:count]
        days[count] = daily_frame(walk.backtest(model.densities(table), table, start, model.rows_needed))
    pd.testing.assert_frame_equal(days[850], days[900].iloc[: len(days[850])], rtol=0, atol=0)


def test_a_table_of_prices_is_back_tested_as_its_file_is(tmp_path):
    table = market(500)
    table.to_csv(tmp_path / "own.csv")
    model = rnnlab.load("stocks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        own, file = (model.backtest(prices, "2011-09-01") for prices in (table, tmp_path / "own.csv"))
    pd.testing.assert_frame_equal(own.daily, file.daily)


def test_scores_on_days_that_were_trained_on_are_warned_of():
    with pytest.warns(UserWarning, match="its scores on these days are too good"):
        rnnlab.load("stocks").backtest("IBM")


def test_the_command_writes_the_days_that_python_gives(report, tmp_path, capsys):
    file = tmp_path / "days.csv"
    command = ["backtest", "stocks", "--data", "AAPL", "--start", START, "--daily", str(file)]
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["crps"] == report.json()["crps"]
    written = pd.read_csv(file, index_col="date", parse_dates=True)
    pd.testing.assert_frame_equal(written, report.daily, rtol=1e-6, check_index_type=False, check_freq=False)
    assert [one.name for one in tmp_path.iterdir()] == ["days.csv"]


def test_days_of_several_horizons_stand_one_below_the_other(tmp_path):
    file = tmp_path / "days.csv"
    assert (
        main(["backtest", "stocks", "--data", "AAPL", "--start", START, "--horizon", "1", "5", "--daily", str(file)])
        == 0
    )
    assert list(pd.read_csv(file)["horizon"].unique()) == [1, 5]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), "days.csv exists; add --overwrite to replace it, or choose another for --daily."),
        (("--data", "AAPL", "MSFT"), "--leak-check, --placebo and --daily are for one series at a time"),
        (("--refit", "yearly", "--start", START), "--refit needs --start and scores one day ahead"),
    ],
)
def test_a_file_is_written_over_only_when_asked_and_only_for_one_series(tmp_path, capsys, more, message):
    file = tmp_path / "days.csv"
    file.write_text("mine")
    assert main(["backtest", "stocks", "--data", "AAPL", "--daily", str(file), *more]) == 2
    assert message in capsys.readouterr().err
    assert file.read_text() == "mine"


def test_with_overwrite_the_file_is_replaced(tmp_path):
    file = tmp_path / "days.csv"
    file.write_text("mine")
    command = ["backtest", "stocks", "--data", "AAPL", "--start", "2017-06-01", "--daily", str(file), "--overwrite"]
    assert main(command) == 0
    assert file.read_text().startswith("date,from,close,return,location,scale,dof,median")


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path, capsys):
    command = ["backtest", "nothing-of-the-kind", "--data", "AAPL", "--daily", str(tmp_path / "no" / "days.csv")]
    assert main(command) == 2
    assert "days.csv cannot be written" in capsys.readouterr().err


def test_the_command_shows_storms_and_risk_beside_the_baselines(capsys):
    assert main(["backtest", "stocks", "--data", "AAPL", "--start", START]) == 0
    shown = capsys.readouterr().out
    for words in ("Coverage by tercile of the running volatility", "stormy", "Value at risk of 99 %", "range GARCH"):
        assert words in shown
    assert re.search(r"80 % band is .* coverage [\d.]+ % on stormy days", shown)
