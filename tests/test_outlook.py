"""What can be asked of a price's distribution: in Python, by the command, in files; raw and calibrated."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from commanding import run
from markets import market
from scipy import stats

import rnnlab
from rnnlab.data.prices.dates.sessions import sessions_per_year
from rnnlab.errors import RnnlabError
from rnnlab.scoring.distribution import Distribution
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.outlook.distribution import PriceDistribution
from rnnlab.tasks.forecast.outlook.risk import Questions, answer

DAYS = pd.bdate_range("2024-01-02", periods=4)
ROOTS = np.sqrt(np.arange(1, 5))
SAID = PriceDistribution(Distribution(StudentT(0.1 * ROOTS, 1.5 * ROOTS, np.full(4, 4.0))), DAYS, 200.0)
LEVELS = (np.arange(200_000) + 0.5)[:, None] / 200_000
DRAWS = 200 * np.exp(SAID.returns.quantile(LEVELS) / 100)  # (draws, 4) prices, equally probable


@pytest.fixture(scope="module", params=[False, True], ids=["raw", "calibrated"])
def apple(request):
    return rnnlab.load("stocks").distribution("AAPL", 20, calibrated=request.param)


def test_prices_and_probabilities_are_those_of_draws():
    np.testing.assert_allclose(
        SAID.quantile(0.05, 0.7).to_numpy(), np.quantile(DRAWS, [0.05, 0.7], axis=0).T, rtol=1e-4
    )
    np.testing.assert_allclose(SAID.above(203.0)[203.0], (DRAWS > 203).mean(0), atol=1e-5)
    np.testing.assert_allclose(SAID.below("-2%")["-2%"], (DRAWS <= 196).mean(0), atol=1e-5)
    assert (SAID.above(203.0) + SAID.below(203.0) == 1).all().all()


@pytest.mark.parametrize("level", [0.9, 0.99])
def test_losses_are_those_of_draws_of_a_long_and_of_a_short_position(level):
    count = round((1 - level) * len(DRAWS))
    ordered = np.sort(DRAWS, axis=0)
    low, high = ordered[:count], ordered[-count:]
    for short, end in ((False, low[-1]), (True, high[0])):
        np.testing.assert_allclose(SAID.value_at_risk(level, short=short)[level], np.abs(end / 2 - 100), rtol=1e-3)
    np.testing.assert_allclose(SAID.expected_shortfall(level)[level], 100 - low.mean(0) / 2, rtol=2e-3)
    geometric = np.exp(np.log(high).mean(0)) / 2 - 100
    np.testing.assert_allclose(SAID.expected_shortfall(level, short=True)[level], geometric, rtol=1e-2)


def test_volatility_is_that_of_the_log_returns_per_session_and_per_year():
    daily = 1.5 * np.sqrt(2.0)
    np.testing.assert_allclose(SAID.volatility()["daily"], daily)
    np.testing.assert_allclose(SAID.volatility()["annual"], daily * np.sqrt(252))
    np.testing.assert_allclose(SAID.volatility()["whole"], daily * ROOTS)


@pytest.mark.parametrize(("frequency", "sessions"), [("B", 252), ("D", 365), ("W-FRI", 52), ("ME", 12)])
def test_a_year_has_the_sessions_of_the_series(frequency, sessions):
    assert sessions_per_year(pd.date_range("2020-01-31", periods=80, freq=frequency)) == sessions


def test_every_answer_follows_the_bands_that_are_shown(apple):
    fan, close = apple.fan(), apple.close
    np.testing.assert_allclose(apple.quantile(0.9)[0.9], fan["upper80"], rtol=1e-12)
    np.testing.assert_allclose(apple.value_at_risk(0.975)[0.975], 100 * (1 - fan["lower95"] / close), rtol=1e-9)
    np.testing.assert_allclose(apple.value_at_risk(0.9, short=True)[0.9], 100 * (fan["upper80"] / close - 1), rtol=1e-9)
    upper, lower = (float(fan[side].iloc[-1]) for side in ("upper95", "lower80"))
    assert apple.above(upper).iloc[-1, 0] == pytest.approx(0.025)
    assert apple.below(lower).iloc[-1, 0] == pytest.approx(0.1)
    band = apple.highest_density(0.8)
    assert (band["upper"] - band["lower"] <= fan["upper80"] - fan["lower80"] + 1e-9).all()
    paths = apple.paths(4000, seed=5)
    inside = paths.ge(band["lower"], axis=0) & paths.le(band["upper"], axis=0)
    assert np.abs(inside.mean(axis=1) - 0.8).max() < 0.03


def test_ten_thousand_paths_follow_each_session_s_distribution(apple):
    levels = apple.returns.cdf(100 * np.log(apple.paths(10_000, seed=2).to_numpy().T / apple.close))
    assert min(stats.kstest(levels[:, session], "uniform").pvalue for session in range(20)) > 0.001


def test_calibrated_answers_differ_from_raw_ones_and_say_so():
    raw, calibrated = (rnnlab.load("stocks").distribution("MSFT", 5, calibrated=wish) for wish in (False, True))
    assert (raw.calibrated, calibrated.calibrated) == (False, True)
    assert (raw.value_at_risk(0.99) != calibrated.value_at_risk(0.99)).all().all()
    assert (raw.volatility() != calibrated.volatility()).all().all()


def test_python_s_forecast_names_units_currency_and_close():
    table = rnnlab.load("stocks").forecast("AAPL", 3)
    assert list(table) == ["median", "lower80", "upper80", "lower95", "upper95"]
    assert table.attrs["units"] == dict.fromkeys(table, "USD")
    assert (table.attrs["currency"], table.attrs["last_close"], table.attrs["notices"]) == ("USD", 169.23, [])
    own = rnnlab.load("stocks").forecast(market(100)["Close"], 3)
    assert (own.attrs["currency"], own.attrs["units"]["median"]) == ("", "the file's currency")
    assert rnnlab.load("stocks").distribution("AAPL", 3).fan().equals(table)


def test_the_command_s_json_grows_by_what_is_asked_and_by_nothing_else():
    plain = json.loads(run("forecast", "stocks", "--data", "AAPL", "--horizon", "2", "--json").stdout)
    asked = [
        "--quantiles",
        "0.01,0.5",
        "--var",
        "0.99",
        "--above",
        "180,5%",
        "--below",
        "150",
        "--highest-density",
        "0.8",
    ]
    told = json.loads(run("forecast", "stocks", "--data", "AAPL", "--horizon", "2", "--json", *asked).stdout)
    risk = told.pop("risk")
    assert told == plain
    row, outlook = risk["rows"][-1], rnnlab.load("stocks").distribution("AAPL", 2)
    assert (risk["position"], row["date"], set(row["quantiles"])) == ("long", "2018-01-03", {"0.01", "0.5"})
    assert row["quantiles"]["0.5"] == pytest.approx(told["rows"][-1]["median"])
    assert row["expected_shortfall"]["0.99"] == pytest.approx(outlook.expected_shortfall(0.99).iloc[-1, 0])
    assert row["above"] == pytest.approx(
        {"180": outlook.above(180.0).iloc[-1, 0], "5%": outlook.above("5%").iloc[-1, 0]}
    )
    assert row["below"]["150"] < row["above"]["180"] < 0.01
    assert row["highest_density"]["0.8"] == pytest.approx(outlook.highest_density(0.8).iloc[-1].to_list())


def test_the_command_writes_its_answers_and_paths_and_draws_them(tmp_path):
    table, picture = str(tmp_path / "f.csv"), str(tmp_path / "f.svg")
    command = [
        "forecast",
        "stocks",
        "--data",
        "AAPL",
        "--horizon",
        "4",
        "--paths",
        "30",
        "--seed",
        "3",
        "--above",
        "175",
    ]
    done = run(*command, "--csv", table, "--plot", picture)
    assert "30 paths were drawn" in done.stdout
    read = pd.read_csv(table, index_col="date")
    drawn = rnnlab.load("stocks").distribution("AAPL", 4).paths(30, seed=3)
    np.testing.assert_allclose(read[[f"path {number}" for number in range(1, 31)]], drawn, rtol=1e-6)
    root = ElementTree.parse(picture).getroot()
    assert len(root.findall("{*}polygon")) == 2
    assert len(root.findall("{*}polyline")) == 32
    assert any(re.match(r"above 175: \d+\.\d %", text.text or "") for text in root.findall("{*}text"))
    again = run(*command, "--csv", table)
    assert again.stderr.strip().endswith("f.csv exists; add --overwrite to replace it, or choose another for --csv.")
    assert run(*command, "--csv", table, "--overwrite").returncode == 0


def test_the_command_lists_the_risk_of_several_series_and_speaks_of_no_portfolio(tmp_path):
    command = ["forecast", "stocks", "--horizon", "3", "--data", "AAPL", "MSFT", "--var", "0.99", "--short"]
    done = run(*command, "--csv", str(tmp_path / "f.csv"))
    assert "losses of a short position" in done.stdout
    assert "the risk of a portfolio depends on how series move together" in done.stdout
    read = pd.read_csv(tmp_path / "f.csv")
    assert read["series"].tolist() == ["AAPL"] * 3 + ["MSFT"] * 3
    alone = rnnlab.load("stocks").distribution("MSFT", 3).value_at_risk(0.99, short=True)
    assert read["VaR 0.99"].iloc[-1] == pytest.approx(alone.iloc[-1, 0], rel=1e-4)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--quantiles", "2"], "A quantile's level must lie strictly between 0 and 1, not at 2; 0.01 is usual."),
        (["--var", "0.3"], "A level of value at risk must be at least 0.5 and below 1, not 0.3; 0.99 is usual."),
        (["--var", "high"], "'high' is no level; write several apart by commas, as 0.99,…"),
        (["--above", "nan"], "'nan' is no price; write several apart by commas, as 180,…"),
        (["--above", "x%"], "'x%' is no price and no return; write 180 for a price, 5% for a return."),
        (["--below", "-100%,3"], "No close can lie at -100%; give a price above 0, or a return above -100%, as 5%."),
        (["--above", "0"], "No close can lie at 0.0; give a price above 0, or a return above -100%, as 5%."),
        (["--paths", "20000"], "20,000 paths cannot be drawn; ask for at most 10,000."),
        (["--short"], "--short turns the losses of --var, of which no level is given; add --var 0.99."),
        (["--plot", "a.png"], "--plot draws SVG, not 'a.png'; give a name that ends with .svg."),
        (["--csv", "/no/such/folder/a.csv"], "a.csv cannot be written (No such file or directory); choose another"),
        (["MSFT", "--paths", "3"], "--paths and --plot are for one series at a time, as paths of several would not be"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(flags, sentence):
    joined = [f"{flags[0]}={flags[1]}"] if flags[0] == "--below" else flags
    done = run("forecast", "stocks", "--horizon", "2", "--data", "AAPL", *joined)
    assert (done.returncode, sentence in done.stderr, done.stderr.count("\n")) == (2, True, 1), done.stderr


def test_what_is_infinite_is_null_in_json():
    wild = PriceDistribution(Distribution(StudentT(np.zeros(4), np.ones(4), np.full(4, 1.5))), DAYS, 10.0)
    row = answer(wild, Questions(var=(0.99,))).summary()["rows"][0]
    assert (row["volatility_daily"], row["volatility_annual"]) == (None, None)
    json.dumps(row, allow_nan=False)


def test_questions_are_refused_before_anything_is_computed():
    with pytest.raises(RnnlabError, match=r"^101 values are more than 100; ask for fewer at a time\.$"):
        Questions.of({"var": ",".join(["0.9"] * 101)})
    assert Questions.of({"above": "180, 5 %,180", "var": None}) == Questions(above=(180.0, "5%"))
