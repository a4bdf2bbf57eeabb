"""Turns a path or bytes of any format into the text of a price file; independent of columns, dates or prices."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnlab.data.files import Wanted, format_of, is_binary, is_empty, label_of, read_content, refusal
from rnnlab.data.prices.formats.json_prices import json_text
from rnnlab.data.prices.formats.price_encodings import decode_prices
from rnnlab.data.prices.formats.streams import lines_of_ticker
from rnnlab.data.prices.formats.workbooks import workbook_text
from rnnlab.data.prices.formats.zips import only_file
from rnnlab.data.prices.tables import parquet_text

# What a page's file chooser offers: the usual endings of what is read here.
_FORMATS = "csv tsv txt tab dat xlsx xlsm json jsonl ndjson parquet gz zip"
ENDINGS = tuple(f".{name}" for name in _FORMATS.split())
WANTED = Wanted(
    file="a CSV file of prices",
    holding="a CSV file with a date and a close on each line",
    smaller="give one series of daily prices, or choose one ticker of those that it holds",
    # Thirty years of daily prices are 0.5 MB; ten megabytes hold every honest file and still parse in about a second.
    most_bytes=10_000_000,
    remedies={
        "office": "open it in a spreadsheet program and save it as .xlsx or CSV",
        "workbook": "open it in a spreadsheet program and save it as .xlsx or CSV",
        "feather": "read it with pandas.read_feather and write it with to_csv",
        "hdf": "read it with pandas.read_hdf and write it with to_csv",
        "database": "export its table as a CSV file",
        "archive": "unpack it and give the CSV file inside",
        "pointer": "fetch the file with git lfs pull",
    },
    otherwise="open it where it came from and save or export it as a CSV file",
    taken=frozenset(("zip", "workbook", "parquet")),
)
_PUNCTUATION = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ENDING = re.compile(rf"(?i)(\.({_FORMATS.replace(' ', '|')}))+$")


@dataclass(frozen=True)
class PriceFile:
    """The text of a price file; label is what messages call it, stem what a chart calls it.

    notices: on how it was opened. guessed: the encoding, if it was taken for want of another. row: what its lines are
    called, "row" where the text was made from a table. lines: the file's own numbers of the lines, where only those of
    one ticker were read.
    """

    label: str
    stem: str
    text: str
    notices: tuple[str, ...] = ()
    guessed: str = ""
    row: str = "line"
    lines: Sequence[int] | None = None

    def line(self, number: int) -> int:
        """The file's own number of a line of the text."""
        return number if self.lines is None or not 0 < number <= len(self.lines) else self.lines[number - 1]


def open_price_file(
    source: str | Path | bytes, name: str | None = None, *, ticker: str | None = None, encoding: str | None = None
) -> PriceFile:
    """Read a file (str and Path are paths, bytes are content) as text, whatever it is packed in.

    CSV in any encoding, gzip, a zip with one file, .xlsx, Parquet and JSON, of at most 10 MB once they are unpacked; of
    a CSV file of several tickers and at most 200 MB the lines of the one that is asked for.

    Raises:
        DataError: the file is missing, unreadable, too large, empty, or something else than text with columns; the
            message names the file but never the folder it lies in.
    """
    label = label_of(source, name)
    stem = (_ENDING.sub("", label) if label != "the file" else "") or "prices"
    if ticker is not None and (streamed := lines_of_ticker(source, label, ticker, WANTED.most_bytes)):
        text, notices, guessed = _as_text(streamed.content, label, encoding)
        return PriceFile(label, stem, text, notices, guessed, lines=streamed.lines)
    content = read_content(source, label, WANTED)
    if (format_of(content) or ("", ""))[1] != "zip":
        return dataclasses.replace(_opened(content, label, ticker, encoding), stem=stem)
    inner, content = _unzipped(content, label, ticker)
    opened = _opened(content, f"{inner} in {label}", ticker, encoding)
    return dataclasses.replace(opened, stem=stem, notices=(f"Of the zip archive {inner!r} was read.", *opened.notices))


def _unzipped(content: bytes, label: str, ticker: str | None) -> tuple[str, bytes]:
    with only_file(content, label, ticker) as (name, file):
        inner = file.read(WANTED.most_bytes + 1)
    if len(inner) > WANTED.most_bytes:
        raise refusal(label, f"unpacks to more than 10 MB; {WANTED.smaller}")
    if (format_of(inner) or ("", ""))[1] == "zip":
        raise refusal(label, "is compressed twice; unpack it once and give what is inside")
    return name, read_content(inner, f"{name} in {label}", WANTED)


def _opened(content: bytes, label: str, ticker: str | None, encoding: str | None) -> PriceFile:
    """The text of a file by its format; the label is only for messages."""
    kind = (format_of(content) or ("", ""))[1]
    if kind in ("workbook", "parquet") and encoding:
        raise refusal(label, "is no plain text and has no encoding to name; leave out --encoding")
    if kind == "workbook":
        text, notices = workbook_text(content, label, ticker)
        return PriceFile(label, "", text, notices, row="row")
    if kind == "parquet":
        return PriceFile(label, "", parquet_text(content, label), row="row")
    text, notices, guessed = _as_text(content, label, encoding)
    if re.match(r"\{\s*[\"}]|\[\s*[\[{\"\d\]-]", text[:2000].lstrip()):
        return PriceFile(label, "", json_text(text, label), notices, row="row")
    return PriceFile(label, "", text, notices, guessed)


def _as_text(content: bytes, label: str, encoding: str | None) -> tuple[str, tuple[str, ...], str]:
    """The text, notices, and the encoding if it is no more than a guess."""
    decoded = decode_prices(content, encoding)
    if decoded is None or _PUNCTUATION.search(decoded.text[:100_000]):
        raise is_binary(label, WANTED)
    text = decoded.text.lstrip("\ufeff")
    if not text.strip():
        raise is_empty(label, WANTED)
    head = text[:2000].lstrip().lower()
    if head.startswith("<") and re.match(r"<(!doctype|html|\?xml|head|body|table|svg|div|!--)", head):
        what = "an XML document" if head.startswith("<?xml") else "a web page (HTML)"
        raise refusal(label, f"seems to be {what}; use the page's download or export button to get a CSV file")
    return text, decoded.notices, decoded.guessed
