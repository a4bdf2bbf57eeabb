"""Series that are odd but real: each is forecast with bands that make sense, or refused in its sentence."""

import numpy as np
import pandas as pd
import pytest
from markets import market

from rnnlab.errors import DataError
from rnnlab.tasks.forecast import forecast_report


def study(tmp_path, table: pd.DataFrame):
    table.to_csv(tmp_path / "odd.csv", index_label="Date")
    return forecast_report.study("stocks", tmp_path / "odd.csv")


def sensible(found) -> bool:
    last = found.history["Close"].iloc[-1]
    fan = found.fan
    ordered = (fan["lower95"] < fan["lower80"]) & (fan["lower80"] < fan["median"]) & (fan["upper80"] < fan["upper95"])
    return bool(ordered.all() and (fan["lower95"] > last / 3).all() and (fan["upper95"] < 3 * last).all())


def on(table: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    return table.set_axis(dates[: len(table)])


def test_closes_alone_are_forecast_and_back_tested(tmp_path):
    found = study(tmp_path, market(500, columns="C"))
    assert sensible(found)
    assert found.scores["baselines"]["har_t"]["crps"] > 0


def test_eighty_rows_are_forecast_without_a_back_test_and_sixty_one_are_refused(tmp_path):
    found = study(tmp_path, market(80))
    assert sensible(found)
    assert found.scores is None
    assert any(notice.startswith("There is no back-test: ") for notice in found.notices)
    with pytest.raises(DataError, match=r"^odd has 61 rows, but a forecast by stocks needs at least 62;"):
        study(tmp_path, market(61))


@pytest.mark.parametrize(
    ("frequency", "step"),
    [("W-FRI", pd.Timedelta(days=7)), ("D", pd.Timedelta(days=1))],
    ids=["weekly", "every day of the week"],
)
def test_weekly_prices_and_markets_that_never_close_go_on_in_their_own_step(tmp_path, frequency, step):
    found = study(tmp_path, on(market(400), pd.date_range("2012-01-06", periods=400, freq=frequency)))
    assert sensible(found)
    assert (np.diff(found.fan.index) == step).all()
    assert found.fan.index[0] - found.history.index[-1] == step


def test_monthly_prices_go_on_month_by_month(tmp_path):
    found = study(tmp_path, on(market(200), pd.date_range("2000-01-31", periods=200, freq="ME")))
    assert sensible(found)
    assert (np.diff(found.fan.index.year * 12 + found.fan.index.month) == 1).all()


def test_a_split_is_pointed_at_and_forecast(tmp_path):
    table = market(500)
    table.loc[table.index[300] :, ["Open", "High", "Low", "Close"]] /= 7
    found = study(tmp_path, table)
    assert sensible(found)
    assert any("split" in notice and f"{table.index[300]:%Y-%m-%d}" in notice for notice in found.notices)


@pytest.mark.parametrize("price", [0.0001, 600_000.0])
def test_tiny_and_huge_prices_have_the_bands_of_ordinary_ones(tmp_path, price):
    table = market(500)
    usual = study(tmp_path, table)
    factor = price / table["Close"].iloc[-1]
    table[["Open", "High", "Low", "Close"]] *= factor
    found = study(tmp_path, table)
    assert found.fan["upper95"].to_numpy() == pytest.approx(usual.fan["upper95"].to_numpy() * factor, rel=1e-4)
    assert found.scores["crps"] == pytest.approx(usual.scores["crps"], rel=1e-4)
