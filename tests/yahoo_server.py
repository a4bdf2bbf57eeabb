"""A server on loopback that answers as Yahoo Finance does, with made-up prices."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd
import pytest
from exchange_calendars import get_calendar

from rnnlab.data import cache

MARKETS = {
    "NMS": ("NasdaqGS", "USD", "America/New_York", "XNYS", "EQUITY"),
    "JPX": ("Tokyo", "JPY", "Asia/Tokyo", "XTKS", "EQUITY"),
    "LSE": ("LSE", "GBp", "Europe/London", "XLON", "EQUITY"),
    "SNP": ("SNP", "USD", "America/New_York", "XNYS", "INDEX"),
    "CCC": ("CCC", "USD", "UTC", "24/7", "CRYPTOCURRENCY"),
    "CCY": ("CCY", "USD", "Europe/London", "24/5", "CURRENCY"),
}
CLOSES = {"Asia/Tokyo": "15:30", "Europe/London": "16:30", "UTC": "23:59"}  # of a session; New York's at 16:00
NOT_FOUND = {"code": "Not Found", "description": "No data found, symbol may be delisted"}


def chart(ticker: str, exchange: str = "NMS", last: str = "2026-11-24", days: int = 400, **events: Any) -> dict:
    """A chart of daily prices up to a session, as Yahoo writes it; the session that is on is that of `last`."""
    market, currency, zone, calendar, kind = MARKETS[exchange]
    sessions = get_calendar(calendar, start="2024-01-01", end="2026-12-31").sessions
    dates = pd.DatetimeIndex(sessions[sessions <= last][-days:])
    opens = (dates + pd.Timedelta(hours=9)).tz_localize(zone)
    random = np.random.default_rng(len(ticker))
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.012, len(dates))))
    opened = close * np.exp(random.normal(0, 0.004, len(dates)))
    bars = {
        "open": opened,
        "high": np.maximum(opened, close) * 1.003,
        "low": np.minimum(opened, close) / 1.003,
        "close": close,
    }
    quote = {name: [float(np.float32(round(price, 2))) for price in prices] for name, prices in bars.items()}
    quote["volume"] = [int(shares) for shares in random.integers(1e5, 1e7, len(dates))]
    end = pd.Timestamp(f"{last} {CLOSES.get(zone, '16:00')}", tz=zone)
    meta = {
        "currency": currency,
        "symbol": ticker,
        "exchangeName": exchange,
        "fullExchangeName": market,
        "instrumentType": kind,
        "exchangeTimezoneName": zone,
        "regularMarketTime": int(end.timestamp()) - 7000,
        "priceHint": 2,
        "longName": f"{ticker} Corporation",
        "currentTradingPeriod": {
            part: {"timezone": "", "gmtoffset": 0, "start": int(end.timestamp()) - 23400, "end": int(end.timestamp())}
            for part in ("pre", "regular", "post")
        },
        "validRanges": ["1d", "5d", "1y", "max"],
    }
    indicators = {"quote": [quote], "adjclose": [{"adjclose": list(quote["close"])}]}
    times = [int(time.timestamp()) for time in opens]
    result = {"meta": meta, "timestamp": times, "indicators": indicators} | ({"events": events} if events else {})
    return {"chart": {"result": [result], "error": None}}


def with_dividend(found: dict, row: int, amount: float) -> dict:
    """The chart with a dividend paid on a day, for which closes before are adjusted."""
    result = found["chart"]["result"][0]
    closes = result["indicators"]["adjclose"][0]["adjclose"]
    factor = 1 - amount / closes[row - 1]
    result["indicators"]["adjclose"][0]["adjclose"] = [close * factor for close in closes[:row]] + closes[row:]
    time = result["timestamp"][row]
    result.setdefault("events", {})["dividends"] = {str(time): {"amount": amount, "date": time}}
    return found


def with_split(found: dict, row: int) -> dict:
    """The chart with a split of 4 for 1 on a day, for which Yahoo has adjusted all prices already."""
    time = found["chart"]["result"][0]["timestamp"][row]
    split = {"date": time, "numerator": 4, "denominator": 1, "splitRatio": "4:1"}
    found["chart"]["result"][0].setdefault("events", {})["splits"] = {str(time): split}
    return found


def without_prices(found: dict) -> dict:
    """The chart of a ticker that is known, but has no prices any more."""
    result = found["chart"]["result"][0]
    return {
        "chart": {"result": [{"meta": result["meta"], "indicators": {"quote": [{}], "adjclose": [{}]}}], "error": None}
    }


class Yahoo:
    """What the server answers, and what it was asked for.

    charts: by ticker a chart, or a status and a body, or None for no answer at all; every other is not found.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.charts: dict[str, Any] = {}
        self.asked: list[str] = []
        self.over = threading.Event()

    def answer(self, path: str) -> tuple[int, str] | None:
        """A status and a body; None where nothing is ever answered."""
        self.asked.append(path)
        if path.endswith("/getcrumb"):
            return 200, "crumb"
        if "/finance/chart/" not in path:
            return 404, json.dumps({"finance": {"result": None, "error": NOT_FOUND}})
        missing = 404, json.dumps({"chart": {"result": None, "error": NOT_FOUND}})
        found = self.charts.get(unquote(path.rpartition("/")[2]), missing)
        return (200, json.dumps(found)) if isinstance(found, dict) else found


@contextmanager
def running_yahoo() -> Iterator[Yahoo]:
    """A running server."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = yahoo.answer(urlsplit(self.path).path)
            if found is None:
                yahoo.over.wait()
                return
            status, body = found
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if body.startswith("{") else "text/html")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    yahoo = Yahoo(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield yahoo
    finally:
        yahoo.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def reachable_yahoo(monkeypatch: pytest.MonkeyPatch, place: Path) -> Iterator[Yahoo]:
    """A running server that prices by ticker are asked of, and a cache of its own."""
    for variable in cache.OFFLINE:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("RNNLAB_CACHE", str(place / "cache"))
    with running_yahoo() as server:
        monkeypatch.setenv("RNNLAB_YAHOO", server.address)
        yield server
