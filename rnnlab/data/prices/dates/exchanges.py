"""Tells from a series' dates on which exchange it trades, and when that one is open; independent of any prices."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

_FITS = 0.98  # of a file's dates that are an exchange's sessions; others share all but 3 % or more of New York's days
_COVERS = 0.5  # of New York's sessions that a file has at least
_LAST_YEAR = 2200  # as far as holidays are worth computing
_YEARS = 10  # of a file that tell its exchange: what was a holiday before need not be one now
# A file keeps an exchange's holidays if it has no row on this share of them, of so many at least.
_KEPT, _LEAST_HOLIDAYS, _MOSTLY_THERE = 0.85, 4, 0.8
_KEPT_BY_RULE = 0.7  # the same of holidays by rule: one that was moved, as London's in May 2022, counts twice
_FEW_KEPT, _FEW_HOLIDAYS = 0.6, 2  # below which New York's are not kept; so few do if they are all gaps that there are
_LEAST_DATES = 20
_MOST_TRIED = 4
_PLAIN = 0.95  # share of gaps that are holidays, above which no other exchange is asked for
_LATER = pd.Timedelta(days=45)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Holidays by rule, for a first look, as a calendar takes 0.1 s to make (Seoul 2 s): a day of a month (05-01), the first
# to fifth or last weekday of one (05-1Mon, 05-LMon), days from Easter Sunday (E-2). They are those of 2014 to 2026 on
# which the exchange was closed on at least 85 % of the weekdays that they fell on (exchange_calendars 4.13).
_EXCHANGES: dict[str, tuple[str, str]] = {
    "XTKS": ("Tokyo", "01-01 01-02 01-03 02-11 04-29 05-03 05-04 05-05 11-03 11-23 12-31 01-2Mon 09-3Mon"),
    "XLON": ("London", "01-01 12-25 12-26 05-1Mon 05-LMon 08-LMon E-2 E+1"),
    "XETR": ("Frankfurt", "01-01 05-01 12-24 12-25 12-26 12-31 E-2 E+1"),
    "XPAR": ("Euronext", "01-01 05-01 12-25 12-26 E-2 E+1"),
    "XHKG": ("Hong Kong", "01-01 05-01 07-01 10-01 12-25 12-26 E-2 E+1"),
    "XSHG": ("Shanghai", "01-01 05-01 10-01 10-02 10-03 10-04 10-05 10-06 10-07"),
    "XTSE": ("Toronto", "01-01 07-01 12-25 12-26 02-3Mon 08-1Mon 09-1Mon 10-2Mon E-2"),
    "XASX": ("Sydney", "01-01 01-26 04-25 12-25 12-26 06-2Mon E-2 E+1"),
    "XBOM": ("Mumbai", "01-26 04-14 05-01 08-15 10-02 12-25 E-2"),
    "XTAI": ("Taipei", "01-01 02-28 04-04 04-05 05-01 10-10"),
    "XKRX": ("Seoul", "01-01 03-01 05-01 05-05 06-06 08-15 10-03 10-09 12-25 12-31"),
    "BVMF": ("São Paulo", "01-01 04-21 05-01 09-07 10-12 11-02 11-15 12-24 12-25 12-31 E-48 E-47 E-2 E+60"),
    "XSWX": ("Zurich", "01-01 01-02 05-01 08-01 12-24 12-25 12-26 12-31 E-2 E+1 E+39 E+50"),
    "XMEX": ("Mexico City", "01-01 05-01 09-16 11-02 12-12 12-25 02-1Mon 03-3Mon 11-3Mon E-3 E-2"),
    "XSES": ("Singapore", "01-01 05-01 08-09 12-25 E-2"),
    "XMAD": ("Madrid", "01-01 05-01 12-25 12-26 E-2 E+1"),
    "XMIL": ("Milan", "01-01 05-01 08-15 12-24 12-25 12-26 12-31 E-2 E+1"),
    "XSTO": ("Stockholm", "01-01 01-06 05-01 06-06 12-24 12-25 12-26 12-31 E-2 E+1 E+39"),
    "XHEL": ("Helsinki", "01-01 01-06 05-01 12-06 12-24 12-25 12-26 12-31 E-2 E+1 E+39"),
    "XCSE": ("Copenhagen", "01-01 06-05 12-24 12-25 12-26 12-31 E-3 E-2 E+1 E+39 E+50"),
    "XOSL": ("Oslo", "01-01 05-01 05-17 12-24 12-25 12-26 12-31 E-3 E-2 E+1 E+39 E+50"),
    "XJSE": ("Johannesburg", "01-01 03-21 04-27 05-01 06-16 08-09 09-24 12-16 12-25 12-26 E-2 E+1"),
    "XIST": ("Istanbul", "01-01 04-23 05-01 05-19 08-30 10-29"),
    "XMOS": ("Moscow", "01-01 01-02 01-07 02-23 03-08 05-01 05-09 06-12 11-04 12-31"),
    "XWAR": ("Warsaw", "01-01 01-06 05-01 05-03 08-15 11-01 11-11 12-24 12-25 12-26 12-31 E-2 E+1 E+60"),
    "XNZE": ("Wellington", "01-01 01-02 02-06 04-25 12-25 12-26 06-1Mon 10-4Mon E-2 E+1"),
    "XWBO": ("Vienna", "01-01 05-01 10-26 12-24 12-25 12-26 12-31 E-2 E+1"),
    "XDUB": ("Dublin", "01-01 12-25 12-26 E-2 E+1"),
    "XBUD": ("Budapest", "01-01 03-15 05-01 08-20 10-23 11-01 12-24 12-25 12-26 12-31 E-2 E+1 E+50"),
    "XPRA": ("Prague", "01-01 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-25 12-26 12-31 E-2 E+1"),
    "XIDX": ("Jakarta", "01-01 05-01 08-17 12-25 12-31 E-2 E+39"),
    "XBKK": ("Bangkok", "01-01 04-06 04-13 04-14 04-15 05-01 08-12 10-23 12-05 12-10 12-31 05-1Mon"),
    "XPHS": ("Manila", "01-01 04-09 05-01 06-12 08-21 11-01 11-30 12-24 12-25 12-30 12-31 08-LMon E-3 E-2"),
    "XKLS": ("Kuala Lumpur", "01-01 02-01 05-01 08-31 09-16 12-25"),
    "XBUE": ("Buenos Aires", "01-01 03-24 04-02 05-01 05-25 06-20 07-09 12-08 12-25 08-3Mon E-48 E-47 E-3 E-2"),
    "XSGO": ("Santiago", "01-01 05-01 05-21 07-16 08-15 09-18 09-19 11-01 12-08 12-25 12-31 E-2"),
}
# Exchanges whose calendar a source may name, but which no file's dates are tried on.
_NAMED_ONLY = {
    "XNYS": "New York",
    "XAMS": "Amsterdam",
    "XBRU": "Brussels",
    "XLIS": "Lisbon",
    "XICE": "Reykjavik",
    "XSAU": "Riyadh",
    "CMES": "Chicago",
}
CALENDAR = "calendar"  # the attribute of a table of prices that names its exchange's calendar


@dataclass(frozen=True)
class Calendar:
    """When an exchange is open, as far as is known: its city, and its sessions from `first` to `last`.

    code: what exchange_calendars calls it. rivals: cities of others that the same dates fit as well, but whose next
    holidays differ.
    """

    code: str
    city: str
    sessions: pd.DatetimeIndex
    first: pd.Timestamp
    last: pd.Timestamp
    rivals: tuple[str, ...] = ()

    def is_closed(self, dates: pd.DatetimeIndex) -> np.ndarray:
        """Whether each of some dates is known to be no session."""
        return np.asarray(~dates.isin(self.sessions) & (dates >= self.first) & (dates <= self.last))

    def knows_what_follows(self, day: pd.Timestamp) -> bool:
        """Whether its holidays are known for the month after a day."""
        return bool(day + _LATER <= self.last)


def calendar_of(dates: pd.DatetimeIndex, ahead: int = 0, exchange: str | None = None) -> Calendar | None:
    """Give the calendar that some dates are sessions of; None where there is none, or they have no holidays.

    Args:
        dates: (N,) ascending, unique, time-zone-naive midnights, N ≥ 1.
        ahead: how many sessions after the last are wanted.
        exchange: whose calendar it is, as exchange_calendars names it, unless the dates are not its sessions.

    New York's if nearly all dates are its sessions, unless another's fit better; else, by the last ten years, the one
    whose holidays the dates keep and that leaves the fewest other gaps.
    """
    if exchange is not None and (named := _named(exchange, dates, ahead)) is not None:
        return named
    new_york = _new_york_of(dates, ahead)
    share = 0.0 if new_york is None else _share_of_gaps(new_york, dates[dates >= new_york.first])
    if share >= _PLAIN:
        return new_york
    other_share, other = _other_of(dates, ahead)
    return other if other is not None and other_share > share else new_york


def _named(exchange: str, dates: pd.DatetimeIndex, ahead: int) -> Calendar | None:
    """The calendar of a name, if the dates of the last year are its sessions."""
    recent = dates[dates >= dates[-1] - pd.DateOffset(years=1)]
    last_year = recent[-1].year + 1 + ahead // 200
    if recent[0].year < 1953 or last_year > _LAST_YEAR:
        return None
    city = _NAMED_ONLY.get(exchange) or _EXCHANGES.get(exchange, (exchange, ""))[0]
    calendar = _made(exchange, city, recent[0].year // 10 * 10, -(-last_year // 10) * 10)
    fits = calendar is not None and float((~calendar.is_closed(recent)).mean()) >= _FITS
    return calendar if fits else None


def has_gaps(dates: pd.DatetimeIndex) -> bool:
    """Whether more of the weekdays are missing than Christmas and New Year, from the last ten years."""
    recent = dates[dates >= dates[-1] - pd.DateOffset(years=_YEARS)]
    weekdays = pd.bdate_range(recent[0], recent[-1])
    gone = weekdays[~weekdays.isin(recent)]
    feasts = ((gone.month == 12) & (gone.day == 25)) | ((gone.month == 1) & (gone.day == 1))
    return bool((~feasts).sum() > 0.0043 * len(weekdays))


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
    if known.mean() < _FITS or known.sum() <= _COVERS * span:
        return None
    closed, kept = _holidays(calendar, dates)
    return None if closed >= _FEW_HOLIDAYS and kept < _FEW_KEPT * closed else calendar


def _other_of(dates: pd.DatetimeIndex, ahead: int) -> tuple[float, Calendar | None]:
    """The best of the other exchanges, and how well it fits."""
    recent = dates[dates >= dates[-1] - pd.DateOffset(years=_YEARS)]
    last_year = recent[-1].year + 1 + ahead // 245
    if len(recent) < _LEAST_DATES or recent[0].year < 1953 or last_year > _LAST_YEAR:
        return 0.0, None
    fitting: list[tuple[float, Calendar]] = []
    for code in _likely(recent)[:_MOST_TRIED]:
        calendar = _made(code, _EXCHANGES[code][0], recent[0].year // 10 * 10, -(-last_year // 10) * 10)
        if calendar is not None and _fits(calendar, recent):
            fitting.append((_share_of_gaps(calendar, recent), calendar))
    if not fitting:
        return 0.0, None
    share, best = max(fitting, key=lambda one: one[0])
    rivals = [
        one.city for equal, one in fitting if equal == share and not _soon(one, recent).equals(_soon(best, recent))
    ]
    return share, replace(best, rivals=tuple(rivals))


def _soon(calendar: Calendar, dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Its sessions in the month after the last of some dates."""
    return calendar.sessions[(calendar.sessions > dates[-1]) & (calendar.sessions <= dates[-1] + _LATER)]


def _likely(dates: pd.DatetimeIndex) -> list[str]:
    """The exchanges of whose holidays by rule the dates keep nearly all, that first which explains most gaps."""
    weekdays = pd.bdate_range(dates[0], dates[-1])
    rules, gaps = _rules_of(weekdays), ~weekdays.isin(dates)
    explained = {}
    for code, (_, holidays) in _EXCHANGES.items():
        closed = np.isin(rules, holidays.split()).any(axis=0)
        if closed.any() and (closed & gaps).sum() >= _KEPT_BY_RULE * closed.sum():
            explained[code] = float((closed & gaps).sum() / (closed | gaps).sum())
    return sorted(explained, key=lambda code: -explained[code])


def _rules_of(days: pd.DatetimeIndex) -> np.ndarray:
    """(4, N) what each day is by the rules of holidays: of its month, of its month's weeks twice, and of Easter."""
    month, name = days.strftime("%m-"), pd.Index(_WEEKDAYS).take(days.day_of_week.to_numpy())
    nth = pd.Index((days.day - 1) // 7 + 1).astype(str)
    last = np.where(days.day > days.days_in_month - 7, month + "L" + name, "")
    sundays = {year: pd.offsets.Easter().rollforward(pd.Timestamp(year, 1, 1)) for year in set(days.year)}
    from_easter = (days - pd.DatetimeIndex([sundays[year] for year in days.year])).days
    return np.array([days.strftime("%m-%d"), month + nth + name, last, [f"E{offset:+}" for offset in from_easter]])


def _fits(calendar: Calendar, dates: pd.DatetimeIndex) -> bool:
    """Whether dates keep an exchange's holidays, are its sessions, and most of those that there are."""
    closed, kept = _holidays(calendar, dates)
    few = closed >= _FEW_HOLIDAYS and _share_of_gaps(calendar, dates) == 1
    keeps = few or kept >= max(_LEAST_HOLIDAYS, _KEPT * closed)
    sessions = calendar.sessions[(calendar.sessions >= dates[0]) & (calendar.sessions <= dates[-1])]
    there = len(sessions) > 0 and float(sessions.isin(dates).mean()) >= _MOSTLY_THERE
    return keeps and there and float((~calendar.is_closed(dates)).mean()) >= _FITS


def _holidays(calendar: Calendar, dates: pd.DatetimeIndex) -> tuple[int, int]:
    """How many weekdays of a span an exchange was closed on, and on how many of those there is no date."""
    weekdays = pd.bdate_range(dates[0], dates[-1])
    closed = weekdays[calendar.is_closed(weekdays)]
    return len(closed), int((~closed.isin(dates)).sum())


def _share_of_gaps(calendar: Calendar, dates: pd.DatetimeIndex) -> float:
    """Which share of the weekdays that are missing or holidays are both; 1 where there are none."""
    weekdays = pd.bdate_range(dates[0], dates[-1])
    gaps, closed = ~weekdays.isin(dates), calendar.is_closed(weekdays)
    either = int((gaps | closed).sum())
    return int((gaps & closed).sum()) / either if either else 1.0


@lru_cache(maxsize=32)
def _made(code: str, city: str, first_year: int, last_year: int) -> Calendar | None:
    """An exchange's calendar for whole years, or for those of which its holidays are known."""
    whole = pd.Timestamp(first_year, 1, 1), pd.Timestamp(last_year, 12, 31)
    found = known_times(code, *whole)
    if found is None:
        return None
    calendar, first, last = found
    if (first, last) != whole and last - first < datetime.timedelta(days=366):
        return None
    return Calendar(code, city, pd.DatetimeIndex(calendar.sessions), first, last)


def known_times(code: str, first: pd.Timestamp, last: pd.Timestamp) -> tuple[Any, pd.Timestamp, pd.Timestamp] | None:
    """An exchange's sessions with their hours, as `exchange_calendars` has them, and between which days.

    They are those asked for, or as much of them as its holidays are known; None where none can be made.
    """
    import exchange_calendars  # 0.2 s, and only wanted where a series trades on weekdays

    try:
        return exchange_calendars.get_calendar(code, start=first, end=last), first, last
    except (NotImplementedError, exchange_calendars.errors.InvalidCalendarName):
        return None  # Athens, Bucharest, Belgrade: exchange_calendars 4.13 upon pandas 3
    except ValueError:  # its holidays are not known for so long
        kind = type(exchange_calendars.get_calendar(code))
        known = max(filter(None, (kind.bound_min(), first))), min(filter(None, (kind.bound_max(), last)))
        return known_times(code, *known) if known[0] < known[1] and known != (first, last) else None
