"""Turns the text of a price file into named columns of strings for one ticker; independent of any date or number."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from rnnlab.data.files import as_subject, refusal
from rnnlab.data.prices.dates.forms import is_date
from rnnlab.data.prices.files import PriceFile
from rnnlab.data.prices.formats.layouts import Rows, find_separator, first_rows, split
from rnnlab.data.prices.headings import Headings
from rnnlab.data.prices.tickers import choose_ticker, column_of, quoted, ticker_column
from rnnlab.data.prices.words import Row, field_of, fields_of
from rnnlab.errors import DataError

MOST_ROWS = 100_000
_MOST_FOOTERS = 30
_MOST_NAMED = 12


@dataclass(frozen=True)
class PriceCells:
    """The cells of one series as stripped strings: columns[field][row], and the line of the file of each row.

    separator: between cells. notices: on how they were found. row: what the file's lines are called.
    """

    label: str
    ticker: str | None
    columns: dict[str, list[str]]
    lines: list[int]
    separator: str
    notices: tuple[str, ...] = ()
    row: str = "line"

    def place(self, row: int) -> str:
        """Where a row stands in the file, as "line 12", counted from 1 with the headings."""
        return f"{self.row} {self.lines[row]}"

    def refusal(self, row: int, problem: str) -> DataError:
        """Word an error about a row so that it names the line of the file."""
        return DataError(f"{self.place(row).capitalize()} of {self.label} {problem}.")

    def kept(self, keep: Sequence[bool], *notices: str) -> PriceCells:
        """The rows for which `keep` is true, with more notices."""
        columns = {field: list(compress(values, keep)) for field, values in self.columns.items()}
        lines = list(compress(self.lines, keep))
        return dataclasses.replace(self, columns=columns, lines=lines, notices=(*self.notices, *notices))


def find_cells(file: PriceFile, ticker: str | None = None) -> PriceCells:
    """Find date, close and whatever else a file has, and keep the rows (or columns) of one ticker.

    Raises:
        DataError: no separator gives a date and a close column, there are no rows or more than 100,000, a row has more
            cells than headings, several tickers are there and none was chosen, or the chosen one is not there.
    """
    text = file.text
    if max(text.count("\n"), text.count("\r")) > 2 * MOST_ROWS:
        raise refusal(file.label, f"has over {MOST_ROWS:,} rows; give one series of daily prices")
    first_line, _, rest = text.partition("\n")
    if first_line.strip().lower().startswith("sep=") and len(first_line.strip().strip('"')) == 5:
        text = "\n" + rest
    first = first_rows(text, file.label)
    found = find_separator(first, file.label)
    if found is None:
        raise DataError(_nothing_found(first, file))
    separator, headings = found
    rows, lines = split(text, separator, file.label, line=file.line)
    rows, lines = rows[headings.last_row + 1 :], lines[headings.last_row + 1 :]
    rows, lines, left_out = _without_other_lines(rows, lines, headings, file.label)
    if len(rows) > MOST_ROWS:
        raise refusal(file.label, f"has {len(rows):,} rows, over {MOST_ROWS:,}; give one series of daily prices")
    _refuse_long_rows(rows, lines, len(headings.words) or max(map(len, rows)), file.label)
    headings = _with_prices(headings, rows) if headings.wide else headings
    named = [known for known in headings.columns if known] or ([headings.only] if headings.only and ticker else [])
    chosen = choose_ticker(named, ticker, file.label) if named else None
    where = _with_a_volume(rows, headings, headings.columns.get(chosen or "", headings.columns.get("", {})))
    column = None if named else ticker_column(rows, headings)
    if not named and column is None and file.lines is not None:
        raise refusal(file.label, "is too large and has no column of tickers; give one series of prices")
    only = headings.only if chosen is None else ""
    taken = (f"The close was taken from the column {only[:40]!r}, the only one of numbers.",) if only else ()
    notices = (*headings.notices, *taken, *left_out, *_on_volume(headings, where), *_on_unused(headings, where, column))
    columns = {field: column_of(rows, at) for field, at in where.items() if field != "Ticker"}
    cells = PriceCells(file.label, chosen or ticker, columns, lines, separator, notices, file.row)
    if column is None:
        return cells
    names = column_of(rows, column)
    known = [name for name in dict.fromkeys(names) if name]
    chosen = choose_ticker(known, ticker, cells.label, all_known=file.lines is None)
    keep = [name == chosen or (not name and len(known) == 1) for name in names]
    return dataclasses.replace(cells.kept(keep), ticker=chosen)


def _nothing_found(first: dict[str, Rows], file: PriceFile) -> str:
    row = max((rows[0] for rows in first.values() if rows), key=len, default=[])
    cells = [cell.strip() for cell in row if cell.strip()]
    found = ", ".join(quoted(cell) for cell in cells[:12]) + (" …" if len(cells) > 12 else "")
    subject = as_subject(file.label)
    if not found:
        return f"{subject} has no columns; give a CSV file whose first line names at least Date and Close."
    if len(cells) == 1 and {"Date", "Close"} <= set(fields_of(cells[0].split())):
        return f"{subject} separates its columns by blanks, {found}; separate them by commas."
    known = {field_of(cell) for cell in cells}
    missing = [what for what in ("Date", "Close") if what not in known]
    needed = " and no ".join(what.lower() for what in missing) or "one line of headings with both a date and a close"
    if file.guessed:
        remedy = "name its encoding, as shift_jis or gb18030, or save it as UTF-8"
        return f"{subject} has no {needed} column as {file.guessed}, only {found}; {remedy}."
    return f"{subject} has no {needed} column, only {found}; name the columns Date and Close on one line."


def _without_other_lines(
    rows: Rows, lines: list[int], headings: Headings, label: str
) -> tuple[Rows, list[int], tuple[str, ...]]:
    """Leave out headings that are repeated, and lines at the end that hold neither a date nor a close."""
    notices = []
    head = list(map(str.strip, headings.words))
    again = [bool(head) and row[0].strip() == head[0] and list(map(str.strip, row)) == head for row in rows]
    if any(again):
        first = lines[again.index(True)]
        notices.append(f"Headings that are repeated on line {first} were left out ({sum(again)} in all).")
        fresh = [not out for out in again]
        rows, lines = list(compress(rows, fresh)), list(compress(lines, fresh))
    end = len(rows)
    while end > max(0, len(rows) - _MOST_FOOTERS) and not _is_priced(rows[end - 1], headings):
        end -= 1
    if end == 0:
        raise refusal(label, "has headings but no rows; give a file with a date and a close on each line")
    if end < len(rows):
        words = quoted(" ".join(cell.strip() for cell in rows[end] if cell.strip()))
        gone = len(rows) - end
        what = "the last line, which holds" if gone == 1 else f"the last {gone} lines, which hold"
        notices.append(f"Left out {what} no price, from {words} on line {lines[end]} on.")
    return rows[:end], lines[:end], tuple(notices)


def _is_priced(row: Row, headings: Headings) -> bool:
    """Whether a line holds a date, or a digit where a close belongs."""
    for where in headings.columns.values():
        closes = [where[field] for field in ("Close", "Adj Close") if field in where]
        if any(any(map(str.isdigit, row[close])) for close in closes if close < len(row)):
            return True
        if where["Date"] < len(row) and is_date(row[where["Date"]].strip()):
            return True
    return False


def _refuse_long_rows(rows: list[list[str]], lines: list[int], width: int, label: str) -> None:
    for row, line in zip(rows, lines, strict=True):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            remedy = "put quotation marks around numbers that hold commas, or remove the spare cells"
            where = f"Line {line} of {label}"
            raise DataError(f"{where} has {len(row)} cells where {width} columns have headings; {remedy}.")


def _with_prices(headings: Headings, rows: list[list[str]]) -> Headings:
    """Those tickers of a wide file that have a number somewhere; if only one has, it is the only column of numbers."""
    columns = {
        name: where
        for name, where in headings.columns.items()
        if any(any(map(str.isdigit, cell)) for cell in column_of(rows, where["Close"]))
    }
    if len(columns) != 1:
        return dataclasses.replace(headings, columns=columns or headings.columns)
    [(name, where)] = columns.items()
    return dataclasses.replace(headings, columns={"": where}, only=name)


def _with_a_volume(rows: list[list[str]], headings: Headings, where: dict[str, int]) -> dict[str, int]:
    """The columns with another count of trades for a Volume in which there is nothing but zeros."""
    for spare in headings.spare_volumes if "Volume" in where else ():
        if _counts(rows, where["Volume"]):
            break
        if _counts(rows, spare):
            return where | {"Volume": spare}
    return where


def _counts(rows: list[list[str]], column: int) -> bool:
    return any(character in "123456789" for row in rows if column < len(row) for character in row[column])


def _on_volume(headings: Headings, where: dict[str, int]) -> tuple[str, ...]:
    usual = headings.columns.get("", {}).get("Volume")
    if usual is None or where.get("Volume") == usual:
        return ()
    names = [headings.words[column].strip()[:40] for column in (where["Volume"], usual)]
    return (f"The volume was taken from the column {names[0]!r}, as {names[1]!r} is always zero.",)


def _on_unused(headings: Headings, where: dict[str, int], tickers: int | None) -> tuple[str, ...]:
    """A sentence that names the columns that are not used, but for other tickers' own."""
    others = {column for name, known in headings.columns.items() for column in known.values() if name}
    names = headings.unused({*where.values(), *others, tickers})
    if not names:
        return ()
    shown = [name[:40] if name.isprintable() else quoted(name) for name in names[:_MOST_NAMED]]
    more = f", … ({len(names)} in all)" if len(names) > _MOST_NAMED else ""
    return (f"Columns that are not used: {', '.join(shown)}{more}.",)
