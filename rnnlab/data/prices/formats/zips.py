"""The one price file in a zip archive, unpacked within bounds; independent of its content."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from rnnlab.data.files import own_name, refusal
from rnnlab.data.prices.tickers import choose_ticker

# Its list of contents: of one file some hundred bytes, of a million files that take minutes to list a hundred million.
_MOST_LISTED_BYTES = 1_000_000
_END = b"PK\x05\x06"
_LONGEST_END = 70_000
_TABLES = (".csv", ".tsv", ".xlsx", ".json", ".jsonl", ".parquet")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, IndexError)


def check_entries(content: bytes, label: str) -> bytes:
    """Give a zip's bytes back; DataError if its list of contents is too long to be looked through."""
    _check_end(content[-_LONGEST_END:], label)
    return content


@contextmanager
def only_file(source: Path | bytes, label: str, ticker: str | None) -> Iterator[tuple[str, IO[bytes]]]:
    """Open the one file in a zip, or the one that is named like the ticker; gives its name and what to read it from.

    Whatever else a system or a spreadsheet puts beside it is passed over.

    Raises DataError if the zip is damaged, encrypted or empty, or holds several files and none was chosen.
    """
    try:
        _check_end(_end_of(source), label)
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            entry = _choose(archive.infolist(), label, ticker)
            with archive.open(entry) as file:
                yield own_name(entry.filename), file
    except DAMAGE as error:
        raise refusal(label, "is a damaged zip archive; compress or download it again") from error


def _end_of(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[-_LONGEST_END:]
    with source.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(max(0, file.tell() - _LONGEST_END))
        return file.read()


def _check_end(end: bytes, label: str) -> None:
    at = end.rfind(_END)
    if at >= 0 and int.from_bytes(end[at + 12 : at + 16], "little") > _MOST_LISTED_BYTES:
        raise refusal(label, "is a zip archive of too many files; give the one with the prices")


def _choose(entries: list[zipfile.ZipInfo], label: str, ticker: str | None) -> zipfile.ZipInfo:
    paths = {entry.filename: PurePosixPath(entry.filename) for entry in entries if not entry.is_dir()}
    hidden = [name for name, path in paths.items() if path.name.startswith(".") or "__MACOSX" in path.parts]
    shown = {name: path for name, path in paths.items() if name not in hidden}
    if not shown:
        raise refusal(label, "is a zip archive without a file; put the one with the prices in it")
    tables = {name: path for name, path in shown.items() if path.name.lower().removesuffix(".gz").endswith(_TABLES)}
    shown = tables or shown  # what is beside them tells of them
    name = next(iter(shown))
    if len(shown) > 1:
        stems = {path.name.split(".")[0]: name for name, path in shown.items()}
        if len(stems) < len(shown):
            stems = {str(path): name for name, path in shown.items()}
        name = stems[choose_ticker(list(stems), ticker, label)]
    entry = next(entry for entry in entries if entry.filename == name)
    if entry.flag_bits & 1:
        raise refusal(label, "is an encrypted zip archive; unpack it and give the file inside")
    return entry
