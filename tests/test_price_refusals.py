"""What read_prices refuses, in one sentence that names the line, the value and the remedy."""

import gzip
import io
import json
import zipfile

import pytest

from rnnlab.data.prices.series import Prices, read_prices
from rnnlab.errors import DataError


def read(text: str) -> Prices:
    return read_prices(text.encode(), name="prices.csv")


GOOD = "2021-01-04,10\n2021-01-05,11\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Foo,Close\nx,1\n", "prices.csv has no date column, only 'Foo', 'Close'; name the columns Date and Close"),
        ("Date,Foo\n2021-01-04,1\n", "prices.csv has no close column, only 'Date', 'Foo'"),
        ("Foo;Bar\n1;2\n", "has no date and no close column, only 'Foo', 'Bar'"),
        (GOOD, "starts with '2021-01-04', '10' and has no headings; write a line such as Date,Close"),
        ("Date,Close\n", "prices.csv has headings but no rows"),
        ("Date,Close,Close\n2021-01-04,1,2\n", "prices.csv has 2 columns named 'Close'; keep the one"),
        ("Date,Close\n" + GOOD + "soon,12\n", "Line 4 of prices.csv has the date 'soon', which cannot be read"),
        ("Date,Close\n" + GOOD + "2021-02-30,12\n", "Line 4 of prices.csv has the date '2021-02-30', which is no day"),
        ("Date,Close\n" + GOOD + "1/7/2021,12\n", "date '1/7/2021' where other lines write '2021-01-04'; write all"),
        ("Date,Close\n" + GOOD + ",12\n", "Line 4 of prices.csv has no date"),
        ("Date,Close\n" + GOOD + "2021-01-06,abc\n", "the close 'abc', but a price must be a finite number; correct"),
        ("Date,Close\n" + GOOD + "2021-01-06,inf\n", "the close 'inf', but a price must be a finite number"),
        ("Date,Close\n" + GOOD + "2021-01-06,1e999\n", "the close '1e999', but a price must be a finite number"),
        (
            "Date,Close\n" + GOOD + "2021-01-06,0\n",
            "Line 4 of prices.csv has the close '0', but a price must be above zero",
        ),
        ("Date,Close\n" + GOOD + "2021-01-06,-3.20\n", "the close '-3.20', but a price must be above zero; correct or"),
        (
            "Date,Close\n" + GOOD + "2021-01-06,1,234.5\n",
            "Line 4 of prices.csv has 3 cells where 2 columns have headings",
        ),
        (
            "Date,Close\n2021-01-04,7\n2021-01-05,7.0\n",
            "All 2 closes in prices.csv are 7, and a price that never moves",
        ),
        ("Date,Close\n2021-01-04,-\n2021-01-05,\n", "prices.csv has 2 rows but no price in any"),
        ('Date,Close\n2021-01-04,"10\n' + "x" * 200_000, "never closed"),
        ("Date," * 6000 + "\n", "Line 1 of prices.csv has 6001 columns"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(text, words):
    with pytest.raises(DataError) as caught:
        read(text)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 400


def test_lines_are_counted_as_in_the_file():
    text = '# made by hand\n\nDate,Close,Note\r\n2021-01-04,10,"two\nlines"\n\n2021-01-05,x,\n'
    with pytest.raises(DataError, match="Line 7 of prices.csv has the close 'x'"):
        read(text)


@pytest.mark.parametrize("rows", ["2021-01-04 09:30,{}\n2021-01-04 10:30,{}\n", "1609752600,{}\n1609756200,{}\n"])
def test_intraday_prices_are_refused_by_name(rows):
    with pytest.raises(DataError, match="Line 3 .* line 2 are two times of one day, 2021-01-04, .* aggregate intraday"):
        read("Date,Close\n" + rows.format(10, 11))
    with pytest.raises(DataError, match="aggregate intraday"):
        read("Date,Time,Close\n20210104,0930,10\n20210104,1030,11\n")


def an_archive(member: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "content")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (an_archive("xl/workbook.xml"), "a damaged Excel workbook; save it anew"),
        (an_archive("AAPL.csv"), "has no date and no close column, only 'content'"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "an old Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG picture"),
        (b"PAR1" + bytes(50), "a damaged Parquet file"),
        (b"<!DOCTYPE html><html><body>Close</body></html>", r"a web page \(HTML\)"),
        (b"\n <html lang='en'>", r"a web page \(HTML\)"),
        (b'<?xml version="1.0"?><a/>', "an XML document"),
        (json.dumps({"Date": [1], "Close": [2]}).encode(), "JSON without a table of prices"),
        (json.dumps([{"Date": 1}]).encode(), "JSON without a table of prices"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (bytes(range(256)) * 9, "not text but binary data"),
        (b"", "is empty; give a CSV file"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(gzip.compress(b"Date,Close\n", mtime=0), mtime=0), "compressed twice"),
        (gzip.compress(b"Date,Close\n", mtime=0)[:-9], "a damaged gzip archive"),
        (gzip.compress(bytes(50_000_000), 1, mtime=0), "unpacks to more than 10 MB"),
        (b"Date,Close\n" + b"2021-01-04,1\n" * 900_000, "larger than 10 MB"),
        (b"Date,Close\n" + b"2021-01-04,1\n" * 100_001, "has 100,001 rows, over 100,000"),
        (b"Date,Close\n" + b"2021-01-04,1\n" * 300_000, "has over 100,000 rows"),
    ],
)
def test_other_files_are_named_for_what_they_are(content, words):
    with pytest.raises(DataError, match=words):
        read_prices(content, name="upload")


def test_paths_that_cannot_be_read_are_refused_without_their_folder(tmp_path):
    (tmp_path / "file.csv").write_text("Date,Close\n")
    for source in (
        tmp_path,
        tmp_path / "none.csv",
        tmp_path / "file.csv" / "x",
        "",
        "\0",
        "a" * 5000,
        tmp_path / "\ud800",
    ):
        with pytest.raises(DataError) as caught:
            read_prices(source)
        assert str(tmp_path) not in str(caught.value)
        assert len(str(caught.value)) < 300


def test_a_file_of_the_server_is_named_without_its_folder():
    with pytest.raises(DataError, match="^Line 2 of x.csv has"):
        read_prices(b"Date,Close\n2021-01-04,-1\n", name="/srv/uploads/x.csv")
    with pytest.raises(DataError, match="^The file has headings but no rows"):
        read_prices(b"Date,Close\n")
    with pytest.raises(DataError, match="^Line 2 of the file has"):
        read_prices(b"Date,Close\n2021-01-04,-1\n")
