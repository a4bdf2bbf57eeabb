"""Reads a column of dates however it is written, and refuses to guess; knows nothing of prices."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.price_cells import PriceCells, quoted
from rnnlab.errors import DataError

Days = NDArray[np.datetime64]
Numbers = NDArray[np.int64]

ORDERS = ("iso", "us", "day-first")
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
# A bar's date is the date on its exchange's clock, so the time zone is read over and never applied.
_CLOCK = (
    r"(?:[T\s,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s*[ap]\.?m\.?)?)"
    r"\s*(?:Z|[A-Z]{2,5}|(?:GMT|UTC)?[+-]\d{1,2}:?(?:\d{2})?)?(?:\s*\([^()]*\))?)?"
)
_FLAGS = re.ASCII | re.IGNORECASE
_ISO = re.compile(rf"(?P<y>\d{{4}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}){_CLOCK}", _FLAGS)
_NUMERIC = re.compile(rf"(?P<a>\d{{1,2}})(?P<s>[-/.])(?P<b>\d{{1,2}})(?P=s)(?P<c>\d{{4}}|\d{{2}}){_CLOCK}", _FLAGS)
_COMPACT = re.compile(r"(?P<y>(?:1[89]|2[012])\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\.0)?", _FLAGS)
_UNIX = re.compile(r"(?P<n>-?(?:\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19}))(?:\.\d{1,9})?", _FLAGS)
_NAMED = tuple(
    re.compile(_WEEKDAY + order + _CLOCK, _FLAGS)
    for order in (
        r"(?P<m>[a-z]{3,9})\.?[\s-]+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(?P<y>\d{4}|\d{2})",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?[\s/-]*(?P<m>[a-z]{3,9})\.?,?[\s/-]*(?P<y>\d{4}|\d{2})",
        r"(?P<y>\d{4})[\s/-]+(?P<m>[a-z]{3,9})\.?[\s/-]+(?P<d>\d{1,2})",
    )
)
_WAYS = (_ISO, _NUMERIC, _COMPACT, _UNIX, *_NAMED)


@dataclass(frozen=True)
class Dates:
    """A date and a time of day (as written, "" where there is none) for each row."""

    days: Days
    clocks: list[str]


def read_dates(cells: PriceCells, order: str | None = None) -> Dates:
    """Read the Date column: datetime64[D] in the file's own order, and the times of day beside it.

    A column is written one way throughout: ISO, numbers, 20200102, seconds or milliseconds since 1970, or with the
    month's name. Month and day are told apart by a value above 12, or by the one order in which the dates run steadily
    up or down; order "us" or "day-first" settles it beforehand, "iso" allows nothing but year-month-day.

    Raises:
        DataError: a date is unreadable or impossible, or every date can be read both ways.
    """
    if order not in (None, *ORDERS):
        raise DataError(f"The order of dates must be one of {', '.join(ORDERS)}, not {quoted(str(order))}.")
    written = cells.columns["Date"]
    way, matches = _find_way(written, (_ISO, _COMPACT) if order == "iso" else _WAYS)
    for row, match in enumerate(matches):
        if match is None:
            raise _unreadable(cells, row, matches, order)
    found = [match for match in matches if match is not None]
    if way is _UNIX:
        return _from_unix(cells, found)
    clocks = [match["clock"] or "" for match in found] if way is not _COMPACT else [""] * len(found)
    if way is _NUMERIC:
        return Dates(_settle_order(cells, found, order), clocks)
    years = _full_years([match["y"] for match in found])
    months = np.array([_month_number(match["m"]) for match in found], dtype=np.int64)
    days, valid = _assemble(years, months, _integers(found, "d"))
    if not valid.all():
        raise _impossible(cells, int(np.argmin(valid)))
    return Dates(days, clocks)


def _find_way(
    written: list[str], ways: tuple[re.Pattern[str], ...]
) -> tuple[re.Pattern[str], list[re.Match[str] | None]]:
    """Find the pattern that most values match; usually it is the first that matches the first value."""
    best: tuple[re.Pattern[str], list[re.Match[str] | None]] = (ways[0], [None] * len(written))
    for way in sorted(ways, key=lambda known: known.fullmatch(written[0][:80]) is None):
        matches = [way.fullmatch(value) if len(value) <= 80 else None for value in written]
        if None not in matches:
            return way, matches
        if matches.count(None) < best[1].count(None):
            best = (way, matches)
    return best


def _unreadable(cells: PriceCells, row: int, matches: list[re.Match[str] | None], order: str | None) -> DataError:
    value = cells.columns["Date"][row]
    if not value:
        return cells.refusal(row, "has no date; write it as 2020-01-31 or remove that line")
    good = next((match for match in matches if match is not None), None)
    if order == "iso":
        return cells.refusal(
            row, f"has the date {quoted(value)}, which is not written as 2020-01-31; correct that line"
        )
    if good is not None and any(way.fullmatch(value[:80]) for way in _WAYS):
        return cells.refusal(
            row, f"has the date {quoted(value)} where other lines write {quoted(good[0])}; write all dates in one way"
        )
    return cells.refusal(
        row, f"has the date {quoted(value)}, which cannot be read; write it as 2020-01-31 or remove that line"
    )


def _impossible(cells: PriceCells, row: int) -> DataError:
    value = quoted(cells.columns["Date"][row])
    return cells.refusal(
        row,
        f"has the date {value}, which is no day between {_FIRST_YEAR} and {_LAST_YEAR}; correct or remove that line",
    )


def _integers(matches: list[re.Match[str]], group: str) -> Numbers:
    return np.array([int(match[group]) for match in matches], dtype=np.int64)


def _month_number(written: str) -> int:
    """Give 1 to 12 for a month's number, name or abbreviation, 0 for anything else."""
    if written.isdigit():
        return int(written)
    name = "sep" if written.lower() == "sept" else written.lower()
    return next((number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name)), 0)


def _full_years(written: list[str]) -> Numbers:
    """Complete two-digit years to the latest century that is not in the future."""
    this_year = datetime.date.today().year
    years = np.array([int(year) for year in written], dtype=np.int64)
    short = np.array([len(year) <= 2 for year in written])
    century = this_year - this_year % 100
    completed = years + century
    completed = np.where(completed > this_year, completed - 100, completed)
    return np.where(short, completed, years)


def _assemble(years: Numbers, months: Numbers, days: Numbers) -> tuple[Days, NDArray[np.bool_]]:
    """Put calendar days together; where the second result is False there is no such day."""
    valid = (years >= _FIRST_YEAR) & (years <= _LAST_YEAR) & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    since_1970 = np.where(valid, (years - 1970) * 12 + months - 1, 0)
    starts = since_1970.astype("datetime64[M]")
    whole = starts.astype("datetime64[D]") + np.where(valid, days - 1, 0)
    return whole, valid & (whole.astype("datetime64[M]") == starts)


def _from_unix(cells: PriceCells, matches: list[re.Match[str]]) -> Dates:
    """Read seconds, milli-, micro- or nanoseconds since 1970, told apart by their number of digits."""
    counts = _integers(matches, "n")
    digits = np.array([len(match["n"].lstrip("-")) for match in matches])
    scale = np.select([digits <= 10, digits <= 13, digits <= 16], [1, 1_000, 1_000_000], 1_000_000_000).astype(np.int64)
    seconds = counts // scale
    days = (seconds // 86_400).astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    valid = (years >= _FIRST_YEAR) & (years <= _LAST_YEAR)
    if not valid.all():
        raise _impossible(cells, int(np.argmin(valid)))
    return Dates(days, [str(second) for second in (seconds % 86_400).tolist()])


def _settle_order(cells: PriceCells, matches: list[re.Match[str]], order: str | None) -> Days:
    """Decide which of two numbers is the month, or refuse."""
    a, b = _integers(matches, "a"), _integers(matches, "b")
    last = [match["c"] for match in matches]
    years = _full_years(last)
    readings = {"us": _assemble(years, a, b), "day-first": _assemble(years, b, a)}
    if order is not None:
        readings = {order: readings[order]}
    elif all(len(year) == 2 for year in last):
        first = _full_years([match["a"] for match in matches])
        readings["year-first"] = _assemble(first, b, np.array([int(year) for year in last], dtype=np.int64))
    whole = [days for days, valid in readings.values() if valid.all()]
    if not whole:
        raise _no_order(cells, readings)
    distinct = [days for i, days in enumerate(whole) if not any(np.array_equal(days, other) for other in whole[:i])]
    if len(distinct) > 1:
        distinct = [days for days in distinct if _is_steady(days)] or distinct
    if len(distinct) > 1:
        row = int(np.argmax(distinct[0] != distinct[1]))
        raise cells.refusal(
            row,
            f"has the date {quoted(cells.columns['Date'][row])}, which may mean {distinct[0][row]} or "
            f'{distinct[1][row]}, and no other line settles it; choose the date order "us" or "day-first", or write '
            f"dates as {distinct[0][row]}",
        )
    return distinct[0]


def _is_steady(days: Days) -> bool:
    """Tell whether dates run strictly up or down and are not a year apart, as no series of prices is."""
    steps = np.diff(days).astype(np.int64)
    return bool(((steps > 0).all() or (steps < 0).all()) and np.median(np.abs(steps)) < 300) if steps.size else True


def _no_order(cells: PriceCells, readings: dict[str, tuple[Days, NDArray[np.bool_]]]) -> DataError:
    best = max(readings, key=lambda order: int(readings[order][1].sum()))
    row = int(np.argmin(readings[best][1]))
    others = [order for order in readings if order != best and readings[order][1][row]]
    good = np.flatnonzero(readings[best][1] & ~readings[others[0]][1]) if others else np.array([], dtype=np.int64)
    if len(good):
        other = int(good[0])
        return cells.refusal(
            row,
            f"has the date {quoted(cells.columns['Date'][row])} and line {cells.lines[other]} has "
            f"{quoted(cells.columns['Date'][other])}, which cannot both be in one order; write dates as 2020-01-31",
        )
    return _impossible(cells, row)
