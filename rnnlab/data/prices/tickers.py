"""Finds the tickers that a price file's rows name and chooses one, or says which there are; independent of any file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rnnlab.data.files import refusal
from rnnlab.data.prices.dates.forms import is_date
from rnnlab.data.prices.headings import Headings
from rnnlab.data.prices.words import Row

_MOST_LISTED = 12


def choose_ticker(known: Sequence[str], ticker: str | None, label: str, *, all_known: bool = True) -> str:
    """Give the ticker as the file writes it, in any case of letters; the only one where none is asked for.

    Raises DataError if there are several and none is asked for, or the one that is asked for is not there.
    """
    shown = [name if len(name) <= 20 and name.isprintable() else quoted(name) for name in known[:_MOST_LISTED]]
    listed = ", ".join(shown) + (f" … ({len(known)} in all)" if len(known) > _MOST_LISTED else "")
    if ticker is None:
        if len(known) > 1:
            raise refusal(label, f"holds the prices of {listed}; choose one ticker")
        return known[0]
    for name in known:
        if name.lower() == ticker.strip().lower():
            return name
    if not all_known:
        has_none = f"has no rows of the ticker {quoted(ticker)}, others begin with {listed}"
        raise refusal(label, f"{has_none}; write it as the file does")
    raise refusal(label, f"has no ticker {quoted(ticker)}, only {listed}; choose one of those")


def ticker_column(rows: Sequence[Row], headings: Headings) -> int | None:
    """The column that names each row's ticker; None where there is none.

    It is the one with such a heading, or in a file with several rows a day one that may be called anything.
    """
    where = headings.columns[""]
    if "Ticker" in where:
        return where["Ticker"] if any(column_of(rows, where["Ticker"])) else None
    dates = column_of(rows, where["Date"])
    if len(set(dates)) == len(rows):
        return None
    likely = headings.perhaps_tickers
    others = [column for column in range(len(headings.words)) if column not in likely]
    named = (column for column in likely if _may_name_tickers(column_of(rows, column), dates, likely=True))
    perhaps = (column for column in others if _may_name_tickers(column_of(rows, column), dates, likely=False))
    return next(itertools.chain(named, perhaps), None)


def column_of(rows: Sequence[Row], column: int) -> list[str]:
    """A column's stripped cells, "" where a row is too short."""
    return [row[column].strip() if column < len(row) else "" for row in rows]


def _may_name_tickers(names: list[str], dates: list[str], likely: bool) -> bool:
    """Whether there are several names; under an unlikely heading, each in several rows, once a day, and of letters."""
    known = set(names)
    if likely or not 1 < len(known) <= len(names) / 2 or len(set(zip(names, dates, strict=True))) < len(names):
        return likely and len(known) > 1
    return all(any(map(str.isalpha, name)) and not is_date(name) for name in known)


def quoted(value: str) -> str:
    """Quote a cell for a message: at most 40 characters, control characters written out."""
    return repr(value if len(value) <= 40 else value[:40] + "…")
