"""A model and prices in; forecasts and back-tests out, bounded for whoever asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.data.prices.series import Prices, need_rows
from rnnlab.errors import DataError, RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import Located, locate, open_forecasting, open_prices
from rnnlab.runtime.provenance import read_day
from rnnlab.scoring.garch import GARCH
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.judge import leaks, walk
from rnnlab.tasks.forecast.judge.walk import Backtest
from rnnlab.tasks.forecast.recipes import LONGEST_HORIZON, Forecaster
from rnnlab.train.checkpoint.checkpoint import Checkpoint


def forecast(
    model: str,
    data: str | Path | bytes,
    *,
    horizon: int = LONGEST_HORIZON,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    caller: Caller = OWNER,
    device: str = "auto",
    calibrated: bool = False,
) -> dict[str, Any]:
    """Forecast the next sessions; arguments as of `forecast_report.study`, `data` may also be a file's content.

    Returns:
        {name, last_date, last_close, rows: [{date, median, lower80, upper80, lower95, upper95}], notices, decimals}, in
        the price's currency; decimals is how many digits a file's closes have, None for a bundled series; of calibrated
        bands also calibrated_from, the first day whose outcome they go by.

    Raises:
        RnnlabError: something cannot be used as it is, or the series is too short for its bands to be calibrated.
    """
    opened = open_forecasting(locate(model, caller=caller), device=device)
    prices = open_prices(data, ticker=ticker, dates=dates, encoding=encoding)
    [told] = forecasts(model, opened, [prices], horizon, calibrated=calibrated)
    return told


def forecasts(
    model: str,
    opened: tuple[Checkpoint, Forecaster],
    series: Sequence[Prices],
    horizon: int,
    *,
    calibrated: bool = False,
) -> list[dict[str, Any]]:
    """The answers of `forecast` for many series, computed side by side; DataError if one is too short."""
    checkpoint, forecaster = opened
    days = whole_horizon(horizon)
    for prices in series:
        _need_days(model, forecaster, prices)
    if calibrated:
        return [_calibrated(checkpoint, forecaster, prices, days) for prices in series]
    last = forecaster.latest([prices.table for prices in series])
    return [_told(checkpoint, prices, last.at(row), days) for row, prices in enumerate(series)]


def _told(checkpoint: Checkpoint, prices: Prices, last: StudentT, horizon: int) -> dict[str, Any]:
    return _fan_told(checkpoint, prices, walk.outlook(last, prices.table, horizon))


def _calibrated(checkpoint: Checkpoint, forecaster: Forecaster, prices: Prices, horizon: int) -> dict[str, Any]:
    """The forecast with its bands calibrated by the outcomes of the days that a back-test would score."""
    dates = pd.DatetimeIndex(prices.table.index)
    try:
        row = walk.first_scored_row(dates, first_scored(checkpoint, prices, None), forecaster.rows_needed)
    except DataError as error:
        raise DataError(f"The bands of {prices.name} cannot be calibrated: {error}") from error
    fan = walk.calibrated_outlook(forecaster.densities(prices.table), prices.table, dates[row], horizon)
    told = _fan_told(checkpoint, prices, fan) | {"calibrated_from": f"{dates[row]:%Y-%m-%d}"}
    if _knew(checkpoint, dates[row]):
        told["notices"].append(
            f"The model was trained on days up to {checkpoint.provenance['until']}, some of which its bands are "
            f"calibrated by, so they may be too narrow."
        )
    return told


def _fan_told(checkpoint: Checkpoint, prices: Prices, fan: pd.DataFrame) -> dict[str, Any]:
    return {
        "name": prices.name,
        "last_date": f"{prices.table.index[-1]:%Y-%m-%d}",
        "last_close": float(prices.table["Close"].iloc[-1]),
        "rows": [{"date": f"{day:%Y-%m-%d}"} | values for day, values in fan.to_dict("index").items()],
        "notices": [*prices.notices, *_on_scaling(checkpoint, prices)],
        "decimals": prices.decimals,
    }


def backtest(
    model: str,
    data: str | Path,
    *,
    start: str | None = None,
    horizons: tuple[int, ...] = (1,),
    garch: bool = False,
    leak_check: bool = False,
    placebo: bool = False,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    caller: Caller = OWNER,
    device: str = "auto",
) -> dict[str, Any]:
    """Walk forward through the test days without refitting; arguments as of `forecast_report.study`.

    Args:
        garch: whether to fit GARCH(1,1) and GJR-GARCH every 20 days, too, which takes seconds and the package arch.
        leak_check: also replace, for 25 of the days, all that follows by noise, and tell whose forecast changes.
        placebo: score on independent draws in place of the prices, of which nothing can be foretold.

    Returns:
        The scores of the first horizon beside its baselines (docs/forecasting.md lists the keys and units), a
        verdict and notices; with several horizons also `horizons`, the scores by horizon; with a leak check also
        `leak_check`: {days, leaks}, the days and baselines whose forecast has seen what came after.
    """
    asked = prepared(model, data, ticker, dates, caller, device, encoding)
    if placebo:
        asked = asked.on_a_placebo()
    prices, results = asked.prices, asked.walked(start, horizons, garch=garch)
    answer = {"name": prices.name, "model": model} | results[0].summary()
    told = () if placebo else fairness(asked.checkpoint, prices, results[0])
    answer |= {"verdict": walk.verdict(results[0]), "notices": [*prices.notices, *told], "decimals": prices.decimals}
    if leak_check:
        answer["leak_check"] = _leak_check(asked, results[0])
    if len(results) > 1:
        answer["horizons"] = {str(result.horizon): result.summary() for result in results}
    return answer


@dataclass(frozen=True)
class Prepared:
    """An opened checkpoint before a series, and what it says of each of its days."""

    checkpoint: Checkpoint
    forecaster: Forecaster
    prices: Prices
    densities: StudentT
    pinned: str

    def on_a_placebo(self) -> Prepared:
        """The same before independent draws in place of the prices."""
        name, table = f"placebo for {self.prices.name}", leaks.placebo(self.prices.table)
        return dataclasses.replace(self, prices=Prices(name, table), densities=self.forecaster.densities(table))

    def walked(self, start: str | None, horizons: Sequence[int], *, garch: bool = False) -> list[Backtest]:
        """The back-test of each horizon; raises RnnlabError."""
        if not horizons:
            raise RnnlabError("A back-test needs at least one horizon; 1 is one day ahead.")
        first, more = first_scored(self.checkpoint, self.prices, start), GARCH if garch else {}
        table, rows = self.prices.table, self.forecaster.rows_needed
        return [walk.backtest(self.densities, table, first, rows, whole_horizon(horizon), more) for horizon in horizons]


def prepare(model: str, found: Located, opened: tuple[Checkpoint, Forecaster], prices: Prices) -> Prepared:
    """Have an opened checkpoint look at a series; DataError if the series is too short for it."""
    checkpoint, forecaster = opened
    _need_days(model, forecaster, prices)
    return Prepared(checkpoint, forecaster, prices, forecaster.densities(prices.table), found.pinned(model))


def _need_days(model: str, forecaster: Forecaster, prices: Prices) -> None:
    need_rows(prices, forecaster.rows_needed, f"a forecast by {Path(model).name}")


def prepared(
    model: str,
    data: str | Path | bytes,
    ticker: str | None,
    dates: str | None,
    caller: Caller,
    device: str,
    encoding: str | None = None,
) -> Prepared:
    """Open a checkpoint and a series by name, the first looking at the second; arguments as of `backtest`."""
    found = locate(model, caller=caller)
    opened = open_forecasting(found, device=device)
    return prepare(model, found, opened, open_prices(data, ticker=ticker, dates=dates, encoding=encoding))


def _leak_check(asked: Prepared, result: Backtest) -> dict[str, Any]:
    """Which forecasts of the test days change with what follows them."""
    table = asked.prices.table
    split = int(pd.DatetimeIndex(table.index).searchsorted(result.first_day))
    days = leaks.days_to_try(split - 1, len(table) - 2)
    found = [f"{day:%Y-%m-%d}" for day in leaks.leaking_days(asked.forecaster.densities, table, days)]
    return {"days": len(days), "leaks": [*found, *leaks.leaking_baselines(table, split, days)]}


def whole_horizon(horizon: int) -> int:
    """A horizon that a forecast may have; RnnlabError for another."""
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise RnnlabError(f"The horizon must be between 1 and {LONGEST_HORIZON} days, not {horizon}.")
    return int(horizon)


def first_scored(checkpoint: Checkpoint, prices: Prices, start: str | None) -> pd.Timestamp:
    """The day asked for, else the last fifth's first or, if later, the first that the model never learnt from."""
    if start:
        return read_day(start, "The start")
    dates = pd.DatetimeIndex(prices.table.index)
    unseen = dates[dates > pd.Timestamp(str(checkpoint.provenance["until"]))]
    first = walk.default_start(dates)
    return max(first, unseen[0]) if len(unseen) > walk.LEAST_TEST_DAYS + LONGEST_HORIZON else first


def fairness(checkpoint: Checkpoint, prices: Prices, result: Backtest) -> tuple[str, ...]:
    """What a reader of the scores must know of how the model came to them."""
    notices = []
    if _knew(checkpoint, result.first_day):
        notices.append(
            f"The model learnt from days up to {checkpoint.provenance['until']}, so its scores on the days before are "
            f"too good to be true; start the back-test later."
        )
    return (*notices, *_on_scaling(checkpoint, prices))


def _knew(checkpoint: Checkpoint, day: pd.Timestamp) -> bool:
    """Whether a model was trained on a day."""
    return f"{day:%Y-%m-%d}" <= str(checkpoint.provenance["until"])


def _on_scaling(checkpoint: Checkpoint, prices: Prices) -> tuple[str, ...]:
    """What the tutorial's scaling means for a series."""
    if checkpoint.codec["recipe"] != "tutorial":
        return ()
    learnt = checkpoint.provenance["data"][0]
    if (prices.name, f"{prices.table.index[0]:%Y-%m-%d}") != (learnt["name"], learnt["start"]):
        low, high = checkpoint.codec["low"], checkpoint.codec["high"]
        return (
            f"This model's scaling was made for {learnt['name']}, from {low:,.4g} to {high:,.4g}; "
            f"its prices mean nothing for another series.",
        )
    if checkpoint.codec["leak"]:
        return ("This model's scaling has seen the test days' prices, as in the tutorial: its scores leak.",)
    return ()
