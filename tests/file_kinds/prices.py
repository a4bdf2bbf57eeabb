"""The kinds of price files by format, layout, headings and encoding; one row each."""

import gzip
import json

import pandas as pd
from price_files import DIALECTS, ENCODED, HEADINGS, PROGRAMS, headed, long, packed, parquet, workbook
from walks import csv, walk

from file_kinds import FileKind, kind

TABLE = walk(260)
CLOSE = TABLE[["Close"]]
COIN = TABLE.set_axis(pd.date_range("2021-01-01", periods=260, name="Date"))
WIDE = pd.DataFrame({"AAA": TABLE["Open"], "BBB": TABLE["Close"]})
DAYS = [f"{day:%Y-%m-%d}" for day in TABLE.index]
MOMENTS = [int(day.timestamp()) for day in TABLE.index]
FIELDS = {field.lower(): TABLE[field].tolist() for field in TABLE}
JAPANESE = headed(TABLE, HEADINGS["Japanese"], "DOHLCV")
PAIRS = "".join(f"{day},{close}\n" for day, close in zip(DAYS, FIELDS["close"], strict=True))


def as_json(what: str, value: object, outcome: str = "read", words: str = "", **how: str) -> FileKind:
    """A kind of JSON file."""
    return kind(f"JSON: {what}", json.dumps(value), outcome, words, "acme.json", **how)


def kline(day: pd.Timestamp, row: pd.Series) -> str:
    """A day's line of klines: when it opens and closes in milliseconds, prices, volumes."""
    opened = int(day.timestamp()) * 1000
    return ",".join(map(str, [opened, *row, opened + 86_399_999, 5.5, 714, row.Volume / 2, 3, 0]))


DELIMITED = [
    kind("a date and a close", "Date,Close\n2021-01-04,10\n2021-01-05,11\n", "read"),
    *(kind(f"CSV: {what}", write(TABLE), "read") for what, write in DIALECTS.items()),
    kind("CSV: `sep=;` on the first line", "sep=;\n" + csv(TABLE).decode().replace(",", ";"), "read"),
    kind("CSV: line ends of Windows", csv(TABLE).replace(b"\n", b"\r\n"), "read"),
    kind("CSV: line ends of the old Macintosh", csv(TABLE).replace(b"\n", b"\r"), "read"),
    kind("a currency beside each price", "Date,Close\n2021-01-04,USD 10\n2021-01-05,USD 11\n", "read"),
    kind("volumes such as 1.2M, 340K", "Date,Close,Vol.\n2021-01-04,10,1.2M\n2021-01-05,11,340K\n", "read"),
    kind("volumes such as 3万, 5 млн", "Date,Close,Vol.\n2021-01-04,10,3万\n2021-01-05,11,5 млн\n", "read"),
    kind("five decimals, as of exchange rates", csv(walk(260, digits=5, level=1.1)), "read"),
    kind(
        "decimal points and decimal commas in one file",
        "Date;Close\n2020-01-30;12.5\n2020-01-31;12,5\n",
        "refused",
        "writes '12,5' with a decimal comma and line 2 writes '12.5' with a decimal point",
    ),
    kind("a pandas Series by dates, as to_csv writes it", CLOSE["Close"].to_csv(), "read"),
]

PACKED = [
    kind("CSV in gzip", gzip.compress(csv(TABLE)), "read", name="acme.csv.gz"),
    kind(
        "one file in a zip", packed({"acme.csv": csv(TABLE)}), "told", "Of the zip archive 'acme.csv' was read", "a.zip"
    ),
    kind(
        "several files in a zip, one named with --ticker",
        packed({"AAA.csv": csv(TABLE), "BBB.csv": csv(CLOSE)}),
        "told",
        "Of the zip archive 'BBB.csv' was read",
        "all.zip",
        ticker="bbb",
    ),
    kind(
        "several files in a zip, none named",
        packed({"AAA.csv": csv(TABLE), "BBB.csv": csv(CLOSE)}),
        "refused",
        "holds the prices of AAA, BBB; choose one ticker",
        "all.zip",
    ),
    kind("an Excel workbook (.xlsx)", workbook({"Prices": TABLE}), "read", name="acme.xlsx"),
    kind(
        "its table below and right of the corner", workbook({"P": TABLE}, startrow=3, startcol=2), "read", name="a.xlsx"
    ),
    kind(
        "a workbook with a sheet of notes",
        workbook({"About": pd.DataFrame({"Note": ["so"]}), "Prices": TABLE}),
        "told",
        "The sheet 'Prices' was read; not used: 'About'.",
        "acme.xlsx",
    ),
    kind(
        "a workbook of a sheet a ticker",
        workbook({"A": TABLE, "B": 2 * TABLE}),
        "refused",
        "holds the prices of A, B; choose one ticker.",
    ),
    kind("Parquet", parquet(TABLE), "read", name="acme.parquet"),
    kind("Parquet with times of a zone", parquet(TABLE.tz_localize("America/New_York")), "read", name="acme.parquet"),
    kind("more than 10 MB", b"Date,Close\n" + b"2021-01-04,1\n" * 900_000, "refused", "larger than 10 MB"),
    kind("more than 10 MB when unpacked", gzip.compress(bytes(50_000_000), 1), "refused", "unpacks to more than 10 MB"),
    kind(
        "more than 10 MB of many tickers, one named with --ticker",
        b"Date,Close,Name\n" + b"2021-01-04,1,OTHER\n" * 600_000 + b"2021-01-04,10,ACME\n2021-01-05,11,ACME\n",
        "read",
        ticker="acme",
    ),
    kind("over 100,000 rows", b"Date,Close\n" + b"2021-01-04,1\n" * 100_001, "refused", "100,001 rows, over 100,000"),
    kind("compressed twice", gzip.compress(gzip.compress(csv(CLOSE))), "refused", "compressed twice; unpack it once"),
    kind("a damaged gzip archive", gzip.compress(csv(TABLE))[:-9], "refused", "a damaged gzip archive"),
    kind("a damaged zip archive", packed({"a.csv": csv(TABLE)})[:-30], "refused", "is a damaged zip archive", "a.zip"),
    kind("a damaged workbook", workbook({"P": TABLE})[:-300], "refused", "is a damaged Excel workbook; save it anew"),
    kind("a damaged Parquet file", parquet(TABLE)[:-200], "refused", "is a damaged Parquet file; write or download"),
    kind("an old Excel workbook (.xls)", b"\xd0\xcf\x11\xe0" + bytes(600), "refused", "save it as .xlsx or CSV"),
    kind("a web page", "<!DOCTYPE html><html>Close</html>", "refused", "a web page (HTML)"),
    kind("a PDF document", "%PDF-1.7\n", "refused", "a PDF document"),
    kind("a picture", b"\x89PNG\r\n\x1a\n" + bytes(50), "refused", "a PNG picture"),
    kind("a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n", "refused", "a Git LFS pointer"),
    kind("an empty file", "", "refused", "is empty; give a CSV file"),
    kind("binary data", bytes(range(256)) * 9, "refused", "is not text but binary data"),
]

JSON = [
    *(
        as_json(
            f"what pandas writes with orient={orient!r}", json.loads(TABLE.to_json(orient=orient, date_format="iso"))
        )
        for orient in ("columns", "index", "split", "table")
    ),
    as_json(
        "records", [dict(zip(["date", *FIELDS], row, strict=True)) for row in zip(DAYS, *FIELDS.values(), strict=True)]
    ),
    as_json("a list a column", {"date": DAYS, **FIELDS}),
    as_json(
        "a list a column, named by letters", {"t": MOMENTS, **{name[0]: column for name, column in FIELDS.items()}}
    ),
    as_json("closes by date", dict(zip(DAYS, FIELDS["close"], strict=True)), "told", "the only one of numbers"),
    as_json(
        "pairs of a date and a close", list(zip(DAYS, FIELDS["close"], strict=True)), "told", "the only one of numbers"
    ),
    as_json(
        "pairs as of CoinGecko",
        {"prices": [[1000 * moment, close] for moment, close in zip(MOMENTS, FIELDS["close"], strict=True)]},
    ),
    as_json(
        "the chart of a price service",
        {"chart": {"result": [{"timestamp": MOMENTS, "indicators": {"quote": [FIELDS]}}], "error": None}},
    ),
    as_json(
        "closes by ticker and date",
        {name: dict(zip(DAYS, FIELDS["close"], strict=True)) for name in ("AAA", "BBB")},
        ticker="BBB",
    ),
    kind(
        "JSON lines",
        TABLE.reset_index().to_json(orient="records", lines=True, date_format="iso"),
        "read",
        name="a.jsonl",
    ),
    as_json("no table of prices", [1, 2, 3], "refused", "is JSON without a table of prices"),
    kind("JSON that is cut", '{"a": [1, 2', "refused", "is JSON that cannot be read (line 1)", "acme.json"),
]

LAYOUTS = [
    kind("a column a ticker, one named with --ticker", csv(WIDE), "read", ticker="bbb"),
    kind("a column a ticker, none named", csv(WIDE), "refused", "holds the prices of AAA, BBB; choose one ticker"),
    kind(
        "a ticker that is not in it", csv(WIDE), "refused", "has no ticker 'ZZZ', only AAA, BBB; choose", ticker="ZZZ"
    ),
    kind(
        "headings of a ticker and a field, such as AAPL.Close",
        csv(pd.concat([TABLE.add_prefix("AAPL."), (2 * TABLE).add_prefix("BETA.")], axis=1)),
        "read",
        ticker="aapl",
    ),
    kind(
        "headings on two lines, fields above tickers",
        f"Date,Close,Close\n,LOW,MSFT\n{csv(WIDE).decode()[13:]}",
        "read",
        ticker="low",
    ),
    kind("a row a day and a ticker, one named with --ticker", long(TABLE), "read", ticker="acme"),
    kind(
        "a row a day and a ticker, none named",
        long(TABLE),
        "refused",
        "holds the prices of BETA, ACME; choose one ticker.",
    ),
    kind(
        "a date and one number (FRED)",
        csv(CLOSE).replace(b"Close", b"SP500"),
        "told",
        "taken from the column 'SP500', the only one",
    ),
    kind(
        "points for days without a price (FRED)",
        "DATE,SP500\n2018-12-31,.\n" + PAIRS,
        "mended",
        "Left out 1 row without any price",
    ),
    kind("the value of a fund (NAV)", csv(CLOSE).replace(b"Close", b"NAV"), "read"),
    kind(
        "CSV of CoinGecko",
        "snapped_at,price,market_cap,total_volume\n"
        + "".join(f"{day:%Y-%m-%d} 00:00:00 UTC,{row.Close},1.0,{row.Volume}\n" for day, row in COIN.iterrows()),
        "told",
        "Columns that are not used: market_cap.",
    ),
    kind(
        "klines without headings",
        "\n".join(kline(*item) for item in COIN.iterrows()),
        "told",
        "the columns were known by their numbers",
    ),
    kind(
        "Open, High, Low and Close without headings",
        csv(TABLE).partition(b"\n")[2],
        "told",
        "There are no headings; the columns",
    ),
    kind(
        "a date and a number without headings",
        PAIRS,
        "refused",
        "has no headings; write a line such as Date,Close above it.",
    ),
    kind(
        "a title or terms above the headings", b"Acme Data\n\nDISCLAIMER: AS IS, 2020-01-31.\n\n" + csv(TABLE), "read"
    ),
    kind("a key and a value a line above the headings", b"Name,Acme\nFrom,2019-01-02\n\n" + csv(TABLE), "read"),
    kind(
        "notes below the prices",
        csv(TABLE) + b"\nSource: an exchange\nNo warranty\n",
        "mended",
        "Left out the last 2 lines, which hold no price",
    ),
    kind(
        "columns that a forecast has no use for",
        csv(TABLE.assign(RSI_14=1.0)),
        "told",
        "Columns that are not used: RSI_14.",
    ),
    kind("no close", "Date,Foo\n2021-01-04,so\n", "refused", "has no close column, only 'Date', 'Foo'"),
    kind("no date", "Foo,Close\nx,1\n", "refused", "has no date column, only 'Foo', 'Close'"),
    kind("two closes", "Date,Close,Close\n2021-01-04,1,2\n", "refused", "has 2 columns named 'Close'; keep the one"),
    kind("headings alone", "Date,Close\n", "refused", "has headings but no rows"),
    kind(
        "a row of more cells than headings",
        "Date,Close\n2021-01-04,10\n2021-01-05,1,234.5\n",
        "refused",
        "3 cells where 2 columns have headings",
    ),
]

ENCODINGS = [
    *(
        kind(f"headings in {language}, UTF-8", headed(TABLE, words, "DOHLCV"), "read")
        for language, words in HEADINGS.items()
    ),
    *(kind(f"headings `{words}`", headed(TABLE, words, "DOHLCV"), "read") for words in PROGRAMS),
    *(
        kind(
            f"headings in {shown}, such as {words.split(',')[1]}",
            headed(TABLE, words, "DOHLCV").encode(encoding),
            "told",
            f"The file was read as {shown}.",
        )
        for words, encoding, shown in ENCODED
    ),
    kind("Shift-JIS with --encoding", JAPANESE.encode("cp932"), "read", encoding="Shift-JIS"),
    kind(
        "an Excel workbook with --encoding",
        workbook({"P": TABLE}),
        "refused",
        "leave out --encoding",
        encoding="cp1250",
    ),
    kind("UTF-8 with its mark", b"\xef\xbb\xbf" + csv(TABLE), "read"),
    *(kind(name, csv(TABLE).decode().encode(name), "read") for name in ("UTF-16", "UTF-16-LE", "UTF-16-BE")),
    kind(
        "headings that are not in what --encoding names",
        JAPANESE.encode("cp932"),
        "refused",
        "headings are no UTF-8; name another encoding",
        encoding="utf-8",
    ),
    kind(
        "an encoding that does not exist", csv(TABLE), "refused", "There is no encoding 'klingon'", encoding="klingon"
    ),
    kind(
        "headings in letters that nobody knows",
        "zeug\u00e4,unk\u00f6\n".encode("cp1252") + b"a,b\n" * 70,
        "refused",
        "name its encoding, as shift_jis",
    ),
]

PRICES: list[FileKind] = [*DELIMITED, *PACKED, *JSON, *LAYOUTS, *ENCODINGS]
