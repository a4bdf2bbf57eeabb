"""The lines or columns of one ticker out of a file too large to be read as a whole; independent of any price."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rnnlab.data.files import format_of, refusal
from rnnlab.data.prices.formats.layouts import find_separator, first_rows
from rnnlab.data.prices.formats.zips import only_file
from rnnlab.data.prices.headings import Headings

MOST_STREAMED = 200_000_000  # bytes, once unpacked
_MOST_ROWS = 100_000
_HEAD_LINES = 100  # which hold the headings
_LONGEST_LINE = 100_000
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, whose lines are not lines of bytes


@dataclass(frozen=True)
class Streamed:
    """A file's first lines and those that name a ticker, or its columns alone, and the number of each in the file."""

    content: bytes
    lines: list[int]


def lines_of_ticker(source: str | Path | bytes, label: str, ticker: str, most: int) -> Streamed | None:
    """Read a file line by line and keep those that a ticker is named in, or its columns, if the file is too large.

    Args:
        source: a path, or the content; plain text, gzip or a zip with one file; messages call it by its label.
        ticker: which one; letters of any case.
        most: bytes that may be kept.

    Returns None for a file that is not too large, is no such text, or cannot be opened, as reading it whole will tell.

    Raises:
        DataError: the file is larger than 200 MB, has lines of over 100,000 characters, or too many name the ticker.
    """
    try:
        with _opened(source, label, ticker) as file:
            head = b"" if file is None else file.read(most + 1)
            if len(head) <= most and head.count(b"\n") <= _MOST_ROWS:
                return None
        with _opened(source, label, ticker) as file:
            return None if file is None else _kept(file, label, ticker.strip().lower(), most)
    except (OSError, ValueError, EOFError, zlib.error, csv.Error):
        return None


@contextmanager
def _opened(source: str | Path | bytes, label: str, ticker: str) -> Iterator[IO[bytes] | Any]:
    if not isinstance(source, bytes) and not Path(source).is_file():
        yield None
        return
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as raw:
        ends = raw.read(5000)
        raw.seek(max(0, raw.seek(0, io.SEEK_END) - 5000))
        ends += raw.read()
        raw.seek(0)
        kind = (format_of(ends) or ("", ""))[1]
        if ends.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked
        elif kind == "zip":
            with only_file(source if isinstance(source, bytes) else Path(source), label, ticker) as (_, member):
                yield member
        else:
            yield raw if not kind and not ends.lstrip().startswith((*_WIDE, b"{", b"[")) else None


def _kept(file: IO[bytes], label: str, ticker: str, most: int) -> Streamed:
    """The lines of a ticker, or the columns of one that the headings name."""
    lines = _lines(file, label)
    head = list(itertools.islice(lines, _HEAD_LINES))
    found = find_separator(first_rows(b"".join(head).decode("utf-8", errors="replace"), label), label)
    everything = itertools.chain(head, lines)
    separator, headings = found or (",", Headings(-1, (), {}))
    named = {name.lower(): where for name, where in headings.columns.items() if name}
    if headings.only:
        named = {headings.only.lower(): headings.columns[""]}
    if ticker in named:
        columns = sorted(set(named[ticker].values()))
        return _gathered(_cut(everything, separator, columns), label, ticker, most)
    return _gathered(_naming(everything, separator.encode(), ticker.encode()), label, ticker, most)


def _naming(lines: Iterable[bytes], separator: bytes, ticker: bytes) -> Iterator[tuple[int, bytes]]:
    """The first lines, and those with a cell that is the ticker."""
    for number, line in enumerate(lines, start=1):
        lower = line.lower()
        named = ticker in lower and ticker in [cell.strip(b' "\r\n') for cell in lower.split(separator)]
        if named or number <= _HEAD_LINES:
            yield number, line


def _lines(file: IO[bytes], label: str) -> Iterator[bytes]:
    """The lines of a file within bounds; DataError beyond them."""
    seen = 0
    while line := file.readline(_LONGEST_LINE):
        seen += len(line)
        if len(line) == _LONGEST_LINE:
            raise refusal(label, f"has lines of over {_LONGEST_LINE:,} characters; give a CSV file")
        if seen > MOST_STREAMED:
            raise refusal(label, f"has over {MOST_STREAMED // 1_000_000} MB; give a file with fewer tickers")
        yield line


def _cut(lines: Iterable[bytes], separator: str, columns: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Some columns of a file alone, whatever its encoding: bytes are characters of Latin-1 and back."""
    reader = csv.reader((line.decode("latin-1") for line in lines), delimiter=separator, skipinitialspace=True)
    for row in reader:
        cells = [" ".join(row[column].split()) if column < len(row) else "" for column in columns]
        text = io.StringIO()
        csv.writer(text, delimiter=separator, lineterminator="\n").writerow(cells)
        yield reader.line_num, text.getvalue().encode("latin-1")


def _gathered(rows: Iterable[tuple[int, bytes]], label: str, ticker: str, most: int) -> Streamed:
    kept, lines, size = list[bytes](), list[int](), 0
    for number, row in rows:
        size += len(row)
        if size > most:
            has = f"has over {most // 1_000_000} MB of lines with {ticker[:40]!r}"
            raise refusal(label, f"{has}; give one series of daily prices")
        kept.append(row)
        lines.append(number)
    return Streamed(b"".join(kept), lines)
