"""Prices in JSON, Excel workbooks, Parquet and zip archives read to the digits of the CSV file that they would be."""

import gzip
import json
from collections.abc import Callable

import pandas as pd
import pytest
from price_files import packed, parquet, workbook
from walks import csv, told, walk

from rnnlab.data.prices import tables
from rnnlab.data.prices.series import read_prices
from rnnlab.errors import DataError

TABLE = walk(260)
CLOSE = TABLE[["Close"]]
ROWS = TABLE.reset_index()
DAYS = [f"{day:%Y-%m-%d}" for day in TABLE.index]
MOMENTS = [int(day.timestamp()) for day in TABLE.index]


def read_json(value: object, **options: str):
    return read_prices(json.dumps(value).encode(), name="acme.json", **options)


# JSON.


@pytest.mark.parametrize(
    ("orient", "table"),
    [*((orient, ROWS) for orient in ("records", "columns", "index", "split", "table")),
     *((orient, TABLE) for orient in ("columns", "index", "split", "table"))],
)  # fmt: skip
def test_what_pandas_writes_as_json_is_read(orient, table):
    assert read_prices(table.to_json(orient=orient, date_format="iso").encode()).table.equals(TABLE)


def test_json_lines_are_read():
    content = ROWS.to_json(orient="records", lines=True, date_format="iso").encode()
    assert read_prices(content, name="acme.jsonl").table.equals(TABLE)


BARS = [dict(zip("ohlcv", row, strict=True)) for row in TABLE.to_numpy().tolist()]


@pytest.mark.parametrize(
    "value",
    [
        {"date": DAYS, **{field.lower(): TABLE[field].tolist() for field in TABLE}},
        {"s": "ok", "t": MOMENTS, **{field[0].lower(): TABLE[field].tolist() for field in TABLE}},
        {"ticker": "ACME", "results": [{"t": 1000 * at, **bar} for at, bar in zip(MOMENTS, BARS, strict=True)]},
        {"Meta": {"Symbol": "ACME"}, "Daily": {
            day: {f"{n}. {field.lower()}": str(value) for n, (field, value) in enumerate(row.items(), start=1)}
            for day, (_, row) in zip(DAYS, TABLE.iterrows(), strict=True)}},
        {"chart": {"result": [{"meta": {"symbol": "ACME"}, "timestamp": MOMENTS, "indicators": {
            "quote": [{field.lower(): TABLE[field].tolist() for field in TABLE}]}}], "error": None}},
        {"history": {"columns": ["TRADEDATE", *map(str.upper, TABLE)], "data": [
            [day, *row] for day, row in zip(DAYS, TABLE.to_numpy().tolist(), strict=True)]}},
        {"dataset": {"column_names": ["Date", *TABLE], "data": [
            [day, *row] for day, row in zip(DAYS, TABLE.to_numpy().tolist(), strict=True)]}},
    ],
    ids=["columns", "letters", "records", "by day", "chart", "rows", "dataset"],
)  # fmt: skip
def test_json_of_price_services_is_read(value):
    assert read_json(value).table.equals(TABLE)


@pytest.mark.parametrize(
    "value",
    [
        dict(zip(DAYS, TABLE["Close"], strict=True)),
        list(zip(DAYS, TABLE["Close"], strict=True)),
        {"prices": [[1000 * at, close] for at, close in zip(MOMENTS, TABLE["Close"], strict=True)]},
        {"AAA": dict.fromkeys(DAYS, 1.0), "ACME": dict(zip(DAYS, TABLE["Close"], strict=True))},
        {name: [{"date": day, "close": close} for day, close in zip(DAYS, TABLE["Close"], strict=True)]
         for name in ("ACME", "AAA")},
    ],
    ids=["by day", "pairs", "named pairs", "a column a ticker", "a list a ticker"],
)  # fmt: skip
def test_json_of_closes_alone_is_read(value):
    several = isinstance(value, dict) and "ACME" in value and "AAA" in value
    assert read_json(value, **({"ticker": "ACME"} if several else {})).table.equals(CLOSE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "acme.json is JSON without a table of prices; give a list of objects with a date and a close"),
        ("[1, 2, 3]", "is JSON without a table of prices"),
        ('{"a": [1, 2', "is JSON that cannot be read (line 1); write or download it again"),
        ("[" * 100_000, "is JSON that is nested too deeply; give a list of objects"),
    ],
)
def test_other_json_is_refused(content, words):
    with pytest.raises(DataError) as caught:
        read_prices(content.encode(), name="acme.json")
    assert words in str(caught.value)


# Excel.


@pytest.mark.parametrize("where", [{}, {"startrow": 4}, {"startrow": 3, "startcol": 2}])
def test_a_workbook_is_read_wherever_its_table_stands(where):
    prices = read_prices(workbook({"Sheet1": TABLE}, **where), name="acme.xlsx")
    assert prices.table.equals(TABLE)
    assert (prices.name, prices.notices) == ("acme", ())


def test_of_several_sheets_the_one_with_prices_is_read_and_the_others_are_named():
    notes = pd.DataFrame({"Note": ["from somewhere"]})
    prices = read_prices(workbook({"About": notes, "Prices": TABLE}), name="acme.xlsx")
    assert prices.table.equals(TABLE)
    assert prices.notices == ("The sheet 'Prices' was read; not used: 'About'.",)


def test_of_sheets_with_prices_one_is_chosen_by_its_title():
    book = workbook({"AAA": 2 * TABLE, "BBB": TABLE})
    assert read_prices(book, name="acme.xlsx", ticker="bbb").table.equals(TABLE)
    with pytest.raises(DataError, match=r"acme.xlsx holds the prices of AAA, BBB; choose one ticker"):
        read_prices(book, name="acme.xlsx")


def test_rows_of_a_workbook_are_named_as_rows():
    table = TABLE.astype(object)
    table.iloc[3, 3] = "halted"
    with pytest.raises(DataError, match=r"Row 5 of acme.xlsx has the close 'halted'"):
        read_prices(workbook({"Prices": table}), name="acme.xlsx")


def test_a_damaged_workbook_and_an_old_one_are_refused_with_a_remedy():
    with pytest.raises(DataError, match=r"acme.xlsx is a damaged Excel workbook; save it anew, or save it as CSV"):
        read_prices(workbook({"Prices": TABLE})[:-300], name="acme.xlsx")
    with pytest.raises(DataError, match=r"seems to be an old Excel workbook .* save it as .xlsx or CSV"):
        read_prices(b"\xd0\xcf\x11\xe0" + bytes(600), name="acme.xls")


# Parquet.


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table,
        lambda table: table.reset_index(),
        lambda table: table.tz_localize("America/New_York").tz_convert("UTC"),
        lambda table: table.astype("float32").astype("float64").round(2),
    ],
    ids=["index", "column", "zone", "float32"],
)
def test_parquet_is_read(change: Callable[[pd.DataFrame], pd.DataFrame]):
    prices = read_prices(parquet(change(TABLE)), name="acme.parquet")
    assert prices.table.equals(TABLE)
    assert (prices.name, prices.notices) == ("acme", ())


def test_a_ticker_of_a_parquet_file_is_chosen():
    both = pd.concat([TABLE.assign(Ticker="ACME"), (2 * TABLE).assign(Ticker="OTHER")])
    assert read_prices(parquet(both), name="all.parquet", ticker="ACME").table.equals(TABLE)


def test_a_damaged_parquet_file_and_one_with_too_many_cells_are_refused(monkeypatch):
    with pytest.raises(DataError, match=r"acme.parquet is a damaged Parquet file; write or download it again"):
        read_prices(parquet(TABLE)[:-200], name="acme.parquet")
    monkeypatch.setattr(tables, "MOST_CELLS", 1000)
    with pytest.raises(DataError, match=r"acme.parquet has 260 rows of 6 columns, over 1,000 cells; give one series"):
        read_prices(parquet(TABLE), name="acme.parquet")


# Zip.


@pytest.mark.parametrize(
    "member",
    [
        ("acme.csv", csv(TABLE)),
        ("data/acme.csv.gz", gzip.compress(csv(TABLE))),
        ("acme.xlsx", workbook({"Prices": TABLE})),
        ("acme.parquet", parquet(TABLE)),
        ("acme.json", ROWS.to_json(orient="records", date_format="iso").encode()),
    ],
    ids=lambda member: member[0],
)
def test_the_only_file_of_a_zip_is_read_and_named(member):
    name, content = member
    prices = read_prices(packed({"readme.md": b"Prices.", "__MACOSX/._x": b"\0", name: content}), name="prices.zip")
    assert prices.table.equals(TABLE)
    assert told(prices, f"Of the zip archive {name.rpartition('/')[2]!r} was read")


def test_of_several_files_in_a_zip_one_is_chosen_by_its_name():
    archive = packed({"AAA.csv": csv(2 * TABLE), "BBB.csv": csv(TABLE)})
    assert read_prices(archive, name="all.zip", ticker="bbb").table.equals(TABLE)
    with pytest.raises(DataError, match=r"all.zip holds the prices of AAA, BBB; choose one ticker"):
        read_prices(archive, name="all.zip")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed({"a.csv": bytes(20_000_000)}), "all.zip unpacks to more than 10 MB"),
        (packed({"a.xlsx": packed({"xl/worksheets/a.xml": bytes(60_000_000)})}), "unpacks to more than 50 MB"),
        (packed({"a.zip": packed({"a.csv": csv(TABLE)})}), "all.zip is compressed twice; unpack it once"),
        (packed({}), "all.zip is a zip archive without a file"),
        (packed({"a.csv": csv(TABLE)})[:-30], "all.zip is a damaged zip archive; compress or download it again"),
        (gzip.compress(bytes(20_000_000)), "all.zip unpacks to more than 10 MB"),
        (packed({f"{number}.csv": b"" for number in range(20_000)}), "is a zip archive of too many files"),
    ],
    ids=["large", "large workbook", "twice", "empty", "cut", "large gzip", "many"],
)
def test_archives_are_unpacked_within_bounds(content, words):
    with pytest.raises(DataError) as caught:
        read_prices(content, name="all.zip")
    assert words in str(caught.value)
