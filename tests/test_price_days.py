"""Days and ranges that are not real: they leave the file, or their closes are used alone, and both are told."""

import numpy as np
import pandas as pd
import pytest
from walks import BARS, csv, flat, holidays, told, walk, with_days

from rnnlab.data.prices.series import Prices, read_prices

TABLE = walk(260)


def read(table: pd.DataFrame) -> Prices:
    return read_prices(csv(table), name="acme.csv")


# Rows of days on which nothing traded.


EMPTY = dict.fromkeys([*BARS, "Volume"], np.nan)


@pytest.mark.parametrize("cells", [{}, dict.fromkeys(BARS, 0.0), EMPTY])
def test_a_row_of_a_day_that_has_not_traded_yet_is_left_out(cells):
    prices = read(with_days(TABLE, TABLE.index[-1:] + pd.Timedelta(days=1), **cells))
    assert prices.table.equals(read(TABLE).table)
    assert told(prices, "Left out the last row, 2020-01-14: nothing had traded")


@pytest.mark.parametrize(("columns", "volume"), [(["Close"], 0.0), ([*BARS, "Close", "Volume"], 12.0)])
def test_a_last_close_that_is_repeated_is_told_where_nothing_else_says_that_the_day_was_none(columns, volume):
    table = TABLE[columns]
    prices = read(with_days(table, TABLE.index[-1:] + pd.Timedelta(days=1), Volume=volume))
    assert len(prices.table) == len(table) + 1
    assert told(prices, "The last row, 2020-01-14, repeats the close").endswith("has not traded yet.")


@pytest.mark.parametrize("exchange", ["XNYS", "XTKS", "XLON", "BVMF"])
@pytest.mark.parametrize("columns", [["Close"], ["Open", "High", "Low", "Close"], ["Close", "Volume"]])
def test_rows_of_an_exchanges_holidays_are_left_out(exchange, columns):
    table = walk(500, exchange=exchange)[columns]
    days = holidays(table)
    prices = read(with_days(table, days))
    assert list(prices.table.index) == list(table.index)
    assert told(prices, f"Left out {len(days)} rows of days on which").endswith(f"the first on {days[0]:%Y-%m-%d}.")


def test_holidays_of_an_unknown_exchange_are_left_out_where_it_hardly_ever_stands_still():
    table = TABLE.set_index(pd.bdate_range("2019-01-02", periods=len(TABLE), name="Date"))
    gone = table.index[[20, 63, 64, 120, 121, 122, 200]]
    whole = table.drop(gone)
    prices = read(with_days(whole, gone))
    assert list(prices.table.index) == list(whole.index)
    assert told(prices, "Left out 7 rows of days on which nothing traded")


@pytest.mark.parametrize("columns", [["Close"], ["Open", "High", "Low", "Close", "Volume"]])
@pytest.mark.parametrize("fill", ["ffill", "bfill"])
def test_weekends_that_are_filled_up_are_left_out(columns, fill):
    table = TABLE[columns]
    prices = read(getattr(table.asfreq("D"), fill)())
    assert list(prices.table.index) == list(table.index)
    assert told(prices, "exchange was closed")
    assert told(prices, "on Saturdays and Sundays")
    assert prices.table["Close"][table.index].equals(table["Close"])


def test_weekends_on_a_line_from_friday_to_monday_are_left_out():
    table = walk(260, level=9)[["Close"]]
    prices = read(table.asfreq("D").interpolate().round(2))
    assert list(prices.table.index) == list(table.index)
    assert told(prices, "on Saturdays and Sundays")


def test_a_market_that_never_closes_keeps_its_weekends_and_its_still_days():
    days = pd.date_range("2021-01-01", periods=260)
    coin = TABLE.set_axis(days)
    stable = pd.DataFrame({"Close": np.where(np.arange(260) % 3, 1.0, 1.0001)}, index=days)
    assert len(read(coin).table) == 260
    assert len(read(stable).table) == 260


def test_a_stock_that_often_does_not_trade_keeps_its_days():
    random = np.random.default_rng(5)
    still = np.flatnonzero(random.random(len(TABLE) - 1) < 0.1) + 1
    thin = TABLE.drop(TABLE.index[still])
    prices = read(with_days(thin, TABLE.index[[*still, -1]].unique()))
    assert len(prices.table) == len(TABLE)
    assert not [notice for notice in prices.notices if "Left out" in notice]


def test_a_halt_within_an_exchanges_sessions_stays():
    halt = TABLE.index[100:105]
    assert len(read(with_days(TABLE.drop(halt), halt)).table) == len(TABLE)


# Ranges.


def test_a_fund_whose_high_is_its_low_is_read_by_its_closes():
    prices = read(flat(TABLE, TABLE.index).drop(columns="Volume"))
    assert list(prices.table) == ["Close"]
    assert told(prices, "High equals Low on 260 of 260 days, the first on 2019-01-02")


@pytest.mark.parametrize("opened", [TABLE["Open"], TABLE["Close"].shift().fillna(1500.0)])
def test_highs_and_lows_that_were_made_of_opens_and_closes_are_no_ranges(opened):
    table = TABLE.assign(Open=opened)
    body = table[["Open", "Close"]]
    prices = read(table.assign(High=body.max(axis=1), Low=body.min(axis=1)))
    assert list(prices.table) == ["Close", "Volume"]
    assert told(prices, "High and Low are no more than Open and Close on 260 of 260 days")


def test_many_days_without_a_range_have_none_while_the_others_keep_theirs():
    days = TABLE.index[np.random.default_rng(2).random(260) < 0.3]
    prices = read(flat(TABLE, days))
    assert prices.table.loc[days, BARS].isna().all(axis=None)
    others = prices.table.drop(days)
    assert others.equals(TABLE.drop(days))
    assert told(prices, f"High equals Low on {len(days)} of 260 days").endswith(
        "on those days the close is used alone."
    )


def test_a_stretch_without_ranges_in_a_long_file_has_none():
    table = walk(900)
    prices = read(flat(table, table.index[:40]))
    assert prices.table["High"].isna().sum() == 40


def test_a_few_days_of_one_trade_stay_as_they_are():
    days = TABLE.index[[30, 90, 150]]
    prices = read(flat(TABLE, days))
    assert prices.table.loc[days, "High"].equals(TABLE.loc[days, "Close"])
    assert prices.notices == ()


# Spikes.


@pytest.mark.parametrize("factor", [10, 100, 0.1, 0.001])
def test_a_slip_of_the_decimal_point_is_left_out_by_name(factor):
    table = TABLE.copy()
    table.iloc[150, 3] *= factor
    prices = read(table)
    assert len(prices.table) == 259
    notice = told(prices, "slip of the decimal point")
    assert f"{table.index[150]:%Y-%m-%d}" in notice
    assert f"{table['Close'].iloc[150]:.10g}" in notice
    assert not [notice for notice in prices.notices if "split" in notice or "missing" in notice]


def test_a_spike_of_another_size_stays_and_is_told_as_an_outlier():
    table = TABLE[["Close"]].copy()
    table.iloc[150] *= 3
    prices = read(table)
    assert prices.table.equals(table)
    assert told(prices, "is 3.0").startswith(f"The close of {table.index[150]:%Y-%m-%d}")
    assert not [notice for notice in prices.notices if "split" in notice or "moved" in notice]


def test_a_price_that_stays_at_ten_times_its_own_is_a_split():
    table = TABLE.copy()
    table.iloc[150:, :4] *= 10
    assert told(read(table), "looks like an unadjusted 1:10 split")
