"""What read_prices mends and notes, and in which words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnlab.data.prices.series import Prices, need_rows, read_prices
from rnnlab.errors import DataError

SHARED = Path(__file__).parents[2] / "shared" / "data"
OHLC = "Date,Open,High,Low,Close\n"
GOOD = "2021-01-04,10\n2021-01-05,11\n"


def read(text: str, **options: str) -> Prices:
    return read_prices(text.encode(), name="prices.csv", **options)


def series(closes: list[float], start: str = "2021-01-04", freq: str = "B") -> Prices:
    days = pd.date_range(start, periods=len(closes), freq=freq)
    return read("Date,Close\n" + "".join(f"{day:%Y-%m-%d},{close}\n" for day, close in zip(days, closes, strict=True)))


def wave(count: int) -> list[float]:
    return [100 + np.sin(i) for i in range(count)]


def bars(*rows: str) -> Prices:
    return read(OHLC + "".join(f"2021-01-{day:02},{row}\n" for day, row in zip((4, 5, 6, 7, 8), rows, strict=False)))


def note(prices: Prices, words: str) -> str:
    found = [notice for notice in prices.notices if words in notice]
    assert len(found) == 1, prices.notices
    return found[0]


# What is mended.


def test_an_empty_open_becomes_the_previous_close():
    prices = bars("10,12,9,11", ",12,9,10", "10,12,9,11")
    assert prices.table["Open"].tolist() == [10, 11, 10]
    assert note(prices, "empty Open") == "1 row with an empty Open; the previous close was put there, on 2021-01-05."


def test_an_open_of_zero_counts_as_empty_and_the_first_ones_stand_in_is_its_own_close():
    prices = bars("0,12,9,11", "10,12,9,10")
    assert prices.table["Open"].tolist() == [11, 10]
    assert note(prices, "empty Open").endswith("on 2021-01-04.")


def test_empty_high_and_low_hold_open_and_close():
    prices = bars("10,12,9,11", "10,,,11.5", "10,12,9,11")
    assert prices.table.loc["2021-01-05", ["High", "Low"]].tolist() == [11.5, 10]
    assert note(prices, "empty High")
    assert note(prices, "empty Low")


@pytest.mark.parametrize("low", ["0.0", "0.01", "5.9"])
def test_a_low_far_below_the_days_other_prices_is_replaced(low):
    prices = bars("10,12,9,11", f"10,12,{low},11", "10,12,9,10")
    assert prices.table["Low"].tolist() == [9, 10, 9]
    assert note(prices, "Low far from").endswith("on 2021-01-05.")


def test_a_high_or_open_far_from_the_days_other_prices_is_replaced():
    prices = bars("10,12,9,11", "10,120,9,11", "1,12,9,10")
    assert prices.table["High"].tolist() == [12, 11, 12]
    assert prices.table["Open"].tolist() == [10, 10, 11]
    assert note(prices, "High far from")
    assert note(prices, "Open far from")


def test_open_and_close_outside_high_and_low_widen_them():
    prices = bars("13,12,9,11", "10,12,9,8", "10,12,11,11")
    assert prices.table["High"].tolist() == [13, 12, 12]
    assert prices.table["Low"].tolist() == [9, 8, 10]
    assert "2 rows" in note(prices, "Low above the Open or Close")


def test_a_day_without_any_price_is_left_out_and_a_missing_close_alone_is_refused():
    prices = read(
        OHLC + "2021-01-04,10,12,9,11\n2021-01-05,null,null,null,null\n2021-01-06,10,12,9,10\n2021-01-07,,,,\n"
    )
    assert len(prices.table) == 2
    assert prices.notices == ("Left out 2 rows without any price, the first on 2021-01-05.",)
    with pytest.raises(DataError, match=r"Line 3 of prices.csv has no close for 2021-01-05, .* fill it in or remove"):
        bars("10,12,9,11", "10,12,9,-", "10,12,9,11")


def test_a_row_given_twice_is_left_out_and_two_prices_for_a_day_are_refused():
    prices = read("Date,Close\n2021-01-04,10\n2021-01-05,11\n2021-01-05,11\n")
    assert prices.notices == ("Left out 1 row given twice, on 2021-01-05.",)
    with pytest.raises(DataError, match="Line 4 of prices.csv and line 3 give different prices for 2021-01-05"):
        read("Date,Close\n2021-01-04,10\n2021-01-05,11\n2021-01-05,12\n")


def test_adj_close_scales_all_prices():
    prices = read("Date,Open,High,Low,Close,Adj Close,Volume\n2021-01-04,10,12,8,10,5,7\n2021-01-05,10,12,9,11,11,7\n")
    assert prices.table.loc["2021-01-04"].tolist() == [5, 6, 4, 5, 7]
    assert prices.table.loc["2021-01-05"].tolist() == [10, 12, 9, 11, 7]
    assert "scaled by Adj Close / Close" in note(prices, "Adj Close")


def test_an_adj_close_with_holes_is_not_used_and_one_alone_is():
    holes = read("Date,Close,Adj Close\n2021-01-04,10,5\n2021-01-05,11,-0.2\n")
    assert holes.table["Close"].tolist() == [10, 11]
    assert "not used" in note(holes, "Adj Close")
    alone = read("Date,Open,Adj Close\n2021-01-04,10,5\n2021-01-05,11,6\n")
    assert list(alone.table) == ["Close"]
    assert "no Close" in note(alone, "Adj Close")


def test_columns_that_are_mostly_empty_are_left_out():
    prices = read("Date,Open,Close,Volume\n2021-01-04,,10,0\n2021-01-05,,11,0\n2021-01-06,10,11.5,0\n")
    assert list(prices.table) == ["Close"]
    assert note(prices, "Open is empty on 67% of the days")
    assert note(prices, "Volume is always zero")


# What is noted.


def test_a_volume_of_zero_is_noted():
    prices = read("Date,Close,Volume\n2021-01-04,10,5\n2021-01-05,11,0\n")
    assert note(prices, "volume of zero") == "1 row with a volume of zero, on 2021-01-05."


@pytest.mark.parametrize(
    ("factor", "ratio"), [(1 / 2, "2:1"), (1 / 3, "3:1"), (2 / 3, "3:2"), (1 / 7, "7:1"), (10, "1:10"), (2, "1:2")]
)
def test_a_move_like_a_split_is_named_with_its_ratio(factor, ratio):
    closes = [*wave(5), *(factor * close for close in wave(10)[5:])]
    assert f"close of 2021-01-11 looks like an unadjusted {ratio} split" in note(series(closes), "split")


def test_a_crash_that_the_open_did_not_make_is_a_move_and_no_split():
    prices = bars("10,10,10,10", "10,10.5,10,10.2", "10.2,10.4,5,5.1")
    assert note(prices, "moved") == "The close moved by -50% on 2021-01-06."


def test_a_true_move_of_39_percent_in_logs_is_noted_and_kept():
    prices = series([100, 101, 101 * np.exp(0.39), 149])
    assert note(prices, "moved") == "The close moved by +48% on 2021-01-06."
    assert len(prices.table) == 4


def test_a_gap_over_60_days_is_named():
    prices = read("Date,Close\n2021-01-04,10\n2021-01-05,11\n2021-01-06,11.5\n2021-06-01,12\n2021-06-02,12.5\n")
    assert "no price from 2021-01-06 to 2021-06-01, 146 days" in note(prices, "no price")


def test_dates_in_the_future_are_noted():
    assert "3 rows dated in the future, the first on 2199-01-01" in note(series([1, 1.1, 1.2], "2199-01-01"), "future")


def test_a_few_weekend_rows_are_noted_and_a_market_that_never_closes_is_fine():
    days = [*pd.date_range("2021-01-04", periods=30, freq="B"), pd.Timestamp("2021-02-13")]
    rows = "".join(f"{day:%Y-%m-%d},{close}\n" for day, close in zip(days, wave(31), strict=True))
    assert "1 row falls on a weekend, on 2021-02-13" in note(read("Date,Close\n" + rows), "weekend")
    assert series(wave(30), freq="D").notices == ()


@pytest.mark.parametrize(("freq", "word"), [("W-FRI", "week"), ("ME", "month"), ("BME", "month"), ("QE", "quarter")])
def test_another_spacing_than_daily_is_named(freq, word):
    assert series(wave(12), "2018-01-01", freq).notices == (
        f"The rows are {word}ly ones, so a forecast's steps are {word}s and not days.".replace(
            "quarterly", "quarterly"
        ),
    )


def test_a_few_missing_sessions_are_noted():
    sessions = pd.bdate_range("2021-03-01", "2021-05-28").drop([pd.Timestamp("2021-04-02"), pd.Timestamp("2021-04-20")])
    rows = "".join(f"{day:%Y-%m-%d},{close}\n" for day, close in zip(sessions, wave(len(sessions)), strict=True))
    assert read("Date,Close\n" + rows).notices == ("1 New York session is missing, on 2021-04-20.",)


def test_the_ticker_names_the_series_else_the_file_does():
    assert read("Date,Close,Name\n2021-01-04,1,ACME\n2021-01-05,2,ACME\n").name == "ACME"
    assert read("Date,Close\n" + GOOD).name == "prices"
    assert read_prices(b"Date,Close\n2021-01-04,1\n", name="BRK.B").name == "BRK.B"
    assert read("Date,Close\n" + GOOD, ticker="ACME").name == "ACME"


def test_too_few_rows_are_refused_with_the_number_needed():
    prices = series(wave(40))
    need_rows(prices, 40, "a forecast")
    with pytest.raises(
        DataError, match="prices has 40 rows, but a forecast needs at least 62; give a file with a longer"
    ):
        need_rows(prices, 62, "a forecast")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared price files are not here")
@pytest.mark.parametrize("file", sorted(SHARED.glob("*/*.csv")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_real_files_read_whole_and_plausible(file):
    prices = read_prices(file)
    table = prices.table
    assert prices.name == file.stem
    assert len(table) == len(file.read_text().splitlines()) - 1
    assert table[["Open", "High", "Low", "Close"]].notna().all(axis=None)
    assert (table["High"] >= table[["Open", "Close"]].max(axis=1)).all()
    assert (table["Low"] <= table[["Open", "Close"]].min(axis=1)).all()
    assert (table["Low"] > 0.5 * table["Close"]).all()
