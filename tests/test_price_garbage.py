"""Whatever bytes and texts are given as prices, the answer is prices that keep their promises, or a DataError."""

import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnlab.data.prices.dates.sessions import future_sessions
from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.errors import DataError

bounded = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

VALID = "Date,Open,High,Low,Close,Adj Close,Volume,Name\n" + "".join(
    f"2021-01-{day:02},{day + 9.5},{day + 11},{day + 9},{day + 10 + day % 3},{day + 10},{day}00,ACME\n"
    for day in (4, 5, 6, 7, 8, 11, 12, 13, 14, 15)
)
PIECES = [
    *("0", "-1", "1e308", "1e-300", "1e999", "nan", "inf", "-", "null", "1,5", "1.5", "1.234.567", "5K", "$7", "7 €"),
    *("2021-01-05", "1/2/2021", "13/2/21", "Jan 5, 2021", "20210105", "1609804800", "99999999999999", "0000-00-00"),
    *(
        "Date",
        "Close",
        "Price",
        "Ticker",
        "Name",
        '"',
        '""',
        ",",
        ";",
        "\t",
        "|",
        "\n",
        "\r",
        "\ufeff",
        "\x00",
        "٣",
        "1_0",
    ),
    *("2021-01-05 09:30", "29/02/2021", "Thu", "()", "('Close', 'A')", "\u2028", "\x85", "\ud800", "9" * 400, " " * 50),
]


def attempt(content: bytes, **options: str | None) -> tuple[Prices | None, str]:
    try:
        return read_prices(content, **options), ""
    except DataError as error:
        return None, str(error)


def assert_promises_or_refusal(content: bytes, **options: str | None) -> None:
    prices, refusal = attempt(content, **options)
    if prices is None:
        assert refusal.endswith(".")
        assert refusal.isprintable()
        assert len(refusal) < 700
        return
    table = prices.table
    assert list(table) == [field for field in ("Open", "High", "Low", "Close", "Volume") if field in table]
    assert isinstance(table.index, pd.DatetimeIndex)
    assert table.index.is_monotonic_increasing
    assert table.index.is_unique
    assert table.index.equals(table.index.normalize())
    assert len(table) >= 1
    assert prices.name
    priced = table.drop(columns="Volume", errors="ignore")
    assert np.isfinite(priced).all(axis=None)
    assert (priced > 0).all(axis=None)
    for field, others in (("High", priced.max(axis=1)), ("Low", priced.min(axis=1))):
        assert field not in table or np.array_equal(table[field], others)
    assert len(future_sessions(table.index, 3)) == 3


@given(content=st.binary(max_size=400))
@bounded
def test_any_bytes_are_prices_or_refused(content):
    assert_promises_or_refusal(content)


@given(
    text=st.text(max_size=300), head=st.sampled_from(["", "Date,Close\n", "Date;Close\n", ",Close\n", "Price,Close\n"])
)
@bounded
def test_any_text_is_prices_or_refused(text, head):
    assert_promises_or_refusal((head + text).encode("utf-8", errors="surrogatepass"))


@given(
    rows=st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), min_size=1, max_size=8),
    head=st.sampled_from(["Date,Close\n", "Date,Open,High,Low,Close,Volume\n", "Price,Close\nTicker,A\nDate,\n", ""]),
    order=st.sampled_from([None, "iso", "us", "day-first"]),
)
@bounded
def test_rows_of_odd_cells_are_prices_or_refused(rows, head, order):
    text = head + "\n".join(",".join(row) for row in rows)
    assert_promises_or_refusal(text.encode("utf-8", errors="surrogatepass"), dates=order)


@given(
    edits=st.lists(
        st.tuples(
            st.integers(0, len(VALID)),
            st.integers(0, 12),
            st.sampled_from(PIECES) | st.text(string.printable, max_size=4),
        ),
        min_size=1,
        max_size=4,
    ),
    encoding=st.sampled_from(["utf-8", "utf-16", "latin-1"]),
    ticker=st.sampled_from([None, "ACME", "B"]),
)
@bounded
def test_a_valid_file_with_slips_is_prices_or_refused(edits, encoding, ticker):
    text = VALID
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    assert_promises_or_refusal(text.encode(encoding, errors="ignore"), ticker=ticker)


@given(cells=st.lists(st.tuples(*[st.floats(1e-20, 1e13) | st.just(0.0)] * 5), min_size=2, max_size=20))
@bounded
def test_any_numbers_are_prices_or_refused(cells):
    days = pd.date_range("2021-01-04", periods=len(cells))
    rows = [f"{day:%Y-%m-%d}," + ",".join(map(repr, row)) for day, row in zip(days, cells, strict=True)]
    assert_promises_or_refusal("\n".join(["Date,Open,High,Low,Close,Adj Close", *rows]).encode())


@given(path=st.text(max_size=100))
@bounded
def test_any_path_that_is_no_file_is_refused(path):
    with pytest.raises(DataError):
        read_prices("no such folder/" + path)
