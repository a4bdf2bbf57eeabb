"""Leaves out rows of days on which nothing traded: placeholders, holidays, weekends filled up; independent of any file.

Such a row holds the close of the day before and would be taken for a day of calm. That a stock stood still is possible
on any day that trades, so a row is left out only if something else says that its day was none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data.prices.checks.checks import Notices, first_of, rows_of
from rnnlab.data.prices.dates.exchanges import calendar_of

Flags = NDArray[np.bool_]

_LEAST_ACTIVE = 20  # rows on which something moved, to know what is usual
_MOVES = 0.7  # share of rows with a range or a volume, above which one without is unusual
# A day of the week is filled up if nearly all of its rows are, which by the rate of other days would be no chance.
_FILLED, _LEAST_FILLED, _CHANCE = 0.9, 3, 1e-4
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_WEEKENDS = ({5, 6}, {4, 5})
# Of a series that stands still more often than this, a still row says nothing.
_STILL, _STILL_AT_END = 0.06, 0.02
_ON_A_LINE = 1e-6
_WEEKEND = 5


@dataclass(frozen=True)
class _Rows:
    """What each row says: whether it repeats the one before, and whether more than its close says so."""

    still: Flags
    sure: bool


def without_idle_days(
    table: pd.DataFrame, decimals: int = 2, exchange: str | None = None
) -> tuple[pd.DataFrame, Notices]:
    """Leave out the rows on which nothing traded, each kind with a notice.

    Args:
        table: (N, fields) float64 by ascending date, as read: an Open, High or Low of zero stands for none.
        decimals: how many the closes have.
        exchange: whose calendar the dates keep, if the source says so.

    A row is still if its close is the one before, its Open, High and Low are that close or none, and its volume is zero
    or none; or if it is a copy of the row before. Still rows go: on days of the week that are still as a rule while
    others are not; on holidays of the exchange whose calendar the other rows keep; at the end, in a series that is
    hardly ever still otherwise; and, where no calendar is known, on any day of such a series. Weekends that are filled
    up from the day after, or in a straight line, go as well, and so do holidays then. A last row that may be one of
    today, before anything traded, stays with a notice if only its close says so.
    """
    notices: Notices = []
    rows = _still_rows(table)
    if int((~rows.still).sum()) < _LEAST_ACTIVE:
        return table, notices
    dates = pd.DatetimeIndex(table.index)
    filling, weekly = _filled_up(table, dates, rows.still, decimals)
    if weekly.any():
        rows = _Rows(filling, rows.sure)
        names = " and ".join(_DAYS[day] for day in sorted(set(dates.day_of_week[weekly])))
        words = f"Left out {rows_of(int(weekly.sum()))} on {names}, {first_of(dates[weekly])}"
        notices.append(f"{words}: they only fill up from the days beside them.")
    closed, why = _closed_days(dates, rows, weekly, exchange)
    if closed.any():
        of = why if closed.sum() > 1 else why.replace("of days", "of a day")
        notices.append(f"Left out {rows_of(int(closed.sum()))} {of}, {first_of(dates[closed])}.")
    last = _unfinished(rows, weekly | closed)
    if last.any():
        what = f"the last row, {dates[-1]:%Y-%m-%d}" if last.sum() == 1 else f"the last {rows_of(int(last.sum()))}"
        notices.append(f"Left out {what}: nothing had traded, and the close is that of the day before.")
    kept = table[~(weekly | closed | last)]
    return kept, notices + ([] if last.any() else _on_repeated_close(kept))


def _still_rows(table: pd.DataFrame) -> _Rows:
    """Which rows are still, and whether Open, High, Low or Volume of others show that still rows are unusual."""
    close = table["Close"].to_numpy()
    same = np.concatenate([[False], close[1:] == close[:-1]])
    bars = table[[field for field in ("Open", "High", "Low") if field in table]].to_numpy()
    bare = (np.isnan(bars) | (bars == 0) | (bars == close[:, None])).all(axis=1)
    ranged = bool(bars.shape[1] and (~bare).mean() > _MOVES)
    volume = table["Volume"].to_numpy() if "Volume" in table else np.zeros(len(table))
    silent = np.isnan(volume) | (volume == 0)
    traded = bool((~silent).mean() > _MOVES)
    # A bar with a range, or with a volume, is never twice the same.
    copied = table.eq(table.shift()).to_numpy() | (table.isna() & table.shift().isna()).to_numpy()
    copied = copied.all(axis=1) & (~bare | ~silent)
    copied[0] = False
    return _Rows((same & bare & silent) | copied, ranged or traded)


def _filled_up(table: pd.DataFrame, dates: pd.DatetimeIndex, still: Flags, decimals: int) -> tuple[Flags, Flags]:
    """The rows that are filled up from the day before, from the day after, or in a straight line; and the weekends."""
    after = np.concatenate([still[1:], [False]])
    for filling in (still, after, _on_a_line(table, decimals)):
        days = _usual_days(dates, filling)
        if (days and days <= _WEEKENDS[0]) or (filling is still and days == _WEEKENDS[1]):
            return filling, filling & np.isin(dates.day_of_week, list(days))
    return still, np.zeros(len(dates), bool)


def _usual_days(dates: pd.DatetimeIndex, filling: Flags) -> set[int]:
    """The days of the week on which rows are so as a rule, which those of other days seldom are."""
    counts = np.bincount(dates.day_of_week, minlength=7)
    shares = np.bincount(dates.day_of_week, weights=filling, minlength=7) / np.maximum(counts, 1)
    usual = (counts >= _LEAST_FILLED) & (shares >= _FILLED)
    others = ~usual[dates.day_of_week]
    seldom = float(filling[others].mean()) if others.any() else 1.0
    return {int(day) for day in np.flatnonzero(usual) if seldom ** counts[day] < _CHANCE}


def _on_a_line(table: pd.DataFrame, decimals: int) -> Flags:
    """Which closes lie on a straight line between their neighbours, but for the rounding of all three."""
    close = table["Close"].to_numpy()
    found = np.zeros(len(close), bool)
    bend = np.abs(close[:-2] - 2 * close[1:-1] + close[2:])
    found[1:-1] = bend <= np.maximum(_ON_A_LINE * close[1:-1], 2.01 * 10.0**-decimals)
    return found


def _closed_days(dates: pd.DatetimeIndex, rows: _Rows, weekly: Flags, exchange: str | None) -> tuple[Flags, str]:
    """Still rows on days when the exchange was closed, and why they are taken for those."""
    none, still = np.zeros(len(dates), bool), rows.still & ~weekly
    active = dates[~rows.still]
    weekend = np.asarray(dates.day_of_week >= _WEEKEND)
    if float((active.day_of_week >= _WEEKEND).mean()) > _STILL_AT_END:
        return none, ""  # a market that never closes
    calendar = calendar_of(active, exchange=exchange)
    if calendar is not None:
        closed = still & (calendar.is_closed(dates) | weekend)
        return closed, f"of days on which {calendar.city}'s exchange was closed, with the close of the day before"
    rare = float(still.mean()) <= _STILL
    closed = still & (weekend | (rows.sure and rare))
    # The end is judged by itself.
    if not weekend[-1]:
        closed[_last_run(still & ~weekend)] = False
    return closed, "of days on which nothing traded, with the close of the day before"


def _unfinished(rows: _Rows, gone: Flags) -> Flags:
    """The still rows at the end of a series that otherwise trades every day."""
    still = rows.still & ~gone
    kept = still[~gone]
    end = np.zeros(len(still), bool)
    run = _last_run(kept)
    before = kept[: len(kept) - int(run.sum())]
    if rows.sure and run.any() and len(before) and float(before.mean()) <= _STILL_AT_END:
        end[np.flatnonzero(~gone)[run]] = True
    return end


def _on_repeated_close(table: pd.DataFrame) -> Notices:
    """A sentence on a last row without a range that repeats a close, where closes are hardly ever repeated."""
    close = table["Close"].to_numpy()
    same = close[1:] == close[:-1]
    bars = table[[field for field in ("High", "Low") if field in table]].to_numpy()[-1]
    if not same[-1] or same[:-1].mean() > _STILL_AT_END or (bars != close[-1]).any():
        return []
    remedy = "remove it if that day has not traded yet"
    return [f"The last row, {table.index[-1]:%Y-%m-%d}, repeats the close of the day before; {remedy}."]


def _last_run(flags: Flags) -> Flags:
    """The run of true ones at the end."""
    run: Flags = np.cumprod(flags[::-1]).astype(bool)[::-1]
    return run
