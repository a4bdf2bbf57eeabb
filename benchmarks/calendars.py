"""How often the next 20 sessions are right, told from a file's dates alone: `python -m benchmarks.calendars`."""

import sys
import time
import warnings

import pandas as pd
from exchange_calendars import get_calendar

from rnnlab.data.prices.dates.sessions import future_sessions

EXCHANGES = "XNYS XLON XTKS XHKG XETR XPAR XTSE XASX XBOM BVMF XSHG"
ENDS = pd.date_range("2014-01-20", "2025-11-20", periods=48)  # last days of the files
AHEAD = 20


def right(sessions: pd.DatetimeIndex, rows: int) -> int:
    """Of how many files of so many rows the sessions that follow are told right."""
    found = 0
    for last in sessions.searchsorted(ENDS):
        told = future_sessions(sessions[last - rows : last], AHEAD)
        found += list(told) == list(sessions[last : last + AHEAD])
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    for exchange in sys.argv[1:] or EXCHANGES.split():
        sessions = pd.DatetimeIndex(get_calendar(exchange, start="2005-01-01", end="2026-01-31").sessions)
        for rows in (120, 300, 2000):
            begun = time.process_time()
            share = f"{right(sessions, rows)} of {len(ENDS)} right"
            seconds = (time.process_time() - begun) / len(ENDS)
            print(f"{exchange}, {rows} rows: {share}, {seconds:.3f} s a file", flush=True)


if __name__ == "__main__":
    main()
