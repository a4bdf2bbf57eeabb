"""Several series by one checkpoint: forecast side by side, and back-tested together; bounded for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.tasks.forecast.data import open_distinct
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.panel import panel_summary
from rnnlab.tasks.forecast.prepared import fairness, prepare
from rnnlab.tasks.forecast.recipes import open_forecasting


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
    opened = open_distinct(data, ticker, dates, encoding)
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


def _told(found: dict[str, walk.Backtest]) -> dict[str, Any]:
    return {"series": [{"name": name} | result.summary() for name, result in found.items()]} | panel_summary(found)
