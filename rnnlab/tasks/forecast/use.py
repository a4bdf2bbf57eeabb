"""A model and prices in; forecasts and back-tests out, bounded for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.tasks.forecast.data import AS_WRITTEN, PriceReading, open_distinct, open_prices
from rnnlab.tasks.forecast.judge import walk
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
) -> dict[str, Any]:
    """Forecast the next sessions; arguments as of `forecast_report.study`, `data` may also be a file's content.

    Returns:
        {name, last_date, last_close, rows: [{date, median, lower80, upper80, lower95, upper95}], notices, decimals}, in
        the price's currency; decimals is how many digits a file's closes have, None for a bundled series; of calibrated
        bands also calibrated_from, the first day whose outcome they go by; of prices that were fetched also source,
        whence they came and how old they are.

    Raises:
        RnnlabError: something cannot be used as it is, or the series is too short for its bands to be calibrated.
    """
    opened = open_forecasting(locate(model, caller=caller), device=device)
    return forecasts(model, opened, [open_prices(data, reading)], horizon, calibrated=calibrated)[0]


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
        need_days(model, forecaster, prices)
    if calibrated:
        return [_calibrated(checkpoint, forecaster, prices, days) for prices in series]
    last = forecaster.latest([prices.table for prices in series])
    fans = (walk.outlook(last.at(row), prices.table, days) for row, prices in enumerate(series))
    return [_fan(checkpoint, prices, fan) for prices, fan in zip(series, fans, strict=True)]


def _calibrated(checkpoint: Checkpoint, forecaster: Forecaster, prices: Prices, horizon: int) -> dict[str, Any]:
    """The forecast with its bands calibrated by the outcomes of the days that a back-test would score."""
    dates = pd.DatetimeIndex(prices.table.index)
    try:
        row = walk.first_scored_row(dates, first_scored(checkpoint, prices, None), forecaster.rows_needed)
    except DataError as error:
        raise DataError(f"The bands of {prices.name} cannot be calibrated: {error}") from error
    fan = walk.calibrated_outlook(forecaster.densities(prices.table), prices.table, dates[row], horizon)
    answer = _fan(checkpoint, prices, fan) | {"calibrated_from": f"{dates[row]:%Y-%m-%d}"}
    if knew(checkpoint, dates[row]):
        answer["notices"].append(
            f"The model was trained on days up to {checkpoint.provenance['until']}, so bands calibrated on "
            f"those days may be too narrow."
        )
    return answer


def _fan(checkpoint: Checkpoint, prices: Prices, fan: pd.DataFrame) -> dict[str, Any]:
    return {
        "name": prices.name,
        "last_date": f"{prices.table.index[-1]:%Y-%m-%d}",
        "last_close": float(prices.table["Close"].iloc[-1]),
        "rows": [{"date": f"{day:%Y-%m-%d}"} | values for day, values in fan.to_dict("index").items()],
        "notices": [*prices.notices, *on_scaling(checkpoint, prices)],
        "decimals": prices.decimals,
    } | ({"source": prices.source} if prices.source else {})


def forecast_many(
    model: str,
    data: Sequence[str],
    *,
    horizon: int = LONGEST_HORIZON,
    caller: Caller = OWNER,
    device: str = "auto",
    reading: PriceReading = AS_WRITTEN,
    calibrated: bool = False,
) -> dict[str, Any]:
    """Forecast the next sessions of several series; arguments as of `forecast`, data tickers and files.

    Returns:
        {model, series: [the answer of `forecast` for each]}.

    Raises:
        RnnlabError: a series cannot be read or is too short, one is given twice, or there are more than 1,000.
    """
    series = open_distinct(data, reading)
    opened = open_forecasting(locate(model, caller=caller), device=device)
    return {"model": model, "series": forecasts(model, opened, series, horizon, calibrated=calibrated)}
