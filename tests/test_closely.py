"""A back-test looked at closely, against the same told day by day in loops; calibrated bands and fans."""

import math

import numpy as np
import pandas as pd
import pytest
from markets import market
from statsmodels.regression.linear_model import OLS
from trainings import train_forecast

from rnnlab.data.prices.series import Prices
from rnnlab.errors import RnnlabError
from rnnlab.scoring.record import calibrated_bands, calibrated_shares
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.forecast_report import study
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.diagnostics import by_month, closely, skill, worst_days
from rnnlab.tasks.forecast.judge.scoring import backtest, compare
from rnnlab.tasks.forecast.outlook.forecast import calibrated_outlook, raw_outlook

TABLE = market(700, seed=5)


def densities(scale: float = 1.0) -> StudentT:
    ones = np.ones((len(TABLE), 20))
    return StudentT(0.02 * ones, scale * ones * np.sqrt(np.arange(1, 21)), 5 * ones)


@pytest.fixture(scope="module", params=[1, 5])
def result(request):
    return walk.backtest(densities(), TABLE, TABLE.index[450], 62, request.param)


def test_months_are_counted_day_by_day(result):
    found = {one["month"]: one for one in by_month(result)}
    assert sum(one["days"] for one in found.values()) == len(result.days)
    for name, bands in (("raw", result.days), ("calibrated", result.calibrated)):
        held = {}
        for day, close in result.days["close"].items():
            inside = bands.loc[day, "lower80"] <= close <= bands.loc[day, "upper80"]
            held.setdefault(f"{day:%Y-%m}", []).append(inside)
        assert {month: one[name] for month, one in found.items()} == {
            month: pytest.approx(np.mean(days)) for month, days in held.items()
        }


def test_skill_is_the_crps_saved_and_its_bounds_are_those_of_statsmodels(result):
    found = skill(result)
    assert set(found) == set(result.baselines)
    for name, one in found.items():
        baseline = result.baselines[name]
        assert one["skill"] == pytest.approx(1 - result.scores.crps / baseline.crps)
        difference = (baseline.losses - result.losses) / baseline.crps
        fitted = OLS(difference, np.ones(len(difference))).fit(
            cov_type="HAC", cov_kwds={"maxlags": result.horizon - 1, "use_correction": False}
        )
        low, high = fitted.conf_int(0.05)[0]
        assert (one["low"], one["high"]) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_the_worst_days_are_those_of_the_greatest_loss(result):
    worst = worst_days(result)
    order = sorted(range(len(result.losses)), key=lambda row: -result.losses[row])[:5]
    assert [one["date"] for one in worst] == [f"{result.days.index[row]:%Y-%m-%d}" for row in order]
    assert worst[0]["crps"] == result.losses.max()
    for one, row in zip(worst, order, strict=True):
        day = TABLE.index.get_loc(result.days.index[row])
        before, close = TABLE["Close"].iloc[day - result.horizon], TABLE["Close"].iloc[day]
        assert (one["from"], one["close"]) == (before, close)
        assert one["change"] == pytest.approx(100 * (close / before - 1))
    assert set(closely(result)) == {"months", "skill", "worst"}


def test_calibrated_bands_are_those_of_the_shares_and_wait_for_outcomes():
    random = np.random.default_rng(1)
    density = StudentT(np.zeros(300), np.ones(300), np.full(300, 5.0))
    actual = 1.6 * random.standard_t(5, 300)
    probabilities = density.cdf(actual)
    shares = calibrated_shares(probabilities, 0.8, 5)
    lower, upper = calibrated_bands(density, actual, 5)[80]
    for day in (0, 50, 299):
        ends = density.at(slice(day, day + 1)).interval(float(shares[day]))
        assert (lower[day], upper[day]) == (pytest.approx(ends[0][0]), pytest.approx(ends[1][0]))
    short = calibrated_bands(density, actual[:295], 5)[80]
    assert np.array_equal(short[1], upper)
    assert upper[-1] > upper[0]


def test_a_calibrated_fan_is_wider_after_misses_and_never_narrows():
    for scale, sign in ((0.4, 1), (3.0, -1)):
        plain = raw_outlook(densities(scale).at(-1), Prices("made up", TABLE), 20).fan()
        fan = calibrated_outlook(densities(scale), Prices("made up", TABLE), TABLE.index[450], 20).fan()
        widths = np.log(fan["upper80"] / fan["lower80"])
        assert (sign * (widths - np.log(plain["upper80"] / plain["lower80"])) > 0).all()
        assert (np.diff(widths) >= -1e-12).all()
        assert (fan["lower95"] < fan["lower80"]).all()
        assert np.array_equal(fan["median"], plain["median"])


def test_a_calibrated_fan_knows_nothing_of_what_it_cannot():
    """Its first day's width is that of the calibration's last, told one day ahead."""
    table = TABLE.iloc[:600]
    said = densities().at(slice(600))
    fan = calibrated_outlook(said, Prices("made up", table), table.index[450], 1).fan()
    longer = walk.backtest(densities(), TABLE.iloc[:625], TABLE.index[450], 62)
    day = longer.calibrated.loc[TABLE.index[600]]
    close = table["Close"].iloc[-1]
    assert fan["upper80"].iloc[0] == pytest.approx(day["upper80"])
    assert math.log(fan["upper95"].iloc[0] / close) == pytest.approx(math.log(day["upper95"] / close))


def test_a_study_shows_the_horizon_and_the_bands_that_are_asked_for():
    plain = study("stocks", "AAPL", start="2016-01-04", ahead=5)
    fitted = study("stocks", "AAPL", start="2016-01-04", ahead=5, calibrated=True)
    assert (plain.scores["horizon"], fitted.scores["crps"]) == (5, plain.scores["crps"])
    band = plain.scores["record"]["bands"]["80"]
    assert (plain.scores["coverage80"], fitted.scores["coverage80"]) == (
        pytest.approx(band["raw"]["share"]), pytest.approx(band["calibrated"]["share"])
    )  # fmt: skip
    inside = (fitted.days["lower80"] <= fitted.days["close"]) & (fitted.days["close"] <= fitted.days["upper80"])
    assert inside.mean() == pytest.approx(band["calibrated"]["share"])
    assert "80 % band, calibrated day by day, covered" in fitted.verdict
    assert not fitted.fan["upper95"].equals(plain.fan["upper95"])
    assert pd.Series(fitted.details["skill"]["har_t"]).notna().all()


def test_two_checkpoints_are_compared_on_the_very_same_days(tmp_path):
    list(train_forecast(["AAPL"], out=tmp_path / "own", settings={"epochs": 2}, until="2014-12-31"))
    own = str(tmp_path / "own")
    told = compare(("stocks", own), "AAPL")
    assert [f"{one.first_day:%Y-%m-%d}" for one in told.results] == ["2015-08-13"] * 2  # the later of their two starts
    alone = backtest(own, "AAPL", start="2015-08-13")
    assert told.results[1].scores.crps == alone.results[0].scores.crps
    turned = compare((own, "stocks"), "AAPL")
    assert turned.dm_p == pytest.approx(told.dm_p)
    assert told.dm_p < 0.05  # two epochs on one stock are no match for a pool
    assert told.verdict.startswith("The first is better by ")
    assert turned.verdict.startswith("The second is better by ")
    level = compare(("stocks", own), "AAPL", start="2017-10-02")
    assert level.dm_p >= 0.05
    assert level.verdict.startswith("No significant difference on these ")
    with pytest.raises(RnnlabError, match=r"^stocks would be compared with itself; choose another checkpoint\.$"):
        compare(("stocks", "stocks"), "AAPL")
