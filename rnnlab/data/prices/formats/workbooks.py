"""A sheet of an Excel workbook (.xlsx) -> the CSV text that it would be; independent of any column's meaning."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from rnnlab.data.files import refusal
from rnnlab.data.prices.formats.layouts import guess_layout
from rnnlab.data.prices.formats.zips import DAMAGE, check_entries
from rnnlab.data.prices.headings import find_headings
from rnnlab.data.prices.tables import csv_text
from rnnlab.data.prices.tickers import choose_ticker
from rnnlab.errors import DataError

Rows = list[list[str]]

# What a hundred thousand days take, and what the parts without rows may: openpyxl makes objects of all of them.
_MOST_BYTES, _MOST_ASIDE = 50_000_000, 2_000_000
_MOST_SHEETS = 100
_MOST_ROWS, _MOST_COLUMNS = 200_000, 1_000
_FIRST_ROWS = 100
_DAMAGE = (*DAMAGE, ParseError, KeyError, TypeError, AttributeError)


def workbook_text(content: bytes, label: str, ticker: str | None) -> tuple[str, tuple[str, ...]]:
    """Write the one sheet with prices as CSV, or the one whose title is the ticker; and say which others there are.

    Raises:
        DataError: the workbook is damaged or too large, several sheets hold prices and none was chosen, or none does.
    """
    from openpyxl import load_workbook  # 0.3 s, and only wanted for a workbook

    try:
        _check_sizes(content, label)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = {str(sheet.title): sheet for sheet in book.worksheets[:_MOST_SHEETS]}
        first = {title: _rows(sheet, _FIRST_ROWS) for title, sheet in sheets.items()}
        title = _choose_sheet(first, label, ticker)
        text = csv_text(_rows(sheets[title], _MOST_ROWS))
    except _DAMAGE as error:
        raise refusal(label, "is a damaged Excel workbook; save it anew, or save it as CSV") from error
    others = [other[:40] for other, rows in first.items() if other != title and rows]
    listed = ", ".join(map(repr, others[:12])) + (" …" if len(others) > 12 else "")
    return text, ((f"The sheet {title[:40]!r} was read; not used: {listed}.",) if others else ())


def _check_sizes(content: bytes, label: str) -> None:
    """Refuse what would unpack to more than is read; a zip member never gives more than it says it holds."""
    with zipfile.ZipFile(io.BytesIO(check_entries(content, label))) as archive:
        entries = archive.infolist()
    sizes = {True: 0, False: 0}
    for entry in entries:
        sizes[entry.filename.startswith("xl/worksheets/") or "sharedStrings" in entry.filename] += entry.file_size
    if sizes[True] > _MOST_BYTES or sizes[False] > _MOST_ASIDE:
        more = f"unpacks to more than {_MOST_BYTES // 1_000_000} MB"
        raise refusal(label, f"{more}; save the sheet with the prices as CSV")


def _choose_sheet(first: dict[str, Rows], label: str, ticker: str | None) -> str:
    for title in first if ticker is not None else ():
        if title.lower() == str(ticker).strip().lower():
            return title
    priced = [title for title, rows in first.items() if _looks_like_prices(rows, label)]
    if len(priced) > 1:
        return choose_ticker(priced, ticker, label)
    filled = [title for title, rows in first.items() if rows]
    if not filled:
        raise refusal(label, "has no filled sheet; give one with a date and a close on each row")
    return (priced or filled)[0]


def _looks_like_prices(rows: Rows, label: str) -> bool:
    with suppress(DataError):
        return (find_headings(rows, label) or guess_layout(rows, label)) is not None
    return True


def _rows(sheet: Any, most: int) -> Rows:
    sheet.reset_dimensions()  # what a workbook says of its own size need not be true
    rows = [list(map(_cell, row)) for row in sheet.iter_rows(max_row=most, max_col=_MOST_COLUMNS, values_only=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((number for row in rows for number, cell in enumerate(row, start=1) if cell), default=0)
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second)
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
