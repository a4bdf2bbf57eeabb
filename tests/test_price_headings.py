"""Headings of the world's exchanges, brokers and price pages, and that what is not used is named."""

import pytest
from price_files import ENCODED, HEADINGS, PROGRAMS, headed
from walks import told, walk

from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.errors import DataError

TABLE = walk(260)


def read(text: str, encoding: str = "utf-8", **options: str) -> Prices:
    return read_prices(text.encode(encoding), name="acme.csv", **options)


@pytest.mark.parametrize("headings", [*HEADINGS.values(), *PROGRAMS])
def test_headings_of_the_world_are_known(headings):
    prices = read(headed(TABLE, headings, "DOHLCV"))
    assert prices.table.equals(TABLE)
    assert prices.notices == ()


@pytest.mark.parametrize(
    ("headings", "order", "unused"),
    [
        ("Date,Price,Open,High,Low,Vol.,Change %", "DCOHLV1", "Change %"),
        ("BOARDID;TRADEDATE;VALUE;OPEN;LOW;HIGH;WAPRICE;CLOSE;VOLUME", "1D1OLH1CV", "BOARDID, VALUE, WAPRICE"),
        ("time\topen\thigh\tlow\tclose\ttick_volume\tspread\treal_volume", "DOHLCV11", "spread, real_volume"),
        ("Date,Sentiment,Open,High,Low,Close,Volume,RSI_14", "D1OHLCV1", "Sentiment, RSI_14"),
        ("date,open,high,low,close,volume,dividend_amount", "DOHLCV1", "dividend_amount"),
        ("日期,开盘,收盘,最高,最低,成交量,换手率", "DOCHLV1", "换手率"),
    ],
)
def test_columns_that_are_not_used_are_named(headings, order, unused):
    separator = next(mark for mark in "\t;," if mark in headings)
    prices = read(headed(TABLE, headings, order, separator))
    assert prices.table.equals(TABLE)
    assert prices.notices == (f"Columns that are not used: {unused}.",)


def test_a_count_of_trades_stands_in_for_a_volume_that_is_always_zero():
    text = headed(TABLE, "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>", "DOHLCV1", "\t").replace(
        "\t1\n", "\t0\n"
    )
    prices = read(text)
    assert prices.table.equals(TABLE)
    assert told(prices, "taken from the column '<TICKVOL>', as '<VOL>' is always zero")
    assert told(prices, "Columns that are not used: <VOL>.")


@pytest.mark.parametrize(
    ("suffixes", "volume"), [("K", 1e3), ("M", 1e6), ("Mio.", 1e6), ("млн", 1e6), ("М", 1e6), ("万", 1e4), ("億", 1e8)]
)
def test_volumes_with_a_magnitude_are_read(suffixes, volume):
    rows = "".join(
        f"{day:%Y-%m-%d};{close};{1 + n % 7}{suffixes}\n" for n, (day, close) in enumerate(TABLE["Close"].items())
    )
    assert read("Date;Close;Volume\n" + rows).table["Volume"].iloc[1] == 2 * volume


# Encodings.


@pytest.mark.parametrize(("headings", "encoding", "shown"), ENCODED)
def test_the_encoding_is_the_one_in_which_the_headings_are_words(headings, encoding, shown):
    found = read(headed(TABLE, headings, "DOHLCV"), encoding)
    named = read_prices(headed(TABLE, headings, "DOHLCV").encode(encoding), name="acme.csv", encoding=shown)
    assert found.table.equals(TABLE)
    assert found.notices == (f"The file was read as {shown}.",)
    assert named.table.equals(TABLE)
    assert named.notices == ()


def test_an_encoding_that_the_headings_are_not_in_or_that_there_is_not_is_refused():
    content = headed(TABLE, "日付,始値,高値,安値,終値,出来高", "DOHLCV").encode("cp932")
    with pytest.raises(DataError, match="The file's headings are no UTF-8; name another encoding, or none"):
        read_prices(content, encoding="utf-8")
    with pytest.raises(DataError, match="There is no encoding 'klingon'; name one such as"):
        read_prices(content, encoding="klingon")


def test_headings_in_letters_that_nobody_knows_are_refused_with_the_encoding_that_was_guessed():
    with pytest.raises(
        DataError, match=r"no date and no close column as Windows-1252, .* name its encoding, as shift_jis"
    ):
        read("zeug\u00e4,unk\u00f6\n" + "a,b\n" * 70, "cp1252")
