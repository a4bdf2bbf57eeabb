"""The many ways in which real price files write the same table."""

import gzip

import numpy as np
import pandas as pd
import pytest

from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.errors import DataError

DAYS = ["2020-01-30", "2020-01-31", "2020-02-03"]
CLOSES = [1234.5, 1240.0, 1229.25]


def read(text: str, **options: str) -> Prices:
    return read_prices(text.encode(), name="prices.csv", **options)


def assert_same(prices: Prices, closes: list[float] = CLOSES) -> None:
    assert prices.table.index.name == "Date"
    assert list(prices.table.index) == [pd.Timestamp(day) for day in DAYS]
    assert prices.table["Close"].tolist() == pytest.approx(closes, rel=1e-12)
    assert all(dtype == np.float64 for dtype in prices.table.dtypes)


def with_dates(*written: str, **options: str) -> Prices:
    rows = [f'"{day}",{close}' for day, close in zip(written, CLOSES, strict=True)]
    return read("\n".join(["Date,Close", *rows]), **options)


@pytest.mark.parametrize(
    "written",
    [
        ("2020-01-30", "2020-01-31", "2020-02-03"),
        ("2020/1/30", "2020/1/31", "2020/2/3"),
        ("01/30/2020", "01/31/2020", "02/03/2020"),
        ("1/30/2020 16:00:00", "1/31/2020 16:00:00", "2/3/2020 16:00:00"),
        ("30/01/2020", "31/01/2020", "03/02/2020"),
        ("30.1.2020", "31.1.2020", "3.2.2020"),
        ("01/30/20", "01/31/20", "02/03/20"),
        ("30-01-20", "31-01-20", "03-02-20"),
        ("Jan 30, 2020", "Jan 31, 2020", "Feb 03, 2020"),
        ("Thu, January 30th, 2020", "Fri, January 31st, 2020", "Mon, February 3rd, 2020"),
        ("30-Jan-20", "31-Jan-20", "03-Feb-20"),
        ("30 January 2020", "31 January 2020", "3 February 2020"),
        ("2020-Jan-30", "2020-Jan-31", "2020-Feb-03"),
        ("20200130", "20200131", "20200203"),
        ("1580342400", "1580428800", "1580688000"),
        ("1580342400000", "1580428800000", "1580688000000"),
        ("1580342400.0", "1580428800.0", "1580688000.0"),
        ("2020-01-30 00:00:00-05:00", "2020-01-31 00:00:00-05:00", "2020-02-03 00:00:00-05:00"),
        ("2020-01-30T23:59:59.999Z", "2020-01-31T23:59:59.999Z", "2020-02-03T23:59:59.999Z"),
        ("2020-01-30 4:00 PM EST", "2020-01-31 4:00 PM EST", "2020-02-03 4:00 PM EST"),
        ("Thu Jan 30 2020", "Fri Jan 31 2020", "Mon Feb 03 2020"),
    ],
)
def test_a_date_may_be_written_in_any_usual_way(written):
    assert_same(with_dates(*written))


@pytest.mark.parametrize(
    "text",
    [
        'Date,Close\n2020-01-30,"$1,234.50"\n2020-01-31,"$1,240.00"\n2020-02-03,"$1,229.25"\n',
        "Date;Close\n2020-01-30;1.234,50\n2020-01-31;1.240,00\n2020-02-03;1.229,25\n",
        "Date;Close\n2020-01-30;1234,5\n2020-01-31;1240\n2020-02-03;1229,25\n",
        "Date\tClose\n2020-01-30\t1 234,50 €\n2020-01-31\t1 240,00 €\n2020-02-03\t1 229,25 €\n",
        "Date|Close\n2020-01-30|1'234.50 CHF\n2020-01-31|1'240.00 CHF\n2020-02-03|1'229.25 CHF\n",
        "Date,Close\n2020-01-30, USD 1234.5\n2020-01-31, +1.24e3\n2020-02-03, 1229.25\n",
        "sep=;\nDate;Close\n2020-01-30;1234.5\n2020-01-31;1240\n2020-02-03;1229.25\n",
    ],
)
def test_a_price_may_be_written_in_any_usual_way(text):
    assert_same(read(text))


def test_thousands_and_decimal_commas_are_told_apart_for_the_whole_file():
    american = read('Date,Close,Volume\n2020-01-30,1.5,"1,234"\n2020-01-31,1.6,"2,345"\n')
    assert american.table["Volume"].tolist() == [1234, 2345]
    german = read("Datum;Schlusskurs;Volumen\n2020-01-30;1,5;1.234\n2020-01-31;1,6;2.345\n")
    assert german.table["Volume"].tolist() == [1234, 2345]
    assert german.table["Close"].tolist() == [1.5, 1.6]
    assert read("Date;Close\n2020-01-30;1,234\n2020-01-31;1,235\n").table["Close"].tolist() == [1.234, 1.235]


def test_a_file_that_mixes_decimal_signs_is_refused():
    with pytest.raises(DataError, match=r"Line 3 of prices.csv writes '12,5' .* line 2 writes '12\.5'"):
        read("Date;Close\n2020-01-30;12.5\n2020-01-31;12,5\n")


def test_a_volume_may_be_abbreviated_and_a_price_may_not():
    text = "Date,Close,Vol.\n2020-01-30,1.5,1.2M\n2020-01-31,1.6,3.4B\n2020-02-03,1.7,5K\n2020-02-04,1.6,-\n"
    volume = read(text).table["Volume"].tolist()
    assert volume[:3] == pytest.approx([1.2e6, 3.4e9, 5e3])
    assert np.isnan(volume[3])
    with pytest.raises(DataError, match="Line 2 of prices.csv has the close '1.2M'"):
        read("Date,Close\n2020-01-30,1.2M\n2020-01-31,1.3M\n")


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("DATE,volume,CLOSE,low,HIGH,open", ["Volume", "Close", "Low", "High", "Open"]),
        ("Date,Close/Last,Volume,Open,High,Low", ["Close", "Volume", "Open", "High", "Low"]),
        ("Date,Price,Open,High,Low,Vol.", ["Close", "Open", "High", "Low", "Volume"]),
        ("timestamp,1. open,2. high,3. low,4. close,5. volume", ["Open", "High", "Low", "Close", "Volume"]),
        ("<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>", ["Open", "High", "Low", "Close", "Volume"]),
        (",Open,High,Low,Close,Volume", ["Open", "High", "Low", "Close", "Volume"]),
        ("Trade Date,openPrice,highPrice,lowPrice,closePrice,Total Volume", ["Open", "High", "Low", "Close", "Volume"]),
        ("Day,Open (USD),High (USD),Low (USD),Close*,Volume", ["Open", "High", "Low", "Close", "Volume"]),
    ],
)
def test_columns_are_known_by_many_names_in_any_order(headings, fields):
    cells = {"Open": 10.5, "High": 12, "Low": 10, "Close": 11, "Volume": 99}
    row = ",".join(str(cells[field]) for field in fields)
    later = row.replace("11", "11.5")
    table = read(f"{headings}\n2020-01-30,{row}\n2020-01-31,{later}\n").table
    assert list(table) == ["Open", "High", "Low", "Close", "Volume"]
    assert table.iloc[0].to_dict() == cells


def test_a_close_beside_a_price_is_the_close():
    assert read("Date,Last,Price,Close\n2020-01-30,1,2,3\n2020-01-31,1,2,4\n").table["Close"].tolist() == [3, 4]


def test_a_preamble_before_the_headings_is_skipped():
    text = "https://www.example.com\n\nunix,date,symbol,close\n1580342400,2020-01-30,BTC/USD,9\n1580428800,2020-01-31,BTC/USD,8\n"
    prices = read(text)
    assert prices.name == "BTC/USD"
    assert prices.table["Close"].tolist() == [9, 8]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_do_not_matter(encoding, newline):
    text = "Date,Close,Währung\n2020-01-30,1234.5,ü\n2020-01-31,1240,ü\n2020-02-03,1229.25,ü\n".replace("\n", newline)
    assert_same(read_prices(text.encode(encoding)))


def test_a_gzip_file_and_a_path_read_like_their_content(tmp_path):
    text = "Date,Close\n2020-01-30,1234.5\n2020-01-31,1240\n2020-02-03,1229.25\n"
    (tmp_path / "ACME.csv").write_text(text)
    (tmp_path / "BETA.csv.gz").write_bytes(gzip.compress(text.encode()))
    for source, name in ((tmp_path / "ACME.csv", "ACME"), (str(tmp_path / "BETA.csv.gz"), "BETA")):
        prices = read_prices(source)
        assert_same(prices)
        assert prices.name == name


def test_newest_first_is_turned_around():
    assert_same(read("Date,Close\n2020-02-03,1229.25\n2020-01-31,1240\n2020-01-30,1234.5\n"))


ROWS = ("2020-01-30,1234.5,7,9", "2020-01-31,1240,8,9", "2020-02-03,1229.25,9,9")


@pytest.mark.parametrize(
    "headings",
    [
        "Price,Close,Close,Volume\nTicker,LOW,MSFT,LOW\nDate,,,",
        "Ticker,LOW,MSFT,LOW\nPrice,Close,Close,Volume\nDate,,,",
        ",Close,Close,Volume\n,LOW,MSFT,LOW\nDate,,,",
        "Date,Close,Close,Volume\n,LOW,MSFT,LOW",
        "Date,\"('Close', 'LOW')\",\"('Close', 'MSFT')\",\"('Volume', 'LOW')\"",
    ],
)
def test_header_lines_that_name_tickers_are_understood(headings):
    text = "\n".join([headings, *ROWS])
    prices = read(text, ticker="low")
    assert_same(prices)
    assert prices.name == "LOW"
    assert list(prices.table) == ["Close", "Volume"]
    with pytest.raises(DataError, match="holds the prices of LOW, MSFT; choose one ticker"):
        read(text)


def test_one_ticker_in_yfinance_headers_names_the_series():
    text = "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n"
    prices = read(text + "2020-01-02,72.7,72.8,71.5,71.7,135480400\n2020-01-03,72.0,72.8,71.8,71.9,146322800\n")
    assert prices.name == "AAPL"
    assert list(prices.table) == ["Open", "High", "Low", "Close", "Volume"]


@pytest.mark.parametrize("heading", ["Ticker", "Name", "Symbol"])
def test_several_tickers_in_rows_are_chosen_from_or_listed(heading):
    text = f"Date,Close,{heading}\n2020-01-30,1,A\n2020-01-31,2,A\n2020-01-30,3,B\n2020-01-31,4,B\n"
    chosen = read(text, ticker="b")
    assert (chosen.name, chosen.table["Close"].tolist()) == ("B", [3, 4])
    with pytest.raises(DataError, match="prices.csv holds the prices of A, B; choose one ticker"):
        read(text)
    with pytest.raises(DataError, match="prices.csv has no ticker 'MSFT', only A, B"):
        read(text, ticker="MSFT")


def test_the_line_of_an_error_is_the_files_own_where_one_ticker_of_several_was_chosen():
    with pytest.raises(DataError, match="Line 5 of prices.csv has the close 'x'"):
        read("Date,Close,Name\n2020-01-30,1,A\n2020-01-30,3,B\n2020-01-31,2,A\n2020-01-31,x,B\n", ticker="B")


def test_a_date_that_could_be_read_both_ways_is_refused_until_the_order_is_given():
    written = ("03/04/2020", "04/04/2020", "05/04/2020")
    with pytest.raises(DataError, match="Line 2 .* '03/04/2020', which may mean 2020-03-04 or 2020-04-03.*day-first"):
        with_dates(*written)
    assert with_dates(*written, dates="us").table.index[0] == pd.Timestamp("2020-03-04")
    assert with_dates(*written, dates="day-first").table.index[0] == pd.Timestamp("2020-04-03")
    with pytest.raises(DataError, match="Line 2 .* '03/04/2020', which is not written as 2020-01-31"):
        with_dates(*written, dates="iso")
    with pytest.raises(DataError, match="must be one of iso, us, day-first, not 'german'"):
        with_dates(*written, dates="german")


def test_dates_that_run_steadily_in_one_order_only_settle_it():
    prices = with_dates("06/01/2020", "07/01/2020", "06/02/2020", dates="day-first")
    assert with_dates("06/01/2020", "07/01/2020", "06/02/2020").table.index.equals(prices.table.index)


def test_two_orders_in_one_file_are_refused_with_both_lines():
    with pytest.raises(DataError, match="line 3 has '31/01/2020'|Line 3 .* '31/01/2020'"):
        with_dates("01/30/2020", "31/01/2020", "02/03/2020")
