"""Reads a column of dates however it is written, and refuses to guess; independent of prices."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.prices.cells import PriceCells
from rnnlab.data.prices.dates.forms import COMPACT, FORMS, ISO, MINGUO, NUMERIC, SERIAL, UNIX, read_form
from rnnlab.data.prices.dates.order import Clocks, Dates, Days, on_its_own_day, told_order, with_days_and_months_right
from rnnlab.data.prices.tickers import quoted
from rnnlab.data.prices.words import plain_word
from rnnlab.errors import DataError

Numbers = NDArray[np.int64]
Readings = dict[str, tuple[Days, NDArray[np.bool_]]]
Matches = list[re.Match[str]]
Found = list[re.Match[str] | None]

ORDERS = ("iso", "us", "day-first")
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_TAIWAN, _SPREADSHEET = 1911, np.datetime64("1899-12-30")


def read_dates(cells: PriceCells, order: str | None = None) -> Dates:
    """Read the Date column: datetime64[D] in the file's own order, the times of day beside it, and notices.

    A column is written one way throughout: ISO, numbers, 20200102, seconds or milliseconds since 1970, or with the
    month's name. Month and day are told apart by a value above 12, or by the one order in which the dates run steadily
    up or down; order "us" or "day-first" settles it beforehand, "iso" allows nothing but year-month-day. Dates whose
    day and month were swapped, and days of another time zone, are mended where the rows prove it, each with a notice;
    so are told rows that step back.

    Raises DataError if a date is unreadable or impossible, or every date can be read both ways.
    """
    if order not in (None, *ORDERS):
        raise DataError(f"The order of dates must be one of {', '.join(ORDERS)}, not {quoted(str(order))}.")
    written = cells.columns["Date"]
    form, matches = _find_form(written, (ISO, COMPACT) if order == "iso" else FORMS)
    if None in matches:
        raise _unreadable(cells, matches.index(None), matches, order)
    found = [match for match in matches if match is not None]
    days, notices = _READERS.get(form, _read_calendar)(cells, found, order)
    dates = Dates(days, _clocks(form, found), tuple(notices))
    if order is None:
        dates = with_days_and_months_right(cells, dates)
    return told_order(cells, on_its_own_day(cells, dates))


def _find_form(written: list[str], forms: Sequence[re.Pattern[str]]) -> tuple[re.Pattern[str], Found]:
    """Find the form of most values; usually it is the first that matches the first value."""
    best: tuple[re.Pattern[str], Found] = (forms[0], [None] * len(written))
    for form in sorted(forms, key=lambda known: read_form(known, written[0]) is None):
        matches = [read_form(form, value) for value in written]
        if None not in matches:
            return form, matches
        if matches.count(None) < best[1].count(None):
            best = (form, matches)
    return best


def _clocks(form: re.Pattern[str], matches: Matches) -> Clocks:
    if form is UNIX:
        seconds = (_unix_seconds(matches) % 86_400).tolist()
        return [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in seconds]
    return [match["clock"] or "" for match in matches] if "clock" in form.groupindex else [""] * len(matches)


def _unreadable(cells: PriceCells, row: int, matches: Found, order: str | None) -> DataError:
    value = cells.columns["Date"][row]
    if not value:
        return cells.refusal(row, "has no date; write it as 2020-01-31 or remove that line")
    good = next((match for match in matches if match is not None), None)
    problem = ", which cannot be read; write it as 2020-01-31 or remove that line"
    if order == "iso":
        problem = ", which is not written as 2020-01-31; correct that line"
    elif good is not None and any(read_form(form, value) for form in FORMS):
        problem = f" where other lines write {quoted(good[0])}; write all dates in one way"
    return cells.refusal(row, f"has the date {quoted(value)}{problem}")


def _impossible(cells: PriceCells, row: int) -> DataError:
    value = quoted(cells.columns["Date"][row])
    remedy = "correct or remove that line"
    return cells.refusal(row, f"has the date {value}, which is no day between {_FIRST_YEAR} and {_LAST_YEAR}; {remedy}")


def _integers(matches: Matches, group: str) -> Numbers:
    return np.array([int(match[group]) for match in matches], dtype=np.int64)


def _full_years(written: list[str]) -> Numbers:
    """Complete two-digit years to the latest century that is not in the future."""
    this_year = datetime.date.today().year
    years = np.array([int(year) for year in written], dtype=np.int64)
    short = np.array([len(year) <= 2 for year in written])
    completed = years + this_year // 100 * 100
    return np.where(short, np.where(completed > this_year, completed - 100, completed), years)


def _assemble(years: Numbers, months: Numbers, days: Numbers) -> tuple[Days, NDArray[np.bool_]]:
    """Put calendar days together; where the second result is False there is no such day."""
    valid = (years >= _FIRST_YEAR) & (years <= _LAST_YEAR) & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    since_1970 = np.where(valid, (years - 1970) * 12 + months - 1, 0)
    starts = since_1970.astype("datetime64[M]")
    whole = starts.astype("datetime64[D]") + np.where(valid, days - 1, 0)
    return whole, valid & (whole.astype("datetime64[M]") == starts)


def _read_calendar(cells: PriceCells, matches: Matches, order: str | None) -> tuple[Days, list[str]]:
    """Read a year, a month (or its name) and a day; the year first, then the day, where only that gives days."""
    years = _full_years([match["y"] for match in matches])
    months = np.array([month_number(match["m"]) for match in matches], dtype=np.int64)
    numbers = _integers(matches, "d")
    days, valid = _assemble(years, months, numbers)
    if valid.all():
        return days, []
    row = int(np.argmin(valid))
    swapped, possible = _assemble(years, numbers, months)
    if order is None and possible.all():
        value = cells.columns["Date"][row]
        return swapped, [f"Dates such as {quoted(value)} were read as year, day, month: {swapped[row]}."]
    raise _impossible(cells, row)


def _read_minguo(cells: PriceCells, matches: Matches, order: str | None) -> tuple[Days, list[str]]:
    days, valid = _assemble(_integers(matches, "y") + _TAIWAN, _integers(matches, "m"), _integers(matches, "d"))
    if not valid.all():
        raise _impossible(cells, int(np.argmin(valid)))
    value = quoted(cells.columns["Date"][0])
    return days, [f"Years were read as Taiwan's, which are counted from {_TAIWAN}: {value} as {days[0]}."]


def _read_serial(cells: PriceCells, matches: Matches, order: str | None) -> tuple[Days, list[str]]:
    days = _SPREADSHEET + _integers(matches, "n")
    value = quoted(cells.columns["Date"][0])
    return days, [f"Dates were read as a spreadsheet's numbers of days: {value} as {days[0]}."]


def _unix_seconds(matches: Matches) -> Numbers:
    """Seconds since 1970 out of seconds, milli-, micro- or nanoseconds, told apart by their number of digits."""
    digits = np.array([len(match["n"].lstrip("-")) for match in matches])
    scale = np.select([digits <= 10, digits <= 13, digits <= 16], [1, 1_000, 1_000_000], 1_000_000_000)
    return np.asarray(_integers(matches, "n") // scale.astype(np.int64), dtype=np.int64)


def _read_unix(cells: PriceCells, matches: Matches, order: str | None) -> tuple[Days, list[str]]:
    days = (_unix_seconds(matches) // 86_400).astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    valid = (years >= _FIRST_YEAR) & (years <= _LAST_YEAR)
    if not valid.all():
        raise _impossible(cells, int(np.argmin(valid)))
    return days, []


def _read_numeric(cells: PriceCells, matches: Matches, order: str | None) -> tuple[Days, list[str]]:
    """Decide which of two numbers is the month, or refuse."""
    a, b = _integers(matches, "a"), _integers(matches, "b")
    last = [match["c"] for match in matches]
    years = _full_years(last)
    readings: Readings = {"us": _assemble(years, a, b), "day-first": _assemble(years, b, a)}
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
        date, one, other = quoted(cells.columns["Date"][row]), distinct[0][row], distinct[1][row]
        doubt = f"has the date {date}, which may mean {one} or {other}, and no other line settles it"
        raise cells.refusal(row, f'{doubt}; choose the date order "us" or "day-first", or write dates as {one}')
    return distinct[0], []


def _is_steady(days: Days) -> bool:
    """Tell whether dates run strictly up or down and are not a year apart, as no series of prices is."""
    steps = np.diff(days).astype(np.int64)
    return bool(((steps > 0).all() or (steps < 0).all()) and np.median(np.abs(steps)) < 300) if steps.size else True


def _no_order(cells: PriceCells, readings: Readings) -> DataError:
    best = max(readings, key=lambda order: int(readings[order][1].sum()))
    row = int(np.argmin(readings[best][1]))
    others = [order for order in readings if order != best and readings[order][1][row]]
    good = np.flatnonzero(readings[best][1] & ~readings[others[0]][1]) if others else np.array([], dtype=np.int64)
    if not len(good):
        return _impossible(cells, row)
    other = int(good[0])
    date, another = (quoted(cells.columns["Date"][one]) for one in (row, other))
    remedy = "which cannot both be in one order; write dates as 2020-01-31"
    return cells.refusal(row, f"has the date {date} and {cells.place(other)} has {another}, {remedy}")


_READERS = {NUMERIC: _read_numeric, UNIX: _read_unix, MINGUO: _read_minguo, SERIAL: _read_serial}

# Of each language the months from January to December; a name's abbreviations follow it.
_LANGUAGES = """
    january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, september sep sept, october
    oct, november nov, december dec; januar jänner jan, februar feb, märz mrz mär, april apr, mai, juni jun, juli jul,
    august aug, september sep, oktober okt, november nov, dezember dez; janvier janv, février févr fév, mars, avril avr,
    mai, juin, juillet juil, août aoû, septembre sept, octobre oct, novembre nov, décembre déc; enero ene, febrero feb,
    marzo mar, abril abr, mayo may, junio jun, julio jul, agosto ago, septiembre sep set, octubre oct, noviembre nov,
    diciembre dic; gennaio gen, febbraio feb, marzo mar, aprile apr, maggio mag, giugno giu, luglio lug, agosto ago,
    settembre set, ottobre ott, novembre nov, dicembre dic; janeiro jan, fevereiro fev, março mar, abril abr, maio mai,
    junho jun, julho jul, agosto ago, setembro set, outubro out, novembro nov, dezembro dez; januari jan, februari feb,
    maart mrt, april apr, mei, juni jun, juli jul, augustus aug, september sep, oktober, november nov, december dec;
    stycznia styczeń sty, lutego luty lut, marca marzec mar, kwietnia kwiecień kwi, maja maj, czerwca czerwiec cze,
    lipca lipiec lip, sierpnia sierpień sie, września wrzesień wrz, października październik paź, listopada listopad
    lis, grudnia grudzień gru; января январь янв, февраля февраль февр фев, марта март мар, апреля апрель апр, мая май,
    июня июнь июн, июля июль июл, августа август авг, сентября сентябрь сент сен, октября октябрь окт, ноября ноябрь
    нояб ноя, декабря декабрь дек; ocak oca, şubat şub, mart mar, nisan nis, mayıs may, haziran haz, temmuz tem, ağustos
    ağu, eylül eyl, ekim eki, kasım kas, aralık ara; januari jan, februari feb, mars mar, april apr, maj, juni jun, juli
    jul, augusti aug, september sep, oktober okt, november nov, december dec; januar jan, februar feb, mars marts mar,
    april apr, maj mai, juni jun, juli jul, august aug, september sep, oktober okt, november nov,
    desember december des"""
_MONTHS = {
    plain_word(name): number
    for language in _LANGUAGES.split(";")
    for number, names in enumerate(language.split(","), start=1)
    for name in names.split()
}
_ENGLISH = [names.split()[0] for names in _LANGUAGES.split(";")[0].split(",")]


def month_number(written: str) -> int:
    """Give 1 to 12 for a month's number, name or abbreviation (English ones of any length), 0 for anything else."""
    if written.isdigit():
        return int(written)
    name = plain_word(written)
    if name in _MONTHS:
        return _MONTHS[name]
    return next((number for number, month in enumerate(_ENGLISH, start=1) if month.startswith(name) and name), 0)
