"""Several series by one checkpoint: forecast side by side, and back-tested together; bounded for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnlab.data.prices.series import Prices
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate, open_forecasting, open_many
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.panel import panel_summary
from rnnlab.tasks.forecast.recipes import LONGEST_HORIZON
from rnnlab.tasks.forecast.use import fairness, forecasts, prepare

MOST_SERIES = 1000


def forecast_many(
    model: str,
    data: Sequence[str],
    *,
    horizon: int = LONGEST_HORIZON,
    caller: Caller = OWNER,
    device: str = "auto",
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    calibrated: bool = False,
) -> dict[str, Any]:
    """Forecast the next sessions of several series; arguments as of `forecasting.forecast`, data tickers and files.

    `ticker`, `dates` and `encoding` are for all of the files.

    Returns:
        {model, series: [the answer of `forecasting.forecast` for each]}.

    Raises:
        RnnlabError: a series cannot be read or is too short, one is given twice, or there are more than 1,000.
    """
    series = _opened(data, ticker, dates, encoding)
    opened = open_forecasting(locate(model, caller=caller), device=device)
    return {"model": model, "series": forecasts(model, opened, series, horizon, calibrated=calibrated)}


def backtest_panel(
    model: str,
    data: Sequence[str],
    *,
    start: str | None = None,
    horizons: tuple[int, ...] = (1,),
    garch: bool = False,
    caller: Caller = OWNER,
    device: str = "auto",
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
) -> dict[str, Any]:
    """Walk forward through several series; arguments as of `forecasting.backtest`, data being tickers and files.

    `ticker`, `dates` and `encoding` are for all of the files.

    Returns:
        {model, horizons: {h: {series: [{name, …the scores of one series}], mean, against}}, notices}; `mean` and
        `against` as of rnnlab.tasks.forecast.judge.panel.panel_summary.

    Raises:
        RnnlabError: a series cannot be read or is too short, one is given twice, or there are more than 1,000.
    """
    opened = _opened(data, ticker, dates, encoding)
    found = locate(model, caller=caller)
    checkpoint = open_forecasting(found, device=device)
    results: dict[int, dict[str, walk.Backtest]] = {horizon: {} for horizon in horizons}
    notices: list[str] = []
    for prices in opened:
        asked = prepare(model, found, checkpoint, prices)
        walked = asked.walked(start, horizons, garch=garch)
        for result in walked:
            results[result.horizon][prices.name] = result
        told = [*prices.notices, *fairness(asked.checkpoint, prices, walked[0])]
        notices += [f"{prices.name}: {notice}" for notice in told]
    return {"model": model, "horizons": {str(h): _told(found) for h, found in results.items()}, "notices": notices}


def _opened(data: Sequence[str], ticker: str | None, dates: str | None, encoding: str | None) -> list[Prices]:
    opened = open_many(data, ticker=ticker, dates=dates, encoding=encoding)
    names = [prices.name for prices in opened]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise RnnlabError(f"{twice} is given twice; name each series once.")
    if len(opened) > MOST_SERIES:
        raise RnnlabError(f"{len(opened)} series are more than {MOST_SERIES}; give fewer at a time.")
    return opened


def _told(found: dict[str, walk.Backtest]) -> dict[str, Any]:
    return {"series": [{"name": name} | result.summary() for name, result in found.items()]} | panel_summary(found)
