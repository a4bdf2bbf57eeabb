"""The task "forecast": densities of the next days' prices from a series' own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab import options
from rnnlab.data import catalog
from rnnlab.errors import RnnlabError
from rnnlab.options import Option
from rnnlab.runtime.callers import Caller
from rnnlab.tasks.forecast.api import ForecastModel
from rnnlab.tasks.forecast.data import READING, PriceReading
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.learn.training import RECIPES, check_one, prepare, read, settings
from rnnlab.tasks.forecast.recipes import check_record, open_forecaster
from rnnlab.tasks.forecast.summary import score_tables, summary
from rnnlab.tasks.forecast.tables import backtest_table, share
from rnnlab.tasks.kind import Evaluation, TaskKind


def setting_groups() -> dict[str, list[Option]]:
    """The settings of each recipe."""
    return {f"settings of the {recipe} recipe": settings(recipe) for recipe in RECIPES}


def evaluate(model: str, data: Sequence[str], arguments: Mapping[str, Any], caller: Caller, device: str) -> Evaluation:
    """Back-test a forecaster on one series, one day ahead; RnnlabError if something cannot be used as it is."""
    if unknown := set(arguments) - set(READING):
        raise RnnlabError(f"Prices have no --{min(unknown)}; leave it out.")
    if len(data) > 1:
        raise RnnlabError("evaluate scores one series; give one --data, or use backtest for several.")
    found = backtest(model, data[0], caller=caller, device=device, reading=PriceReading.of(arguments)).json()
    return Evaluation(found, [backtest_table(found, found["name"], model, found["decimals"])], found["notices"])


def live(scores: Mapping[str, float]) -> str:
    """A validation's scores in a sentence."""
    crps, covered = f"CRPS {scores['crps']:.4f} %", share(scores["coverage80"])
    return f"Held-out days, one day ahead: {crps}, coverage of the 80 % band {covered}."


KIND = TaskKind(
    name="forecast",
    title="Forecast prices",
    verb="forecasts",
    help="train a forecaster of prices",
    use="forecast {model} --data AAPL",
    shape="many-to-many",
    data="bundled tickers or price files",
    counted="rows",
    loss="Loss, nats per return",
    unit="days",
    most=30_000,
    settings=setting_groups,
    read=read,
    fits=check_one,
    prepare=prepare,
    check=check_record,
    usable=open_forecaster,
    summary=summary,
    tables=lambda result: score_tables(result, result),
    load=ForecastModel.of,
    evaluate=evaluate,
    arguments=("recipe", "seeds", "until", "unseen", "market", "garch", *READING),
    bundled=catalog.tickers,
    form=lambda: options.describe(PriceReading),
    live=live,
    verbs=("forecast", "backtest", "ledger"),
    commands="rnnlab.tasks.forecast.commands",
    tab="Forecast",
    page="rnnlab.tasks.forecast.page.tab",
)
