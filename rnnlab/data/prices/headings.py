"""Finds the columns of a price file by their headings, in one line or in several; independent of the rows below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rnnlab.data.files import refusal
from rnnlab.data.prices.dates.forms import is_date
from rnnlab.data.prices.words import NUMBER_FIELDS, TICKER_WORDS, Row, columns_of, fields_of, plain_word, ticker_pairs
from rnnlab.errors import DataError

_TUPLE = re.compile(r"""\(\s*['"]([^'"]*)['"]\s*,\s*['"]([^'"]*)['"]\s*\)""")
_MOST_COLUMNS = 5_000
_NO_FIELDS = ("price", "ticker", "tickers", "symbol")  # that begin a line of tickers or fields


@dataclass(frozen=True)
class Headings:
    """Where each field's column is: for a ticker (or "" where the headings name none), field -> column number.

    last_row: the last line of headings, -1 where there is none. words: the headings. notices: on how the columns were
    found. spare_volumes: other columns that count trades, for a Volume that turns out to be empty. perhaps_tickers:
    columns that may name a ticker. only: the heading of the close, where it was the only column of numbers. wide:
    whether each heading is taken for a ticker whose close stands below.
    """

    last_row: int
    words: tuple[str, ...]
    columns: dict[str, dict[str, int]]
    notices: tuple[str, ...] = ()
    spare_volumes: tuple[int, ...] = ()
    perhaps_tickers: tuple[int, ...] = ()
    only: str = ""
    wide: bool = False

    def unused(self, used: set[int | None]) -> list[str]:
        """The headings of the columns that are not among those used, as written; those without a name are left out."""
        spare = [word.strip() for number, word in enumerate(self.words) if number not in used]
        return [word for word in dict.fromkeys(spare) if word]


def find_headings(rows: Sequence[Row], label: str) -> Headings | None:
    """Find date and close among a file's first rows: one line of headings, or two that also name tickers.

    Returns None where no row looks like headings.

    Raises DataError if a heading that is needed stands there twice, or there are thousands of columns.
    """
    for number, row in enumerate(rows):
        if len(row) > _MOST_COLUMNS:
            raise DataError(f"Line {number + 1} of {label} has {len(row)} columns; give one series of daily prices.")
        below = rows[number + 1] if number + 1 < len(rows) else []
        pairs = [_TUPLE.fullmatch(cell[:200]) for cell in row]
        if any(pairs):
            row, below = [m[1] if m else c for m, c in zip(pairs, row, strict=True)], [m[2] if m else "" for m in pairs]
            return _two_lines(row, below, number)
        fields = fields_of(row)
        if "Close" in fields or "Adj Close" in fields:
            if _names_tickers(fields, below):
                return _two_lines(row, below, number + 1, rows[number + 2 : number + 3])
            unnamed = plain_word(row[0]) in ("", "index", "unnamed 0")
            if "Date" in fields or (unnamed and below and is_date(below[0].strip())):
                return one_line(row, number, label)
        elif number + 1 < len(rows) and _names_tickers(fields_of(below), row):
            return _two_lines(below, row, number + 1, rows[number + 2 : number + 3])
    return None


def one_line(row: Row, number: int, label: str, date: int = 0) -> Headings:
    """Read a line of headings, `date` the column of dates if none is named; DataError if one is there twice."""
    found = columns_of(row)
    columns: dict[str, int] = {}
    for field, where in found.items():
        same = [other for other in where if plain_word(row[other]) == plain_word(row[where[0]])]
        if len(same) > 1 and field != "Clock":
            if len({row[other].strip() for other in same}) == len(same) and (pairs := _pairs(row, number)):
                return pairs
            heading = row[where[0]].strip()[:40]
            raise refusal(label, f"has {len(same)} columns named {heading!r}; keep the one to be used")
        columns[field] = where[0]
    columns.setdefault("Date", date)
    if columns.get("Clock") == columns["Date"]:
        del columns["Clock"]
    spare = tuple(found.get("Volume", [])[1:])
    perhaps = tuple(i for i, cell in enumerate(row) if plain_word(cell).replace(" ", "") in TICKER_WORDS)
    return Headings(number, tuple(row), {"": columns}, spare_volumes=spare, perhaps_tickers=perhaps)


def _pairs(row: Row, number: int) -> Headings | None:
    """A line of headings such as Close (AAPL) and Close (MSFT)."""
    fields = fields_of(row)
    date = fields.index("Date") if "Date" in fields else 0
    found = ticker_pairs(row, [column for column in range(len(row)) if column != date and row[column].strip()])
    if found is None:
        return None
    words = tuple("" if column == date else cell for column, cell in enumerate(row))
    return Headings(number, words, {name: {"Date": date, **columns} for name, columns in found.items()})


def _names_tickers(fields: Sequence[str | None], other: Row) -> bool:
    """Tell whether every number column of a line of headings has a name that is no number in the line beside it."""
    columns = [i for i, field in enumerate(fields) if field in NUMBER_FIELDS and i > 0]
    if not any(fields[i] in ("Close", "Adj Close") for i in columns) or len(other) <= columns[-1]:
        return False
    if plain_word(other[0]) not in ("", "date", *_NO_FIELDS):
        return False
    # LOW, OPEN and DAY are tickers too, so only the two words that every line of headings has are ruled out.
    return all(re.search(r"[A-Za-z]", other[i]) and plain_word(other[i]) not in ("date", "close") for i in columns)


def _two_lines(row: Row, tickers: Sequence[str], last: int, below: Sequence[Row] = ()) -> Headings | None:
    """Read yfinance's two header lines, and the third that holds nothing but the word Date."""
    columns: dict[str, dict[str, int]] = {}
    date = 0
    for number, field in enumerate(fields_of(row)):
        if field == "Date":
            date = number
        elif field in NUMBER_FIELDS and number > 0 and tickers[number].strip():
            columns.setdefault(tickers[number].strip(), {}).setdefault(field, number)
    found = {name: {"Date": date, **known} for name, known in columns.items() if {"Close", "Adj Close"} & known.keys()}
    if not found:
        return None
    if below and fields_of(below[0][:1]) == ["Date"] and not any(cell.strip() for cell in below[0][1:]):
        last += 1
    # A heading that is another ticker's is not unused; one that is nobody's is.
    known = (*NUMBER_FIELDS, "Date")
    words = zip(row, fields_of(row), strict=True)
    spare = ("" if field in known or plain_word(cell) in _NO_FIELDS else cell for cell, field in words)
    return Headings(last, tuple(spare), found)
