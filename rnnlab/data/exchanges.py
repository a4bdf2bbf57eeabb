"""Tells from a series' dates on which exchange it trades, and when that one is open; knows no prices."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

_FITS = 0.98  # of a file's dates that are an exchange's sessions; others share all but 3 % or more of New York's days
_COVERS = 0.5  # of New York's sessions that a file has at least
_LAST_YEAR = 2200  # as far as holidays are worth computing
_YEARS = 10  # of a file that tell its exchange: what was a holiday before need not be one now
# A file keeps an exchange's holidays if it has no row on this share of them, of so many at least.
_KEPT, _LEAST_HOLIDAYS, _MOSTLY_THERE = 0.85, 4, 0.8
_LEAST_DATES = 20
_MOST_TRIED = 4
_PLAIN = 0.95  # share of gaps that are holidays, above which no other exchange is asked for
_LATER = pd.Timedelta(days=45)

# Holidays that are always on one day, for a first look: those of 2014 to 2026 on which the exchange was closed on at
# least 85 % of the weekdays they fell on (exchange_calendars 4.13). To make a calendar takes 0.1 s, Seoul's 2 s.
_EXCHANGES: dict[str, tuple[str, str]] = {
    "XTKS": ("Tokyo", "01-01 01-02 01-03 02-11 04-29 05-03 05-04 05-05 11-03 11-23 12-31"),
    "XLON": ("London", "01-01 12-25 12-26"),
    "XETR": ("Frankfurt", "01-01 05-01 12-24 12-25 12-26 12-31"),
    "XPAR": ("Euronext", "01-01 05-01 12-25 12-26"),
    "XHKG": ("Hong Kong", "01-01 05-01 07-01 10-01 12-25 12-26"),
    "XSHG": ("Shanghai", "01-01 05-01 10-01 10-02 10-03 10-04 10-05 10-06 10-07"),
    "XTSE": ("Toronto", "01-01 07-01 12-25 12-26"),
    "XASX": ("Sydney", "01-01 01-26 04-25 12-25 12-26"),
    "XBOM": ("Mumbai", "01-26 04-14 05-01 08-15 10-02 12-25"),
    "XTAI": ("Taipei", "01-01 02-28 04-04 04-05 05-01 10-10"),
    "XKRX": ("Seoul", "01-01 03-01 05-01 05-05 06-06 08-15 10-03 10-09 12-25 12-31"),
    "BVMF": ("São Paulo", "01-01 04-21 05-01 09-07 10-12 11-02 11-15 12-24 12-25 12-31"),
    "XSWX": ("Zurich", "01-01 01-02 05-01 08-01 12-24 12-25 12-26 12-31"),
    "XMEX": ("Mexico City", "01-01 05-01 09-16 11-02 12-12 12-25"),
    "XSES": ("Singapore", "01-01 05-01 08-09 12-25"),
    "XMAD": ("Madrid", "01-01 05-01 12-25 12-26"),
    "XMIL": ("Milan", "01-01 05-01 08-15 12-24 12-25 12-26 12-31"),
    "XSTO": ("Stockholm", "01-01 01-06 05-01 06-06 12-24 12-25 12-26 12-31"),
    "XHEL": ("Helsinki", "01-01 01-06 05-01 12-06 12-24 12-25 12-26 12-31"),
    "XCSE": ("Copenhagen", "01-01 06-05 12-24 12-25 12-26 12-31"),
    "XOSL": ("Oslo", "01-01 05-01 05-17 12-24 12-25 12-26 12-31"),
    "XJSE": ("Johannesburg", "01-01 03-21 04-27 05-01 06-16 08-09 09-24 12-16 12-25 12-26"),
    "XIST": ("Istanbul", "01-01 04-23 05-01 05-19 08-30 10-29"),
    "XMOS": ("Moscow", "01-01 01-02 01-07 02-23 03-08 05-01 05-09 06-12 11-04 12-31"),
    "XWAR": ("Warsaw", "01-01 01-06 05-01 05-03 08-15 11-01 11-11 12-24 12-25 12-26 12-31"),
    "XNZE": ("Wellington", "01-01 01-02 02-06 04-25 12-25 12-26"),
    "XWBO": ("Vienna", "01-01 05-01 10-26 12-24 12-25 12-26 12-31"),
    "XDUB": ("Dublin", "01-01 12-25 12-26"),
    "XBUD": ("Budapest", "01-01 03-15 05-01 08-20 10-23 11-01 12-24 12-25 12-26 12-31"),
    "XPRA": ("Prague", "01-01 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-25 12-26 12-31"),
    "XIDX": ("Jakarta", "01-01 05-01 08-17 12-25 12-31"),
    "XBKK": ("Bangkok", "01-01 04-06 04-13 04-14 04-15 05-01 08-12 10-23 12-05 12-10 12-31"),
    "XPHS": ("Manila", "01-01 04-09 05-01 06-12 08-21 11-01 11-30 12-24 12-25 12-30 12-31"),
    "XKLS": ("Kuala Lumpur", "01-01 02-01 05-01 08-31 09-16 12-25"),
    "XBUE": ("Buenos Aires", "01-01 03-24 04-02 05-01 05-25 06-20 07-09 12-08 12-25"),
    "XSGO": ("Santiago", "01-01 05-01 05-21 07-16 08-15 09-18 09-19 11-01 12-08 12-25 12-31"),
}


@dataclass(frozen=True)
class Calendar:
    """When an exchange is open, as far as is known: its city, and its sessions from `first` to `last`."""

    city: str
    sessions: pd.DatetimeIndex
    first: pd.Timestamp
    last: pd.Timestamp

    def is_closed(self, dates: pd.DatetimeIndex) -> np.ndarray:
        """Whether each of some dates is known to be no session."""
        return np.asarray(~dates.isin(self.sessions) & (dates >= self.first) & (dates <= self.last))

    def knows_what_follows(self, day: pd.Timestamp) -> bool:
        """Whether its holidays are known for the month after a day."""
        return bool(day + _LATER <= self.last)


def calendar_of(dates: pd.DatetimeIndex, ahead: int = 0) -> Calendar | None:
    """Give the calendar that some dates are sessions of; None where there is none, or they have no holidays.

    Args:
        dates: (N,) ascending, unique, time-zone-naive midnights, N ≥ 1.
        ahead: how many sessions after the last are wanted.

    New York's if nearly all dates are its sessions, unless another's fit better; else, by the last ten years, the one
    whose holidays the dates keep and that leaves the fewest other gaps.
    """
    new_york = _new_york_of(dates, ahead)
    share = 0.0 if new_york is None else _share_of_gaps(new_york, dates[dates >= new_york.first])
    if share >= _PLAIN:
        return new_york
    other_share, other = _other_of(dates, ahead)
    return other if other is not None and other_share > share else new_york


def has_gaps(dates: pd.DatetimeIndex) -> bool:
    """Whether more of the weekdays are missing than Christmas and New Year, from the last ten years."""
    recent = dates[dates >= dates[-1] - pd.DateOffset(years=_YEARS)]
    weekdays = pd.bdate_range(recent[0], recent[-1])
    return bool((~weekdays.isin(recent)).sum() > 0.012 * len(weekdays))


def _new_york_of(dates: pd.DatetimeIndex, ahead: int) -> Calendar | None:
    # New York traded on Saturdays until 1952, which the calendar does not know.
    dates = dates[dates.year >= 1953]
    # No year has had fewer than 245 sessions.
    last_year = dates[-1].year + 1 + ahead // 245 if len(dates) else _LAST_YEAR + 1
    if last_year > _LAST_YEAR:
        return None
    # Decades rather than years, so that nearly all series find the same calendar made already.
    calendar = _made("XNYS", "New York", dates[0].year // 10 * 10, min(_LAST_YEAR, -(-last_year // 10) * 10))
    assert calendar is not None, "New York's holidays are known for every year"
    sessions = calendar.sessions[calendar.sessions >= dates[0]]
    known = dates.isin(sessions)
    span = int((sessions <= dates[-1]).sum())
    return calendar if known.mean() >= _FITS and known.sum() > _COVERS * span else None


def _other_of(dates: pd.DatetimeIndex, ahead: int) -> tuple[float, Calendar | None]:
    """The best of the other exchanges, and how well it fits."""
    recent = dates[dates >= dates[-1] - pd.DateOffset(years=_YEARS)]
    best: tuple[float, Calendar | None] = (0.0, None)
    last_year = recent[-1].year + 1 + ahead // 245
    if len(recent) < _LEAST_DATES or recent[0].year < 1953 or last_year > _LAST_YEAR:
        return best
    for code in _likely(recent)[:_MOST_TRIED]:
        calendar = _made(code, _EXCHANGES[code][0], recent[0].year // 10 * 10, -(-last_year // 10) * 10)
        share = 0.0 if calendar is None or not _fits(calendar, recent) else _share_of_gaps(calendar, recent)
        best = max(best, (share, calendar), key=lambda one: one[0])
    return best


def _likely(dates: pd.DatetimeIndex) -> list[str]:
    """The exchanges of whose fixed holidays the dates keep most, that with the greatest number first."""
    weekdays = pd.bdate_range(dates[0], dates[-1])
    days, there = weekdays.strftime("%m-%d"), weekdays.isin(dates)
    kept = {}
    for code, (_, holidays) in _EXCHANGES.items():
        fixed = days.isin(holidays.split())
        if fixed.any() and (fixed & ~there).sum() >= _KEPT * fixed.sum():
            kept[code] = int((fixed & ~there).sum())
    return sorted(kept, key=lambda code: -kept[code])


def _fits(calendar: Calendar, dates: pd.DatetimeIndex) -> bool:
    """Whether dates keep an exchange's holidays, are its sessions, and most of those that there are."""
    weekdays = pd.bdate_range(dates[0], dates[-1])
    closed = weekdays[calendar.is_closed(weekdays)]
    sessions = calendar.sessions[(calendar.sessions >= dates[0]) & (calendar.sessions <= dates[-1])]
    keeps = int((~closed.isin(dates)).sum()) >= max(_LEAST_HOLIDAYS, _KEPT * len(closed))
    there = len(sessions) > 0 and float(sessions.isin(dates).mean()) >= _MOSTLY_THERE
    return keeps and there and float((~calendar.is_closed(dates)).mean()) >= _FITS


def _share_of_gaps(calendar: Calendar, dates: pd.DatetimeIndex) -> float:
    """Which share of the weekdays that are missing or holidays are both; 1 where there are none."""
    weekdays = pd.bdate_range(dates[0], dates[-1])
    gaps, closed = ~weekdays.isin(dates), calendar.is_closed(weekdays)
    either = int((gaps | closed).sum())
    return int((gaps & closed).sum()) / either if either else 1.0


@lru_cache(maxsize=32)
def _made(code: str, city: str, first_year: int, last_year: int) -> Calendar | None:
    """An exchange's calendar for whole years, or for those of which its holidays are known."""
    import exchange_calendars  # 0.2 s, and only wanted where a series trades on weekdays

    bounds = (f"{first_year}-01-01", f"{last_year}-12-31")
    try:
        calendar = exchange_calendars.get_calendar(code, start=bounds[0], end=bounds[1])
    except ValueError:
        kind = type(exchange_calendars.get_calendar(code))
        first = max(filter(None, (kind.bound_min(), pd.Timestamp(bounds[0]))))
        last = min(filter(None, (kind.bound_max(), pd.Timestamp(bounds[1]))))
        if last - first < datetime.timedelta(days=366):
            return None
        calendar = exchange_calendars.get_calendar(code, start=first, end=last)
        return Calendar(city, pd.DatetimeIndex(calendar.sessions), first, last)
    sessions = pd.DatetimeIndex(calendar.sessions)
    return Calendar(city, sessions, pd.Timestamp(bounds[0]), pd.Timestamp(bounds[1]))
