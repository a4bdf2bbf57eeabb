"""Turns the text of a price file into named columns of strings for one ticker; knows no date and no number."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from rnnlab.data.files import as_subject
from rnnlab.data.price_files import PriceFile
from rnnlab.data.price_headings import Headings, field_of, find_headings
from rnnlab.errors import DataError

MOST_ROWS = 100_000
_SEPARATORS = (",", ";", "\t", "|")
_FIRST_ROWS = 30


@dataclass(frozen=True)
class PriceCells:
    """The cells of one series as stripped strings: columns[field][row], and the line of the file of each row."""

    label: str
    ticker: str | None
    columns: dict[str, list[str]]
    lines: list[int]
    separator: str

    def refusal(self, row: int, problem: str) -> DataError:
        """Word an error about a row so that it names the line of the file, counted from 1 with the headings."""
        return DataError(f"Line {self.lines[row]} of {self.label} {problem}.")


def quoted(value: str) -> str:
    """Quote a cell for a message: at most 40 characters, control characters written out."""
    return repr(value if len(value) <= 40 else value[:40] + "…")


def find_cells(file: PriceFile, ticker: str | None = None) -> PriceCells:
    """Find date, close and whatever else a file has, and keep the rows (or columns) of one ticker.

    Raises:
        DataError: no separator gives a date and a close column, there are no rows or more than 100,000, a row has more
            cells than headings, several tickers are there and none was chosen, or the chosen one is not there.
    """
    text = file.text
    if max(text.count("\n"), text.count("\r")) > 2 * MOST_ROWS:
        raise DataError(f"{as_subject(file.label)} has over {MOST_ROWS:,} rows; give one series of daily prices.")
    first_line, _, rest = text.partition("\n")
    if first_line.strip().lower().startswith("sep=") and len(first_line.strip().strip('"')) == 5:
        text = "\n" + rest
    separator, headings = _find_separator(text, file.label)
    rows, lines = _split(text, separator, file.label)
    rows, lines = rows[headings.last_row + 1 :], lines[headings.last_row + 1 :]
    if not rows:
        raise DataError(
            f"{as_subject(file.label)} has headings but no rows; give a file with a date and a close on each line."
        )
    if len(rows) > MOST_ROWS:
        raise DataError(
            f"{as_subject(file.label)} has {len(rows):,} rows, over {MOST_ROWS:,}; give one series of daily prices."
        )
    _refuse_long_rows(rows, lines, len(headings.words), file.label)
    named = {known: where for known, where in headings.columns.items() if known}
    if named:
        chosen = _choose(list(named), ticker, file.label)
        return PriceCells(file.label, chosen, _take(rows, named[chosen]), lines, separator)
    return _pick_rows(PriceCells(file.label, None, _take(rows, headings.columns[""]), lines, separator), ticker)


def _find_separator(text: str, label: str) -> tuple[str, Headings]:
    first: dict[str, list[list[str]]] = {}
    for separator in _SEPARATORS:
        first[separator] = _split(text, separator, label, most=_FIRST_ROWS)[0]
        headings = find_headings(first[separator], label)
        if headings is not None:
            return separator, headings
    rows = max(first.values(), key=lambda known: len(known[0]) if known else 0)
    raise DataError(_nothing_found(rows[0] if rows else [], label))


def _nothing_found(row: Sequence[str], label: str) -> str:
    cells = [cell.strip() for cell in row if cell.strip()]
    found = ", ".join(quoted(cell) for cell in cells[:12]) + (" …" if len(cells) > 12 else "")
    if not found:
        return f"{as_subject(label)} has no columns; give a CSV file whose first line names at least Date and Close."
    if len(cells) > 1 and sum(cell[:1].isdigit() for cell in cells) >= len(cells) - 1:
        return f"{as_subject(label)} starts with {found} and has no headings; write a line such as Date,Close above it."
    known = {field_of(cell) for cell in cells}
    missing = [what for what in ("Date", "Close") if what not in known]
    needed = " and no ".join(what.lower() for what in missing) or "one line of headings with both a date and a close"
    return f"{as_subject(label)} has no {needed} column, only {found}; name the columns Date and Close on one line."


def _split(text: str, separator: str, label: str, most: int | None = None) -> tuple[list[list[str]], list[int]]:
    """Cut text into rows that hold something, each with the 1-based number of its (last) line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(map(str.strip, row)):
                rows.append(row)
                lines.append(reader.line_num)
                if most is not None and len(rows) == most:
                    break
    except csv.Error as error:
        raise DataError(
            f"Line {reader.line_num + 1} of {label} cannot be split into cells; look for a quotation mark that is "
            "never closed, or give a CSV file of prices."
        ) from error
    return rows, lines


def _refuse_long_rows(rows: list[list[str]], lines: list[int], width: int, label: str) -> None:
    for row, line in zip(rows, lines, strict=True):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise DataError(
                f"Line {line} of {label} has {len(row)} cells where {width} columns have headings; put quotation marks "
                "around numbers that hold commas, or remove the spare cells."
            )


def _take(rows: list[list[str]], where: dict[str, int]) -> dict[str, list[str]]:
    return {field: [row[at].strip() if at < len(row) else "" for row in rows] for field, at in where.items()}


def _pick_rows(cells: PriceCells, ticker: str | None) -> PriceCells:
    """Keep the rows of one ticker where a column names them."""
    names = cells.columns.pop("Ticker", None)
    known = [name for name in dict.fromkeys(names or []) if name]
    if names is None or not known:
        return PriceCells(cells.label, ticker, cells.columns, cells.lines, cells.separator)
    chosen = _choose(known, ticker, cells.label)
    keep = [name == chosen or (not name and len(known) == 1) for name in names]
    columns = {
        field: [value for value, kept in zip(values, keep, strict=True) if kept]
        for field, values in cells.columns.items()
    }
    lines = [line for line, kept in zip(cells.lines, keep, strict=True) if kept]
    return PriceCells(cells.label, chosen, columns, lines, cells.separator)


def _choose(known: list[str], ticker: str | None, label: str) -> str:
    listed = ", ".join(name if len(name) <= 20 and name.isprintable() else quoted(name) for name in known[:12])
    listed += f" … ({len(known)} in all)" if len(known) > 12 else ""
    if ticker is None:
        if len(known) > 1:
            raise DataError(f"{as_subject(label)} holds the prices of {listed}; choose one ticker.")
        return known[0]
    for name in known:
        if name.lower() == ticker.strip().lower():
            return name
    raise DataError(f"{as_subject(label)} has no ticker {quoted(ticker)}, only {listed}; choose one of those.")
