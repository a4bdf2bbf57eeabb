"""Which entries of a ledger can be scored, why the others cannot, and what came; independent of any score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from rnnlab.data.prices.dates.opens import closing, exchange_of, opening
from rnnlab.data.prices.series import Prices
from rnnlab.hub import Kept, Ledger
from rnnlab.tasks.forecast.ledger.entries import Entry, lines_of

SHOWN = "%Y-%m-%d %H:%M:%S UTC"
LEAST_CHANGE = 1e-3  # of a close, from which on it reads differently now
# Why an entry is never scored.
LATE, SECOND, UNREADABLE, OTHER_DAY, BY_HAND = "late", "second", "unreadable", "other day", "by hand"


@dataclass(frozen=True)
class Scorable:
    """An entry whose session has come: its file, and the percent log return from its last day to its session."""

    entry: Entry
    kept: Kept
    outcome: float


@dataclass(frozen=True)
class Refused:
    """A line that is never scored: its file, its series and session ("" where it cannot be read), the kind and why."""

    kept: Kept
    series: str
    session: str
    kind: str
    why: str


@dataclass
class Outcomes:
    """A ledger against prices.

    scorable, refused: in the order of files and lines. waiting: entries whose session is not over. without_prices:
    entries by series of which no prices were given. missed: sessions that have passed since a series' first entry
    without one, as (series, day). readjusted: by series, entries whose last close reads differently now. altered: files
    that were changed or deleted since they were added, scored as they were added.
    """

    scorable: list[Scorable] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    without_prices: dict[str, int] = field(default_factory=dict)
    missed: list[tuple[str, str]] = field(default_factory=list)
    readjusted: dict[str, int] = field(default_factory=dict)
    altered: list[Kept] = field(default_factory=list)


def outcomes(ledger: Ledger, series: Mapping[str, Prices], now: datetime) -> Outcomes:
    """Hold every line of a ledger against the prices of its series, by name; now: until when a session is over, UTC."""
    found, nights = Outcomes(altered=[one for one in ledger.files if one.altered]), set()
    why = "`ledger commit` did not add this file, so nobody can tell what stood in it before"
    found.refused += [Refused(one, "", "", BY_HAND, why) for one in ledger.by_hand]
    exchanges = {name: exchange_of(prices.table) for name, prices in series.items()}
    entries: dict[str, list[Entry]] = {}
    lines = sorted(lines_of(ledger), key=lambda line: (line[0].committed, line[0].path, line[1]))
    for kept, number, entry in lines:
        if isinstance(entry, str):
            why = f"line {number} is no entry: {entry}"
            found.refused.append(Refused(kept, "", "", UNREADABLE, why))
            continue
        entries.setdefault(entry.series, []).append(entry)
        if entry.night in nights:
            why = f"there is an earlier entry from {entry.last_day}"
            found.refused.append(Refused(kept, entry.series, entry.session, SECOND, why))
            continue
        nights.add(entry.night)
        if late := _late(entry, kept, exchanges.get(entry.series, "")):
            found.refused.append(Refused(kept, entry.series, entry.session, LATE, late))
        else:
            _settle(found, entry, kept, series.get(entry.series), now)
    for name, prices in series.items():
        found.missed += [(name, day) for day in _missed(prices, entries.get(name, []))]
    return found


def _late(entry: Entry, kept: Kept, exchange: str) -> str:
    """Why an entry came too late; "" if it did not.

    exchange: on which its prices say that it trades, "" if they do not; where the entry names another one, the open
    that comes first counts, so that nobody gains an hour by naming a market further west.
    """
    session = pd.Timestamp(entry.session)
    opens = min(opening(session, code) for code in (entry.exchange, exchange or entry.exchange))
    if kept.committed < opens:
        return ""
    return f"committed at {kept.committed:{SHOWN}}, when its session had opened at {opens:{SHOWN}}"


def _over(entry: Entry, now: datetime) -> bool:
    """Whether an entry's session is over; where its close is unknown, it is when the day is, in UTC."""
    session = pd.Timestamp(entry.session)
    midnight = datetime(session.year, session.month, session.day, tzinfo=UTC) + timedelta(days=1)
    return now >= (closing(session, entry.exchange) or midnight)


def _settle(found: Outcomes, entry: Entry, kept: Kept, prices: Prices | None, now: datetime) -> None:
    """Put an entry that was in time where it belongs."""
    if prices is None:
        found.without_prices[entry.series] = found.without_prices.get(entry.series, 0) + 1
        return
    dates, close = pd.DatetimeIndex(prices.table.index), prices.table["Close"].to_numpy(float)
    row = int(dates.searchsorted(pd.Timestamp(entry.last_day)))
    nothing_since = row + 1 >= len(dates) and dates[-1] <= pd.Timestamp(entry.last_day)
    if nothing_since or not _over(entry, now):
        found.waiting.append(entry)
        return
    if f"{dates[row]:%Y-%m-%d}" != entry.last_day:
        why = f"the prices have no {entry.last_day}, its last day known"
        found.refused.append(Refused(kept, entry.series, entry.session, OTHER_DAY, why))
    elif (came := f"{dates[row + 1]:%Y-%m-%d}") != entry.session:
        why = f"after {entry.last_day} the prices continue on {came}, not on its session"
        found.refused.append(Refused(kept, entry.series, entry.session, OTHER_DAY, why))
    else:
        if abs(close[row] / entry.last_close - 1) > LEAST_CHANGE:
            found.readjusted[entry.series] = found.readjusted.get(entry.series, 0) + 1
        found.scorable.append(Scorable(entry, kept, float(100 * np.log(close[row + 1] / close[row]))))


def _missed(prices: Prices, entries: list[Entry]) -> list[str]:
    """The days with a price, from the first session of an entry on, for which there is no entry at all."""
    if not entries:
        return []
    sessions = {entry.session for entry in entries}
    days = [f"{day:%Y-%m-%d}" for day in prices.table.index]
    return [day for day in days if day >= min(sessions) and day not in sessions]
