"""A checkpoint and a series, opened: how much of the series is needed, scored and known to the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rnnlab.data.prices.series import Prices, need_rows
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import Located, locate
from rnnlab.scoring.baselines import Baseline
from rnnlab.scoring.garch import GARCH
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.data import AS_WRITTEN, Market, PriceReading, open_prices, read_day
from rnnlab.tasks.forecast.judge import leaks, walk
from rnnlab.tasks.forecast.judge.walk import Backtest
from rnnlab.tasks.forecast.learn.features import MARKET_COLUMNS
from rnnlab.tasks.forecast.recipes import LONGEST_HORIZON, Forecaster, open_forecasting
from rnnlab.train.checkpoint.checkpoint import Checkpoint


def need_days(model: str, forecaster: Forecaster, prices: Prices) -> None:
    """Raise RnnlabError if a series is too short for one forecast, or has an index that the model does not read."""
    need_rows(prices, forecaster.rows_needed, f"a forecast by {Path(model).name}")
    if set(MARKET_COLUMNS) & set(prices.table.columns) and not forecaster.reads_market:
        raise RnnlabError(f"{Path(model).name} does not read an index; leave out --market.")


def whole_horizon(horizon: int) -> int:
    """A horizon that a forecast may have; RnnlabError for another."""
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise RnnlabError(f"The horizon must be between 1 and {LONGEST_HORIZON} days, not {horizon}.")
    return int(horizon)


Beside = Callable[[Prices, pd.Timestamp], Baseline]


@dataclass(frozen=True)
class Prepared:
    """A checkpoint and a series, opened, and the densities from each of its days."""

    checkpoint: Checkpoint
    forecaster: Forecaster
    prices: Prices
    densities: StudentT
    pinned: str

    def on_a_placebo(self) -> Prepared:
        """The same on independent draws in place of the prices."""
        name, table = f"placebo for {self.prices.name}", leaks.placebo(self.prices.table)
        return dataclasses.replace(self, prices=Prices(name, table), densities=self.forecaster.densities(table))

    def walked(
        self, start: str | None, horizons: Sequence[int], *, garch: bool = False, beside: Beside | None = None
    ) -> list[Backtest]:
        """The back-test of each horizon; raises RnnlabError.

        beside: of the prices and the first scored day, the linear head as a baseline.
        """
        if not horizons:
            raise RnnlabError("A back-test needs at least one horizon; 1 is one day ahead.")
        first = first_scored(self.checkpoint, self.prices, start)
        more = (GARCH if garch else {}) | ({"linear_t": beside(self.prices, first)} if beside else {})
        table, rows = self.prices.table, self.forecaster.rows_needed
        return [walk.backtest(self.densities, table, first, rows, whole_horizon(horizon), more) for horizon in horizons]


def prepare(model: str, found: Located, opened: tuple[Checkpoint, Forecaster], prices: Prices) -> Prepared:
    """Predict from each day of a series; DataError if the series is too short for the checkpoint."""
    checkpoint, forecaster = opened
    need_days(model, forecaster, prices)
    return Prepared(checkpoint, forecaster, prices, forecaster.densities(prices.table), found.pinned(model))


def prepared(
    model: str,
    data: str | Path | Prices,
    caller: Caller,
    device: str,
    reading: PriceReading = AS_WRITTEN,
    market: Market = "",
) -> Prepared:
    """Open a checkpoint and, unless it is open, a series by name, and predict from each of its days."""
    found = locate(model, caller=caller)
    opened = open_forecasting(found, device=device)
    return prepare(model, found, opened, data if isinstance(data, Prices) else open_prices(data, reading, market))


def first_scored(checkpoint: Checkpoint, prices: Prices, start: str | None) -> pd.Timestamp:
    """The day asked for, else the last fifth's first or, if later, the first that the model was not trained on."""
    if start:
        return read_day(start, "The start")
    dates = pd.DatetimeIndex(prices.table.index)
    unseen = dates[dates > pd.Timestamp(str(checkpoint.provenance["until"]))]
    first = walk.default_start(dates)
    return max(first, unseen[0]) if len(unseen) > walk.LEAST_TEST_DAYS + LONGEST_HORIZON else first


def fairness(checkpoint: Checkpoint, prices: Prices, result: Backtest) -> tuple[str, ...]:
    """Sentences on scores that the training makes better than they should be."""
    scaling = on_scaling(checkpoint, prices)
    if not knew(checkpoint, result.first_day):
        return scaling
    trained = f"The model was trained on days up to {checkpoint.provenance['until']}"
    return (f"{trained}, so its scores on these days are too good; start the back-test later.", *scaling)


def verdict(checkpoint: Checkpoint, result: Backtest, *, calibrated: bool = False) -> str:
    """How good the forecast was; of days that the model was trained on, that this is no test."""
    said = walk.verdict(result, calibrated=calibrated)
    if not knew(checkpoint, result.first_day):
        return said
    until, said = checkpoint.provenance["until"], said[0].lower() + said[1:]
    return f"No test, as the model was trained on days up to {until}, some of these among them; {said}"


def trained_until(model: str, caller: Caller) -> str:
    """The last day that a checkpoint was trained on, as 2015-08-12; RnnlabError if it cannot be opened."""
    return str(open_forecasting(locate(model, caller=caller))[0].provenance["until"])


def knew(checkpoint: Checkpoint, day: pd.Timestamp) -> bool:
    """Whether a model was trained on a day."""
    return f"{day:%Y-%m-%d}" <= str(checkpoint.provenance["until"])


def on_scaling(checkpoint: Checkpoint, prices: Prices) -> tuple[str, ...]:
    """What the tutorial's scaling means for a series."""
    if checkpoint.codec["recipe"] != "tutorial":
        return ()
    trained_on = checkpoint.provenance["data"][0]
    if (prices.name, f"{prices.table.index[0]:%Y-%m-%d}") != (trained_on["name"], trained_on["start"]):
        low, high = checkpoint.codec["low"], checkpoint.codec["high"]
        return (
            f"This model scales the prices of {trained_on['name']}, from {low:,.4g} to {high:,.4g}; its forecasts are "
            f"meaningless for another series.",
        )
    if checkpoint.codec["leak"]:
        return ("This model's scaling uses the prices of the test days, as the tutorial does, so its scores leak.",)
    return ()
