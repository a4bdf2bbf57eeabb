"""Models and prices in, back-tests out: one series, several together, or two checkpoints; limits by caller."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.scoring.forecasts import Scores, diebold_mariano
from rnnlab.tasks.forecast.data import (
    AS_WRITTEN,
    Market,
    PriceReading,
    currency_of,
    open_distinct,
    open_prices,
    read_day,
)
from rnnlab.tasks.forecast.judge import leaks, walk
from rnnlab.tasks.forecast.judge.reports import BacktestReport, Comparison, LeakCheck, PanelReport
from rnnlab.tasks.forecast.judge.walk import Backtest, percent
from rnnlab.tasks.forecast.prepared import (
    Beside,
    Prepared,
    fairness,
    first_scored,
    knew,
    prepare,
    prepared,
    verdict,
    whole_horizon,
)
from rnnlab.tasks.forecast.recipes import open_forecasting


def backtest(
    model: str,
    data: str | Path | Prices,
    *,
    start: str | None = None,
    horizons: tuple[int, ...] = (1,),
    garch: bool = False,
    beside: Beside | None = None,
    leak_check: bool = False,
    placebo: bool = False,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
    market: Market = "",
) -> BacktestReport:
    """Walk forward through the test days without refitting; arguments as of `forecast_report.study`.

    Args:
        garch: whether to fit GARCH(1,1) and GJR-GARCH every 20 days, too, which takes seconds and the package arch.
        beside: what makes one more baseline, see `refitting.LinearHeads`.
        leak_check: also replace, for 25 of the days, all that follows by noise, and report whose forecast changes.
        placebo: score on independent draws in place of the prices, of which nothing can be predicted.
        market: as of `use.forecast`; a placebo has none.
    """
    asked = prepared(model, data, caller, device, reading, market)
    if placebo:
        asked = asked.on_a_placebo()
    prices, results = asked.prices, asked.walked(start, horizons, garch=garch, beside=beside)
    fair = () if placebo else fairness(asked.checkpoint, prices, results[0])
    return BacktestReport(
        name=prices.name,
        model=model,
        results=tuple(results),
        verdict=walk.verdict(results[0]) if placebo else verdict(asked.checkpoint, results[0]),
        notices=(*prices.notices, *fair),
        decimals=prices.decimals,
        source=prices.source,
        leak_check=_leak_check(asked, results[0]) if leak_check else None,
    )


def backtest_panel(
    model: str,
    data: Sequence[str],
    *,
    start: str | None = None,
    horizons: tuple[int, ...] = (1,),
    garch: bool = False,
    beside: Beside | None = None,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
    market: Market = "",
) -> PanelReport:
    """Walk forward through several series; arguments as of `backtest`, data being tickers and files.

    Raises:
        RnnlabError: a series cannot be read or is too short, one is given twice, or there are more than 1,000.
    """
    opened = open_distinct(data, reading, market)
    found = locate(model, caller=caller)
    checkpoint = open_forecasting(found, device=device)
    results: dict[int, dict[str, Backtest]] = {horizon: {} for horizon in horizons}
    notices: list[str] = []
    for prices in opened:
        walked = prepare(model, found, checkpoint, prices).walked(start, horizons, garch=garch, beside=beside)
        for result in walked:
            results[result.horizon][prices.name] = result
        told = filter(None, (prices.source, *prices.notices, *fairness(checkpoint[0], prices, walked[0])))
        notices += [f"{prices.name}: {one}" for one in told]
    return PanelReport(model, results, tuple(notices))


def compare(
    models: tuple[str, str],
    data: str | Path,
    *,
    start: str | None = None,
    ahead: int = 1,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
) -> Comparison:
    """Back-test two checkpoints on the same days; arguments as of `forecast_report.study`.

    Args:
        start: first day of the back-test; if None the later of those that each of them would have.
    """
    if models[0] == models[1]:
        raise RnnlabError(f"{Path(models[0]).name} would be compared with itself; choose another checkpoint.")
    prices = open_prices(data, reading)
    both = [prepared(model, prices, caller, device) for model in models]
    first = read_day(start, "The start") if start else max(first_scored(one.checkpoint, prices, None) for one in both)
    horizon = whole_horizon(ahead)
    ours, theirs = (
        walk.backtest(one.densities, prices.table, first, one.forecaster.rows_needed, horizon) for one in both
    )
    p_value = diebold_mariano(ours.losses, theirs.losses, horizon).p_value
    notices = [*filter(None, (prices.source, *prices.notices))]
    for model, one, result in zip(models, both, (ours, theirs), strict=True):
        notices += [f"{Path(model).name}: {words}" for words in fairness(one.checkpoint, prices, result)]
    trained = [told for told, one in zip(models, both, strict=True) if knew(one.checkpoint, ours.first_day)]
    said = _compared(ours.scores, theirs.scores, p_value)
    return Comparison(
        name=prices.name,
        models=(both[0].pinned, both[1].pinned),
        results=(ours, theirs),
        dm_p=p_value,
        verdict=f"No test, as {Path(trained[0]).name} was trained on some of these days; {said[0].lower()}{said[1:]}"
        if trained
        else said,
        notices=tuple(notices),
        decimals=prices.decimals,
        currency=currency_of(prices),
    )


def _compared(ours: Scores, theirs: Scores, p_value: float) -> str:
    gain = 1 - ours.crps / theirs.crps if theirs.crps > 0 else 0.0
    if p_value >= walk.SURE:
        days = f"these {ours.n:,} days"
        return f"No significant difference on {days}: {percent(gain)} in CRPS (p = {p_value:.2f})"
    better = "The first" if gain > 0 else "The second"
    return f"{better} is better by {percent(gain)} in CRPS (p = {p_value:.2g})"


def _leak_check(asked: Prepared, result: Backtest) -> LeakCheck:
    """Which forecasts of the test days change with what follows them."""
    table = asked.prices.table
    split = int(pd.DatetimeIndex(table.index).searchsorted(result.first_day))
    days = leaks.days_to_try(split - 1, len(table) - 2)
    found = [f"{day:%Y-%m-%d}" for day in leaks.leaking_days(asked.forecaster.densities, table, days)]
    return LeakCheck(len(days), (*found, *leaks.leaking_baselines(table, split, days)))
