"""Turns a path or bytes into the text of a price file; knows nothing of columns, dates or prices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rnnlab.data.encodings import decode
from rnnlab.data.files import Wanted, as_subject, is_binary, is_empty, label_of, read_content
from rnnlab.errors import DataError

_IN_A_SPREADSHEET = "open it in a spreadsheet program and save it as CSV UTF-8"
WANTED = Wanted(
    file="a CSV file of prices",
    holding="a CSV file with a date and a close on each line",
    smaller="give one series of daily prices",
    # Thirty years of daily prices are 0.5 MB; ten megabytes hold every honest file and still parse in about a second.
    most_bytes=10_000_000,
    remedies={
        "office": _IN_A_SPREADSHEET,
        "workbook": _IN_A_SPREADSHEET,
        "parquet": "read it with pandas.read_parquet and write it with to_csv",
        "feather": "read it with pandas.read_feather and write it with to_csv",
        "hdf": "read it with pandas.read_hdf and write it with to_csv",
        "database": "export its table as a CSV file",
        "archive": "unpack it and give the CSV file inside",
        "pointer": "fetch the file with git lfs pull",
    },
    otherwise="open it where it came from and save or export it as a CSV file",
)
_PUNCTUATION = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class PriceFile:
    """The text of a price file; label is what messages call it, stem what a chart calls it."""

    label: str
    stem: str
    text: str


def open_price_file(source: str | Path | bytes, name: str | None = None) -> PriceFile:
    """Read a file (str and Path are paths, bytes are content) of at most 10 MB, gzip or not, as text.

    Raises:
        DataError: the file is missing, unreadable, too large, empty, or something else than text with columns; the
            message names the file but never the folder it lies in.
    """
    label = label_of(source, name)
    text = _as_text(read_content(source, label, WANTED), label)
    stem = re.sub(r"(?i)(\.(csv|tsv|txt|tab|dat|gz))+$", "", label) or "prices"
    return PriceFile(label, "prices" if label == "the file" else stem, text)


def _as_text(content: bytes, label: str) -> str:
    decoded = decode(content)
    if decoded is None or _PUNCTUATION.search(decoded.text[:100_000]):
        raise is_binary(label, WANTED)
    text = decoded.text.lstrip("\ufeff")
    if not text.strip():
        raise is_empty(label, WANTED)
    _refuse_other_texts(text, label)
    return text


def _refuse_other_texts(text: str, label: str) -> None:
    head = text[:2000].lstrip().lower()
    if head.startswith("<") and re.match(r"<(!doctype|html|\?xml|head|body|table|svg|div|!--)", head):
        what = "an XML document" if head.startswith("<?xml") else "a web page (HTML)"
        raise DataError(
            f"{as_subject(label)} seems to be {what}; use the page's download or export button to get a CSV file."
        )
    if re.match(r"\{\s*[\"}]|\[\s*[\[{\"\d\]]", head):
        raise DataError(
            f"{as_subject(label)} seems to be JSON; read it with pandas.read_json and write it with to_csv first."
        )
