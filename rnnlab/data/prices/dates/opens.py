"""When an exchange's sessions open and close, in UTC; independent of any prices."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pandas as pd

from rnnlab.data.prices.dates.exchanges import CALENDAR, calendar_of, known_times
from rnnlab.data.prices.dates.sessions import future_sessions
from rnnlab.errors import DataError


def exchange_of(table: pd.DataFrame) -> str:
    """The ISO code (MIC, "XNYS") of a table of prices' exchange: its source's, else what its dates say; "" for none."""
    calendar = calendar_of(pd.DatetimeIndex(table.index), exchange=table.attrs.get(CALENDAR))
    return "" if calendar is None else calendar.code


def is_exchange(code: str) -> bool:
    """Whether an exchange has this ISO code."""
    import exchange_calendars  # 0.2 s, and only wanted where a time of day is

    return code in exchange_calendars.get_calendar_names()


def check_exchange(code: str) -> str:
    """A known exchange's code, in capitals; DataError for another, or one whose sessions cannot be computed."""
    capitals = code.upper()
    if not is_exchange(capitals):
        raise DataError(f"The exchange {code[:20]!r} is not known; give its ISO code, as XNYS, XLON or XTKS.")
    if _calendar(capitals, datetime.now(UTC).year) is None:
        told = f"The sessions of {capitals} cannot be computed; leave --exchange out, and 00:00 UTC counts as the open."
        raise DataError(told)
    return capitals


def next_session(dates: pd.DatetimeIndex, exchange: str) -> pd.Timestamp:
    """The session after the last of some dates: the exchange's, else the one that the dates themselves suggest."""
    last = pd.Timestamp(dates[-1])
    calendar = _calendar(exchange, last.year)
    after = calendar.sessions[calendar.sessions > last] if calendar is not None else dates[:0]
    return pd.Timestamp(after[0] if len(after) else future_sessions(dates, 1)[0])


def opening(session: pd.Timestamp, exchange: str) -> datetime:
    """When a session opens (UTC); 00:00 UTC of its date where the exchange is "" or has no session on it."""
    calendar = _calendar(exchange, session.year)
    if calendar is None or session not in calendar.sessions:
        return datetime(session.year, session.month, session.day, tzinfo=UTC)
    return _as_utc(calendar.session_open(session))


def closing(session: pd.Timestamp, exchange: str) -> datetime | None:
    """When a session closes (UTC); None where the exchange is "" or has no session on it."""
    calendar = _calendar(exchange, session.year)
    if calendar is None or session not in calendar.sessions:
        return None
    return _as_utc(calendar.session_close(session))


def _as_utc(time: pd.Timestamp) -> datetime:
    return time.to_pydatetime().astimezone(UTC)


@lru_cache(maxsize=64)
def _calendar(code: str, year: int) -> Any:
    """An exchange's calendar around a year, or as far as it is known; None without a code or where none can be made."""
    if not code:
        return None
    found = known_times(code, pd.Timestamp(year - 1, 12, 1), pd.Timestamp(year + 1, 1, 31))
    return found and found[0]
