"""Files whose headings do not say which column is the close: wide ones, one number, klines, disclaimers, large ones."""

import gzip

import numpy as np
import pandas as pd
import pytest
from walks import csv, told, walk

from rnnlab.data.prices.formats import streams
from rnnlab.data.prices.series import read_prices
from rnnlab.errors import DataError

TABLE = walk(260)
CLOSE = TABLE[["Close"]]
COIN = TABLE.set_axis(pd.date_range("2021-01-01", periods=260, name="Date"))
WIDE = pd.DataFrame({"AAA": TABLE["Open"], "BBB": TABLE["Close"], "CCC": TABLE["High"]})


def read(content: bytes | str, **options: str):
    return read_prices(content.encode() if isinstance(content, str) else content, name="acme.csv", **options)


# A column a ticker.


@pytest.mark.parametrize("ticker", ["BBB", "bbb"])
def test_a_column_of_a_wide_file_is_chosen_by_its_heading(ticker):
    prices = read(csv(WIDE), ticker=ticker)
    assert prices.table.equals(CLOSE)
    assert (prices.name, prices.notices) == ("BBB", ())


def test_a_wide_file_names_its_tickers_where_none_or_a_wrong_one_is_chosen():
    with pytest.raises(DataError, match="acme.csv holds the prices of AAA, BBB, CCC; choose one ticker"):
        read(csv(WIDE))
    with pytest.raises(DataError, match="acme.csv has no ticker 'ZZZ', only AAA, BBB, CCC; choose one of those"):
        read(csv(WIDE), ticker="ZZZ")


def test_a_column_of_a_wide_file_may_begin_late_end_early_or_be_empty():
    late, early = WIDE["BBB"].where(np.arange(260) >= 150), WIDE["BBB"].where(np.arange(260) < 150)
    table = WIDE.assign(late=late, early=early, none=np.nan)
    assert list(read(csv(table), ticker="late").table.index) == list(TABLE.index[150:])
    assert list(read(csv(table), ticker="early").table.index) == list(TABLE.index[:150])
    with pytest.raises(DataError, match="has no ticker 'none', only AAA, BBB, CCC, late, early"):
        read(csv(table), ticker="none")


@pytest.mark.parametrize("names", [("LOW", "DAY", "MSFT"), ("T", "V", "C"), ("BRK.B", "BF-B", "HIGH")])
def test_tickers_that_are_words_of_prices_are_tickers_in_a_wide_file(names):
    prices = read(csv(WIDE.set_axis(names, axis=1)), ticker=names[1])
    assert prices.table.equals(CLOSE)


@pytest.mark.parametrize("pair", ["{t}.{f}", "{t}_{f}", "{t} {f}", "{f}_{t}", "{f} ({t})", "{t}: {f}"])
def test_a_heading_may_be_a_ticker_and_a_field(pair):
    table = pd.concat(
        [TABLE.rename(columns=lambda field, t=t: pair.format(t=t, f=field)) for t in ("AAPL", "BRK.B")], axis=1
    )
    prices = read(csv(table), ticker="brk.b")
    assert prices.table.equals(TABLE)
    assert prices.name == "BRK.B"


def test_one_tickers_pairs_need_no_choice():
    assert read(csv(TABLE.add_prefix("AAPL."))).table.equals(TABLE)


# A row a day and a ticker.


@pytest.mark.parametrize("heading", ["Ticker", "Symbol", "ts_code", "证券代码", "whatever"])
def test_a_column_of_tickers_is_found_whatever_its_heading(heading):
    both = pd.concat([TABLE.assign(**{heading: "ACME"}), (2 * TABLE).assign(**{heading: "OTHER"})])
    prices = read(csv(both), ticker="acme")
    assert prices.table.equals(TABLE)
    assert (prices.name, prices.notices) == ("ACME", ())
    with pytest.raises(DataError, match="holds the prices of ACME, OTHER; choose one ticker"):
        read(csv(both))


# A date and one number.


@pytest.mark.parametrize("heading", ["DEXUSEU", "NAV", "Value", "Rate (CHF)", "Kurs"])
def test_the_only_column_of_numbers_is_the_close(heading):
    prices = read(csv(CLOSE.set_axis([heading], axis=1)))
    assert prices.table.equals(CLOSE)
    assert prices.name == "acme"
    assert heading in ("NAV", "Kurs") or told(prices, f"taken from the column {heading!r}, the only one of numbers")


def test_points_of_fred_are_days_without_a_price_also_at_the_beginning():
    rows = ["observation_date,SP500", "2018-12-31,.", "2019-01-01,."]
    rows += [f"{day:%Y-%m-%d},{close}" for day, close in TABLE["Close"].items()]
    prices = read("\n".join(rows))
    assert prices.table.equals(CLOSE)
    assert told(prices, "Left out 2 rows without any price, the first on 2018-12-31")
    assert told(prices, "the column 'SP500'")


def test_a_ticker_that_is_not_the_only_columns_heading_is_refused():
    assert read(csv(CLOSE.set_axis(["SP500"], axis=1)), ticker="sp500").name == "SP500"
    with pytest.raises(DataError, match="has no ticker 'DAX', only SP500"):
        read(csv(CLOSE.set_axis(["SP500"], axis=1)), ticker="DAX")


def test_the_number_may_stand_before_the_date():
    assert read("Rate,Day\n" + "".join(f"{c},{d:%Y-%m-%d}\n" for d, c in TABLE["Close"].items())).table.equals(CLOSE)


def test_a_price_pages_own_words_are_known():
    head = "snapped_at,price,market_cap,total_volume\n"
    rows = (f"{day:%Y-%m-%d} 00:00:00 UTC,{row.Close},1.0,{row.Volume}\n" for day, row in COIN.iterrows())
    prices = read(head + "".join(rows))
    assert prices.table.equals(COIN[["Close", "Volume"]])
    assert prices.notices == ("Columns that are not used: market_cap.",)


# No headings.


@pytest.mark.parametrize("scale", [1, 1000, 1_000_000])
@pytest.mark.parametrize("step", [1, -1])
def test_klines_are_known_by_their_numbers(scale, step):
    rows = []
    for day, row in COIN[::step].iterrows():
        opened = int(day.timestamp()) * scale
        bar = [opened, *row, opened + 86_400 * scale - 1, row.Volume * row.Close, 714, row.Volume / 2, 3, 0]
        rows.append(",".join(map(str, bar)))
    prices = read("\n".join(rows))
    assert prices.table.equals(COIN)
    assert told(prices, "There are no headings; the columns were known by their numbers: Date in column 1, Open in")


@pytest.mark.parametrize("order", ["OHLCV", "OCHLV", "LHOCV"])
def test_a_bars_columns_are_told_apart_without_headings_where_that_is_sure(order):
    named = {"O": "Open", "H": "High", "L": "Low", "C": "Close", "V": "Volume"}
    headless = COIN[[named[one] for one in order]].to_csv(header=False, date_format="%Y-%m-%d")
    assert read(headless).table.equals(COIN)


def test_without_headings_and_without_a_bar_the_remedy_works():
    headless = CLOSE.to_csv(header=False, date_format="%Y-%m-%d")
    with pytest.raises(DataError, match=r"has no headings; write a line such as Date,Close above it\."):
        read(headless)
    assert read("Date,Close\n" + headless).table.equals(CLOSE)


# Other words above the headings.


@pytest.mark.parametrize(
    "above",
    [
        "Acme Data Download\n\nDISCLAIMER: AS IS, AND SOLELY FOR INFORMATION, 2020-01-31.\n\n",
        '"Historical Data"\n"From 2019-01-02 to 2020-01-13"\nFR0000000000\n',
        "Name,Acme\nFrom,2019-01-02\nTo,2020-01-13\n\n",
        "# source: somewhere\n# close prices by date\n",
        "terms; and conditions\n" * 60,
        "sep=,\n",
    ],
)
def test_what_stands_above_the_headings_is_passed_over(above):
    prices = read(above.encode() + csv(TABLE))
    assert prices.table.equals(TABLE)
    assert prices.notices == ()


# Large files.


@pytest.fixture
def small_bounds(monkeypatch):
    """Bounds a hundredth of the real ones, so that a large file is a small one."""
    from rnnlab.data.prices.files import WANTED

    monkeypatch.setattr(streams, "MOST_STREAMED", 2_000_000)
    monkeypatch.setattr("rnnlab.data.prices.files.WANTED", WANTED.__class__(**{**vars(WANTED), "most_bytes": 100_000}))


def by_rows() -> str:
    """Forty tickers, one after the other; A is one of them and a letter of all."""
    names = ["A", *(f"A{number:02}" for number in range(39))]
    whole = pd.concat([(TABLE if name == "A" else 2 * TABLE).assign(Name=name) for name in names])
    return whole.to_csv(date_format="%Y-%m-%d")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_one_ticker_is_read_out_of_a_file_that_is_too_large(tmp_path, small_bounds, pack):
    path = tmp_path / "all.csv"
    path.write_bytes(pack(by_rows().encode()))
    prices = read_prices(path, ticker="a")
    assert prices.table.equals(TABLE)
    assert (prices.name, prices.notices) == ("A", ())
    with pytest.raises(DataError, match="all.csv has no rows of the ticker 'ZZZ', others begin with"):
        read_prices(path, ticker="ZZZ")
    with pytest.raises(DataError, match=r"all.csv (is larger|unpacks to more) than .* choose one ticker of those"):
        read_prices(path)


def test_one_column_is_read_out_of_a_wide_file_that_is_too_large(tmp_path, small_bounds):
    path = tmp_path / "wide.csv"
    others = pd.DataFrame(1.5, TABLE.index, [f"T{number}" for number in range(200)])
    path.write_bytes(csv(others.assign(ACME=TABLE["Close"])))
    assert read_prices(path, ticker="acme").table.equals(CLOSE)
    with pytest.raises(DataError, match=r"wide.csv has no ticker 'ZZZ', only T0, T1, .* \(201 in all\)"):
        read_prices(path, ticker="ZZZ")


def test_a_line_of_a_large_file_is_named_as_the_file_numbers_it(tmp_path, small_bounds):
    path = tmp_path / "all.csv"
    lines = by_rows().splitlines()
    place = next(number for number, line in enumerate(lines) if line.endswith(",A38")) + 200
    cells = lines[place].split(",")
    lines[place] = ",".join([*cells[:4], "halted", *cells[5:]])
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=f"Line {place + 1} of all.csv has the close 'halted'"):
        read_prices(path, ticker="A38")


def test_a_large_file_without_tickers_and_one_beyond_all_bounds_are_refused(tmp_path, small_bounds):
    single, huge = tmp_path / "single.csv", tmp_path / "huge.csv"
    single.write_text("Date,Close\n" + "2020-01-31,1\n" * 20_000)
    huge.write_text(by_rows() * 5)
    with pytest.raises(DataError, match=r"single.csv is too large and has no column of tickers; give one series"):
        read_prices(single, ticker="ACME")
    with pytest.raises(DataError, match="huge.csv has over 2 MB; give a file with fewer tickers"):
        read_prices(huge, ticker="A")
