"""A recipe walked forward with a refit each year: every day by the model of its year, and the means of all days."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commanding import run
from markets import market
from numpy.testing import assert_allclose
from trainings import train_forecast

from rnnlab.errors import RnnlabError
from rnnlab.scoring.evidence import panel_test
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.commands import yearly_lines
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.panel import say_year, unsaid, years_summary
from rnnlab.tasks.forecast.judge.refitting import LinearHeads, backtest_yearly
from rnnlab.tasks.forecast.judge.scoring import backtest, backtest_panel

ROOT = Path(__file__).parents[1]
TINY = {"epochs": 1, "hidden": 4, "batch": 8}


def flat(table: pd.DataFrame, scale: float) -> StudentT:
    ones = np.ones((len(table), 20))
    return StudentT(0 * ones, scale * ones * np.sqrt(np.arange(1, 21)), 5 * ones)


def test_a_day_is_forecast_by_the_model_of_the_year_of_the_next_session():
    table = market(900)
    years = pd.DatetimeIndex(table.index).year
    first = int(years[0]) + 2
    made = unsaid(len(table))
    say_year(made, flat(table, 1.0), table, first)
    say_year(made, flat(table, 2.0), table, first + 1)
    eve = int(np.flatnonzero(years == first)[0]) - 1
    turn = int(np.flatnonzero(years == first + 1)[0]) - 1
    assert np.isnan(made.scale[:eve, 0]).all()
    assert set(made.scale[eve:turn, 0]) == {1.0}
    assert set(made.scale[turn:-1, 0]) == {2.0}


def test_means_wins_and_the_panel_test_are_of_all_days():
    tables = {"a": market(900, seed=1), "b": market(800, seed=2)}
    results = {}
    for year in (2011, 2012, 2013):
        for name, table in tables.items():
            cut = table[: f"{year}-12-31"]
            days = int((cut.index.year == year).sum())
            if days >= 60 and len(cut) - days >= 260:
                found = walk.backtest(flat(cut, 1.0), cut, cut.index[len(cut) - days], 62)
                results.setdefault(year, {})[name] = found
    told = years_summary(results)
    by_year = [pd.DataFrame({name: one.against("har_t") for name, one in found.items()}) for found in results.values()]
    daily = pd.concat(by_year)
    test = panel_test(daily.sort_index().to_numpy())
    assert told["against"]["har_t"]["panel_statistic"] == pytest.approx(test.statistic)
    own = {name: [found[name].losses for found in results.values() if name in found] for name in daily.columns}
    model = [np.concatenate(parts).mean() for parts in own.values()]
    assert_allclose(told["all"]["model"], np.mean(model))
    assert set(told["years"]) == {str(year) for year in results}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    place = tmp_path_factory.mktemp("tiny") / "m"
    list(train_forecast(["AAPL"], out=place, settings=TINY, until="2015-08-12"))
    return str(place)


def test_each_year_is_scored_by_the_recipe_trained_to_its_eve(tiny, tmp_path):
    told: list[str] = []
    answer = backtest_yearly(tiny, ["AAPL", "MSFT"], start="2021-01-01", progress=told.append).json()
    assert set(answer["years"]) == {"2021", "2022"}
    assert told[0].startswith("2021: training up to 2020-12-31")
    list(train_forecast(["AAPL"], out=tmp_path / "eve", settings=TINY, until="2020-12-31"))
    alone = backtest(str(tmp_path / "eve"), "MSFT", start="2021-01-04").json()
    assert answer["years"]["2021"]["series"] == 1  # Apple's days end in 2017
    first = judge_year(str(tmp_path / "eve"), 2021)
    assert_allclose(answer["years"]["2021"]["model"], first)
    assert alone["n"] > 250


def judge_year(model: str, year: int) -> float:
    from rnnlab.runtime.opening import locate
    from rnnlab.tasks.forecast.data import open_prices
    from rnnlab.tasks.forecast.recipes import open_forecasting

    forecaster, table = open_forecasting(locate(model))[1], open_prices("MSFT").table[: f"{year}-12-31"]
    first = table.index[(table.index.year < year).sum()]
    return walk.backtest(forecaster.densities(table), table, first, forecaster.rows_needed).scores.crps


def test_the_command_tells_years_and_wins(tiny):
    command = ["backtest", tiny, "--refit", "yearly", "--data", "MSFT"]
    done = run(*command, "--start", "2022-01-03", "--json")
    answer = json.loads(done.stdout.splitlines()[-1])
    assert set(answer["years"]) == {"2022"}
    assert any(line.startswith("HAR ") and "of 1" in line for line in yearly_lines(answer))
    refused = run(*command)
    assert refused.returncode == 2


def test_a_linear_head_is_trained_to_the_day_before_the_start_and_stands_beside_the_model(tiny, tmp_path):
    told: list[str] = []
    heads = LinearHeads(tiny, told.append)
    panel = backtest_panel(tiny, ["MSFT", "AMZN"], start="2021-01-04", beside=heads.baseline).json()
    assert told == ["training the linear head up to 2021-01-03"]  # once for both
    settings = TINY | {"recurrence": False}
    list(train_forecast(["AAPL"], out=tmp_path / "head", settings=settings, until="2021-01-03"))
    alone = backtest(str(tmp_path / "head"), "MSFT", start="2021-01-04")
    assert panel["horizons"]["1"]["series"][0]["baselines"]["linear_t"]["crps"] == alone.results[0].scores.crps
    assert panel["horizons"]["1"]["against"]["linear_t"]["panel_p"] is not None


def test_the_command_scores_the_linear_head_too(tiny):
    command = ["backtest", tiny, "--data", "MSFT", "--start", "2022-01-03", "--linear", "--json"]
    done = run(*command)
    assert "linear_t" in json.loads(done.stdout.splitlines()[-1])["baselines"]
    assert run(*command, "--refit", "yearly").returncode == 2


def test_what_cannot_be_refitted_is_refused(tmp_path):
    (tmp_path / "acme.csv").write_text((ROOT / "data" / "prices" / "MSFT.csv").read_text())
    list(train_forecast([str(tmp_path / "acme.csv")], out=tmp_path / "own", settings=TINY))
    with pytest.raises(RnnlabError, match=r"^The checkpoint was trained on .*, which does not come with rnnlab; give"):
        backtest_yearly(str(tmp_path / "own"), ["MSFT"], start="2021-01-01")
    with pytest.raises(RnnlabError, match=r"not for forecasting; open another"):
        backtest_yearly("shakespeare", ["MSFT"], start="2021-01-01")
