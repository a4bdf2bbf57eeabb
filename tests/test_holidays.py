"""On which days exchanges are open around their holidays: the days that they announced, whoever tells the exchange."""

import pandas as pd
import pytest
from exchange_calendars import get_calendar
from walks import csv, told, walk

from rnnlab.data.prices.dates.sessions import future_sessions
from rnnlab.data.prices.series import read_prices

# Calendar, last known day, the sessions that followed it.
OPEN = {
    "Thanksgiving": ("XNYS", "2025-11-25", "11-26 11-28 12-01"),
    "Carter's funeral": ("XNYS", "2025-01-07", "01-08 01-10 01-13"),
    "Boxing Day": ("XLON", "2025-12-23", "12-24 12-29 12-30 12-31 01-02"),
    "the Queen's jubilee": ("XLON", "2022-05-31", "06-01 06-06"),
    "the new year in Japan": ("XTKS", "2025-12-29", "12-30 01-05"),
    "the lunar new year in Hong Kong": ("XHKG", "2025-01-27", "01-28 02-03"),
    "Christmas in Frankfurt": ("XETR", "2024-12-20", "12-23 12-27 12-30 01-02"),
    "Christmas in Paris": ("XPAR", "2025-12-23", "12-24 12-29 12-30 12-31 01-02"),
    "Victoria Day": ("XTSE", "2025-05-15", "05-16 05-20"),
    "Easter and Anzac Day": ("XASX", "2025-04-16", "04-17 04-22 04-23 04-24 04-28"),
    "Independence Day in India": ("XBOM", "2025-08-13", "08-14 08-18"),
    "carnival": ("BVMF", "2025-02-27", "02-28 03-05 03-06"),
    "the spring festival": ("XSHG", "2025-01-24", "01-27 02-05"),
    "China's National Day": ("XSHG", "2025-09-29", "09-30 10-09"),
}


def known(exchange: str, last: str, days: int = 300) -> pd.DatetimeIndex:
    start = str(pd.Timestamp(last) - pd.Timedelta(days=2 * days))[:10]
    return pd.DatetimeIndex(get_calendar(exchange, start=start, end=last).sessions[-days:], name="Date")


def written(days: pd.DatetimeIndex) -> str:
    return " ".join(days.strftime("%m-%d"))


@pytest.mark.parametrize("named", [False, True], ids=["by the dates", "by the source"])
@pytest.mark.parametrize("holiday", OPEN)
def test_an_exchange_opens_again_on_the_day_that_it_announced(holiday, named):
    exchange, last, following = OPEN[holiday]
    dates = known(exchange, last)
    days = future_sessions(dates, following.count(" ") + 1, exchange if named else None)
    assert written(days) == following


def test_a_currency_trades_on_all_weekdays_and_a_coin_on_all_days():
    weekdays, days = pd.bdate_range("2024-10-01", "2025-12-23"), pd.date_range("2024-10-01", "2025-12-23")
    for exchange in ("24/5", None):
        assert written(future_sessions(weekdays, 3, exchange)) == "12-24 12-25 12-26"
    for exchange in ("24/7", None):
        assert written(future_sessions(days, 3, exchange)) == "12-24 12-25 12-26"


def test_a_source_that_names_the_wrong_exchange_is_not_believed():
    dates = known("XTKS", "2025-12-29")
    assert written(future_sessions(dates, 2, "XNYS")) == "12-30 01-05"


def test_two_exchanges_that_the_dates_cannot_tell_apart_are_both_named():
    table = walk(300).set_axis(known("XPAR", "2024-12-23"))  # Christmas Eve and the last of 2023 were Sundays
    words = (
        "The dates fit the exchanges of Frankfurt, Euronext and Madrid, whose next holidays differ; the forecast keeps"
    )
    assert told(read_prices(csv(table)), words)


def test_a_few_days_of_a_source_are_enough_to_know_its_holidays():
    dates = known("XTKS", "2025-12-29", 10)
    assert written(future_sessions(dates, 2, "XTKS")) == "12-30 01-05"


def test_a_file_says_how_far_its_exchanges_holidays_are_known():
    table = walk(300).set_axis(known("XSHG", "2026-12-01"))
    assert told(
        read_prices(csv(table)), "Shanghai's holidays are known up to 2026-12-31 alone; later ones are not left"
    )
