"""A recipe trained again for a back-test: each year up to its eve, or its linear head alone as a baseline; bounded."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from rnnlab.data.fetch.listing import tickers
from rnnlab.data.prices.series import Prices
from rnnlab.errors import CheckpointError, DataError, RnnlabError
from rnnlab.runtime.opening import locate, open_checkpoint
from rnnlab.runtime.training import train
from rnnlab.scoring.baselines import Baseline, IntArray, Ranges
from rnnlab.scoring.garch import GARCH
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.tasks.forecast.data import AS_WRITTEN, Market, PriceReading, open_many, read_day
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.panel import say_year, unsaid
from rnnlab.tasks.forecast.judge.reports import YearsReport
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.learn.training import MOST_AVERAGED, settings
from rnnlab.tasks.forecast.recipes import Forecaster, open_forecasting
from rnnlab.tasks.kind import Request
from rnnlab.train.checkpoint.checkpoint import Checkpoint

FOLLOW = ("steps", "report_every", "device")  # from the epochs and the machine
LEAST_DAYS = 20  # of a year, to be scored


def backtest_yearly(
    model: str,
    data: Sequence[str],
    *,
    start: str,
    garch: bool = False,
    progress: Callable[[str], None] | None = None,
    reading: PriceReading = AS_WRITTEN,
    market: Market = "",
) -> YearsReport:
    """Train a checkpoint's recipe anew for each year, on its own series up to the year's eve, and score the year.

    Baselines are fitted anew each year, too (GARCH every 20 days). A year takes as long as the training did.

    Args:
        model: a checkpoint of the density recipe, trained on bundled series.
        data: tickers and files to score; a series joins each year of which it has 20 days, after two before.
        start: a day in the first year, as 2010-01-01.
        garch: as of `scoring.backtest`.
        progress: is told in half a sentence what is being done.
        market: an index beside the series that are scored; those that are trained on have the checkpoint's own.

    Raises:
        RnnlabError: the checkpoint is of another recipe or trained on files, or no series has a year to score.
    """
    tell = progress or (lambda words: None)
    began = open_checkpoint(model)
    _check(began)
    if market and "has_market" not in began.codec["features"]:
        raise RnnlabError(f"{Path(model).name} does not read an index; leave out --market.")
    opened = open_many(data, reading, market)
    first = read_day(start, "The start").year
    last = max(prices.table.index[-1].year for prices in opened)
    said = {prices.name: unsaid(len(prices.table)) for prices in opened}
    rows_needed = 0
    for year in range(first, last + 1):
        tell(f"{year}: training up to {year - 1}-12-31")
        with tempfile.TemporaryDirectory() as place:
            forecaster = open_forecasting(locate(trained_until(began, f"{year - 1}-12-31", Path(place))))[1]
        rows_needed = forecaster.rows_needed
        for prices in opened:
            say_year(said[prices.name], forecaster.densities(prices.table), prices.table, year)
    tell("scoring")
    results: dict[int, dict[str, walk.Backtest]] = {}
    for prices in opened:
        for year in range(first, last + 1):
            found = _scored(prices, said[prices.name], year, rows_needed, garch)
            if found is not None:
                results.setdefault(year, {})[prices.name] = found
    if not results:
        raise DataError(f"No series has {LEAST_DAYS} days of a year from {first} on; give longer ones.")
    return YearsReport(model, start, dict(sorted(results.items())))


class LinearHeads:
    """The recipe's linear head alone (`--no-recurrence`), trained on a checkpoint's own series up to some day.

    What recurrence adds is what the checkpoint scores beyond it. Trained once for each last day, in about a minute.
    """

    def __init__(self, model: str, progress: Callable[[str], None]) -> None:
        """Raise RnnlabError unless the checkpoint can be trained again here."""
        self._began, self._tell = open_checkpoint(model), progress
        self._made: dict[str, Forecaster] = {}
        _check(self._began)

    def baseline(self, prices: Prices, first_day: pd.Timestamp) -> Baseline:
        """The head that is trained on the days before `first_day`, as a baseline of one series."""
        until = f"{first_day - pd.Timedelta(days=1):%Y-%m-%d}"
        if until not in self._made:
            self._tell(f"training the linear head up to {until}")
            with tempfile.TemporaryDirectory() as place:
                folder = trained_until(self._began, until, Path(place), recurrence=False)
                self._made[until] = open_forecasting(locate(folder), device="cpu")[1]
        return said_by(self._made[until].densities(prices.table))


def said_by(densities: StudentT) -> Baseline:
    """Densities (N, H) of all days as a baseline."""

    def said(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> StudentT:
        return densities.at((origins, horizon - 1))

    return said


def _check(began: Checkpoint) -> None:
    KIND.check(began)
    if began.codec.get("recipe") != "density":
        raise RnnlabError("Only a checkpoint of the density recipe can be trained again for a back-test; give another.")
    seeds = began.train.get("seeds", 1)
    if type(seeds) is not int or not 1 <= seeds <= MOST_AVERAGED or began.model.hidden % seeds:
        raise CheckpointError("The checkpoint does not say of how many seeds it is the mean; train it again.")
    unknown = [name for name in (*_trained_on(began), *_market(began).values()) if name not in tickers()]
    if unknown:
        raise RnnlabError(f"The checkpoint was trained on {unknown[0]}, which does not come with rnnlab; give another.")


def trained_until(began: Checkpoint, until: str, place: Path, **changed: bool) -> str:
    """The folder of the recipe trained as it once was, but for what is changed, on the days up to one."""
    known = {one.name for one in settings("density")} - set(FOLLOW)
    seeds = began.train.get("seeds", 1)
    model = dataclasses.asdict(began.model) | {"hidden": began.model.hidden // seeds}
    given = {name: value for name, value in (model | began.train | changed).items() if name in known}
    names, folder = _trained_on(began), place / until
    arguments = {"seeds": seeds, "until": until, "scored": False} | _market(began)
    for _ in train(KIND, Request.of(names, given, arguments=arguments), out=folder):
        pass
    return str(folder)


def _trained_on(began: Checkpoint) -> list[str]:
    return [str(one["name"]) for one in began.provenance["data"]]


def _market(began: Checkpoint) -> dict[str, str]:
    """The index that a checkpoint was trained beside, as an argument; empty if there was none."""
    market = began.provenance.get("market")
    return {} if market is None else {"market": str(market["name"])}


def _scored(prices: Prices, densities: StudentT, year: int, rows_needed: int, garch: bool) -> walk.Backtest | None:
    """The back-test of a year alone, its baselines fitted to all days before; None where there are too few."""
    table = prices.table[: f"{year}-12-31"]
    days = int((pd.DatetimeIndex(table.index).year == year).sum())
    if days < LEAST_DAYS or len(table) - days < 2 * 252:
        return None
    first = pd.Timestamp(table.index[len(table) - days])
    return walk.backtest(densities.at(slice(len(table))), table, first, rows_needed, 1, GARCH if garch else {})
