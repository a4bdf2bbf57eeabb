"""Asks Yahoo Finance for a ticker's daily prices through yfinance, as a process of its own; independent of any cache.

`python -m rnnlab.data.prices.sources.yahoo_reading TICKER` answers in the folder where it runs: with the prices and
what is known of them, or with the sentence that says why there are none. A process, as yfinance asks several hosts in
turn, each with limits of its own, and keeps answers and cookies for as long as it lives.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.errors import DataError

ANSWER, REFUSAL = "answer.json", "refusal"  # the files by which the process answers
MIRROR = "RNNLAB_YAHOO"  # the address of a server that answers in the place of Yahoo's
FIELDS = ["Open", "High", "Low", "Close", "Adj Close", "Volume"]
SLOWEST, SLOWEST_ASIDE = 10, 4  # seconds for an answer with prices, and for one with a cookie
MOST_BYTES = 20_000_000  # of an answer; seventy years of daily prices are 2 MB
LONGEST_WORD, MOST_DECIMALS = 60, 8  # of what Yahoo says of a ticker
INSTEAD = "try again later, or give a CSV file"
UNREACHED = "Yahoo Finance cannot be reached; check the network and try again, or give a CSV file."
WEB_PAGE = f"Yahoo Finance answered with a web page in place of prices; {INSTEAD}."
LIMITED = f"Yahoo Finance answers no more requests from this address for now (429); {INSTEAD}."


@dataclass(frozen=True)
class YahooAnswer:
    """What Yahoo Finance knows of a ticker.

    exchange: Yahoo's code of it, as NMS. market: the exchange's name. kind: EQUITY, INDEX, CRYPTOCURRENCY and so on.
    zone: the exchange's time zone. decimals: to print prices with. ends: when the session ends that the exchange is in,
    or was in last; None if unknown. fetched: when it was asked. Times are seconds since 1970. table: the daily prices
    as CSV, in `currency`, Adj Close beside Close.
    """

    ticker: str
    title: str
    exchange: str
    market: str
    currency: str
    kind: str
    zone: str
    decimals: int
    ends: int | None
    fetched: int
    table: str


@dataclass
class Asked:
    """The last answer with prices that came: what it was, whatever yfinance makes of it."""

    status: int = 0
    is_json: bool = True
    has_prices: bool = False


def read(ticker: str) -> YahooAnswer:
    """Ask for all of a ticker's daily prices; DataError if there are none."""
    import yfinance
    from curl_cffi.requests.exceptions import ConnectionError as Unreached
    from curl_cffi.requests.exceptions import ProxyError, SSLError, Timeout
    from yfinance.exceptions import YFPricesMissingError, YFRateLimitError

    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    yfinance.set_tz_cache_location(os.getcwd())
    yfinance.config.debug.hide_exceptions = False
    asked = Asked()
    series = yfinance.Ticker(ticker, session=_session(asked))
    fetched = int(time.time())
    try:
        bars = series.history(period="max", auto_adjust=False, keepna=True, timeout=SLOWEST)
        if not bars.empty:
            return _answer(ticker, series.history_metadata, bars, fetched)
    except YFRateLimitError as error:
        raise DataError(LIMITED) from error
    except Timeout as error:
        raise DataError(f"Yahoo Finance did not answer within {SLOWEST} seconds; {INSTEAD}.") from error
    except (Unreached, ProxyError, SSLError) as error:
        raise DataError(UNREACHED) from error
    except YFPricesMissingError as error:
        raise _none_of(ticker, asked) from error
    except Exception as error:  # yfinance reads what it did not expect with any of a dozen exceptions
        if asked.status == 200 and asked.has_prices:
            remedy = "a newer yfinance may, or give a CSV file"
            raise DataError(f"yfinance cannot read what Yahoo Finance answered for {ticker!r}; {remedy}.") from error
        raise _none_of(ticker, asked) from error
    raise _none_of(ticker, asked)


def _none_of(ticker: str, asked: Asked) -> DataError:
    """Why there are no prices, by what came last."""
    if asked.status == 404:
        remedy = "check how finance.yahoo.com writes it, as AAPL, 7203.T, BTC-USD or ^GSPC"
        return DataError(f"Yahoo Finance has no ticker {ticker!r}; {remedy}.")
    if asked.status == 429:
        return DataError(LIMITED)
    if asked.status in (401, 403):
        return DataError(f"Yahoo Finance refuses to answer this address for now ({asked.status}); {INSTEAD}.")
    if asked.status >= 500:
        return DataError(f"Yahoo Finance failed to answer ({asked.status}); {INSTEAD}.")
    if not asked.status:
        return DataError(UNREACHED)
    if not asked.is_json:
        return DataError(WEB_PAGE)
    remedy = "give a CSV file of its past prices, or another ticker"
    return DataError(f"Yahoo Finance has no daily prices of {ticker!r}, which may be delisted; {remedy}.")


def _session(asked: Asked) -> Any:
    """A browser's session whose every answer is bounded in time and size, and from the mirror if there is one."""
    from curl_cffi import CurlOpt
    from curl_cffi.requests import Session

    session: Any = Session(impersonate="chrome", curl_options={CurlOpt.MAXFILESIZE_LARGE: MOST_BYTES})
    ask, mirror = session.request, os.environ.get(MIRROR, "").rstrip("/")

    def bounded(method: str, url: str, timeout: float = SLOWEST, **how: Any) -> Any:
        chart = "/finance/chart/" in url
        there = mirror + "/" + url.partition("://")[2].partition("/")[2] if mirror else url
        answer = ask(method, there, timeout=min(timeout, SLOWEST if chart else SLOWEST_ASIDE), **how)
        if chart:
            asked.status, asked.is_json = answer.status_code, answer.text.lstrip().startswith("{")
            asked.has_prices = asked.is_json and '"close"' in answer.text
        return answer

    session.request = bounded
    return session


def _answer(ticker: str, known: Any, bars: pd.DataFrame, fetched: int) -> YahooAnswer:
    """The prices as a file would have them, and what Yahoo says of them."""

    def word(*names: str) -> str:
        found = next((str(known[name]) for name in names if known.get(name)), "")
        return "".join(filter(str.isprintable, found))[:LONGEST_WORD]

    period = known.get("currentTradingPeriod") or {}
    ends = period.get("regular", {}).get("end")
    table = bars[FIELDS].apply(lambda column: column.map(_written))
    return YahooAnswer(
        ticker=word("symbol") or ticker,
        title=word("longName", "shortName"),
        exchange=word("exchangeName"),
        market=word("fullExchangeName", "exchangeName"),
        currency=word("currency"),
        kind=word("instrumentType"),
        zone=word("exchangeTimezoneName"),
        decimals=min(int(word("priceHint") or 2), MOST_DECIMALS),
        ends=None if ends is None else int(pd.Timestamp(ends).timestamp()),
        fetched=fetched,
        table=table.set_axis(pd.DatetimeIndex(bars.index).strftime("%Y-%m-%d").rename("Date")).to_csv(),
    )


def _written(value: float) -> str:
    """A price in as few digits as tell it: most of Yahoo's are 32-bit numbers, 170.52000427246094 for 170.52."""
    if math.isnan(value):
        return ""
    short = np.float32(value)
    return np.format_float_positional(short if float(short) == value else value, trim="-")


def main(arguments: list[str]) -> int:
    """Answer one request by a file in the folder where this runs."""
    try:
        Path(ANSWER).write_text(json.dumps(asdict(read(arguments[0]))), encoding="utf-8")
    except DataError as error:
        Path(REFUSAL).write_text(str(error), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
