"""A model and prices in, a back-test out; bounded for whoever asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.forecast.judge import leaks, walk
from rnnlab.tasks.forecast.judge.walk import Backtest
from rnnlab.tasks.forecast.prepared import Prepared, fairness, prepared


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


def _leak_check(asked: Prepared, result: Backtest) -> dict[str, Any]:
    """Which forecasts of the test days change with what follows them."""
    table = asked.prices.table
    split = int(pd.DatetimeIndex(table.index).searchsorted(result.first_day))
    days = leaks.days_to_try(split - 1, len(table) - 2)
    found = [f"{day:%Y-%m-%d}" for day in leaks.leaking_days(asked.forecaster.densities, table, days)]
    return {"days": len(days), "leaks": [*found, *leaks.leaking_baselines(table, split, days)]}
