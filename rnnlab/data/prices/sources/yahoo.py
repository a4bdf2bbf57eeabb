"""Prices by Yahoo Finance's tickers, up to the last finished session; what asks Yahoo is in `yahoo_reading.py`."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pandas as pd

from rnnlab.data.cache import refuse_offline
from rnnlab.data.prices.series import Origin, Prices, read_prices
from rnnlab.data.prices.sources.day_cache import keep_for_a_day, kept
from rnnlab.data.prices.sources.yahoo_exchanges import calendar_named
from rnnlab.data.prices.sources.yahoo_reading import ANSWER, INSTEAD, MIRROR, REFUSAL, YahooAnswer
from rnnlab.errors import DataError

MISSING = "Prices by ticker need the package yfinance, which is not here; pip install yfinance==1.7.0 adds it."
AT_ONCE = 3  # tickers fetched at the same time, fewer than the forecasts that a page computes
SETTLED = pd.Timedelta(
    minutes=20
)  # after a session's end, by when its last prices are there; many come 15 minutes late
OLD = pd.Timedelta(days=14)  # longer than any exchange's holidays
_TICKER = re.compile(r"[\^A-Z0-9][A-Z0-9.=^&_-]{0,20}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
# What the process may know: how to start and to reach the network, and no token of anybody's.
_HANDED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "SSL_CERT_FILE")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_FREE = threading.BoundedSemaphore(AT_ONCE)


def _utc_now() -> pd.Timestamp:
    return pd.Timestamp.now("UTC")


@dataclass(frozen=True)
class Yahoo:
    """Daily prices of any ticker that finance.yahoo.com knows.

    seconds: the time limit. now: the time.
    """

    prefix: ClassVar[str] = "yahoo"
    for_visitors: ClassVar[bool] = True
    seconds: float = 30
    now: Callable[[], pd.Timestamp] = _utc_now

    def prices(self, name: str) -> Prices:
        """The prices of a ticker as Yahoo writes it, in any case, adjusted for splits and dividends.

        What was fetched serves until the session that was then open, or the exchange's day, has ended.

        Raises:
            DataError: there is no such ticker, it has no prices, or Yahoo cannot be reached, does not answer in time,
                answers no more, or answers with something else than prices; or yfinance is not installed.
        """
        ticker = _ticker(name)
        answer = _kept(ticker)
        if answer is not None and _serves(answer, self.now()):
            return _read(answer)
        answer = self._fetch(ticker)
        prices = _read(answer)
        try:
            keep_for_a_day(self.prefix, ticker, dataclasses.asdict(answer))
        except DataError as error:  # the prices are here all the same
            return dataclasses.replace(prices, notices=(*prices.notices, str(error)))
        return prices

    def _fetch(self, ticker: str) -> YahooAnswer:
        refuse_offline(f"{self.prefix}:{ticker}")
        if importlib.util.find_spec("yfinance") is None:
            raise DataError(MISSING)
        if not _FREE.acquire(blocking=False):
            raise DataError(f"{AT_ONCE} tickers are being fetched already; try again in a few seconds.")
        begun = int(self.now().timestamp())  # what was not over by now may have come unfinished
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                return dataclasses.replace(self._answered(ticker, Path(folder)), fetched=begun)
        finally:
            _FREE.release()

    def _answered(self, ticker: str, folder: Path) -> YahooAnswer:
        command = [sys.executable, "-m", "rnnlab.data.prices.sources.yahoo_reading", ticker]
        none = subprocess.DEVNULL
        with suppress(subprocess.TimeoutExpired):
            how: dict[str, Any] = {"cwd": folder, "env": _environment(folder), "timeout": self.seconds}
            subprocess.run(command, stdin=none, stdout=none, stderr=none, check=False, **how)
            if (folder / REFUSAL).is_file():
                raise DataError((folder / REFUSAL).read_text(encoding="utf-8"))
            if not (folder / ANSWER).is_file():
                raise DataError(f"yfinance failed to fetch {ticker}; {INSTEAD}.")
            return YahooAnswer(**json.loads((folder / ANSWER).read_text(encoding="utf-8")))
        raise DataError(f"Yahoo Finance did not answer within {self.seconds:g} seconds; {INSTEAD}.")


def _ticker(name: str) -> str:
    """A ticker in capitals; DataError if it can be none."""
    ticker = name.strip().upper()
    if _ISIN.fullmatch(ticker):
        raise DataError(f"{ticker} is an ISIN; give the ticker that finance.yahoo.com shows for it.")
    if not _TICKER.fullmatch(ticker):
        shown = name[:40]
        raise DataError(f"{shown!r} is not a ticker; write it as finance.yahoo.com does: AAPL, 7203.T, BTC-USD, ^GSPC.")
    return ticker


def _environment(folder: Path) -> dict[str, str]:
    ours = str(Path(__file__).resolve().parents[4])
    wanted = (*_HANDED_ON, *_PROXIES, *map(str.upper, _PROXIES), MIRROR)
    given = {name: os.environ[name] for name in wanted if name in os.environ}
    path = os.pathsep.join(filter(None, (ours, given.get("PYTHONPATH"))))
    return given | {"PYTHONPATH": path, "HOME": str(folder)}


def _kept(ticker: str) -> YahooAnswer | None:
    """What was fetched before, if it is whole."""
    found: dict[str, Any] = kept(Yahoo.prefix, ticker) or {}
    if set(found) != {field.name for field in dataclasses.fields(YahooAnswer)}:
        return None
    whole = all(isinstance(found[name], str) for name in ("zone", "table", "exchange", "market", "currency", "kind"))
    numbers = all(isinstance(found[name], int) for name in ("fetched", "decimals"))
    if not (whole and numbers and isinstance(found["ends"], int | None)):
        return None
    try:
        ZoneInfo(found["zone"] or "UTC")
    except (ValueError, KeyError, OSError):
        return None
    return YahooAnswer(**found)


def _serves(answer: YahooAnswer, now: pd.Timestamp) -> bool:
    """Whether no session can have ended since it was fetched, and it is of the exchange's day."""
    fetched = pd.Timestamp(answer.fetched, unit="s", tz="UTC")
    midnight = _there(answer, fetched).normalize() + pd.DateOffset(days=1)
    ended = _ended(answer)
    until = midnight if ended is None or ended <= fetched else min(ended, fetched + pd.Timedelta(days=1))
    return bool(fetched <= now < until)


def _there(answer: YahooAnswer, time: pd.Timestamp) -> pd.Timestamp:
    """A time on the exchange's clock."""
    return time.tz_convert(answer.zone or "UTC")


def _ended(answer: YahooAnswer) -> pd.Timestamp | None:
    """When the prices of the last known session are settled."""
    return None if answer.ends is None else pd.Timestamp(answer.ends, unit="s", tz="UTC") + SETTLED


def _read(answer: YahooAnswer) -> Prices:
    """The prices of finished sessions, with what is known of them."""
    table, unfinished = _finished(answer)
    calendar = calendar_named(answer.exchange, answer.kind)
    prices = read_prices(table.encode(), name=answer.ticker, calendar=calendar)
    fetched = pd.Timestamp(answer.fetched, unit="s", tz="UTC")
    currency = "points" if answer.kind == "INDEX" else answer.currency
    origin = Origin("Yahoo Finance", answer.market, currency, fetched.tz_localize(None))
    age = _there(answer, fetched).tz_localize(None).normalize() - prices.table.index[-1]
    old = []
    if age > OLD:
        last = f"{prices.table.index[-1]:%Y-%m-%d}"
        old = [f"The last price is of {last}, {age.days} days before it was fetched; it may have been delisted."]
    notices = (*old, *unfinished, *prices.notices)
    return dataclasses.replace(prices, name=answer.ticker, notices=notices, origin=origin, decimals=answer.decimals)


def _finished(answer: YahooAnswer) -> tuple[str, list[str]]:
    """The table without the day that was not over when it was fetched, and a notice if there was one."""
    rows, day = answer.table.rstrip("\n").rpartition("\n")[::2]
    fetched, ended = pd.Timestamp(answer.fetched, unit="s", tz="UTC"), _ended(answer)
    today = _there(answer, fetched) if ended is None else _there(answer, ended - SETTLED)
    if day[:10] < f"{today:%Y-%m-%d}" or (ended is not None and fetched >= ended and day[:10] == f"{today:%Y-%m-%d}"):
        return answer.table, []
    return rows + "\n", [f"Left out the last row, {day[:10]}: the session was not over when it was fetched."]
