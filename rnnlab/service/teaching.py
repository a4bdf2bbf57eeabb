"""A checkpoint taught a visitor's own series, kept for them alone; bounded for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnlab.errors import DataError
from rnnlab.service.callers import OWNER, Caller
from rnnlab.service.opening import open_prices
from rnnlab.service.reports import TrainReport, TrainResult
from rnnlab.service.training import train_forecast
from rnnlab.service.visits import end_visit, new_visit, sweep_visits

MOST_DAYS = 30_000  # of the series, so that a visit's training ends in seconds


@dataclass(frozen=True)
class Taught:
    """What came of it: what to open it by, and the training's figures with `before` and `backtests`."""

    model: str
    summary: dict[str, Any]


def teach(
    model: str, data: str | Path, *, ticker: str | None = None, dates: str | None = None, caller: Caller = OWNER
) -> Iterator[TrainReport | Taught]:
    """Have a checkpoint learn on from the first four fifths of a series; whoever stops asking stops it.

    Args:
        model: a checkpoint of the density recipe, as `locate` finds it.
        data: a bundled ticker or the path of a price file.
        ticker, dates: see rnnlab.data.prices.read_prices.
        caller: who asks.

    Yields:
        TrainReports, then what can be opened for about two hours by whoever is told its name.

    Raises:
        RnnlabError: as `train_forecast`, or the series has more than 30,000 days. Nothing is kept then.
    """
    prices = open_prices(data, ticker=ticker, dates=dates)
    if len(prices.table) > MOST_DAYS:
        raise DataError(f"{len(prices.table):,} days are more than {MOST_DAYS:,}; give a shorter series.")
    sweep_visits()
    visit = new_visit(f"taught-{prices.name}")
    done = False
    try:
        for event in train_forecast(
            [str(data)], base=model, out=visit.folder, ticker=ticker, dates=dates, caller=caller
        ):  # fmt: skip
            if isinstance(event, TrainResult):
                done = True
                yield Taught(visit.model, event.summary)
            else:
                yield event
    finally:
        if not done:
            end_visit(visit)
