"""Dates that cannot be: day and month swapped, another zone's midnight, rows that step back."""

import numpy as np
import pandas as pd
import pytest
from walks import csv, dated, swapped, told, walk

from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.errors import DataError

TABLE = walk(260)
DAYS = pd.DatetimeIndex(TABLE.index)
COIN = TABLE.set_axis(pd.date_range("2021-01-01", periods=260))


def read(days: list[str], table: pd.DataFrame = TABLE, **options: str) -> Prices:
    return read_prices(dated(days, table), name="acme.csv", **options)


# Day and month swapped.


@pytest.mark.parametrize("step", [1, -1])
def test_days_and_months_that_a_program_swapped_are_put_back(step):
    prices = read(swapped(DAYS)[::step], TABLE[::step])
    assert prices.table.equals(TABLE)
    assert told(prices, "dates have day and month swapped, the first").endswith("only so the rows run in order.")


@pytest.mark.parametrize("rows", [[89], range(200, 260), range(100, 150), range(254, 260), range(6)])
def test_days_and_months_that_are_swapped_in_some_rows_are_put_back(rows):
    prices = read(swapped(DAYS, np.isin(np.arange(260), list(rows))))
    assert prices.table.equals(TABLE)
    assert told(prices, "day and month swapped")


def test_swapped_dates_of_a_file_that_was_sorted_since_are_known_by_their_weekends():
    written = pd.Series(swapped(DAYS))
    order = pd.to_datetime(written).argsort(kind="stable")
    prices = read(list(written[order]), TABLE.iloc[order])
    assert prices.table.equals(TABLE)
    assert told(prices, "only so the rows fall on no weekend")


def test_dates_as_year_day_month_throughout_are_read_so():
    prices = read(list(DAYS.strftime("%Y-%d-%m")))
    assert prices.table.equals(TABLE)
    assert told(prices, "were read as year, day, month: 2019-01-14")


def test_what_the_caller_says_of_dates_is_not_doubted():
    prices = read(swapped(DAYS), dates="iso")
    assert not prices.table.index.equals(TABLE.index)
    assert told(prices, "The dates step back")


def test_dates_that_run_in_order_as_written_are_left_alone():
    assert read(list(DAYS.strftime("%Y-%m-%d"))).notices == ()
    sparse = TABLE.iloc[[0, 25, 50, 75, 100, 125, 150, 175, 200, 225]]
    assert read(list(sparse.index.strftime("%Y-%m-%d")), sparse).table.equals(sparse)


def test_rows_that_step_back_are_told_and_sorted():
    order = [*range(100, 260), *range(100)]
    prices = read(list(DAYS[order].strftime("%Y-%m-%d")), TABLE.iloc[order])
    assert prices.table.equals(TABLE)
    assert told(prices, "The dates step back once, first on line 162 ('2019-01-02' after '2020-01-13')")


def test_a_slip_of_the_year_that_gives_a_day_two_prices_is_refused_with_both_lines():
    written = list(DAYS.strftime("%Y-%m-%d"))
    written[254] = "2019-01-07"
    with pytest.raises(DataError, match="Line 256 of acme.csv and line 5 give different prices for 2019-01-07"):
        read(written)


# Midnights of another zone.


@pytest.mark.parametrize(
    "zone", ["Asia/Tokyo", "Europe/Berlin", "Australia/Sydney", "Pacific/Auckland", "Asia/Kolkata"]
)
@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00:00", "seconds", "milliseconds"])
def test_midnights_east_of_greenwich_in_utc_are_moved_to_their_day(zone, form):
    moments = DAYS.tz_localize(zone).tz_convert("UTC").tz_localize(None)
    units = {"seconds": "s", "milliseconds": "ms"}
    written = moments.as_unit(units[form]).asi8 if form in units else moments.strftime(form)
    prices = read([str(one) for one in written])
    assert prices.table.equals(TABLE)
    assert told(prices, "are another time zone's midnight, so 260 dates were moved on by a day")


@pytest.mark.parametrize("clock", ["00:00:00-05:00", "05:00:00+00:00", "09:30:00", "16:00:00", "23:59:59"])
def test_times_of_day_on_the_right_day_change_nothing(clock):
    prices = read([f"{day:%Y-%m-%d} {clock}" for day in DAYS])
    assert prices.table.equals(TABLE)
    assert prices.notices == ()


def test_only_the_rows_of_winter_are_moved_where_summers_midnight_is_the_days_own():
    moments = (DAYS + pd.Timedelta(hours=10)).tz_localize("Australia/Sydney").tz_convert("UTC")
    prices = read(list(moments.strftime("%Y-%m-%d %H:%M:%S")))
    assert prices.table.equals(TABLE)
    assert told(prices, "moved on by a day")


@pytest.mark.parametrize(("days", "words"), [(-1, "Sundays and on no Friday"), (1, "Saturdays and on no Monday")])
def test_dates_that_are_all_a_day_off_are_told(days, words):
    prices = read(list((DAYS + pd.Timedelta(days=days)).strftime("%Y-%m-%d")))
    assert len(prices.table) == 260
    assert told(prices, f"Rows fall on {words}")


def test_a_market_that_never_closes_is_told_that_its_midnight_may_be_another():
    prices = read([f"{day:%Y-%m-%d} 15:00:00" for day in COIN.index], COIN)
    assert prices.table.index.equals(pd.DatetimeIndex(COIN.index, name="Date").as_unit("us"))
    assert told(prices, "'15:00:00' are another time zone's midnight, give the dates a day later")


def test_a_market_that_never_closes_may_date_a_day_by_its_end():
    assert read([f"{day:%Y-%m-%d} 23:59:59" for day in COIN.index], COIN).notices == ()


# Other calendars and forms.


@pytest.mark.parametrize(
    "form", ["%d %B %Y", "%b %d, %Y", "%A, %B %d, %Y", "%d-%b-%y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]
)
def test_dates_in_the_worlds_forms_are_read(form):
    assert read(list(DAYS.strftime(form))).table.equals(TABLE)


@pytest.mark.parametrize(
    ("months", "form"),
    [
        ("jan. févr. mars avr. mai juin juil. août sept. oct. nov. déc.", "{d} {m} {y}"),
        ("Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.", "{d}. {m} {y}"),
        ("ene feb mar abr may jun jul ago sep oct nov dic", "{d}-{m}-{y}"),
        (
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
            "{d} de {m} de {y}",
        ),
        ("янв. февр. марта апр. мая июня июля авг. сент. окт. нояб. дек.", "{d} {m} {y} г."),
        ("sty lut mar kwi maj cze lip sie wrz paź lis gru", "{d} {m} {y}"),
        ("Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara", "{d} {m} {y}"),
    ],
)
def test_months_are_known_by_name_in_many_languages(months, form):
    names = months.split()
    written = [form.format(d=day.day, m=names[day.month - 1], y=day.year) for day in DAYS]
    assert read(written).table.equals(TABLE)


def test_years_of_taiwan_and_a_spreadsheets_numbers_are_read_and_told():
    minguo = read([f"{day.year - 1911}/{day:%m/%d}" for day in DAYS])
    serial = read([str((day - pd.Timestamp("1899-12-30")).days) for day in DAYS])
    assert minguo.table.equals(TABLE)
    assert serial.table.equals(TABLE)
    assert told(minguo, "Years were read as Taiwan's")
    assert told(serial, "a spreadsheet's numbers of days: '43467' as 2019-01-02")


def test_a_plain_file_says_nothing():
    assert read_prices(csv(TABLE)).notices == ()
