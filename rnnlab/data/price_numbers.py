"""Reads columns of prices and volumes however they are written; knows nothing of what a sensible move is."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.price_cells import PriceCells, quoted
from rnnlab.data.price_headings import NUMBER_FIELDS

_EMPTY = frozenset(("", "-", "--", "—", "–", ".", "?", "null", "none", "nan", "na", "n/a", "#n/a", "n.a.", "nat"))
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?"
_FLAGS = re.ASCII | re.IGNORECASE | re.MULTILINE
_PLAIN = re.compile(_NUMBER, _FLAGS)
# Columns are worked on as one text with a cell a line, and each pattern starts with a rare character: calls for each
# cell took 8 s for 100,000 rows.
_DIGITS_ONLY = re.compile(r"[0-9.eE+\-\n]*")
_SYMBOLS = dict.fromkeys(map(ord, "$€£¥₹₩₽₺฿₫₴₪¢")) | {ord("−"): "-"}
_CODES = re.compile(
    r"\b(?:USD?|EUR|GBP|GBX|JPY|CHF|CAD|AUD|NZD|INR|CNY|RMB|HKD|SGD|SEK|NOK|DKK|PLN|BRL|KRW|TWD|ZAR)\b", re.IGNORECASE
)
_MARGIN = re.compile(r"^[ \t\xa0\u202f]+|[ \t\xa0\u202f]+$|(?<=[+-]) +", re.MULTILINE)
_INNER_SPACE = re.compile(r"[ \xa0\u202f'’](?<=\d.)(?=\d{3}(?!\d))", re.ASCII)
_GROUPING = re.compile(r",(?<=\d,)(?=(?:\d{2,3},)*\d{3}(?!\d))", re.ASCII)
_MAGNITUDE = re.compile(rf"({_NUMBER}) *(k|m|mn|mio|mil|b|bn|mrd|t)\.?", _FLAGS)
_MAGNITUDES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "mil": 1e6, "b": 1e9, "bn": 1e9, "mrd": 1e9, "t": 1e12}
# What only a decimal comma, or only a decimal point, could have written.
_COMMA_PROOF = re.compile(r"\d,(?:\d{1,2}|\d{4,})(?![\d.,])|\.\d{3},\d|\.\d{3}\.\d{3}|^0,\d", _FLAGS)
_POINTS_AS_GROUPS = re.compile(r"\.\d{3}\.\d{3}", re.ASCII)
_POINT_PROOF = re.compile(r"\d\.(?:\d{1,2}|\d{4,})(?![\d.,])|,\d{3}\.\d|,\d{2,3},\d{3}|^0?\.\d", _FLAGS)
_SWAPPED = str.maketrans(",.", ".,")
_LONGEST_NUMBER = 40
# A price beyond these is a slip of the pen, and products of such prices would no longer be numbers.
_LEAST_PRICE, _MOST_PRICE, _MOST_VOLUME = 1e-15, 1e12, 1e18


def read_numbers(cells: PriceCells) -> dict[str, NDArray[np.float64]]:
    """Read every number column: field -> (N,) float64 with NaN where the cell is empty, "-", "null" or the like.

    Understands currency signs, thousands separators, a decimal comma (decided for the whole file) and, in the volume
    alone, 5K, 1.2M and 3.4B.

    Raises:
        DataError: a cell is no number, is infinite or beyond 1e12, is negative, or the file mixes decimal commas and
            points.
    """
    columns = {field: _bare_column(values) for field, values in cells.columns.items() if field in NUMBER_FIELDS}
    comma = _has_decimal_comma(cells, columns)
    numbers = {}
    for field, text in columns.items():
        values = cells.columns[field]
        numbers[field] = _read_column(values, text.translate(_SWAPPED) if comma else text, field == "Volume")
        _refuse_bad(cells, field, numbers[field])
    return numbers


def _bare_column(values: list[str]) -> str:
    """Write the cells one a line, without currency, margins and spaces inside numbers."""
    text = "\n".join(values)
    if max(map(len, values)) > _LONGEST_NUMBER or text.count("\n") >= len(values):
        text = "\n".join("no number" if len(value) > _LONGEST_NUMBER or "\n" in value else value for value in values)
    if _DIGITS_ONLY.fullmatch(text):
        return text
    text = text.translate(_SYMBOLS)
    if re.search("[A-Za-z]{2}", text):
        text = _CODES.sub("", text)
    if re.search("[ \t\xa0\u202f'’]", text):
        text = _INNER_SPACE.sub("", _MARGIN.sub("", text))
    return text


def _read_column(values: list[str], text: str, magnitudes: bool) -> NDArray[np.float64]:
    """Read a bare column; an infinity, which no file may hold, stands for what is no number."""
    if "," in text:
        text = _GROUPING.sub("", text)
    written = text.split("\n")
    if _DIGITS_ONLY.fullmatch(text):
        with contextlib.suppress(ValueError):  # a cell such as "-", for which each is read by itself
            return np.array([float(number) for number in written], dtype=np.float64)
    pairs = zip(values, written, strict=True)
    return np.array([_read(value, number, magnitudes) for value, number in pairs], dtype=np.float64)


def _read(value: str, number: str, magnitudes: bool) -> float:
    if _PLAIN.fullmatch(number):
        return float(number)
    if value.lower() in _EMPTY:
        return np.nan
    found = _MAGNITUDE.fullmatch(number) if magnitudes else None
    return float(found[1]) * _MAGNITUDES[found[2].lower()] if found else np.inf


def _has_decimal_comma(cells: PriceCells, columns: dict[str, str]) -> bool:
    """Tell whether a comma is the decimal sign of this file; a point is where nothing speaks for a comma."""
    commas = any("," in text for text in columns.values())
    for_comma = _first(columns, _COMMA_PROOF if commas else _POINTS_AS_GROUPS)
    if for_comma is None and not commas:
        return False
    for_point = _first(columns, _POINT_PROOF)
    if for_comma is not None and for_point is not None:
        (row, field), (other, other_field) = for_comma, for_point
        raise cells.refusal(
            row,
            f"writes {quoted(cells.columns[field][row])} with a decimal comma and line {cells.lines[other]} writes "
            f"{quoted(cells.columns[other_field][other])} with a decimal point; write all numbers in one way",
        )
    if for_comma is None and for_point is None:
        # "1,234" alone may be either; programs that write a decimal comma separate columns by semicolons.
        return cells.separator == ";"
    return for_comma is not None


def _first(columns: dict[str, str], proof: re.Pattern[str]) -> tuple[int, str] | None:
    """Find the row and field of the first proof."""
    found: Iterable[tuple[int, str]] = (
        (text.count("\n", 0, match.start()), field)
        for field, text in columns.items()
        if (match := proof.search(text)) is not None
    )
    return next(iter(found), None)


def _refuse_bad(cells: PriceCells, field: str, numbers: NDArray[np.float64]) -> None:
    least, most = 0.0, _MOST_PRICE
    if field == "Volume":
        most = _MOST_VOLUME
    elif field == "Close":
        least = _LEAST_PRICE
    elif field == "Adj Close":
        # Yahoo's own adjustment falls below zero after many dividends; such a column is left out later, not refused.
        least = -_MOST_PRICE
    # An Open, High or Low of zero stands for a missing one and is mended later.
    bad = (numbers < least) | (numbers > most)
    if not bad.any():
        return
    row = int(np.argmax(bad))
    kind, floor = ("volume", "zero or more") if field == "Volume" else ("price", "above zero")
    if np.isinf(numbers[row]):
        rule = f"a {kind} must be a finite number"
    else:
        rule = f"a {kind} must be {floor}" if numbers[row] < least else f"a {kind} must be below {most:g}"
    value = quoted(cells.columns[field][row])
    raise cells.refusal(row, f"has the {field.lower()} {value}, but {rule}; correct or remove that line")
