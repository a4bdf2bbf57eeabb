"""Two checkpoints before one series: scored on the very same days, and whether the difference may be chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.tasks.forecast.data import open_prices, read_day
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.prepared import Prepared, fairness, first_scored, prepare, whole_horizon
from rnnlab.tasks.forecast.recipes import open_forecasting


def compare(
    models: tuple[str, str],
    data: str | Path,
    *,
    start: str | None = None,
    ahead: int = 1,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    caller: Caller = OWNER,
    device: str = "auto",
) -> dict[str, Any]:
    """Back-test two checkpoints on the same days; arguments as of rnnlab.tasks.forecast.forecast_report.study.

    Args:
        start: first day of the back-test; if None the later of those that each of them would have.

    Returns:
        {name, scores: [the scores of each, with `model`], dm_p (two-sided Diebold–Mariano on daily CRPS), verdict,
        notices}.
    """
    if models[0] == models[1]:
        raise RnnlabError(f"{Path(models[0]).name} would stand beside itself; choose another checkpoint.")
    prices = open_prices(data, ticker=ticker, dates=dates, encoding=encoding)
    both = [_prepared(model, prices, caller, device) for model in models]
    first = read_day(start, "The start") if start else max(first_scored(one.checkpoint, prices, None) for one in both)
    horizon = whole_horizon(ahead)
    results = [walk.backtest(one.densities, prices.table, first, one.forecaster.rows_needed, horizon) for one in both]
    losses = [result.losses for result in results]
    assert losses[0] is not None
    assert losses[1] is not None
    p_value = diebold_mariano(losses[0], losses[1], horizon).p_value
    shared = {"decimals": prices.decimals}
    scores = [{"model": one.pinned} | result.summary() | shared for one, result in zip(both, results, strict=True)]
    told = [fairness(one.checkpoint, prices, result) for one, result in zip(both, results, strict=True)]
    notices = [f"{Path(model).name}: {words}" for model, known in zip(models, told, strict=True) for words in known]
    return {
        "name": prices.name,
        "scores": scores,
        "dm_p": p_value,
        "verdict": _verdict(scores, p_value),
        "notices": [*prices.notices, *notices],
    }


def _prepared(model: str, prices: Any, caller: Caller, device: str) -> Prepared:
    found = locate(model, caller=caller)
    return prepare(model, found, open_forecasting(found, device=device), prices)


def _verdict(scores: list[dict[str, Any]], p_value: float) -> str:
    gain = 1 - scores[0]["crps"] / scores[1]["crps"] if scores[1]["crps"] > 0 else 0.0
    if p_value >= walk.SURE:
        return f"The two cannot be told apart on these {scores[0]['n']:,} days; their CRPS differs by {_percent(gain)}."
    better = "The first" if gain > 0 else "The second"
    return f"{better} is better by {_percent(gain)} in CRPS; by chance that would be rare (p = {p_value:.2g})."


def _percent(share: float) -> str:
    return f"{100 * abs(share):.1f} %"
