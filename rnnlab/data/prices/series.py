"""Reads a file of daily prices as people really have it, or says in one sentence what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rnnlab.data.files import refusal
from rnnlab.data.prices.cells import find_cells
from rnnlab.data.prices.checks.checks import rows_of, settle_rows
from rnnlab.data.prices.checks.idle import without_idle_days
from rnnlab.data.prices.checks.mending import mend
from rnnlab.data.prices.checks.slips import without_slips
from rnnlab.data.prices.dates.days import read_dates
from rnnlab.data.prices.dates.exchanges import CALENDAR
from rnnlab.data.prices.files import open_price_file
from rnnlab.data.prices.notices import notice_oddities
from rnnlab.data.prices.numbers import read_numbers

_FIELDS = ("Open", "High", "Low", "Close", "Volume")
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Origin:
    """Whence prices came that were asked for by name.

    source: as "Yahoo Finance". exchange: its name, "" if unknown. currency: of the prices, or "points" for an index, ""
    if unknown. fetched: when, UTC; None if they were not.
    """

    source: str
    exchange: str
    currency: str
    fetched: pd.Timestamp | None = None

    def words(self, last: pd.Timestamp) -> str:
        """A sentence with the source and the age of prices whose last day is given."""
        known = ", ".join(filter(None, (self.source, self.exchange, self.currency)))
        when = f", fetched on {self.fetched:%Y-%m-%d at %H:%M} UTC" if self.fetched else ""
        return f"Prices: {known}, up to {last:%Y-%m-%d}{when}."


@dataclass(frozen=True)
class Prices:
    """The prices of one series, and what was mended or looks odd.

    name: the ticker if the file names one, else the file's name without its ending.
    table: (N, fields) float64 by a DatetimeIndex "Date" (ascending, unique, midnights without a time zone), in the
        file's currency and, for Volume, in shares. "Close" is always there; "Open", "High", "Low", "Volume" where the
        file has them. Volume may hold NaN, and so may Open, High and Low together, on days without a range. Its attrs
        name the exchange's calendar under CALENDAR, where the source says which it is.
    notices: one sentence each.
    bundled: whether the series came with the library, by that name.
    decimals: to print prices with, as many as the file's closes have; None for bundled series.
    origin: where they came from, if they were asked for by name.
    """

    name: str
    table: pd.DataFrame
    notices: tuple[str, ...] = ()
    bundled: bool = False
    decimals: int | None = None
    origin: Origin | None = None

    @property
    def source(self) -> str:
        """A sentence on where they came from and how old they are, "" for bundled series and files."""
        return self.origin.words(self.table.index[-1]) if self.origin else ""


def read_prices(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    calendar: str | None = None,
) -> Prices:
    """Read daily prices from a file (a path, or its content as bytes), whatever its format, columns, dates and numbers.

    Where there is an Adj Close, Open, High, Low and Close are scaled by Adj Close / Close, so that dividends and
    splits do not look like moves; a notice says so. Missing and impossible Opens, Highs and Lows are mended, each
    kind with a notice.

    Args:
        source: str and Path are paths, bytes are the content; at most 10 MB (once unpacked) and 100,000 rows, or 200 MB
            of which one ticker is asked for.
        name: what messages call the file, and the series where the file names no ticker; else the path's last part.
        ticker: which of several tickers in the file is meant.
        dates: "us" (month first), "day-first" or "iso" (nothing but year first), for dates that can be read both ways.
        encoding: in which the file is written, as "shift_jis"; found if None.
        calendar: of the exchange, as exchange_calendars calls it ("XTKS"); told from the dates if None.

    Raises:
        DataError: the file cannot be used; one sentence with the line, the value and the remedy, and no folder's name.
    """
    file = open_price_file(source, name, ticker=ticker, encoding=encoding)
    cells = find_cells(file, ticker)
    read = read_dates(cells, dates)
    numbers = read_numbers(cells)
    rows, left_out = settle_rows(cells, read, numbers.columns)
    active, idle = without_idle_days(rows, numbers.decimals, calendar)
    sound, slips = without_slips(active)
    table, mended = mend(sound)
    table = table[[field for field in _FIELDS if field in table]]
    if calendar is not None:
        table.attrs[CALENDAR] = calendar
    odd = notice_oddities(table, pd.Timestamp.now().normalize(), rows.index.difference(table.index))
    notices = (*file.notices, *cells.notices, *read.notices, *numbers.notices, *left_out, *idle, *slips, *mended, *odd)
    named = "".join(character for character in cells.ticker or file.stem if character.isprintable()).strip()
    return Prices(named[:_LONGEST_NAME] or file.stem, table, notices, decimals=numbers.decimals)


def need_rows(prices: Prices, rows: int, purpose: str) -> None:
    """Refuse prices of fewer than `rows` rows; purpose reads like "a forecast".

    Raises DataError if there are too few rows.
    """
    if len(prices.table) < rows:
        remedy = "give a file with a longer history"
        raise refusal(prices.name, f"has {rows_of(len(prices.table))}, but {purpose} needs at least {rows:,}; {remedy}")
