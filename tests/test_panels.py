"""Several series judged together: as one by one, with tests that do not count what moves together as independent."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commanding import run

from rnnlab.errors import DataError, RnnlabError
from rnnlab.runtime.opening import locate
from rnnlab.scoring.evidence import holm, panel_test
from rnnlab.tasks.forecast.commands import many_lines, panel_lines
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.scoring import backtest, backtest_panel
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.tasks.forecast.use import forecast, forecast_many

START = "2016-06-01"
TICKERS = ["AAPL", "MSFT", "AMZN"]
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def answer():
    return backtest_panel("stocks", TICKERS, start=START, horizons=(1, 5)).json()


def test_each_series_scores_as_it_does_alone(answer):
    for name, scores in zip(TICKERS, answer["horizons"]["1"]["series"], strict=True):
        alone = backtest("stocks", name, start=START).json()
        assert scores["name"] == name
        assert {key: scores[key] for key in ("n", "crps", "record", "baselines")} == {
            key: alone[key] for key in ("n", "crps", "record", "baselines")
        }


def test_means_wins_and_corrections_are_those_of_the_series(answer):
    for found in answer["horizons"].values():
        series = found["series"]
        assert found["mean"]["crps"] == pytest.approx(np.mean([one["crps"] for one in series]))
        assert found["mean"]["sd80"] == pytest.approx(np.std([one["coverage80"] for one in series], ddof=1))
        for name, said in found["against"].items():
            others = [one["baselines"][name] for one in series]
            better = [one["crps"] < other["crps"] for one, other in zip(series, others, strict=True)]
            assert said["wins"] == sum(better)
            if others[0]["coverage80"] is not None:
                sure = np.array(holm([other["dm_p"] for other in others])) < 0.05
                assert said["wins_sure"] == sum(sure & better)


def test_the_panel_test_lines_days_up_by_their_dates(answer):
    """The series end on different days: Apple's in 2017, the others' in 2022."""
    forecaster = open_forecasting(locate("stocks"))[1]
    daily = []
    for name in TICKERS:
        table = open_prices(name).table
        first = pd.Timestamp(START)
        result = walk.backtest(forecaster.densities(table), table, first, forecaster.rows_needed)
        daily.append(result.against("har_t"))
    together = panel_test(pd.concat(daily, axis=1).to_numpy())
    said = answer["horizons"]["1"]["against"]["har_t"]
    assert (said["panel_statistic"], said["panel_p"]) == pytest.approx((together.statistic, together.p_value))
    assert pd.concat(daily, axis=1).isna().any().any()


def test_value_at_risk_and_terciles_are_those_of_the_series_together(answer):
    found = answer["horizons"]["1"]
    own = [one["value_at_risk"]["99"] for one in found["series"]]
    told = found["mean"]["value_at_risk"]["99"]
    assert told["breaches"] == sum(one["breaches"] for one in own)
    assert told["share"] == pytest.approx(told["breaches"] / sum(one["n"] for one in found["series"]))
    assert told["rejected"] == sum(one["kupiec_p"] < 0.05 for one in own)
    assert told["joint_score"] == pytest.approx(np.mean([one["joint_score"] for one in own]))
    stormy = [one["record"]["terciles"][2]["calibrated80"] for one in found["series"]]
    assert found["mean"]["terciles"][2]["calibrated80"] == pytest.approx(np.mean(stormy))
    assert (told["panel_p"], found["against"]["naive"]["value_at_risk"]) == (None, None)
    assert answer["horizons"]["5"]["mean"]["value_at_risk"] is None


def test_joint_scores_are_compared_day_by_day_over_the_series(answer):
    opened, differences = open_forecasting(locate("stocks"))[1], []
    for name in TICKERS:
        table = open_prices(name).table
        result = walk.backtest(opened.densities(table), table, pd.Timestamp(START), opened.rows_needed)
        losses = result.day.tails["95"].losses - result.baselines["har_t"].tails["95"].losses
        differences.append(pd.Series(losses, result.days.index))
    together = panel_test(pd.concat(differences, axis=1).to_numpy())
    said = answer["horizons"]["1"]["against"]["har_t"]["value_at_risk"]["95"]
    assert (said["panel_statistic"], said["panel_p"]) == pytest.approx((together.statistic, together.p_value))


def test_the_command_tells_of_risk_and_storms_over_the_series(answer):
    lines = panel_lines(answer)
    assert any(line.startswith("Coverage by tercile of volatility, mean of the series, in brackets") for line in lines)
    [model] = [line for line in lines if line.startswith("This model") and "%" in line]
    assert f"{100 * answer['horizons']['1']['mean']['value_at_risk']['95']['share']:.2f} %" in model


def test_the_command_judges_several_series_and_groups_together():
    done = run("backtest", "stocks", "--start", START, "--data", "AAPL", "MSFT", "--json")
    said = json.loads(done.stdout.splitlines()[-1])
    assert [one["name"] for one in said["horizons"]["1"]["series"]] == ["AAPL", "MSFT"]
    lines = panel_lines(said)
    assert any(line.startswith("HAR ") and "of 2" in line for line in lines)
    assert sum(line.startswith("mean") for line in lines) == 1


def test_several_series_are_forecast_as_each_alone():
    many = forecast_many("stocks", TICKERS, horizon=5)
    for one, name in zip([made.summary() for made in many], TICKERS, strict=True):
        alone = forecast("stocks", name, horizon=5).summary()
        assert one["rows"] == [
            {key: value if key == "date" else pytest.approx(value, rel=1e-6) for key, value in row.items()}
            for row in alone["rows"]
        ]
        assert {key: one[key] for key in ("name", "last_date", "last_close", "notices")} == {
            key: alone[key] for key in ("name", "last_date", "last_close", "notices")
        }


def test_the_command_forecasts_several_series_a_line_each():
    command = ["forecast", "stocks", "--horizon", "3", "--data", "AAPL", "MSFT"]
    done = run(*command, "--json")
    said = json.loads(done.stdout.splitlines()[-1])
    head, *rows = many_lines(said)
    assert head.split()[:4] == ["last", "day", "close", "forecast"]
    assert [row.split()[0] for row in rows[:2]] == ["AAPL", "MSFT"]
    assert said["series"][0]["rows"][-1]["date"] in rows[0]
    refused = run(*command, "--dates", "us")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("data", "sentence"), [(["AAPL", "aapl.csv", "MSFT"], "There is no file"), (["AAPL", "NOPE"], "NOPE")]
)
def test_what_cannot_be_read_is_refused_as_for_one(data, sentence):
    with pytest.raises(DataError, match=sentence):
        backtest_panel("stocks", data)


def test_a_series_that_is_given_twice_is_refused(tmp_path):
    (tmp_path / "AAPL.csv").write_text((ROOT / "data" / "prices" / "MSFT.csv").read_text())
    with pytest.raises(RnnlabError, match=r"^AAPL is given twice; name each series once\.$"):
        backtest_panel("stocks", ["AAPL", str(tmp_path / "AAPL.csv")])
