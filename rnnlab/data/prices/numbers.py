"""Reads columns of prices and volumes however they are written; independent of what a sensible move is."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.prices.cells import PriceCells
from rnnlab.data.prices.tickers import quoted
from rnnlab.data.prices.words import NUMBER_FIELDS, PRICE_FIELDS

Floats = NDArray[np.float64]

_NOTHING = "- -- — – . ? null none nan na n/a #n/a n.a. nat n/d n.d. #n/d"
_EMPTY = frozenset(("", *_NOTHING.split()))
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?"
_FLAGS = re.ASCII | re.IGNORECASE | re.MULTILINE
_PLAIN = re.compile(_NUMBER, _FLAGS)
# Columns are worked on as one text with a cell a line, and each pattern starts with a rare character: calls for each
# cell took 8 s for 100,000 rows.
_DIGITS_ONLY = re.compile(r"[0-9.eE+\-\n]*")
_SYMBOLS = dict.fromkeys(map(ord, "$€£¥₹₩₽₺฿₫₴₪¢円元원")) | {ord("−"): "-"}
_CODES = re.compile(
    r"\b(?:USD?|EUR|GBP|GBX|JPY|CHF|CAD|AUD|NZD|INR|CNY|RMB|HKD|SGD|SEK|NOK|DKK|PLN|BRL|KRW|TWD|ZAR|RUB|TRY|MXN|THB"
    r"|IDR|VND|CZK|HUF|ILS|SAR|AED|kr|zł|kč|ft|tl|rs|руб)\b\.?",
    re.IGNORECASE,
)
_MARGIN = re.compile(r"^[ \t\xa0\u202f]+|[ \t\xa0\u202f]+$|(?<=[+-]) +", re.MULTILINE)
_INNER_SPACE = re.compile(r"[ \xa0\u202f'’](?<=\d.)(?=\d{3}(?!\d))", re.ASCII)
_GROUPING = re.compile(r",(?<=\d,)(?=(?:\d{2,3},)*\d{3}(?!\d))", re.ASCII)
_MAGNITUDES = {
    **dict.fromkeys(("k", "к", "tsd", "тыс", "千"), 1e3),
    **dict.fromkeys(("m", "mn", "mio", "mil", "mln", "м", "млн"), 1e6),
    **dict.fromkeys(("b", "bn", "mrd", "mld", "md", "bln", "б", "млрд"), 1e9),
    **dict.fromkeys(("万", "萬", "만"), 1e4),
    **dict.fromkeys(("亿", "億", "억"), 1e8),
    **{"t": 1e12, "lakh": 1e5, "cr": 1e7},
}
_MAGNITUDE = re.compile(rf"({_NUMBER}) *({'|'.join(_MAGNITUDES)})\.?", _FLAGS)
# What only a decimal comma, or only a decimal point, could have written.
_COMMA_PROOF = re.compile(r"\d,(?:\d{1,2}|\d{4,})(?![\d.,])|\.\d{3},\d|\.\d{3}\.\d{3}|^0,\d", _FLAGS)
_IN_THREES = re.compile(r"(?:\d{1,3}[.,]\d{3}\n)*\d{1,3}[.,]\d{3}", re.ASCII)
_WHOLE_OR_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})?", re.ASCII)
_THOUSANDTH = 1 / 3000, 1 / 300  # how many times the closes beside it a grouped one would be as a decimal
_POINTS_AS_GROUPS = re.compile(r"\.\d{3}\.\d{3}", re.ASCII)
_POINT_PROOF = re.compile(r"\d\.(?:\d{1,2}|\d{4,})(?![\d.,])|,\d{3}\.\d|,\d{2,3},\d{3}|^0?\.\d", _FLAGS)
_SWAPPED = str.maketrans(",.", ".,")
_LONGEST_NUMBER = 40
_CLOSES: Collection[str] = ("Close", "Adj Close")
_BARS = ("Open", "High", "Low")
# Of the closes that say how many decimals a file has: the newest, or in a file that runs backwards the oldest.
_LATEST = 250
_MOST_DIGITS, _MOST_DECIMALS = 9, 10
# A price beyond these is a slip of the pen, and products of such prices would no longer be numbers.
_LEAST_PRICE, _MOST_PRICE, _MOST_VOLUME = 1e-15, 1e12, 1e18


@dataclass(frozen=True)
class Numbers:
    """What the number columns hold.

    columns: field -> (N,) float64, NaN where a cell is empty or was left empty. notices: on the latter. decimals: how
    many digits after the point the file's closes have, or as many as tell its moves where a computation made them.
    """

    columns: dict[str, Floats]
    notices: tuple[str, ...] = ()
    decimals: int = 2


def read_numbers(cells: PriceCells) -> Numbers:
    """Read every number column, NaN where the cell is empty, "-", "null" or the like.

    Understands currency signs, thousands separators, a decimal comma (decided for the whole file) and, in the volume
    alone, 5K, 1.2M and 3.4B. A slip in an Open, High, Low or Volume, or in an Adj Close beside a Close, leaves that
    cell empty, with a notice. Prices that are all zero are none.

    Raises:
        DataError: a close is no number, is infinite or beyond 1e12, or is not above zero, or the closes mix decimal
            commas and points.
    """
    columns = {field: _bare_column(values) for field, values in cells.columns.items() if field in NUMBER_FIELDS}
    if _has_decimal_comma(cells, columns):
        columns = {field: text.translate(_SWAPPED) for field, text in columns.items()}
    read = {field: _read_column(cells.columns[field], text, field == "Volume") for field, text in columns.items()}
    nothing = _all_zero(read)
    needed = "Close" if "Close" in read else "Adj Close"
    numbers: dict[str, Floats] = {}
    notices = _on_threes(cells, columns)
    for field, found in read.items():
        found = np.where(nothing, np.nan, found) if field in PRICE_FIELDS else found
        least, most = _bounds(field)
        if (bad := (found < least) | (found > most)).any():
            notices.append(_on_slips(cells, field, found, np.flatnonzero(bad), field == needed))
            found = np.where(bad, np.nan, found)
        numbers[field] = found
    closes = columns.get("Adj Close", columns.get("Close", ""))
    return Numbers(numbers, tuple(notices), _decimals(closes.replace(",", "").split("\n")[-_LATEST:]))


def _on_threes(cells: PriceCells, columns: dict[str, str]) -> list[str]:
    """A sentence on closes that may be thousands: all have three digits, and commas do not separate their columns."""
    closes = columns.get("Close", "")
    if cells.separator != ";" or not _IN_THREES.fullmatch(closes):
        return []
    words = f"Every close has three digits after its sign, as {quoted(cells.columns['Close'][0])}"
    remedy = "take the signs out of the file if they group thousands"
    return [f"{words}, and was read as a decimal; {remedy}."]


def _all_zero(numbers: dict[str, Floats]) -> NDArray[np.bool_]:
    """The rows whose close is zero, and so are their Open, High and Low: a day that had no prices."""
    bars = [numbers[field] for field in _BARS if field in numbers]
    close = numbers.get("Close")
    if close is None or not bars:
        return np.zeros(len(next(iter(numbers.values()))), bool)
    return np.asarray((np.stack([close, *bars]) == 0).all(axis=0))


def _decimals(written: list[str]) -> int:
    """The most digits after the point, or such as give five digits where most have so many that a program made them."""
    found, last = [], 100.0
    for number in written:
        if not _PLAIN.fullmatch(number):
            continue
        last = abs(float(number)) or last
        exponent = Decimal(number).as_tuple().exponent
        digits = len(number.lower().partition("e")[0].replace(".", "").lstrip("+-0"))
        if digits <= _MOST_DIGITS and isinstance(exponent, int):
            found.append(min(max(0, -exponent), _MOST_DECIMALS))
    if found and len(found) >= len(written) / 2:
        return max(found)
    return min(max(2, 4 - math.floor(math.log10(last))), _MOST_DECIMALS) if 0 < last < 10 else 2


def _bare_column(values: list[str]) -> str:
    """Write the cells one a line, without currency, margins and spaces inside numbers."""
    text = "\n".join(values)
    if max(map(len, values)) > _LONGEST_NUMBER or text.count("\n") >= len(values):
        text = "\n".join("no number" if len(value) > _LONGEST_NUMBER or "\n" in value else value for value in values)
    if _DIGITS_ONLY.fullmatch(text):
        return text
    text = text.translate(_SYMBOLS)
    if re.search(r"[^\W\d_]{2}", text):
        text = _CODES.sub("", text)
    if re.search("[ \t\xa0\u202f'’]", text):
        text = _INNER_SPACE.sub("", _MARGIN.sub("", text))
    return text


def _read_column(values: list[str], text: str, magnitudes: bool) -> Floats:
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
    found = _MAGNITUDE.fullmatch(number.lower()) if magnitudes else None
    return float(found[1]) * _MAGNITUDES[found[2]] if found else np.inf


def _has_decimal_comma(cells: PriceCells, columns: dict[str, str]) -> bool:
    """Tell whether a comma is the decimal sign of this file; a point is where nothing speaks for a comma.

    The closes decide, and the other columns where they leave it open.
    """
    if sign := _grouping_sign(columns):
        return sign == "."
    for fields in (_CLOSES, NUMBER_FIELDS):
        told = _comma_of(cells, {field: text for field, text in columns.items() if field in fields})
        if told is not None:
            return told
    # "1,234" alone may be either; programs that write a decimal comma separate columns by semicolons.
    return cells.separator == ";" and any("," in text for text in columns.values())


def _grouping_sign(columns: dict[str, str]) -> str:
    """The sign that groups thousands in closes such as 987 and 1.004, as their sizes tell; "" if they do not."""
    for field in _CLOSES:
        lines = list(filter(None, columns.get(field, "").split("\n")))
        signs = {line[-4] for line in lines if len(line) > 3}
        if len(signs) == 1 and signs <= {".", ","} and all(map(_WHOLE_OR_GROUPED.fullmatch, lines)):
            plain = [float(line) for line in lines if len(line) <= 3]
            signed = [float(line.replace(",", ".")) for line in lines if len(line) > 3]
            if plain and _THOUSANDTH[0] < median(signed) / max(1.0, median(plain)) < _THOUSANDTH[1]:
                return signs.pop()
    return ""


def _comma_of(cells: PriceCells, columns: dict[str, str]) -> bool | None:
    """What some columns say of the decimal sign; None where they say nothing."""
    commas = any("," in text for text in columns.values())
    for_comma = _first(columns, _COMMA_PROOF if commas else _POINTS_AS_GROUPS)
    if for_comma is None and not commas:
        return False if _first(columns, _POINT_PROOF) is not None else None
    for_point = _first(columns, _POINT_PROOF)
    if for_comma is not None and for_point is not None:
        (row, field), (other, other_field) = for_comma, for_point
        if field not in _CLOSES:
            return None
        comma = f"writes {quoted(cells.columns[field][row])} with a decimal comma"
        point = f"{cells.place(other)} writes {quoted(cells.columns[other_field][other])} with a decimal point"
        raise cells.refusal(row, f"{comma} and {point}; write all numbers in one way")
    return None if for_comma is None and for_point is None else for_comma is not None


def _first(columns: dict[str, str], proof: re.Pattern[str]) -> tuple[int, str] | None:
    """Find the row and field of the first proof."""
    for field, text in columns.items():
        if match := proof.search(text):
            return text.count("\n", 0, match.start()), field
    return None


def _bounds(field: str) -> tuple[float, float]:
    if field == "Volume":
        return 0.0, _MOST_VOLUME
    if field == "Adj Close":
        # Yahoo's own adjustment falls below zero after many dividends; such a column is left out later, not refused.
        return -_MOST_PRICE, _MOST_PRICE
    # An Open, High or Low of zero stands for a missing one and is mended later.
    return _LEAST_PRICE if field == "Close" else 0.0, _MOST_PRICE


def _rule(field: str, number: float) -> str:
    """Why a number can be none of its field."""
    least, most = _bounds(field)
    kind, floor = ("volume", "zero or more") if field == "Volume" else ("price", "above zero")
    if np.isinf(number):
        return f"a {kind} must be a finite number"
    return f"a {kind} must be {floor}" if number < least else f"a {kind} must be below {most:g}"


def _on_slips(cells: PriceCells, field: str, numbers: Floats, rows: NDArray[np.intp], needed: bool) -> str:
    """A sentence on numbers that can be none of their field; DataError if the field is needed."""
    row = int(rows[0])
    value = quoted(cells.columns[field][row])
    slip = f"has the {field.lower()} {value}, but {_rule(field, numbers[row])}"
    if needed:
        raise cells.refusal(row, f"{slip}; correct or remove that line")
    cell = f"cell and {len(rows) - 1:,} more of the column {field} were" if len(rows) > 1 else "cell was"
    return f"{cells.place(row).capitalize()} {slip}; that {cell} left empty."
