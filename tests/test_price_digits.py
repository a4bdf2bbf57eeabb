"""Files of every usual dialect read to the digits that they hold, whatever else the reader learns to do."""

import gzip

import pandas as pd
import pytest
from price_files import DIALECTS, long
from walks import FIELDS, walk

from rnnlab.data.prices.series import Prices, read_prices


@pytest.mark.parametrize("dialect", DIALECTS.values())
@pytest.mark.parametrize("pack", [str.encode, lambda text: text.encode("utf-16"), lambda t: gzip.compress(t.encode())])
def test_every_dialect_reads_to_the_digits_it_holds(dialect, pack):
    assert_digits(read_prices(pack(dialect(walk())), name="acme.csv"), walk())


def test_one_ticker_of_several_reads_to_the_digits_it_holds():
    assert_digits(read_prices(long(walk()).encode(), name="acme.csv", ticker="acme"), walk())


def test_closes_alone_read_to_the_digits_they_hold():
    table = walk(digits=5)
    text = "Date,Close\n" + "".join(f"{day:%Y-%m-%d},{close!r}\n" for day, close in table["Close"].items())
    assert_digits(read_prices(text.encode(), name="acme.csv"), table[["Close"]])


@pytest.mark.parametrize("sign", [".", ","])
def test_whole_closes_around_a_thousand_are_grouped_whatever_sign_groups_them(sign):
    closes = [985 + 7 * day % 40 for day in range(300)]
    rows = [
        f"{day:%Y-%m-%d};{close:,}\n".replace(",", sign) for day, close in zip(walk(300).index, closes, strict=True)
    ]
    prices = read_prices(("Datum;Schluss\n" + "".join(rows)).encode(), name="acme.csv")
    assert prices.table["Close"].tolist() == closes
    assert prices.notices == ()


@pytest.mark.parametrize("sign", [".", ","])
def test_closes_that_may_be_thousands_are_told(sign):
    closes = [f"{2 + day / 1000:.3f}".replace(".", sign) for day in range(300)]
    rows = [f"{day:%Y-%m-%d};{close}\n" for day, close in zip(walk(300).index, closes, strict=True)]
    prices = read_prices(("Datum;Schluss\n" + "".join(rows)).encode(), name="acme.csv")
    assert prices.table["Close"].iloc[-1] == 2.299
    assert prices.notices[0].startswith(
        f"Every close has three digits after its sign, as '2{sign}000', and was read as"
    )


def assert_digits(prices: Prices, table: pd.DataFrame):
    assert prices.notices == ()
    assert list(prices.table) == [field for field in FIELDS if field in table]
    assert list(prices.table.index) == list(table.index)
    assert (prices.table.to_numpy() == table.to_numpy()).all()
