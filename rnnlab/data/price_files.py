"""Turns a path or bytes into the text of a price file; knows nothing of columns, dates or prices."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rnnlab.errors import DataError

# Thirty years of daily prices are 0.5 MB; ten megabytes hold every honest file and still parse in about a second.
MOST_BYTES = 10_000_000

_HOW_TO_EXPORT = "open it where it came from and save or export it as a CSV file"
_IN_A_SPREADSHEET = "open it in a spreadsheet program and save it as CSV UTF-8"
_UNPACK = "unpack it and give the CSV file inside"

# The first bytes of files that are often given in place of a CSV file, what they are and what to do about it.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", _IN_A_SPREADSHEET),
    (b"%PDF", "a PDF document", _HOW_TO_EXPORT),
    (b"\x89PNG", "a PNG picture", _HOW_TO_EXPORT),
    (b"\xff\xd8\xff", "a JPEG picture", _HOW_TO_EXPORT),
    (b"GIF8", "a GIF picture", _HOW_TO_EXPORT),
    (b"PAR1", "a Parquet file", "read it with pandas.read_parquet and write it with to_csv"),
    (b"ARROW1", "an Arrow file", "read it with pandas.read_feather and write it with to_csv"),
    (b"FEA1", "a Feather file", "read it with pandas.read_feather and write it with to_csv"),
    (b"\x89HDF", "an HDF5 file", "read it with pandas.read_hdf and write it with to_csv"),
    (b"SQLite format 3", "an SQLite database", "export its table as a CSV file"),
    (b"PK", "a zip archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (b"{\\rtf", "a rich-text document", _HOW_TO_EXPORT),
    (b"version https://git-lfs", "a Git LFS pointer and not the file itself", "fetch the file with git lfs pull"),
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
    label = own_name(name if name is not None else "" if isinstance(source, bytes) else str(source))
    content = source if isinstance(source, bytes) else _read_path(source, label)
    if len(content) > MOST_BYTES:
        raise DataError(
            f"{as_subject(label)} is larger than {MOST_BYTES // 1_000_000} MB; give one series of daily prices."
        )
    if content.startswith(b"\x1f\x8b"):
        content = _unpack_gzip(content, label)
    text = _decode(content, label)
    stem = re.sub(r"(?i)(\.(csv|tsv|txt|tab|dat|gz))+$", "", label) or "prices"
    return PriceFile(label, "prices" if label == "the file" else stem, text)


def own_name(path: str) -> str:
    """Give the last part of a path, printable and at most 80 characters, or "the file" where there is none."""
    last = PurePosixPath(path.replace("\\", "/")).name
    printable = "".join(character for character in last if character.isprintable()).strip()
    return printable[-80:] or "the file"


def as_subject(label: str) -> str:
    """Write a file's label at the start of a sentence; a file's own name stays as it is."""
    return "The file" if label == "the file" else label


def _read_path(source: str | Path, label: str) -> bytes:
    try:
        path = Path(source)
        if path.is_dir():
            raise DataError(f"{as_subject(label)} is a folder; give one CSV file of prices.")
        if not path.exists():
            raise DataError(f"There is no file {label!r} here; check its name, or give a CSV file of prices.")
        if not path.is_file():
            raise DataError(f"{as_subject(label)} is not an ordinary file; give a CSV file of prices.")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise DataError(
            f"{as_subject(label)} cannot be opened ({reason.lower()}); give a CSV file of prices."
        ) from error


def _unpack_gzip(content: bytes, label: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{as_subject(label)} is a damaged gzip archive; compress or download it again.") from error
    if len(unpacked) > MOST_BYTES:
        limit = MOST_BYTES // 1_000_000
        raise DataError(f"{as_subject(label)} unpacks to more than {limit} MB; give one series of daily prices.")
    if unpacked.startswith(b"\x1f\x8b"):
        raise DataError(f"{as_subject(label)} is compressed twice; unpack it once and give what is inside.")
    return unpacked


def _decode(content: bytes, label: str) -> str:
    if not content.strip():
        raise DataError(f"{as_subject(label)} is empty; give a CSV file with a date and a close on each line.")
    _refuse_other_formats(content, label)
    text = _as_text(content)
    if text is None or _PUNCTUATION.search(text[:100_000]):
        raise DataError(f"{as_subject(label)} is not text but binary data; give a CSV file of prices.")
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise DataError(f"{as_subject(label)} is empty; give a CSV file with a date and a close on each line.")
    _refuse_other_texts(text, label)
    return text


def _as_text(content: bytes) -> str | None:
    """Decode UTF-8, UTF-16 with or without its mark, else Latin-1; None where the bytes are none of them."""
    head = content[:2000]
    encoding = "utf-8"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif len(head) >= 4 and head[1::2].count(0) > 0.8 * len(head[1::2]):
        encoding = "utf-16-le"
    elif len(head) >= 4 and head[0::2].count(0) > 0.8 * len(head[0::2]):
        encoding = "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace") if encoding == "utf-8" else None


def _refuse_other_formats(content: bytes, label: str) -> None:
    if content.startswith(b"PK") and (b"xl/" in content[:5000] or b"xl/" in content[-5000:]):
        raise DataError(f"{as_subject(label)} seems to be an Excel workbook (.xlsx); {_IN_A_SPREADSHEET}.")
    for signature, what, remedy in _SIGNATURES:
        # "PK" is also a ticker; only a local file header or an empty archive is a zip.
        if content.startswith(signature) and (signature != b"PK" or content[2:4] in (b"\x03\x04", b"\x05\x06")):
            raise DataError(f"{as_subject(label)} seems to be {what}; {remedy}.")


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
