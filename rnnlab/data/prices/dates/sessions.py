"""Tells on which days a series trades, from its dates alone; independent of any prices."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data.prices.dates.exchanges import Calendar, calendar_of

Months = NDArray[np.datetime64]
Spacing = Literal["seven days a week", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular"]

_RECENT = 750
_SHARED_DAY = 0.8
_SPACINGS: tuple[tuple[Spacing, float, float], ...] = (
    *(("weekly", 5, 9), ("monthly", 26, 35), ("quarterly", 80, 100), ("yearly", 350, 380)),
)
_MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
_PER_YEAR = {
    "daily": 252.0,
    "seven days a week": 365.0,
    "weekly": 52.0,
    "monthly": 12.0,
    "quarterly": 4.0,
    "yearly": 1.0,
}


def spacing(dates: pd.DatetimeIndex) -> Spacing:
    """Name how far apart dates (ascending, unique) are; fewer than three are taken for daily ones."""
    if len(dates) < 3:
        return "daily"
    typical = float(np.median(_gaps(dates)))
    if typical <= 4.5:
        weekend = dates.day_of_week[dates.day_of_week >= 5]
        whole_week = len(dates) >= 7 and len(set(weekend)) == 2 and len(weekend) >= 0.2 * len(dates)
        return "seven days a week" if whole_week else "daily"
    for name, low, high in _SPACINGS:
        if low <= typical <= high:
            return name
    return "irregular"


def future_sessions(dates: pd.DatetimeIndex, count: int, exchange: str | None = None) -> pd.DatetimeIndex:
    """Give the next `count` days on which a series with these dates would trade, all after its last date.

    Args:
        dates: (N,) ascending, unique, time-zone-naive midnights, N ≥ 1.
        count: how many days, at least 0.
        exchange: whose sessions they are, by the name of its calendar; told from the dates if None.

    An exchange's sessions where the dates are those (see the module exchanges), every day for a market that never
    closes, else the weekdays seen; weekly and monthly dates continue in their own step.
    """
    assert len(dates) >= 1, "a series without a date has no future"
    assert count >= 0, "a negative number of days"
    kind = spacing(dates)
    if kind == "seven days a week":
        days = pd.date_range(dates[-1] + pd.Timedelta(days=1), periods=count)
    elif kind == "daily":
        days = _next_trading_days(dates, count, exchange)
    elif kind in _MONTHS:
        days = _next_months(dates, count, _MONTHS[kind])
    else:
        days = _next_steps(dates, count, 7 if kind == "weekly" else max(round(float(np.median(_gaps(dates)))), 1))
    return pd.DatetimeIndex(days.to_numpy(), name=dates.name).as_unit(dates.unit)


def sessions_per_year(dates: pd.DatetimeIndex) -> float:
    """How many sessions a year has for a series with these dates: 252, or 365 for a market that never closes."""
    kind = spacing(dates)
    return _PER_YEAR[kind] if kind in _PER_YEAR else 365.25 / float(np.median(_gaps(dates)))


def missing_sessions(dates: pd.DatetimeIndex, calendar: Calendar) -> pd.DatetimeIndex:
    """List the sessions of an exchange between first and last date that are not there."""
    sessions = calendar.sessions[(calendar.sessions > dates[0]) & (calendar.sessions < dates[-1])]
    return sessions[~sessions.isin(dates)]


def _gaps(dates: pd.DatetimeIndex) -> NDArray[np.float64]:
    return np.diff(dates.to_numpy()) / np.timedelta64(1, "D")


def _next_trading_days(dates: pd.DatetimeIndex, count: int, exchange: str | None) -> pd.DatetimeIndex:
    calendar = calendar_of(dates, ahead=count, exchange=exchange)
    days = dates[:0] if calendar is None else calendar.sessions[calendar.sessions > dates[-1]][:count]
    if len(days) == count:
        return pd.DatetimeIndex(days)
    if len(days):
        return pd.DatetimeIndex(days.append(_next_weekdays(dates, days[-1], count - len(days))))
    return _next_weekdays(dates, dates[-1], count)


def _next_weekdays(dates: pd.DatetimeIndex, last: pd.Timestamp, count: int) -> pd.DatetimeIndex:
    """Go on after a day with the days of the week on which there are dates."""
    recent = dates[-_RECENT:]
    shares = np.bincount(recent.day_of_week, minlength=7) / len(recent)
    open_days = np.arange(5) if len(recent) < 10 else np.flatnonzero(shares >= 0.05)
    week = np.isin(np.arange(7), open_days)
    following = np.datetime64(last, "D") + 1
    days = np.busday_offset(following, np.arange(count), roll="forward", weekmask=week)
    return pd.DatetimeIndex(days)


def _next_steps(dates: pd.DatetimeIndex, count: int, step: int) -> pd.DatetimeIndex:
    """Go on in whole steps of days; a weekly series keeps its usual weekday though a holiday moved its last date."""
    start = dates[-1]
    if step == 7:
        usual = int(np.bincount(dates.day_of_week).argmax())
        start += pd.Timedelta(days=(usual - start.day_of_week + 3) % 7 - 3)
    return pd.DatetimeIndex([start + pd.Timedelta(days=step * (i + 1)) for i in range(count)])


def _next_months(dates: pd.DatetimeIndex, count: int, step: int) -> pd.DatetimeIndex:
    """Go on month by month on the day that the dates share: the last (trading) day, the first, or the same number."""
    months = dates.to_numpy().astype("datetime64[M]")
    known, following = _days_of(months), _days_of(months[-1] + step * np.arange(1, count + 1))
    shares = [float((day == dates.to_numpy().astype("datetime64[D]")).mean()) for day in known]
    if max(shares) >= _SHARED_DAY:
        return pd.DatetimeIndex(following[int(np.argmax(shares))])
    usual = int(np.bincount(dates.day).argmax())
    return pd.DatetimeIndex(np.minimum(following[0] + (usual - 1), following[1]))


def _days_of(months: Months) -> list[Months]:
    """Give the first and the last day of each month, then the first and the last weekday."""
    first, beyond = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    weekdays = [np.busday_offset(first, 0, roll="forward"), np.busday_offset(beyond, -1, roll="forward")]
    return [first, beyond - 1, *weekdays]
