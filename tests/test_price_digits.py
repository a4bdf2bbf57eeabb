"""Files of every usual dialect read to the digits that they hold, whatever else the reader learns to do."""

import gzip
from collections.abc import Callable

import pandas as pd
import pytest
from walks import FIELDS, walk

from rnnlab.data.prices import Prices, read_prices


def lines(table: pd.DataFrame, separator: str, day: Callable[[pd.Timestamp], str], number: Callable[[float], str]):
    for date, row in table.iterrows():
        yield separator.join([day(date), *map(number, row)])


def plain(table: pd.DataFrame) -> str:
    return "Date,Open,High,Low,Close,Volume\n" + "\n".join(lines(table, ",", "{:%Y-%m-%d}".format, repr))


def german(table: pd.DataFrame) -> str:
    head = "Datum;Erster;Hoch;Tief;Schlusskurs;Volumen\n"
    swap = str.maketrans(",.", ".,")
    return head + "\n".join(lines(table, ";", "{:%d.%m.%Y}".format, lambda x: f"{x:,.2f}".translate(swap)))


def american(table: pd.DataFrame) -> str:
    head = '"Date","Open","High","Low","Close/Last","Volume"\n'
    return head + "\n".join(lines(table[::-1], ",", '"{:%m/%d/%Y}"'.format, '"${:,.2f}"'.format))


def swiss(table: pd.DataFrame) -> str:
    head = "Date\tOpen\tHigh\tLow\tClose\tVolume\n"
    return head + "\n".join(lines(table, "\t", "{:%d %b %Y}".format, lambda x: f"{x:,.2f}".replace(",", "'")))


def indented(table: pd.DataFrame) -> str:
    head = "Symbol: ACME\n\ntimestamp,1. open,2. high,3. low,4. close,5. volume\n"
    return head + "\n".join(lines(table, ",", "{:%Y-%m-%dT00:00:00-05:00}".format, repr))


def counted(table: pd.DataFrame) -> str:
    head = "unix|open|high|low|close|volume\n"
    return head + "\n".join(lines(table, "|", lambda day: str(int(day.timestamp())), repr))


def yfinance(table: pd.DataFrame) -> str:
    head = "Price,Open,High,Low,Close,Volume\nTicker" + ",ACME" * 5 + "\nDate,,,,,\n"
    return head + "\n".join(lines(table, ",", "{:%Y-%m-%d}".format, repr))


def long(table: pd.DataFrame) -> str:
    rows = [line + ",ACME" for line in lines(table, ",", "{:%Y%m%d}".format, repr)]
    others = [line + ",BETA" for line in lines(2 * table, ",", "{:%Y%m%d}".format, repr)]
    return "date,open,high,low,close,volume,Name\n" + "\n".join(others + rows)


@pytest.mark.parametrize("dialect", [plain, german, american, swiss, indented, counted, yfinance])
@pytest.mark.parametrize("pack", [str.encode, lambda text: text.encode("utf-16"), lambda t: gzip.compress(t.encode())])
def test_every_dialect_reads_to_the_digits_it_holds(dialect, pack):
    assert_digits(read_prices(pack(dialect(walk())), name="acme.csv"), walk())


def test_one_ticker_of_several_reads_to_the_digits_it_holds():
    assert_digits(read_prices(long(walk()).encode(), name="acme.csv", ticker="acme"), walk())


def test_closes_alone_read_to_the_digits_they_hold():
    table = walk(digits=5)
    text = "Date,Close\n" + "".join(f"{day:%Y-%m-%d},{close!r}\n" for day, close in table["Close"].items())
    assert_digits(read_prices(text.encode(), name="acme.csv"), table[["Close"]])


def assert_digits(prices: Prices, table: pd.DataFrame):
    assert prices.notices == ()
    assert list(prices.table) == [field for field in FIELDS if field in table]
    assert list(prices.table.index) == list(table.index)
    assert (prices.table.to_numpy() == table.to_numpy()).all()
