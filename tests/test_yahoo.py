"""Prices by ticker: the real yfinance against a server on loopback that answers as Yahoo Finance does."""

import dataclasses
import json
import os
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from exchange_calendars import get_calendar_names
from yahoo_server import Yahoo, chart, reachable_yahoo, with_dividend, with_split, without_prices

from rnnlab.data import cache
from rnnlab.data.prices.dates.sessions import future_sessions
from rnnlab.data.prices.series import Prices
from rnnlab.data.prices.sources import yahoo as source
from rnnlab.data.prices.sources import yahoo_exchanges
from rnnlab.data.prices.sources.yahoo_exchanges import calendar_named
from rnnlab.data.prices.sources.yahoo_reading import YahooAnswer
from rnnlab.errors import DataError

EVENING = "2026-11-24 22:30"  # UTC: New York has closed, Tokyo and London too
PAGE = "<!doctype html><html><body>Will you accept our cookies?</body></html>"
NO_SUCH_DAYS = {"code": "Bad Request", "description": "Data doesn't exist for startDate = 1, endDate = 2"}


@pytest.fixture
def yahoo(monkeypatch, tmp_path) -> Iterator[Yahoo]:
    with reachable_yahoo(monkeypatch, tmp_path) as server:
        yield server


def prices_of(ticker: str, now: str = EVENING, seconds: float = 120) -> Prices:
    return source.Yahoo(seconds=seconds, now=lambda: pd.Timestamp(now, tz="UTC")).prices(ticker)


def closes(found: dict) -> list[float]:
    return found["chart"]["result"][0]["indicators"]["quote"][0]["close"]


def test_a_ticker_gives_its_prices_with_their_source_and_age(yahoo):
    yahoo.charts["NVDA"] = found = chart("NVDA")
    prices = prices_of("nvda")
    assert (prices.name, len(prices.table), prices.decimals, prices.bundled) == ("NVDA", 400, 2, False)
    assert np.allclose(prices.table["Close"], closes(found))
    assert prices.table.index[-1] == pd.Timestamp("2026-11-24")
    words = "Prices: Yahoo Finance, NasdaqGS, USD, up to 2026-11-24, fetched on 2026-11-24 at 22:30 UTC."
    assert (prices.source, prices.notices) == (words, ())


def test_dividends_and_splits_are_no_moves(yahoo):
    yahoo.charts["NVDA"] = found = with_split(with_dividend(chart("NVDA"), 300, 2.5), 200)
    prices = prices_of("NVDA")
    adjusted = found["chart"]["result"][0]["indicators"]["adjclose"][0]["adjclose"]
    assert np.allclose(prices.table["Close"], adjusted)
    assert prices.table["Close"].iloc[0] < closes(found)[0]
    assert prices.notices == (
        "All prices were scaled by Adj Close / Close, so that dividends and splits do not look like moves.",
    )


def test_a_session_counts_once_its_prices_are_settled(yahoo):
    yahoo.charts["NVDA"] = found = chart("NVDA")
    found["chart"]["result"][0]["timestamp"][-1] += 5 * 3600  # of a session that is on Yahoo tells the last trade
    prices = prices_of("NVDA", "2026-11-24 20:59")
    assert prices.table.index[-1] == pd.Timestamp("2026-11-23")
    assert prices.notices[0] == "Left out the last row, 2026-11-24: the session was not over when it was fetched."
    answer = source._kept("NVDA")
    for now, last in [("21:19", "23"), ("21:20", "24"), ("23:00", "24")]:
        later = dataclasses.replace(answer, fetched=int(pd.Timestamp(f"2026-11-24 {now}", tz="UTC").timestamp()))
        assert source._read(later).table.index[-1] == pd.Timestamp(f"2026-11-{last}")


def test_a_session_that_ends_while_it_is_asked_for_does_not_count(yahoo):
    yahoo.charts["NVDA"] = chart("NVDA")
    times = iter(pd.to_datetime(["2026-11-24 21:19:59", "2026-11-24 21:20:01"], utc=True))
    prices = source.Yahoo(seconds=120, now=lambda: next(times)).prices("NVDA")
    assert prices.table.index[-1] == pd.Timestamp("2026-11-23")


def test_where_no_session_is_known_the_exchanges_day_is_not_over():
    table = "Date,Close\n" + "".join(
        f"{day:%Y-%m-%d},{100 + day.day}\n" for day in pd.bdate_range("2026-11-02", "2026-11-25")
    )
    fetched = int(pd.Timestamp("2026-11-24 16:00", tz="UTC").timestamp())
    answer = YahooAnswer("X", "X", "JPX", "Tokyo", "JPY", "EQUITY", "Asia/Tokyo", 2, None, fetched, table)
    assert source._read(answer).table.index[-1] == pd.Timestamp("2026-11-24")  # it is the 25th in Tokyo


def test_a_day_without_prices_is_left_out_with_a_notice(yahoo):
    yahoo.charts["NVDA"] = found = chart("NVDA")
    for values in found["chart"]["result"][0]["indicators"]["quote"][0].values():
        values[250] = None
    found["chart"]["result"][0]["indicators"]["adjclose"][0]["adjclose"][250] = None
    prices = prices_of("NVDA")
    assert len(prices.table) == 399
    assert "Left out 1 row without any price" in prices.notices[0]


@pytest.mark.parametrize(
    ("ticker", "exchange", "currency", "following"),
    [
        ("7203.T", "JPX", "JPY", ["2026-11-24", "2026-11-25"]),  # on the 23rd is Labour Thanksgiving
        ("^GSPC", "SNP", "points", ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27"]),  # Thanksgiving
        ("BTC-USD", "CCC", "USD", ["2026-11-21", "2026-11-22"]),
    ],
)
def test_exchange_currency_and_calendar_are_the_sources(yahoo, ticker, exchange, currency, following):
    yahoo.charts[ticker] = chart(ticker, exchange, last="2026-11-20")
    prices = prices_of(ticker, "2026-11-21 00:30")
    assert prices.origin is not None
    assert (prices.name, prices.origin.currency) == (ticker, currency)
    calendar = prices.table.attrs["calendar"]
    days = future_sessions(pd.DatetimeIndex(prices.table.index), len(following), calendar)
    assert list(days.strftime("%Y-%m-%d")) == following


def test_every_exchange_that_is_known_has_a_calendar():
    known = set(get_calendar_names(include_aliases=True))
    assert {calendar_named(code, "EQUITY") for code in ("LSE", "HKG", "TOR", "ASX", "NSI", "SAO", "SHH")} <= known
    assert set(yahoo_exchanges._OF.values()) <= known
    assert (calendar_named("CCY", "CURRENCY"), calendar_named("XXX", "EQUITY")) == ("24/5", None)


def test_a_series_that_ended_long_ago_says_so(yahoo):
    yahoo.charts["OLD"] = chart("OLD", last="2026-03-02")
    notice = "The last price is of 2026-03-02, 267 days before it was fetched; it may have been delisted."
    assert notice in prices_of("OLD").notices


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("missing", "Yahoo Finance has no ticker 'XYZ'; check how finance.yahoo.com writes it, as AAPL, 7203.T"),
        (without_prices(chart("XYZ")), "Yahoo Finance has no daily prices of 'XYZ', which may be delisted; give a CSV"),
        ({"chart": {"result": [], "error": None}}, "Yahoo Finance has no daily prices of 'XYZ', which may be delisted"),
        ((400, json.dumps({"chart": {"result": None, "error": NO_SUCH_DAYS}})), "no daily prices of 'XYZ'"),
        ((429, "Too Many Requests"), "Yahoo Finance answers no more requests from this address for now .429.; try"),
        (
            (401, json.dumps({"finance": {"error": {"code": "Unauthorized"}}})),
            "refuses to answer this address .* .401.;",
        ),
        ((403, PAGE), "Yahoo Finance refuses to answer this address for now .403.; try again later, or give a CSV"),
        ((502, PAGE), "Yahoo Finance failed to answer .502.; try again later, or give a CSV file"),
        ((200, PAGE), "Yahoo Finance answered with a web page in place of prices; try again later, or give a CSV file"),
        ((200, '{"chart": {"result": [{"close": 1}]}}'), "yfinance cannot read what Yahoo Finance answered for 'XYZ'"),
    ],
    ids=[
        "unknown",
        "delisted",
        "empty",
        "no such days",
        "rate-limited",
        "no cookie",
        "refused",
        "failing",
        "HTML",
        "changed",
    ],
)
def test_what_is_no_prices_has_its_sentence(yahoo, answer, words):
    if answer != "missing":
        yahoo.charts["XYZ"] = answer
    with pytest.raises(DataError, match=words):
        prices_of("XYZ")


def test_a_server_that_stalls_is_left_at_the_time_limit(yahoo):
    yahoo.charts["XYZ"] = None
    with pytest.raises(DataError, match="Yahoo Finance did not answer within 2 seconds; try again later, or give a"):
        prices_of("XYZ", seconds=2)


def test_a_server_that_is_not_there_is_a_network_that_is_down(yahoo, monkeypatch):
    monkeypatch.setenv("RNNLAB_YAHOO", "http://127.0.0.1:9")
    with pytest.raises(DataError, match="Yahoo Finance cannot be reached; check the network and try again, or give a"):
        prices_of("XYZ")


def test_what_was_fetched_serves_until_a_session_has_ended(yahoo, monkeypatch):
    yahoo.charts["NVDA"] = chart("NVDA")
    first = prices_of("NVDA", "2026-11-24 15:00")
    asked = len(yahoo.asked)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert prices_of("NVDA", "2026-11-24 20:00").table.equals(first.table)
    assert len(yahoo.asked) == asked
    with pytest.raises(DataError, match="yahoo:NVDA cannot be fetched while HF_HUB_OFFLINE is set; unset it"):
        prices_of("NVDA", EVENING)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    assert len(prices_of("NVDA", EVENING).table) == 400
    assert len(yahoo.asked) > asked


def test_a_damaged_cache_is_fetched_anew(yahoo):
    yahoo.charts["NVDA"] = chart("NVDA")
    file = cache.cache_folder() / "prices" / "yahoo" / "NVDA.json"
    file.parent.mkdir(parents=True)
    whole = dataclasses.asdict(YahooAnswer("N", "", "NMS", "", "USD", "EQUITY", "Mars/Base", 2, None, 0, ""))
    for content in (
        "",
        "{",
        "[1]",
        "null",
        "\x00",
        '{"zone": 1}',
        json.dumps(whole),
        json.dumps(whole | {"ends": "x"}),
    ):
        file.write_text(content)
        assert source._kept("NVDA") is None
    assert len(prices_of("NVDA").table) == 400
    assert json.loads(file.read_text())["market"] == "NasdaqGS"


def test_a_cache_that_cannot_be_written_costs_no_prices(yahoo, monkeypatch, tmp_path):
    yahoo.charts["NVDA"] = chart("NVDA")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "file"))
    prices = prices_of("NVDA")
    assert len(prices.table) == 400
    assert prices.notices == (
        "NVDA cannot be kept in the cache (not a directory); set RNNLAB_CACHE to a folder of yours.",
    )


def test_the_cache_drops_what_is_old(yahoo):
    yahoo.charts["NVDA"] = chart("NVDA")
    old = cache.cache_folder() / "prices" / "yahoo" / "OLD.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}")
    os.utime(old, (0, 0))
    prices_of("NVDA")
    assert not old.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("US0378331005", "US0378331005 is an ISIN; give the ticker that finance.yahoo.com shows for it"),
        ("../../etc", "'../../etc' is not a ticker; write it as finance.yahoo.com does"),
        ("", "'' is not a ticker"),
        ("A B", "'A B' is not a ticker"),
        ("http://10.0.0.1/", "'http://10.0.0.1/' is not a ticker"),
    ],
)
def test_what_can_be_no_ticker_is_never_asked_for(yahoo, name, words):
    with pytest.raises(DataError, match=words):
        prices_of(name)
    assert yahoo.asked == []


def test_without_yfinance_a_sentence_says_how_to_install_it(yahoo, monkeypatch):
    monkeypatch.setattr(source.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="need the package yfinance, which is not here; pip install yfinance==1.7.0"):
        prices_of("NVDA")


def test_a_few_tickers_are_fetched_at_a_time(yahoo, monkeypatch):
    monkeypatch.setattr(source, "_FREE", source.threading.BoundedSemaphore(1))
    with source._FREE, pytest.raises(DataError, match="tickers are being fetched already; try again in a few seconds"):
        prices_of("NVDA")


def test_no_token_is_handed_on(yahoo, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert "hf_secret" not in source._environment(tmp_path).values()
