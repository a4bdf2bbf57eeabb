"""A slip in a cell that a forecast can do without: the cell is blanked, the file is read, and it is told."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from walks import told, walk

from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.errors import DataError

TABLE = walk(260)
ROW = 120


def with_cell(field: str, value: Any, row: int = ROW, table: pd.DataFrame = TABLE) -> pd.DataFrame:
    changed = table.astype(object)
    changed.iloc[row, list(table).index(field)] = value
    return changed


def read(table: pd.DataFrame) -> Prices:
    return read_prices(table.to_csv(date_format="%Y-%m-%d").encode(), name="acme.csv")


def others(table: pd.DataFrame, row: int = ROW) -> pd.DataFrame:
    return table.drop(table.index[row])


@pytest.mark.parametrize("value", ["-400", "halted", "#VALUE!", "inf", "1e30", "1O000"])
def test_a_volume_that_is_none_is_left_empty(value):
    prices = read(with_cell("Volume", value))
    assert np.isnan(prices.table["Volume"].iloc[ROW])
    assert others(prices.table).equals(others(TABLE))
    assert told(prices, f"Line 122 has the volume {value!r}, but").endswith("that cell was left empty.")


@pytest.mark.parametrize("field", ["Open", "High", "Low"])
@pytest.mark.parametrize("value", ["-3", "halted", "#DIV/0!", "inf"])
def test_an_open_a_high_or_a_low_that_is_none_is_left_empty_and_mended(field, value):
    prices = read(with_cell(field, value))
    assert prices.table["Close"].equals(TABLE["Close"])
    assert others(prices.table).equals(others(TABLE))
    assert told(prices, f"Line 122 has the {field.lower()} {value!r}")
    assert told(prices, f"1 row with an empty {field}")


def test_a_high_below_its_low_is_taken_from_the_days_other_prices():
    crossed = with_cell("High", TABLE["Low"].iloc[ROW], table=with_cell("Low", TABLE["High"].iloc[ROW]))
    prices = read(crossed)
    body = TABLE[["Open", "Close"]].iloc[ROW]
    assert prices.table["High"].iloc[ROW] == body.max()
    assert others(prices.table).equals(others(TABLE))
    assert told(prices, "1 row with a High below its Low")


def test_columns_of_highs_and_lows_that_are_each_others_are_exchanged():
    table = TABLE.assign(High=TABLE["Low"], Low=TABLE["High"])
    assert read(table).table.equals(TABLE)


@pytest.mark.parametrize("row", [ROW, -1])
@pytest.mark.parametrize(
    ("cell", "kept"), [({"Volume": 7}, "first"), ({"Volume": 1e8}, "second"), ({"High": 9e3}, "second")]
)
def test_of_two_rows_of_a_day_with_one_close_that_of_more_volume_stays_or_the_later(row, cell, kept):
    again = TABLE.iloc[[row]].assign(**cell)
    place = list(TABLE.index).index(again.index[0]) + 1
    prices = read(pd.concat([TABLE[:place], again, TABLE[place:]]))
    assert len(prices.table) == 260
    stays = TABLE.iloc[row] if kept == "first" else again.iloc[0]
    assert prices.table["Volume"].iloc[row] == stays["Volume"]
    assert told(prices, "the same close but other values")


def test_a_day_with_two_closes_is_refused():
    with pytest.raises(DataError, match="Line 262 of acme.csv and line 261 give different prices for 2020-01-13"):
        read(pd.concat([TABLE, TABLE[-1:] * 1.001]))


def test_an_adj_close_that_is_none_is_not_used_where_there_is_a_close():
    prices = read(with_cell("Adj Close", "x", table=TABLE.assign(**{"Adj Close": TABLE["Close"] * 0.9})))
    assert prices.table.equals(TABLE)
    assert told(prices, "has the adj close 'x'")
    assert told(prices, "Adj Close is not used")


def test_a_row_of_zeros_has_no_price_and_a_close_of_zero_alone_is_refused():
    zeros = TABLE.copy()
    zeros.iloc[ROW] = 0
    assert read(zeros).table.equals(others(TABLE))
    assert told(read(zeros), "Left out 1 row without any price")
    with pytest.raises(DataError, match="Line 122 of acme.csv has the close '0', but a price must be above zero"):
        read(with_cell("Close", 0))


def test_a_last_day_without_a_close_is_left_out_and_another_day_is_refused():
    assert read(with_cell("Close", "", row=-1)).table.equals(TABLE[:-1])
    assert told(read(with_cell("Close", "", row=-1)), "the last row, 2020-01-13: it has no close yet")
    with pytest.raises(DataError, match="Line 122 of acme.csv has no close for 2019-06-25, though it has other prices"):
        read(with_cell("Close", ""))


@pytest.mark.parametrize("value", ["halted", "-3", "inf"])
def test_a_close_that_is_none_is_refused_with_its_line(value):
    with pytest.raises(DataError, match=f"Line 122 of acme.csv has the close '{value}'"):
        read(with_cell("Close", value))


@pytest.mark.parametrize("row", [0, -1])
@pytest.mark.parametrize("factor", [10, 0.01])
def test_a_slip_of_the_decimal_point_at_an_end_is_known_by_its_days_other_prices(row, factor):
    prices = read(with_cell("Close", TABLE["Close"].iloc[row] * factor, row=row))
    assert prices.table.equals(TABLE.drop(TABLE.index[row]))
    assert told(prices, "left out as a slip of the decimal point")


def test_a_move_at_the_end_that_the_whole_day_made_stays():
    table = TABLE.copy()
    table.iloc[-1, :4] *= 10
    prices = read(table)
    assert prices.table.equals(table)
    assert told(prices, "looks like an unadjusted 1:10 split")


def test_lines_at_the_end_that_hold_no_price_are_left_out():
    content = TABLE.to_csv(date_format="%Y-%m-%d") + "\nSource: an exchange\nNo warranty, of course\n"
    prices = read_prices(content.encode(), name="acme.csv")
    assert prices.table.equals(TABLE)
    assert told(prices, "Left out the last 2 lines, which hold no price, from 'Source: an exchange' on line 263 on")
