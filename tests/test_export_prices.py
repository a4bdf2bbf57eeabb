import gzip
import hashlib
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from data import export_prices
from rnnlab.data import catalog
from rnnlab.errors import DataError


@pytest.fixture
def table(tmp_path):
    """A table of one member in a small archive, pinned as the real ones are."""
    archive = tmp_path / "small.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("prices.csv", "Date,Open\n")
    package = replace(export_prices.PACKAGES[0], archive=archive.name, sha256=_sha256(archive.read_bytes()))
    first = export_prices.TABLES[0]
    return replace(first, package=package, members=("prices.csv",), members_sha256=_sha256(b"Date,Open\n"))


def test_undone_dividends_give_the_prices_that_were_paid():
    # Paid 100, 110, 108, 120; 11 USD leave on day 2, 12 USD on day 4: factors 1 − 11/100 and 1 − 12/108.
    days = pd.date_range("2020-01-01", periods=4)
    paid = [100.0, 110.0, 108.0, 120.0]
    second = 1 - 12 / 108
    adjusted = [100 * (1 - 11 / 100) * second, 110 * second, 108 * second, 120.0]
    frame = pd.DataFrame(dict.fromkeys(export_prices.PRICES, adjusted), index=days)
    undone = export_prices.undo_dividends(frame, {"2020-01-02": 11.0, "2020-01-04": 12.0})
    for name in export_prices.PRICES:
        assert undone[name].tolist() == pytest.approx(paid, rel=1e-12)


def test_without_dividends_prices_stay_as_they_are():
    frame = pd.DataFrame(
        [[3.0] * 4, [2.0] * 4], columns=export_prices.PRICES, index=pd.date_range("2020-01-01", None, 2)
    )
    pd.testing.assert_frame_equal(export_prices.undo_dividends(frame, {}), frame)


def test_apples_dividends_are_counted_in_shares_of_2022():
    dividends = export_prices.apple_dividends()
    assert len(dividends) == 40
    assert dividends["2012-08-09"] == pytest.approx(2.65 / 28)
    assert dividends["2014-08-07"] == pytest.approx(0.47 / 4)
    assert dividends["2022-05-06"] == 0.23


def test_packing_twice_gives_equal_bytes():
    text = b"Name,Date\nAA,1998-01-02\n"
    assert export_prices.pack(text) == export_prices.pack(text)
    assert gzip.decompress(export_prices.pack(text)) == text


def test_a_packed_file_is_kept_only_if_it_holds_the_same_text():
    text = b"Name,Date\n" * 100
    otherwise = gzip.compress(text, compresslevel=1, mtime=7)
    assert export_prices.pack(text, otherwise) == otherwise
    assert export_prices.pack(text, gzip.compress(b"other")) == export_prices.pack(text)
    assert export_prices.pack(text, otherwise[:-9]) == export_prices.pack(text)


def test_a_member_is_read_only_from_the_pinned_archive(table, tmp_path):
    archive = tmp_path / table.package.archive
    assert export_prices.read_members(archive, table) == [b"Date,Open\n"]
    with pytest.raises(DataError, match=r"^The members for AAPL in small.whl are not the pinned ones"):
        export_prices.read_members(archive, replace(table, members_sha256="0" * 64))
    archive.write_bytes(archive.read_bytes() + b"more")
    with pytest.raises(DataError, match=r"^small.whl is not the pinned archive"):
        export_prices.read_members(archive, table)


def test_only_the_files_that_differ_are_named_and_written(tmp_path):
    files = {"catalog.json": b"new", "prices/A.csv": b"same", "prices/B.csv": b"first"}
    export_prices.write(files, ["prices/A.csv"], tmp_path)
    (tmp_path / "catalog.json").write_bytes(b"old")
    assert export_prices.differing(files, tmp_path) == ["catalog.json", "prices/B.csv"]
    export_prices.write(files, ["catalog.json", "prices/B.csv"], tmp_path)
    assert export_prices.differing(files, tmp_path) == []


def test_the_script_names_the_bundled_tables_as_the_catalog_does():
    assert [table.name for table in export_prices.TABLES] == [one.name for one in catalog.entries()]
    assert [table.file for table in export_prices.TABLES] == [one.file for one in catalog.entries()]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
