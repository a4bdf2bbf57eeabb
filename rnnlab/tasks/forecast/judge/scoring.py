"""Models and prices in, back-tests out: one series, several together, or two checkpoints; bounded for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.tasks.forecast.data import AS_WRITTEN, PriceReading, currency_of, open_distinct, open_prices, read_day
from rnnlab.tasks.forecast.judge import leaks, walk
from rnnlab.tasks.forecast.judge.panel import panel_summary
from rnnlab.tasks.forecast.judge.walk import Backtest, percent
from rnnlab.tasks.forecast.prepared import Prepared, fairness, first_scored, prepare, prepared, whole_horizon
from rnnlab.tasks.forecast.recipes import open_forecasting


def backtest(
    model: str,
    data: str | Path,
    *,
    start: str | None = None,
    horizons: tuple[int, ...] = (1,),
    garch: bool = False,
    leak_check: bool = False,
    placebo: bool = False,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
) -> dict[str, Any]:
    """Walk forward through the test days without refitting; arguments as of `forecast_report.study`.

    Args:
        garch: whether to fit GARCH(1,1) and GJR-GARCH every 20 days, too, which takes seconds and the package arch.
        leak_check: also replace, for 25 of the days, all that follows by noise, and report whose forecast changes.
        placebo: score on independent draws in place of the prices, of which nothing can be predicted.

    Returns:
        The scores of the first horizon beside its baselines (docs/forecasting.md lists the keys and units), a
        verdict and notices; with several horizons also `horizons`, the scores by horizon; with a leak check also
        `leak_check`: {days, leaks}, the days and baselines whose forecast has seen what came after.
    """
    asked = prepared(model, data, caller, device, reading)
    if placebo:
        asked = asked.on_a_placebo()
    prices, results = asked.prices, asked.walked(start, horizons, garch=garch)
    answer = {"name": prices.name, "model": model} | results[0].summary()
    fair = () if placebo else fairness(asked.checkpoint, prices, results[0])
    answer |= {"verdict": walk.verdict(results[0]), "notices": [*prices.notices, *fair], "decimals": prices.decimals}
    answer |= {"source": prices.source} if prices.source else {}
    if leak_check:
        answer["leak_check"] = _leak_check(asked, results[0])
    if len(results) > 1:
        answer["horizons"] = {str(result.horizon): result.summary() for result in results}
    return answer


def backtest_panel(
    model: str,
    data: Sequence[str],
    *,
    start: str | None = None,
    horizons: tuple[int, ...] = (1,),
    garch: bool = False,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
) -> dict[str, Any]:
    """Walk forward through several series; arguments as of `backtest`, data being tickers and files.

    Returns:
        {model, horizons: {h: {series: [{name, …the scores of one series}], mean, against}}, notices}; `mean` and
        `against` as of `panel_summary`.

    Raises:
        RnnlabError: a series cannot be read or is too short, one is given twice, or there are more than 1,000.
    """
    opened = open_distinct(data, reading)
    found = locate(model, caller=caller)
    checkpoint = open_forecasting(found, device=device)
    results: dict[int, dict[str, Backtest]] = {horizon: {} for horizon in horizons}
    notices: list[str] = []
    for prices in opened:
        walked = prepare(model, found, checkpoint, prices).walked(start, horizons, garch=garch)
        for result in walked:
            results[result.horizon][prices.name] = result
        notices += [f"{prices.name}: {one}" for one in (*prices.notices, *fairness(checkpoint[0], prices, walked[0]))]
    by_horizon = {
        str(horizon): {"series": [{"name": name} | one.summary() for name, one in series.items()]}
        | panel_summary(series)
        for horizon, series in results.items()
    }
    return {"model": model, "horizons": by_horizon, "notices": notices}


def compare(
    models: tuple[str, str],
    data: str | Path,
    *,
    start: str | None = None,
    ahead: int = 1,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
) -> dict[str, Any]:
    """Back-test two checkpoints on the same days; arguments as of `forecast_report.study`.

    Args:
        start: first day of the back-test; if None the later of those that each of them would have.

    Returns:
        {name, scores: [the scores of each, with `model`], dm_p (two-sided Diebold–Mariano on daily CRPS), verdict,
        notices, currency}.
    """
    if models[0] == models[1]:
        raise RnnlabError(f"{Path(models[0]).name} would be compared with itself; choose another checkpoint.")
    prices = open_prices(data, reading)
    both = [prepared(model, prices, caller, device) for model in models]
    first = read_day(start, "The start") if start else max(first_scored(one.checkpoint, prices, None) for one in both)
    horizon = whole_horizon(ahead)
    results = [walk.backtest(one.densities, prices.table, first, one.forecaster.rows_needed, horizon) for one in both]
    p_value = diebold_mariano(results[0].losses, results[1].losses, horizon).p_value
    scores, notices = [], [*filter(None, (prices.source, *prices.notices))]
    for model, one, result in zip(models, both, results, strict=True):
        scores.append({"model": one.pinned} | result.summary() | {"decimals": prices.decimals})
        notices += [f"{Path(model).name}: {words}" for words in fairness(one.checkpoint, prices, result)]
    verdict = _compared(scores, p_value)
    told = {"verdict": verdict, "notices": notices, "currency": currency_of(prices)}
    return {"name": prices.name, "scores": scores, "dm_p": p_value} | told


def _compared(scores: list[dict[str, Any]], p_value: float) -> str:
    gain = 1 - scores[0]["crps"] / scores[1]["crps"] if scores[1]["crps"] > 0 else 0.0
    if p_value >= walk.SURE:
        days = f"these {scores[0]['n']:,} days"
        return f"No significant difference on {days}: {percent(gain)} in CRPS (p = {p_value:.2f})"
    better = "The first" if gain > 0 else "The second"
    return f"{better} is better by {percent(gain)} in CRPS (p = {p_value:.2g})"


def _leak_check(asked: Prepared, result: Backtest) -> dict[str, Any]:
    """Which forecasts of the test days change with what follows them."""
    table = asked.prices.table
    split = int(pd.DatetimeIndex(table.index).searchsorted(result.first_day))
    days = leaks.days_to_try(split - 1, len(table) - 2)
    found = [f"{day:%Y-%m-%d}" for day in leaks.leaking_days(asked.forecaster.densities, table, days)]
    return {"days": len(days), "leaks": [*found, *leaks.leaking_baselines(table, split, days)]}
