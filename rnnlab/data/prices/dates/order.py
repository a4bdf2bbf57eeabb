"""Asks of dates that were read whether they can be: in order, on days that trade, day and month in their places."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.prices.cells import PriceCells
from rnnlab.data.prices.tickers import quoted

Days = NDArray[np.datetime64]
Clocks = list[str]
Flags = NDArray[np.bool_]

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
# A day of the week is one that trades above this share of the rows, and one that does not below that.
_USUAL, _NEVER = 0.1, 0.02
_LEAST_ROWS = 10
_LEAST_WEEKENDS = 3
_DAILY, _LONG, _LEAST_GAPS = 4, 20, 2  # days between rows
_NOON, _LAST_HOUR = 12, 23


@dataclass(frozen=True)
class Dates:
    """A date and a time of day (as written, "" where there is none) for each row, and what was mended or is odd."""

    days: Days
    clocks: Clocks
    notices: tuple[str, ...] = ()


def with_days_and_months_right(cells: PriceCells, dates: Dates) -> Dates:
    """Put day and month back where a program has swapped those of days up to the twelfth, if the rows prove it.

    The proof: the dates run in order only so; or, in a file that was sorted since, only so no row falls on a weekend;
    or those at an end are months apart as written, and days apart if swapped.
    """
    days, other = dates.days, _swapped(dates.days)
    proof = "run in order"
    if not _is_sorted(days):
        mended = _by_order(days, other)
    elif (mended := _by_weekends(days, other)) is not None:
        proof = "fall on no weekend"
    else:
        mended, proof = _by_gaps(days, other), "follow on each other"
    if mended is None or np.array_equal(mended, days):
        return dates
    changed = np.flatnonzero(mended != days)
    row = int(changed[0])
    count = "1 date has" if len(changed) == 1 else f"{len(changed):,} dates have"
    first = "" if len(changed) == 1 else "the first "
    which = f"{first}{quoted(cells.columns['Date'][row])} on {cells.place(row)}, which was read as {mended[row]}"
    words = f"{count} day and month swapped, {which}; only so the rows {proof}."
    return dataclasses.replace(dates, days=mended, notices=(*dates.notices, words))


def on_its_own_day(cells: PriceCells, dates: Dates) -> Dates:
    """Move dates that are the midnight of another time zone, and so fall on Sundays and on no Friday, to their day.

    Dates at midnight that fall so are told and stay, as some exchanges trade from Sunday to Thursday.
    """
    hours = np.array([_hour(clock) for clock in dates.clocks])
    days, notices = dates.days, list(dates.notices)
    for step in (1, -1):
        # In summer and in winter another zone's midnight is another hour here.
        off = [hour for hour in range(1, 24) if _is_off(days[hours == hour], step)]
        rows = np.isin(hours, off)
        moved_days = np.where(rows, days + step, days)
        if off and len(np.unique(moved_days)) >= len(np.unique(days)):  # no two days become one
            days = moved_days
            clock = quoted(dates.clocks[int(np.argmax(rows))])
            moved = f"{int(rows.sum()):,} dates were moved {'on' if step > 0 else 'back'} by a day"
            why = f"Times of day such as {clock} are another time zone's midnight, so {moved}"
            notices.append(f"{why}: as written, rows fall on {_WEEKENDS[step]}.")
    # A market that never closes, whose weekdays tell nothing, with all rows of the afternoon or evening.
    every_day = len(days) >= _LEAST_ROWS and len(set(weekdays(days).tolist())) == SUNDAY + 1
    if every_day and (hours >= _NOON).all() and (hours < _LAST_HOUR).all():
        times = f"times of day such as {quoted(dates.clocks[0])} are another time zone's midnight"
        notices.append(f"Dates were read as they are written; if {times}, give the dates a day later.")
    plain = hours <= 0
    for step in (1, -1):
        if _is_off(days[plain], step):
            else_so = "unless its exchange trades so, the dates are those of another time zone"
            remedy = f"give them a day {'later' if step > 0 else 'earlier'}"
            notices.append(f"Rows fall on {_WEEKENDS[step]}; {else_so}: {remedy}.")
    return dataclasses.replace(dates, days=days, notices=tuple(notices))


def told_order(cells: PriceCells, dates: Dates) -> Dates:
    """The dates with a notice if rows step back, which are sorted later."""
    steps = np.diff(dates.days).astype(np.int64)
    rising = int((steps > 0).sum()) >= int((steps < 0).sum())
    wrong = np.flatnonzero(steps < 0 if rising else steps > 0)
    if not len(wrong):
        return dates
    row, written = int(wrong[0]) + 1, cells.columns["Date"]
    times = "once" if len(wrong) == 1 else f"{len(wrong):,} times"
    first = f"first on {cells.place(row)} ({quoted(written[row])} after {quoted(written[row - 1])})"
    remedy = "the rows were sorted by date, so check that the dates are right"
    words = f"The dates step {'back' if rising else 'forward'} {times}, {first}; {remedy}."
    return dataclasses.replace(dates, notices=(*dates.notices, words))


_WEEKENDS = {1: "Sundays and on no Friday", -1: "Saturdays and on no Monday"}


def weekdays(days: Days) -> NDArray[np.int64]:
    """The days of the week, 0 for Monday; the first of 1970 was a Thursday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _is_sorted(days: Days) -> bool:
    steps = np.diff(days).astype(np.int64)
    return bool((steps >= 0).all() or (steps <= 0).all())


def _swapped(days: Days) -> Days:
    """The same with day and month swapped, where that is a day."""
    months = days.astype("datetime64[M]")
    year, month = days.astype("datetime64[Y]"), months.astype(np.int64) % 12
    day = (days - months.astype("datetime64[D]")).astype(np.int64)
    other = (year.astype("datetime64[M]") + np.minimum(day, 11)).astype("datetime64[D]") + month
    return np.where(day < 12, other, days)


def _by_order(days: Days, other: Days) -> Days | None:
    """The choice between two readings of each row that runs in order; None if there is none, or not one alone.

    Before the first row that reads but one way it is the latest choice, and after the last such row the earliest.
    """
    if _is_sorted(other):
        return other
    fixed = np.flatnonzero(days == other)
    if len(fixed) < 2 or not _is_sorted(days[fixed]):
        return None
    if days[fixed[0]] > days[fixed[-1]]:
        turned = _by_order(days[::-1], other[::-1])
        return None if turned is None else turned[::-1]
    earliest = _earliest(np.minimum(days, other), np.maximum(days, other))
    # The latest choice is the earliest one of time that runs backwards.
    latest = _earliest(-np.maximum(days, other).astype(np.int64)[::-1], -np.minimum(days, other).astype(np.int64)[::-1])
    if earliest is None or latest is None:
        return None
    chosen = np.where(np.arange(len(days)) < fixed[0], -latest[::-1], earliest)
    inner = slice(fixed[0], fixed[-1])
    return chosen.astype("datetime64[D]") if np.array_equal(chosen[inner], -latest[::-1][inner]) else None


def _earliest(low: NDArray[np.generic], high: NDArray[np.generic]) -> NDArray[np.int64] | None:
    """For each row the lower of two numbers that is not below the row before's choice; None where neither is."""
    chosen, last = [], np.iinfo(np.int64).min
    for first, second in zip(low.astype(np.int64).tolist(), high.astype(np.int64).tolist(), strict=True):
        if second < last:
            return None
        last = first if first >= last else second
        chosen.append(last)
    return np.array(chosen, dtype=np.int64)


def _by_weekends(days: Days, other: Days) -> Days | None:
    """All swapped, if several of the swapped ones fall on weekends as written, and then no row does."""
    weekend = weekdays(days) >= SATURDAY
    moved = days != other
    if int((weekend & moved).sum()) < max(_LEAST_WEEKENDS, _USUAL * moved.sum()) or (weekend & ~moved).any():
        return None
    return None if (weekdays(other) >= SATURDAY).any() else other


def _by_gaps(days: Days, other: Days) -> Days | None:
    """Those at an end of daily rows swapped, if they are months apart as written and days apart if swapped."""
    if len(days) < _LEAST_ROWS or np.median(_steps(days)) > _DAILY:
        return None
    swapped = _by_order(days, other)
    if swapped is None or (_steps(swapped) > _LONG).sum() > (_steps(days) > _LONG).sum() - _LEAST_GAPS:
        return None
    return None if (weekdays(swapped[swapped != days]) >= SATURDAY).any() else swapped


def _steps(days: Days) -> NDArray[np.int64]:
    return np.abs(np.diff(days).astype(np.int64))


def _hour(clock: str) -> int:
    """The hour of a time of day, -1 where there is none."""
    if not clock:
        return -1
    hour = int(clock.partition(":")[0])
    return hour % 12 + (12 if "p" in clock.lower() else 0) if clock[-1] in "mM." else hour


def _is_off(days: Days, step: int) -> bool:
    """Whether days would all be trading ones if they were moved: five in a row of a week, but on a wrong one's side."""
    if len(days) < _LEAST_ROWS:
        return False
    shares = np.bincount(weekdays(days + step), minlength=7) / len(days)
    return bool((shares[MONDAY : FRIDAY + 1] >= _USUAL).all() and (shares[SATURDAY:] <= _NEVER).all())
