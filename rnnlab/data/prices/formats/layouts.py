"""Cuts a price file into rows, and finds its columns by what stands below if headings do not say."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.files import as_subject, refusal
from rnnlab.data.prices.dates.forms import COMPACT, ISO, UNIX, is_date, read_form
from rnnlab.data.prices.headings import Headings, find_headings, one_line
from rnnlab.data.prices.words import PRICE_FIELDS, Row, fields_of, ticker_pairs
from rnnlab.errors import DataError

Columns = Sequence[int]
Floats = NDArray[np.float64]

# A change in percent is no price.
_NUMBER = re.compile(
    r"[^\w\s]?\s?[+-]?[0-9][0-9.,'’\s]*(?:e[+-]?[0-9]{1,3})?\s?(?:[kmbt]|mn|mio|bn|mrd|[a-z]{3}|[^\w\s%])?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[+-]?[0-9]+\.?[0-9]*(?:e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_NOTHING = frozenset(("", "-", "--", ".", "null", "none", "nan", "na", "n/a", "#n/a"))
_LONGEST_NUMBER = 40
_LEAST_ROWS = 2
_LEAST_BARS = 5
_BAR = ("Open", "High", "Low", "Close")
# How much nearer a day's open must lie to the close before than its close does, to be known for the open.
_NEARER = 0.8


def guess_layout(rows: Sequence[Row], label: str) -> Headings | None:
    """Find a column of dates and one or several of numbers among a file's first rows; None where there are none.

    Beside the dates may stand, under a line of headings, a close that has another name, a column for each ticker, or
    anything if the headings have a close; without headings, a bar that is known by its High and Low.

    Raises DataError if there are no headings, and the numbers are no bar.
    """
    if (found := _first_block(rows)) is None:
        return None
    start, date, sample = found
    numbers, blank = _number_columns(sample, date)
    above = rows[start - 1] if start > 0 else []
    if above and not all(column < len(above) and _are_numbers_down([above[column].strip()]) for column in numbers):
        return _under_headings(above, start - 1, date, numbers, blank, label)
    return _without_headings(sample, start - 1, date, numbers, label)


def _first_block(rows: Sequence[Row]) -> tuple[int, int, Sequence[Row]] | None:
    """The first run of rows with a date in one column and some numbers: its start, that column, and its rows."""
    start = 0
    while start < len(rows):
        date = _date_column(rows[start])
        block = list(itertools.takewhile(lambda row, at=date: _date_column(row) == at, rows[start:]))  # type: ignore[misc]
        if date is not None and len(block) >= _LEAST_ROWS and _number_columns(block, date)[0]:
            return start, date, block
        start += max(len(block), 1) if date is not None else 1
    return None


def _date_column(row: Row) -> int | None:
    return next((number for number, cell in enumerate(row[:3]) if is_date(cell.strip())), None)


def _number_columns(rows: Sequence[Row], date: int) -> tuple[list[int], list[int]]:
    """The columns with numbers alone, right of the date if there are any, and those in which nothing is written."""
    width = min(map(len, rows))
    cells = {column: [row[column].strip() for row in rows] for column in range(width) if column != date}
    blank = [column for column, found in cells.items() if column > date and _NOTHING.issuperset(map(str.lower, found))]
    numbers = [column for column, found in cells.items() if _are_numbers_down(found)]
    return [column for column in numbers if column > date] or numbers, blank


def _are_numbers_down(cells: Sequence[str]) -> bool:
    written = [cell for cell in cells if cell.lower() not in _NOTHING]
    return bool(written) and all(len(cell) <= _LONGEST_NUMBER and _NUMBER.fullmatch(cell) for cell in written)


def _under_headings(row: Row, number: int, date: int, numbers: Columns, blank: Columns, label: str) -> Headings | None:
    fields = fields_of(row)
    heading = row[date].strip() if date < len(row) else ""
    named = () if fields[date : date + 1] == ["Date"] else (f"Dates were taken from the column {heading[:40]!r}.",)
    if "Close" in fields or "Adj Close" in fields:
        line = one_line(row, number, label, date)
        return dataclasses.replace(line, notices=named) if line.columns[""]["Date"] == date else None
    if {"High", "Low"} <= set(fields):
        return None  # one of the others is the close, but which?
    having = [i for i in numbers if i < len(row) and row[i].strip()]
    if pairs := ticker_pairs(row, having):
        columns = {name: {"Date": date, **found} for name, found in pairs.items()}
        return Headings(number, _words_but(row, [date, *having]), columns, named)
    free = [i for i in having if fields[i] is None]
    empty = [i for i in blank if i < len(row) and row[i].strip() and fields[i] is None]
    if len(free) == 1 and not empty and not set(fields) & set(PRICE_FIELDS):
        others: dict[str, int] = {field: fields.index(field) for field in ("Ticker", "Volume") if field in fields}
        columns = {"": {"Date": date, "Close": free[0]} | others}
        return Headings(number, tuple(row), columns, named, only=row[free[0]].strip())
    # LOW, OPEN and DAY are tickers as well.
    odd = [i for i in having if fields[i] in (*PRICE_FIELDS, "Date")] if free else []
    return _wide(row, number, date, sorted([*free, *empty, *odd]), named, label)


def _words_but(row: Row, columns: Columns) -> tuple[str, ...]:
    return tuple("" if i in columns else cell for i, cell in enumerate(row))


def _wide(row: Row, number: int, date: int, closes: Columns, notices: tuple[str, ...], label: str) -> Headings | None:
    """A column a ticker."""
    names = [row[i].strip() for i in closes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise refusal(label, f"has {names.count(twice[0])} columns named {twice[0][:40]!r}; keep the one to be used")
    columns = {name: {"Date": date, "Close": i} for name, i in zip(names, closes, strict=True)}
    # Each number is a ticker's close, so none of them is left unused.
    return Headings(number, _words_but(row, [date, *closes]), columns, notices, wide=True) if names else None


def _without_headings(sample: Sequence[Row], last_row: int, date: int, numbers: Columns, label: str) -> Headings:
    found = _bar_columns(sample, date, numbers)
    if found is None:
        raise DataError(_headless(sample[0], date, label))
    columns = {"Date": date, **found}
    order = sorted(columns, key=lambda field: columns[field])
    told = ", ".join(f"{field} in column {columns[field] + 1}" for field in order)
    words = f"There are no headings; the columns were known by their numbers: {told}."
    return Headings(last_row, (), {"": columns}, (words,))


def _headless(row: Row, date: int, label: str) -> str:
    cells = [cell.strip() for cell in row]
    shown = ", ".join(repr(cell[:40]) for cell in cells[:12]) + (" …" if len(cells) > 12 else "")
    after = len(cells) - date - 1
    usual = {1: ["Close"], 5: [*_BAR, "Volume"], 6: [*_BAR, "Adj Close", "Volume"]}.get(after)
    names = ["Date", *(usual or ["Close", *(f"x{number}" for number in range(2, after + 1))])]
    line = ",".join([*(f"x{number}" for number in range(date)), *names][:12]) + (",…" if len(cells) > 12 else "")
    each = f", a word for each of the {len(cells)} columns" if len(cells) > 2 else ""
    return f"{as_subject(label)} starts with {shown} and has no headings; write a line such as {line} above it{each}."


def _bar_columns(sample: Sequence[Row], date: int, numbers: Columns) -> dict[str, int] | None:
    """The columns of a bar: the first four numbers, of which one is always the greatest and one always the least.

    Of the other two the Open is the first, unless the second follows more nearly on the close of the day before. A
    volume is the next column that does not lie between High and Low, as an average price would.
    """
    moving = [column for column in numbers if len({row[column].strip() for row in sample}) > 1]
    numbers = numbers[numbers.index(moving[0]) :] if moving else []  # a column of midnights may come first
    written = [[row[column].strip() for column in numbers] for row in sample]
    if len(sample) < _LEAST_BARS or len(numbers) < 4:
        return None
    if not all(_PLAIN.fullmatch(one) for row in written for one in row[:4]):
        return None
    values = np.array([[float(one) for one in row[:4]] for row in written])
    highs, lows = _always(values, values.max(axis=1)), _always(values, values.min(axis=1))
    if len(highs) != 1 or len(lows) != 1 or highs == lows or (values <= 0).any():
        return None
    opened, closed = (column for column in range(4) if column not in (highs[0], lows[0]))
    direction = _direction([row[date].strip() for row in sample])
    if direction and _opens_second(values[::direction], opened, closed):
        opened, closed = closed, opened
    found = {"Open": opened, "High": highs[0], "Low": lows[0], "Close": closed}
    columns = {field: numbers[column] for field, column in found.items()}
    return columns | _volume_column(written, values, numbers)


def _volume_column(written: list[list[str]], values: Floats, numbers: Columns) -> dict[str, int]:
    for place in range(4, len(numbers)):
        cells = [row[place] for row in written]
        if not all(_PLAIN.fullmatch(cell) for cell in cells):
            break
        amounts = np.array([float(cell) for cell in cells])
        if ((amounts < values.min(axis=1)) | (amounts > values.max(axis=1))).any():
            return {"Volume": numbers[place]}
    return {}


def _always(values: Floats, extreme: Floats) -> list[int]:
    return [column for column in range(values.shape[1]) if (values[:, column] == extreme).all()]


def _direction(dates: Sequence[str]) -> int:
    """1 where the days run up, -1 where they run down; 0 where dates do not sort as they are written."""
    if len(dates[0]) != len(dates[-1]) or not any(read_form(form, dates[0]) for form in (ISO, COMPACT, UNIX)):
        return 0
    return -1 if dates[0] > dates[-1] else 1


def _opens_second(values: Floats, opened: int, closed: int) -> bool:
    """Whether the column taken for the close follows on the one taken for the open, in the order of time."""
    logs = np.log(values)
    follows = np.abs(logs[1:, opened] - logs[:-1, closed]).mean()
    against = np.abs(logs[1:, closed] - logs[:-1, opened]).mean()
    return bool(against < _NEARER * follows)


Rows = list[list[str]]

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 131_072  # characters, beyond which a quotation mark is taken for one that is never closed
FIRST_ROWS = 100  # in which the headings stand, below a disclaimer for example


def first_rows(text: str, label: str) -> dict[str, Rows]:
    """A text's first hundred rows as each separator cuts them."""
    return {separator: split(text, separator, label, most=FIRST_ROWS)[0] for separator in SEPARATORS}


def find_separator(first: dict[str, Rows], label: str) -> tuple[str, Headings] | None:
    """What stands between cells: where headings are understood, or else where the cells look like prices."""
    for way in (find_headings, guess_layout):
        for separator, rows in first.items():
            if (headings := way(rows, label)) is not None:
                return separator, headings
    return None


def split(
    text: str, separator: str, label: str, *, most: int | None = None, line: Callable[[int], int] = int
) -> tuple[Rows, list[int]]:
    """Cut text into rows that hold something (at most so many), each with the file's number of its (last) line.

    `line` gives that of a line of the text, from 1. Raises DataError if a quotation mark is never closed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows, lines, begun = Rows(), list[int](), 0
    try:
        for row in reader:
            # The library's own limit is one for the whole process, and texts raise it.
            if sum(map(len, row)) > LONGEST_CELL and max(map(len, row)) > LONGEST_CELL:
                raise csv.Error
            begun = reader.line_num
            if any(map(str.strip, row)):
                rows.append(row)
                lines.append(line(reader.line_num))
                if most is not None and len(rows) == most:
                    break
    except csv.Error as error:
        remedy = "look for a quotation mark that is never closed, or give a CSV file of prices"
        raise DataError(f"Line {line(begun + 1)} of {label} cannot be split into cells; {remedy}.") from error
    return rows, lines
