"""Which exchange a file's own dates are sessions of, and that what is not known is told."""

import pandas as pd
import pytest
from walks import csv, sessions, told, walk

from rnnlab.data.prices.dates import exchanges
from rnnlab.data.prices.dates.exchanges import calendar_of
from rnnlab.data.prices.dates.sessions import future_sessions
from rnnlab.data.prices.series import read_prices

CITIES = {
    "XTKS": "Tokyo", "XLON": "London", "XETR": "Frankfurt", "XPAR": "Euronext", "XSHG": "Shanghai", "XTSE": "Toronto",
    "XASX": "Sydney", "BVMF": "São Paulo", "XSWX": "Zurich", "XWAR": "Warsaw", "XNYS": "New York",
}  # fmt: skip


@pytest.mark.parametrize("exchange", CITIES)
def test_dates_go_on_by_the_calendar_of_the_exchange_that_they_are_sessions_of(exchange):
    known = sessions(exchange, 400, "2018-06-04")
    calendar = calendar_of(known[:360])
    assert calendar is not None
    assert calendar.city == CITIES[exchange]
    assert list(future_sessions(known[:360], 40)) == list(known[360:])


@pytest.mark.parametrize("exchange", ["XLON", "XTSE", "XTKS"])
def test_half_a_year_tells_other_exchanges_from_new_york(exchange):
    known = sessions(exchange, 145, "2021-03-01")
    calendar = calendar_of(known[:125])
    assert calendar is None or calendar.city != "New York"


def test_a_session_that_is_missing_and_one_that_is_spare_do_not_hide_the_exchange():
    known = sessions("XLON", 360, "2018-06-04")
    dates = known.drop(known[77]).union(pd.DatetimeIndex(["2018-08-27"]))
    calendar = calendar_of(dates)
    assert calendar is not None
    assert calendar.city == "London"


def test_whose_holidays_a_forecast_keeps_is_told():
    prices = read_prices(csv(walk(300, exchange="XTKS")))
    assert told(prices, "The dates keep the holidays of Tokyo's exchange, and so do the forecast's.")
    assert read_prices(csv(walk(300))).notices == ()


def test_that_holidays_are_not_known_is_told():
    weekdays = pd.bdate_range("2019-01-02", periods=310, name="Date")
    gone = weekdays[[20, 60, 61, 100, 140, 180, 190, 230, 260, 300]]
    prices = read_prices(csv(walk(300).set_axis(weekdays.drop(gone))))
    assert told(prices, "The dates are those of no exchange whose holidays are known here, so forecasts may fall on")


def test_every_weekday_has_no_holidays_and_needs_no_notice():
    weekdays = pd.bdate_range("2019-01-02", periods=300, name="Date")
    assert calendar_of(weekdays) is None
    assert read_prices(csv(walk(300).set_axis(weekdays))).notices == ()


def test_a_calendar_is_made_once_and_only_where_the_dates_may_be_its_own(monkeypatch):
    made = []
    real = exchanges._made.__wrapped__
    cached = exchanges.lru_cache()(lambda *key: made.append(key[0]) or real(*key))
    monkeypatch.setattr(exchanges, "_made", cached)
    for _ in range(3):
        calendar_of(sessions("XTKS", 360, "2018-06-04"))
    assert len(made) == len(set(made)) <= 3
    assert {"XNYS", "XTKS"} <= set(made)


@pytest.mark.parametrize("code", ["ASEX", "NOPE"])
def test_an_exchange_whose_sessions_cannot_be_computed_has_no_calendar(code):
    assert calendar_of(pd.bdate_range("2017-01-02", "2017-12-29"), exchange=code) is None
