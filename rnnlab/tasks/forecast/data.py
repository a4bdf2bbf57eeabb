"""Names and paths -> price series: bundled tickers, groups, files, other sources; what a checkpoint records of them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.data import catalog
from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.data.prices.sources.sources import source_of
from rnnlab.errors import DataError, RnnlabError
from rnnlab.options import option
from rnnlab.runtime.opening import is_file
from rnnlab.runtime.provenance import origin
from rnnlab.tasks.forecast.learn.features import MARKET_COLUMNS

MOST_SERIES = 1000
READING = ("ticker", "dates", "encoding")
# Prices without a currency; every other bundled series is in US dollars.
UNITS = {"SP500": "points"}


@dataclass(frozen=True)
class PriceReading:
    """How files are read, see rnnlab.data.prices.series.read_prices; "" for what the file says itself."""

    ticker: str = option("", "which one, if your file has several")
    dates: str = option("", "for ambiguous dates such as 03/04/2017", choices=("", "us", "day-first", "iso"))
    encoding: str = option("", "of your file, such as Shift-JIS, if letters look wrong")

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> PriceReading:
        """Those of READING among the arguments; None and what is missing are not given."""
        return cls(*(arguments.get(name) or "" for name in READING))

    def given(self) -> dict[str, str]:
        """What was given, by name."""
        return {name: value for name, value in vars(self).items() if value}


AS_WRITTEN = PriceReading()
Market = str | Path | bytes  # an index as open_prices opens it; "" for none


def open_prices(data: str | Path | bytes, reading: PriceReading = AS_WRITTEN, market: Market = "") -> Prices:
    """Open a bundled ticker, a file by path, its content, or a source's ticker (yahoo:NVDA); beside an index, if given.

    Raises:
        DataError: there is no such ticker or file, or it cannot be fetched or used as it is.
    """
    if isinstance(data, bytes):
        opened = read_prices(data, name="the table", **reading.given())
        return beside(opened, open_market(market)) if market else opened
    return open_many([str(data)], reading, market)[0]


def open_market(market: Market) -> Prices:
    """Open an index; DataError if it cannot be used as it is, or has closes alone."""
    opened = open_prices(market)
    if not set(MARKET_COLUMNS.values()) <= set(opened.table.columns):
        raise DataError(f"The index {opened.name} has no High and Low; give one that has them, such as SP500.")
    return opened


def beside(prices: Prices, index: Prices) -> Prices:
    """The series with the index's prices of the same days in MARKET_COLUMNS; DataError if they share no day."""
    own = index.table[list(MARKET_COLUMNS.values())].reindex(prices.table.index)
    missing = own.index[own.isna().any(axis=1)]
    if len(missing) == len(own):
        raise DataError(f"{index.name} and {prices.name} have no day in common; leave out --market, or give another.")
    own.columns = list(MARKET_COLUMNS)
    notices = prices.notices if not index.source else (*prices.notices, f"{index.name}: {index.source}")
    if len(missing):
        days = f"{len(missing):,} of {len(own):,} days of {prices.name}, the last on {missing[-1]:%Y-%m-%d}"
        notices = (*notices, f"{index.name} has no prices on {days}; forecasts from those days go without it.")
    table = prices.table.assign(**{name: own[name] for name in MARKET_COLUMNS})  # keeps the table's calendar
    return dataclasses.replace(prices, table=table, notices=notices)


def currency_of(prices: Prices) -> str:
    """The unit of a series' prices; "" where a file does not say it."""
    if prices.origin:
        return prices.origin.currency
    return UNITS.get(prices.name, "USD") if prices.bundled else ""


def expand(data: Iterable[str]) -> list[str]:
    """Replace names that stand for several tickers ("pool", "bundled") by those tickers, each named once."""
    groups = [catalog.group(name) if name.lower() in catalog.GROUPS else (name,) for name in data]
    return list(dict.fromkeys(ticker for group in groups for ticker in group))


def open_many(data: Sequence[str], reading: PriceReading = AS_WRITTEN, market: Market = "") -> list[Prices]:
    """Open several tickers or files, each bundled table read once; `reading` is for the files among them.

    A name with a source's prefix (`yahoo:NVDA`) asks that source, unless it is the path of a file.
    market: an index to stand beside each that has days in common with it, see `beside`.

    Raises:
        DataError: as `open_prices`.
    """
    known = set(catalog.tickers())
    opened: list[Prices] = []
    for name in expand(data):
        if is_file(name):
            opened.append(read_prices(Path(name), **reading.given()))
        elif (asked := source_of(name)) is not None:
            if reading.given() and not any(map(is_file, data)):
                raise DataError(f"{name} is not a file of yours; leave out --ticker, --dates and --encoding.")
            source, rest = asked
            opened.append(source.prices(rest))
        elif name.upper() not in known and (len(name) >= 20 or not name.replace("-", "").isalnum()):
            opened.append(read_prices(Path(name)))  # its error says what is wrong with the path
        elif reading.given() and not any(map(is_file, data)):
            raise DataError(f"{name} is a bundled series, not a file; leave out --ticker, --dates and --encoding.")
        else:
            opened.append(Prices(name.upper(), _bundled_table(name.upper()), bundled=True))
    return _beside_each(opened, open_market(market)) if market else opened


def _beside_each(opened: Sequence[Prices], index: Prices) -> list[Prices]:
    """Each beside the index; of several series those that share no day with it stay as they are, with a notice."""
    shared = [not one.table.index.intersection(index.table.index).empty for one in opened]
    if not any(shared):
        return [beside(one, index) for one in opened[:1]]  # refused
    alone = "has no day in common with {0}; it goes without."
    return [
        beside(one, index) if shares else dataclasses.replace(one, notices=(*one.notices, alone.format(index.name)))
        for one, shares in zip(opened, shared, strict=True)
    ]


def _bundled_table(name: str) -> pd.DataFrame:
    for entry in catalog.entries():
        if name in entry.tickers:
            return _bundled_file(entry.name, entry.tickers)[name]
    return catalog.price_table(name)  # there is none: its error lists the names that come close


@lru_cache(maxsize=16)
def _bundled_file(name: str, tickers: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """All series of one bundled file, read once; nobody changes them."""
    return catalog.price_tables(tickers)


def read_day(written: str, what: str) -> pd.Timestamp:
    """Read a day written as 2015-08-13.

    Args:
        written: what a person wrote.
        what: what the day is, for the message: "The start".

    Raises:
        RnnlabError: it is no such day.
    """
    try:
        if len(written) != 10:
            raise ValueError
        return pd.Timestamp(date.fromisoformat(written))
    except ValueError as error:
        raise RnnlabError(f"{what} {written[:40]!r} is no date; write it as 2015-08-13.") from error


def provenance(data: Sequence[Prices], until: pd.Timestamp, command: str) -> dict[str, Any]:
    """The origin, the series with their spans, licences and digests, and the last training day."""
    return origin(command) | {"until": f"{until:%Y-%m-%d}", "data": [series_record(prices) for prices in data]}


def series_record(prices: Prices) -> dict[str, Any]:
    """What a checkpoint records of one series: its name, span, source and digests; equal for equal closes."""
    dates = prices.table.index
    record = {
        "name": prices.name,
        "rows": len(dates),
        "start": f"{dates[0]:%Y-%m-%d}",
        "end": f"{dates[-1]:%Y-%m-%d}",
        "closes_sha256": hashlib.sha256(prices.table["Close"].to_numpy(float).tobytes()).hexdigest(),
    }
    if not prices.bundled:
        return record | {"source": prices.source or "a file of the maker's own"}
    entry = next(entry for entry in catalog.entries() if prices.name in entry.tickers)
    source = f"{entry.source.package} {entry.source.version} ({entry.source.licence})"
    return record | {"source": source, "sha256": entry.sha256}


def open_distinct(data: Sequence[str], reading: PriceReading = AS_WRITTEN, market: Market = "") -> list[Prices]:
    """Open several as `open_many` does; RnnlabError if one is given twice, or if there are more than 1,000."""
    opened = open_many(data, reading, market)
    names = [prices.name for prices in opened]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise RnnlabError(f"{twice} is given twice; name each series once.")
    if len(opened) > MOST_SERIES:
        raise RnnlabError(f"{len(opened)} series are more than {MOST_SERIES}; give fewer at a time.")
    return opened
