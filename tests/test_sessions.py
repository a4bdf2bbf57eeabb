"""On which days a series goes on, told from its dates."""

import numpy as np
import pandas as pd
import pytest

from rnnlab.data.prices.dates.exchanges import calendar_of
from rnnlab.data.prices.dates.sessions import future_sessions, missing_sessions, spacing

NEW_YORK_HOLIDAYS_2017 = ["01-02", "01-16", "02-20", "04-14", "05-29", "07-04", "09-04", "11-23", "12-25"]


def new_york_2017() -> pd.DatetimeIndex:
    holidays = pd.DatetimeIndex([f"2017-{day}" for day in NEW_YORK_HOLIDAYS_2017])
    return pd.bdate_range("2017-01-02", "2017-12-29", name="Date").drop(holidays)


def written(dates: pd.DatetimeIndex) -> list[str]:
    return list(dates.strftime("%Y-%m-%d"))


def test_new_york_dates_go_on_with_new_yorks_sessions():
    days = future_sessions(new_york_2017(), 10)
    assert written(days[:2]) == ["2018-01-02", "2018-01-03"]
    assert written(days[-2:]) == ["2018-01-12", "2018-01-16"]  # Martin Luther King's day lies between
    assert days.name == "Date"


def test_a_year_ahead_holds_a_years_holidays():
    days = future_sessions(new_york_2017(), 251)
    assert days[-1] == pd.Timestamp("2018-12-31")
    assert not days.isin(pd.DatetimeIndex(["2018-03-30", "2018-07-04", "2018-12-25", "2018-12-05"])).any()


def test_one_missing_session_does_not_hide_the_exchange():
    dates = new_york_2017().drop(pd.Timestamp("2017-06-01"))
    assert written(future_sessions(dates, 1)) == ["2018-01-02"]
    assert written(missing_sessions(dates, calendar_of(dates))) == ["2017-06-01"]


def test_dates_of_another_exchange_go_on_with_its_weekdays():
    dates = pd.bdate_range("2017-01-02", "2017-12-29")
    assert written(future_sessions(dates, 2)) == ["2018-01-01", "2018-01-02"]
    assert calendar_of(dates) is None


def test_a_week_from_sunday_to_thursday_goes_on_so():
    days = pd.date_range("2021-01-03", "2021-06-24")
    dates = days[days.day_of_week.isin([6, 0, 1, 2, 3])]
    assert written(future_sessions(dates, 2)) == ["2021-06-27", "2021-06-28"]


def test_a_market_that_never_closes_has_every_day():
    dates = pd.date_range("2021-01-01", "2021-02-26")
    assert spacing(dates) == "seven days a week"
    assert written(future_sessions(dates, 3)) == ["2021-02-27", "2021-02-28", "2021-03-01"]


def test_weekly_dates_keep_their_weekday_after_a_holiday_moved_the_last():
    dates = pd.date_range("2021-01-01", "2021-03-26", freq="W-FRI").append(pd.DatetimeIndex(["2021-04-01"]))
    assert spacing(dates) == "weekly"
    assert written(future_sessions(dates, 2)) == ["2021-04-09", "2021-04-16"]


@pytest.mark.parametrize(
    ("freq", "following"),
    [
        ("ME", ["2022-01-31", "2022-02-28", "2022-03-31", "2022-04-30"]),
        ("BME", ["2022-01-31", "2022-02-28", "2022-03-31", "2022-04-29"]),
        ("MS", ["2022-01-01", "2022-02-01", "2022-03-01", "2022-04-01"]),
        ("BMS", ["2022-01-03", "2022-02-01", "2022-03-01", "2022-04-01"]),
        ("QE", ["2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31"]),
        ("YE", ["2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"]),
    ],
)
def test_monthly_dates_keep_their_place_in_the_month(freq, following):
    dates = pd.date_range("2012-01-01", "2021-12-31", freq=freq)
    assert written(future_sessions(dates, 4)) == following


def test_a_fixed_day_of_the_month_is_kept_where_the_month_has_it():
    dates = pd.date_range("2020-01-01", "2021-12-31", freq="MS") + pd.Timedelta(days=14)
    assert written(future_sessions(dates, 2)) == ["2022-01-15", "2022-02-15"]


def test_dates_a_fortnight_apart_go_on_in_fortnights():
    dates = pd.date_range("2021-01-01", periods=20, freq="14D")
    assert spacing(dates) == "irregular"
    assert future_sessions(dates, 2).equals(pd.date_range(dates[-1], periods=3, freq="14D")[1:])


@pytest.mark.parametrize("start", ["1890-01-01", "1945-01-01", "1985-01-01", "2035-01-01", "2199-06-01", "2205-01-01"])
def test_dates_of_any_time_go_on_in_weekdays(start):
    dates = pd.bdate_range(start, periods=60)
    days = future_sessions(dates, 30)
    assert len(days) == 30
    assert days[0] > dates[-1]
    assert days.is_monotonic_increasing
    assert days.is_unique
    assert (days.day_of_week < 5).all()


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_a_few_dates_are_taken_for_daily_ones(rows, unit):
    dates = pd.bdate_range("2021-03-01", periods=rows).as_unit(unit)
    assert spacing(dates) == "daily"
    days = future_sessions(dates, 5)
    assert np.array_equal(days, pd.bdate_range(dates[-1], periods=6)[1:])
    assert days.unit == unit


def test_no_days_are_given_where_none_are_asked_for():
    for dates in (
        new_york_2017(),
        pd.date_range("2021-01-01", periods=9),
        pd.date_range("2021-01-01", periods=9, freq="ME"),
    ):
        assert len(future_sessions(dates, 0)) == 0
