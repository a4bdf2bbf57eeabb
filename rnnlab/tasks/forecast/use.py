"""A model and prices in; forecasts and back-tests out, within the limits of the caller."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.tasks.forecast.data import AS_WRITTEN, Market, PriceReading, open_distinct, open_prices
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.outlook.distribution import PriceDistribution
from rnnlab.tasks.forecast.outlook.forecast import Forecast, calibrated_outlook, raw_outlook
from rnnlab.tasks.forecast.prepared import first_scored, knew, need_days, on_scaling, whole_horizon
from rnnlab.tasks.forecast.recipes import LONGEST_HORIZON, Forecaster, open_forecasting
from rnnlab.train.checkpoint.checkpoint import Checkpoint


def forecast(
    model: str,
    data: str | Path | bytes,
    *,
    horizon: int = LONGEST_HORIZON,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
    calibrated: bool = False,
    market: Market = "",
) -> Forecast:
    """Forecast the next sessions; arguments as of `forecast_report.study`, `data` may also be a file's content.

    market: an index that is known beside the series, for a checkpoint that reads one; a ticker, path or content.

    Raises:
        RnnlabError: something cannot be used as it is, or the series is too short for its bands to be calibrated.
    """
    opened = open_forecasting(locate(model, caller=caller), device=device)
    return forecasts(model, opened, [open_prices(data, reading, market)], horizon, calibrated=calibrated)[0]


def forecasts(
    model: str,
    opened: tuple[Checkpoint, Forecaster],
    series: Sequence[Prices],
    horizon: int,
    *,
    calibrated: bool = False,
) -> list[Forecast]:
    """The answers of `forecast` for many series, computed side by side; DataError if one is too short."""
    checkpoint, forecaster = opened
    days = whole_horizon(horizon)
    for prices in series:
        need_days(model, forecaster, prices)
    if calibrated:
        return [_calibrated(checkpoint, forecaster, prices, days) for prices in series]
    last = forecaster.latest([prices.table for prices in series])
    outlooks = (raw_outlook(last.at(row), prices, days) for row, prices in enumerate(series))
    return [_made(checkpoint, prices, outlook) for prices, outlook in zip(series, outlooks, strict=True)]


def _calibrated(checkpoint: Checkpoint, forecaster: Forecaster, prices: Prices, horizon: int) -> Forecast:
    """The forecast with its bands calibrated by the outcomes of the days that a back-test would score."""
    dates = pd.DatetimeIndex(prices.table.index)
    try:
        row = walk.first_scored_row(dates, first_scored(checkpoint, prices, None), forecaster.rows_needed)
    except DataError as error:
        raise DataError(f"The bands of {prices.name} cannot be calibrated: {error}") from error
    outlook = calibrated_outlook(forecaster.densities(prices.table), prices, dates[row], horizon)
    made = dataclasses.replace(_made(checkpoint, prices, outlook), calibrated_from=dates[row])
    if not knew(checkpoint, dates[row]):
        return made
    notice = (
        f"The model was trained on days up to {checkpoint.provenance['until']}, so bands calibrated on "
        f"those days may be too narrow."
    )
    return dataclasses.replace(made, notices=(*made.notices, notice))


def _made(checkpoint: Checkpoint, prices: Prices, outlook: PriceDistribution) -> Forecast:
    notices = (*prices.notices, *on_scaling(checkpoint, prices))
    return Forecast(prices.name, prices.table["Close"], outlook, notices, prices.decimals, source=prices.source)


def forecast_many(
    model: str,
    data: Sequence[str],
    *,
    horizon: int = LONGEST_HORIZON,
    caller: Caller = OWNER,
    device: str = "auto",
    reading: PriceReading = AS_WRITTEN,
    calibrated: bool = False,
    market: Market = "",
) -> list[Forecast]:
    """Forecast the next sessions of several series; arguments as of `forecast`, data tickers and files.

    Raises:
        RnnlabError: a series cannot be read or is too short, one is given twice, or there are more than 1,000.
    """
    series = open_distinct(data, reading, market)
    opened = open_forecasting(locate(model, caller=caller), device=device)
    return forecasts(model, opened, series, horizon, calibrated=calibrated)
