"""Says what looks odd in a table of prices without changing it; independent of any file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rnnlab.data.prices.checks.checks import Notices, first_of, rows_of
from rnnlab.data.prices.checks.slips import spikes_of, told
from rnnlab.data.prices.dates.exchanges import CALENDAR, calendar_of, has_gaps
from rnnlab.data.prices.dates.sessions import Spacing, missing_sessions, spacing

_LONG_GAP_DAYS = 60
_FEW_SESSIONS = 10
_FEW_WEEKENDS = 0.1
_LEAST_KNOWN = 60  # days that should show an exchange's holidays
# A day's log move that no ordinary news makes: -26 % or +35 %.
_BIG_MOVE = 0.3
# Splits that companies do (old shares : new shares); a price that halves overnight is more likely one than a crash.
_OFTEN = (2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 50)
_SPLITS = (*((1, new) for new in sorted((*_OFTEN, 7))), (2, 3), *((old, 1) for old in _OFTEN))
_SPLIT_MOVES = np.log([old / new for old, new in _SPLITS])
_NEAR_SPLIT = 0.03
_NEAR_SPLIT_AT_OPEN = 0.06
_DAILY: tuple[Spacing, ...] = ("daily", "seven days a week")
_STEP_WORDS: dict[Spacing, str] = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}


def notice_oddities(table: pd.DataFrame, today: pd.Timestamp, left_out: pd.Index | None = None) -> Notices:
    """Name gaps, moves like splits, big moves, future dates, weekends, another spacing than daily, missing sessions.

    Takes (N, fields) float64 by ascending date, and the dates of rows that were left out, which are not missing; each
    notice is one sentence with the first date concerned.
    """
    dates = pd.DatetimeIndex(table.index)
    kind = spacing(dates)
    notices: Notices = []
    if kind in _STEP_WORDS:
        word = _STEP_WORDS[kind]
        notices.append(f"The rows are {kind} ones, so a forecast's steps are {word}s and not days.")
    elif kind == "irregular":
        typical = float(np.median(np.diff(dates.to_numpy()) / np.timedelta64(1, "D")))
        notices.append(f"The rows are {typical:g} days apart, so a forecast's steps are not days.")
    _notice_gaps(dates, notices)
    _notice_moves(table, kind, notices)
    future = dates[dates > today + pd.Timedelta(days=1)]
    if len(future):
        remedy = "check the order of day and month"
        notices.append(f"{rows_of(len(future))} dated in the future, {first_of(future)}; {remedy}.")
    weekend = dates[dates.day_of_week >= 5]
    if kind == "daily" and 0 < len(weekend) < _FEW_WEEKENDS * len(dates):
        fall = "falls" if len(weekend) == 1 else "fall"
        notices.append(f"{rows_of(len(weekend))} {fall} on a weekend, {first_of(weekend)}.")
    if kind == "daily" and len(dates) >= 10:
        _notice_sessions(dates, table.attrs.get(CALENDAR), dates[:0] if left_out is None else left_out, notices)
    return notices


def _notice_sessions(dates: pd.DatetimeIndex, exchange: str | None, left_out: pd.Index, notices: Notices) -> None:
    """Say whose holidays the next days keep, and which of its sessions are missing."""
    calendar = calendar_of(dates, exchange=exchange)
    if calendar is None:
        if len(dates) >= _LEAST_KNOWN and has_gaps(dates):
            words = "The dates are those of no exchange whose holidays are known here"
            notices.append(f"{words}, so forecasts may fall on holidays.")
        return
    missing = missing_sessions(dates, calendar)
    missing = missing[~missing.isin(left_out)]
    if 0 < len(missing) <= _FEW_SESSIONS:
        sessions = "session is" if len(missing) == 1 else "sessions are"
        notices.append(f"{len(missing)} {calendar.city} {sessions} missing, {first_of(missing)}.")
    if not calendar.knows_what_follows(dates[-1]):
        later = "later ones are not left out"
        notices.append(f"{calendar.city}'s holidays are known up to {calendar.last:%Y-%m-%d} alone; {later}.")
    elif calendar.rivals:
        fit = ", ".join((calendar.city, *calendar.rivals[:-1]))
        fit = f"The dates fit the exchanges of {fit} and {calendar.rivals[-1]}, whose next holidays differ"
        notices.append(f"{fit}; the forecast keeps those of {calendar.city}.")
    elif calendar.city != "New York" and calendar.code != exchange:  # where the source says it nothing was told apart
        notices.append(f"The dates keep the holidays of {calendar.city}'s exchange, and so do the forecast's.")


def _notice_gaps(dates: pd.DatetimeIndex, notices: Notices) -> None:
    days = np.diff(dates.to_numpy()) / np.timedelta64(1, "D")
    long = np.flatnonzero(days > max(_LONG_GAP_DAYS, 3 * float(np.median(days)))) if days.size else np.array([], int)
    if len(long):
        at = int(long[np.argmax(days[long])])
        more = f", the longest of {len(long)} gaps of that kind" if len(long) > 1 else ""
        gap = f"from {dates[at]:%Y-%m-%d} to {dates[at + 1]:%Y-%m-%d}"
        notices.append(f"There is no price {gap}, {days[at]:.0f} days{more}.")


def _notice_moves(table: pd.DataFrame, kind: Spacing, notices: Notices) -> None:
    """Name the moves that look like splits, then (between days only) the other big ones."""
    logs = np.log(table["Close"].to_numpy())
    moves = np.diff(logs)
    if not moves.size:
        return
    spikes = spikes_of(table["Close"].to_numpy()) if kind in _DAILY else []
    for spike in spikes:  # what comes back is no split
        moves[[spike.first - 1, spike.last]] = 0
    if spikes:
        more = f", one of {len(spikes)}" if len(spikes) > 1 else ""
        notices.append(f"{told(table['Close'], spikes[0])}{more}; correct it if it is a slip, as it widens the bands.")
    nearest = np.abs(moves[:, None] - _SPLIT_MOVES).argmin(axis=1)
    split = np.abs(moves - _SPLIT_MOVES[nearest]) < _NEAR_SPLIT
    if "Open" in table:
        # A split happens overnight, so the Open has made the move as well; a crash mostly has not.
        at_open = np.log(table["Open"].to_numpy()[1:]) - logs[:-1]
        split &= np.abs(at_open - _SPLIT_MOVES[nearest]) < _NEAR_SPLIT_AT_OPEN
    where = np.flatnonzero(split)
    if len(where):
        old, new = _SPLITS[int(nearest[where[0]])]
        more = f" (and on {len(where) - 1} more days)" if len(where) > 1 else ""
        words = f"The close of {table.index[where[0] + 1]:%Y-%m-%d}{more} looks like an unadjusted {new}:{old} split"
        notices.append(f"{words}; use split-adjusted prices if it is one.")
    big = np.flatnonzero((np.abs(moves) > _BIG_MOVE) & ~split)
    if len(big) and kind in _DAILY:
        at = int(big[np.argmax(np.abs(moves[big]))])
        more = f", the biggest of {len(big)} such moves" if len(big) > 1 else ""
        notices.append(f"The close moved by {np.expm1(moves[at]):+.0%} on {table.index[at + 1]:%Y-%m-%d}{more}.")
