"""Which forecast a visitor asks for, read from the page's values or from a link, and as a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnlab.data.fetch.listing import tickers
from rnnlab.data.prices.sources.sources import visitors_name
from rnnlab.errors import DataError, RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.opening import bundled_checkpoints
from rnnlab.tasks.forecast.data import AS_WRITTEN, PriceReading
from rnnlab.tasks.forecast.prepared import trained_until
from rnnlab.widgets.events import filled
from rnnlab.widgets.links import link_to, linked_model, linked_number

FIRST = "AAPL"
YOUNGEST = "stocks-today"  # of the bundled checkpoints, the one trained on the latest days
LONGEST_HORIZON = 20
AHEAD = {"One day ahead": 1, "5 days ahead": 5, "20 days ahead": 20}


def reading_of(*values: str | None) -> PriceReading:
    """How a file is read, of the values of fields in READING's order; those that are missing are empty."""
    return PriceReading(*(filled(value) or "" for value in values))


@dataclass(frozen=True)
class Source:
    """Whose prices: a bundled ticker, a source's ("yahoo:NVDA"), or an uploaded file with how to read it."""

    ticker: str | None = None
    file: str | None = None
    reading: PriceReading = AS_WRITTEN

    def data(self) -> str:
        """The file's path, or the ticker: never a path or an address that a visitor wrote.

        Raises:
            DataError: the file has gone, or there is no such bundled ticker, nor a source that visitors may ask.
        """
        if self.file:
            if not Path(self.file).is_file():
                raise DataError("Your file is no longer here, as uploads are deleted after a while; upload it again.")
            return self.file
        if fetched := visitors_name(self.ticker or ""):
            return fetched
        if not self.ticker or self.ticker.upper() not in bundled():
            shown = str(self.ticker or "")[:40]
            remedy = f"choose one, such as {FIRST}, write yahoo:NVDA for a ticker of Yahoo Finance"
            raise DataError(f"{shown!r} is not a bundled ticker; {remedy}, or upload a file.")
        return self.ticker.upper()


def bundled() -> set[str]:
    """The bundled tickers in capitals."""
    return {ticker.upper() for ticker in tickers()}


def is_fetched(ticker: str | None) -> bool:
    """Whether a ticker's prices are a source's, which is asked only when a visitor wants it."""
    return visitors_name(ticker or "") is not None


def source_of(
    ticker: str | None, file: str | None, column: str | None, dates: str | None, encoding: str | None = None
) -> Source:
    """Whose prices a visitor has chosen, as the page's choosers say it; a bundled series is not read from a file."""
    return Source(ticker, file, reading_of(column, dates, encoding) if file else AS_WRITTEN)


def labelled(models: Sequence[str]) -> list[tuple[str, str]]:
    """Bundled checkpoints as a chooser shows them, with the last day of their training, and what they are asked by."""
    return [(f"{model} (trained to {trained_until(model, STRANGER)})", model) for model in models]


def younger_than(until: str) -> str:
    """A sentence on the younger general checkpoint for prices of today; "" if a training until that day is as young."""
    if YOUNGEST not in bundled_checkpoints() or (last := trained_until(YOUNGEST, STRANGER)) <= until:
        return ""
    younger = f"{YOUNGEST}, trained on days up to {last}, under Settings"
    return f"This checkpoint was trained on days up to {until}; for prices of today choose {younger}."


@dataclass(frozen=True)
class Asked:
    """What a visitor asks for; ahead: days from forecast to target in the back-test, one of AHEAD."""

    source: Source
    model: str
    horizon: int = LONGEST_HORIZON
    start: str | None = None
    ahead: int = 1
    calibrated: bool = False


def forecast_link(asked: Asked, model: str) -> str:
    """The query that makes a forecast again; "" for a visitor's own file or checkpoint, which stay theirs."""
    if asked.source.file:
        return ""
    values: dict[str, Any] = {"data": asked.source.data(), "horizon": asked.horizon}
    values |= ({"start": asked.start} if asked.start else {}) | ({"ahead": asked.ahead} if asked.ahead > 1 else {})
    return link_to("forecast", model, values | ({"bands": "calibrated"} if asked.calibrated else {}))


def linked_forecast(query: Mapping[str, str], models: Sequence[str]) -> tuple[str, str, int, str, int, bool]:
    """What a link asks for: ticker, checkpoint, horizon; start, days ahead, calibrated bands; raises RnnlabError."""
    written = query.get("data", FIRST)
    ticker = visitors_name(written) or written.upper()
    if ticker not in tickers() and not is_fetched(ticker):
        raise RnnlabError(f"The link asks for {ticker[:40]!r}, which is no bundled series; choose one here.")
    horizon = int(linked_number(query, "horizon", LONGEST_HORIZON, 1, LONGEST_HORIZON))
    days = int(linked_number(query, "ahead", 1, 1, LONGEST_HORIZON))
    if days not in AHEAD.values():
        raise RnnlabError(f"The link asks for {days} days ahead, which cannot be set here; set it below.")
    start, calibrated = query.get("start", "")[:40], query.get("bands") == "calibrated"
    return ticker, linked_model(query, models), horizon, start, days, calibrated
