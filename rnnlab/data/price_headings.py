"""Finds the columns of a price file by their headings, in one line or in several; knows nothing of the rows below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rnnlab.data.files import as_subject
from rnnlab.errors import DataError

PRICE_FIELDS = ("Open", "High", "Low", "Close", "Adj Close")
NUMBER_FIELDS = (*PRICE_FIELDS, "Volume")

# What people, exchanges and download pages call each column; where a file has two of a field's words, the earlier wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "Date": (
        *("date", "datetime", "date time", "trade date", "trading date", "trading day", "timestamp", "dt", "day"),
        *("time", "unix", "unix timestamp", "datum", "fecha", "data"),
    ),
    "Open": ("open", "open price", "opening price", "opening", "eröffnung", "erster", "apertura", "ouverture"),
    "High": ("high", "high price", "highest", "day high", "max", "hoch", "höchst", "máximo", "plus haut", "haut"),
    "Low": ("low", "low price", "lowest", "day low", "min", "tief", "tiefst", "mínimo", "plus bas", "bas"),
    "Close": (
        *("close", "close price", "closing price", "closing", "close last", "last", "last price", "px last", "price"),
        *("schlusskurs", "schluss", "zuletzt", "cierre", "último", "clôture", "dernier"),
    ),
    "Adj Close": ("adj close", "adjclose", "adjusted close", "adj close price", "adjusted closing price"),
    "Volume": ("volume", "vol", "share volume", "total volume", "shares traded", "volumen", "stück"),
    "Ticker": ("ticker", "symbol", "stock symbol", "ticker symbol", "act symbol", "name", "stock", "company"),
    "Clock": ("time",),
}
_FIELD_OF = {word: field for field, words in SYNONYMS.items() if field != "Clock" for word in words}
_DATE_LIKE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8,19}\b|[a-z]{3,9}\.? \d|\d{1,2}[ -][a-z]{3}", re.IGNORECASE
)
_TUPLE = re.compile(r"""\(\s*['"](.*?)['"]\s*,\s*['"](.*?)['"]\s*\)""")
_MOST_COLUMNS = 5_000


@dataclass(frozen=True)
class Headings:
    """Where each field's column is: for a ticker (or "" where the headings name none), field -> column number."""

    last_row: int
    words: tuple[str, ...]
    columns: dict[str, dict[str, int]]


def field_of(heading: str) -> str | None:
    """Give the field that a heading means, such as "Close" for "Close/Last", or None."""
    return _FIELD_OF.get(plain_word(heading))


def plain_word(heading: str) -> str:
    """Write a heading in lower case without units, marks and numbering: "4. closePrice (USD)*" -> "close price"."""
    word = re.sub(r"\(.*?\)|\[.*?\]|^\s*\d+\.\s", " ", heading[:200])
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word)
    return re.sub(r"[\W_]+", " ", word).strip().lower()


def find_headings(rows: Sequence[Sequence[str]], label: str) -> Headings | None:
    """Find date and close among a file's first rows: one line of headings, or two that also name tickers.

    Returns None where no row looks like headings.

    Raises:
        DataError: a heading that is needed stands there twice, or there are thousands of columns.
    """
    for number, row in enumerate(rows):
        if len(row) > _MOST_COLUMNS:
            raise DataError(f"Line {number + 1} of {label} has {len(row)} columns; give one series of daily prices.")
        below = rows[number + 1] if number + 1 < len(rows) else []
        pairs = [_TUPLE.fullmatch(cell) for cell in row]
        if any(pairs):
            row, below = [m[1] if m else c for m, c in zip(pairs, row, strict=True)], [m[2] if m else "" for m in pairs]
            return _two_lines(row, below, number)
        fields = [field_of(cell) for cell in row]
        if "Close" in fields or "Adj Close" in fields:
            if _names_tickers(fields, below):
                return _two_lines(row, below, number + 1, rows[number + 2 : number + 3])
            if "Date" in fields or _has_unnamed_dates(row, below):
                return Headings(number, tuple(row), {"": _columns_of(row, label)})
        elif number + 1 < len(rows) and _names_tickers([field_of(cell) for cell in below], row):
            return _two_lines(below, row, number + 1, rows[number + 2 : number + 3])
    return None


def _names_tickers(fields: Sequence[str | None], other: Sequence[str]) -> bool:
    """Tell whether every number column of a line of headings has a name that is no number in the line beside it."""
    columns = [i for i, field in enumerate(fields) if field in NUMBER_FIELDS and i > 0]
    if (
        not columns
        or len(other) <= columns[-1]
        or plain_word(other[0]) not in ("", "ticker", "tickers", "price", "symbol")
    ):
        return False
    if not any(fields[i] in ("Close", "Adj Close") for i in columns):
        return False
    # LOW, OPEN and DAY are tickers too, so only the two words that every line of headings has are ruled out.
    return all(re.search(r"[A-Za-z]", other[i]) and plain_word(other[i]) not in ("date", "close") for i in columns)


def _two_lines(
    row: Sequence[str], tickers: Sequence[str], last: int, below: Sequence[Sequence[str]] = ()
) -> Headings | None:
    """Read yfinance's two header lines, and the third that holds nothing but the word Date."""
    columns: dict[str, dict[str, int]] = {}
    date = 0
    for number, cell in enumerate(row):
        field = field_of(cell)
        if field == "Date":
            date = number
        elif field in NUMBER_FIELDS and number > 0 and tickers[number].strip():
            columns.setdefault(tickers[number].strip(), {}).setdefault(field, number)
    found = {name: {"Date": date, **known} for name, known in columns.items() if {"Close", "Adj Close"} & known.keys()}
    if not found:
        return None
    if below and field_of(below[0][0]) == "Date" and not any(cell.strip() for cell in below[0][1:]):
        last += 1
    return Headings(last, tuple(row), found)


def _has_unnamed_dates(row: Sequence[str], below: Sequence[str]) -> bool:
    unnamed = plain_word(row[0]) in ("", "index", "unnamed 0")
    return unnamed and bool(below) and bool(_DATE_LIKE.match(below[0].strip()))


def _columns_of(row: Sequence[str], label: str) -> dict[str, int]:
    words = [plain_word(cell) for cell in row]
    columns: dict[str, int] = {}
    for field, synonyms in SYNONYMS.items():
        chosen = next((word for word in synonyms if word in words), None)
        if chosen is None:
            continue
        if words.count(chosen) > 1 and field != "Clock":
            heading = row[words.index(chosen)].strip()[:40]
            count = words.count(chosen)
            raise DataError(f"{as_subject(label)} has {count} columns named {heading!r}; keep the one to be used.")
        columns[field] = words.index(chosen)
    columns.setdefault("Date", 0)
    if columns.get("Clock") == columns["Date"]:
        del columns["Clock"]
    return columns
