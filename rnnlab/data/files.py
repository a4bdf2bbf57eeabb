"""A file that a person gives: its name, its bytes within bounds, what it seems to be; independent of its content."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rnnlab.errors import DataError

Tell = Callable[[str], None]  # what is told in half a sentence how far something is, or in a sentence what was changed

# The first bytes of files that are often given in place of a plain one, what they are and of which kind.
_SIGNATURES: tuple[tuple[bytes | tuple[bytes, ...], str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or Word document (.doc)", "office"),
    (b"%PDF", "a PDF document", "document"),
    (b"\x89PNG", "a PNG picture", "picture"),
    (b"\xff\xd8\xff", "a JPEG picture", "picture"),
    ((b"GIF87a", b"GIF89a"), "a GIF picture", "picture"),
    (b"PAR1", "a Parquet file", "parquet"),
    (b"ARROW1", "an Arrow file", "feather"),
    (b"FEA1", "a Feather file", "feather"),
    (b"\x89HDF", "an HDF5 file", "hdf"),
    (b"SQLite format 3", "an SQLite database", "database"),
    # "PK" alone is also a ticker and "Rar!" a shout; the bytes that follow make them archives.
    ((b"PK\x03\x04", b"PK\x05\x06"), "a zip archive", "zip"),
    (b"7z\xbc\xaf", "a 7z archive", "archive"),
    (b"Rar!\x1a\x07", "a RAR archive", "archive"),
    (b"BZh", "a bzip2 archive", "archive"),
    (b"\xfd7zXZ", "an xz archive", "archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "archive"),
    (b"{\\rtf", "a rich-text document", "document"),
    (b"version https://git-lfs", "a Git LFS pointer and not the file itself", "pointer"),
)
# Zip archives that programs use as their own format, told by a name or a type that lies within.
_IN_A_ZIP: tuple[tuple[bytes, str, str], ...] = (
    (b"xl/", "an Excel workbook (.xlsx)", "workbook"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", "spreadsheet"),
    (b"word/", "a Word document (.docx)", "document"),
    (b"opendocument.text", "an OpenDocument text (.odt)", "document"),
    (b"epub+zip", "an e-book (.epub)", "book"),
)
# Whose remedy a kind shares, unless it has one of its own.
_KIN = {"zip": "archive", "spreadsheet": "workbook"}


@dataclass(frozen=True)
class Wanted:
    """What is asked of the person, in the words of the refusals.

    `file` is what to give ("a CSV file of prices"), `holding` what it must hold, `smaller` what to do about one above
    `most_bytes`; `remedies` are by the kind of other format, `otherwise` is the remedy for the kinds that it lacks.
    """

    file: str
    holding: str
    smaller: str
    most_bytes: int
    remedies: Mapping[str, str]
    otherwise: str
    taken: frozenset[str] = frozenset()


def label_of(source: str | Path | bytes, name: str | None) -> str:
    """What messages call a source (str and Path are paths, bytes are content): its name without its folder."""
    return own_name(name if name is not None else "" if isinstance(source, bytes) else str(source))


def own_name(path: str) -> str:
    """Give the last part of a path, printable and at most 80 characters, or "the file" where there is none."""
    last = PurePosixPath(path.replace("\\", "/")).name
    return "".join(filter(str.isprintable, last)).strip()[-80:] or "the file"


def as_subject(label: str) -> str:
    """Write a file's label at the start of a sentence; a file's own name stays as it is."""
    return {"the file": "The file", "the table": "The table"}.get(label, label)


def refusal(label: str, problem: str) -> DataError:
    """Refuse a file, or whatever has a label, for a problem that reads on from it: "is empty; give another"."""
    return DataError(f"{as_subject(label)} {problem}.")


def read_content(source: str | Path | bytes, label: str, wanted: Wanted) -> bytes:
    """Read a path, or take content as it is, and undo gzip; never more than `wanted.most_bytes` are held.

    Raises DataError if the file is missing, unreadable, too large, empty, packed wrongly, or of another format.
    """
    content = source if isinstance(source, bytes) else _read_path(source, label, wanted)
    if len(content) > wanted.most_bytes:
        raise refusal(label, f"is larger than {wanted.most_bytes // 1_000_000} MB; {wanted.smaller}")
    if content.startswith(b"\x1f\x8b"):
        content = _unpack_gzip(content, label, wanted)
    if not content or content.isspace():
        raise is_empty(label, wanted)
    found = format_of(content)
    if found is not None and found[1] not in wanted.taken:
        kinds = (found[1], _KIN.get(found[1], ""))
        remedy = next((wanted.remedies[kind] for kind in kinds if kind in wanted.remedies), wanted.otherwise)
        raise refusal(label, f"seems to be {found[0]}; {remedy}")
    return content


def is_empty(label: str, wanted: Wanted) -> DataError:
    """The refusal of a file in which there is nothing."""
    return refusal(label, f"is empty; give {wanted.holding}")


def is_binary(label: str, wanted: Wanted) -> DataError:
    """The refusal of bytes that are no text in any encoding."""
    return refusal(label, f"is not text but binary data; give {wanted.file}")


def _read_path(source: str | Path, label: str, wanted: Wanted) -> bytes:
    try:
        path = Path(source)
        if path.is_dir():
            raise refusal(label, f"is a folder; give {wanted.file}")
        if not path.exists():
            raise DataError(f"There is no file {label!r} here; check its name, or give {wanted.file}.")
        if not path.is_file():
            raise refusal(label, f"is not an ordinary file; give {wanted.file}")
        with path.open("rb") as file:
            return file.read(wanted.most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise refusal(label, f"cannot be opened ({reason.lower()}); give {wanted.file}") from error


def _unpack_gzip(content: bytes, label: str, wanted: Wanted) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(wanted.most_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise refusal(label, "is a damaged gzip archive; compress or download it again") from error
    if len(unpacked) > wanted.most_bytes:
        raise refusal(label, f"unpacks to more than {wanted.most_bytes // 1_000_000} MB; {wanted.smaller}")
    if unpacked.startswith(b"\x1f\x8b"):
        raise refusal(label, "is compressed twice; unpack it once and give what is inside")
    return unpacked


def format_of(content: bytes) -> tuple[str, str] | None:
    """What a file of another format seems to be, in words, and its kind; None for what may be plain text."""
    for signature, what, kind in _SIGNATURES:
        if content.startswith(signature):
            return (_in_a_zip(content) if kind == "zip" else None) or (what, kind)
    return None


def _in_a_zip(content: bytes) -> tuple[str, str] | None:
    # A zip's list of members is at its end; some programs also put their type first.
    ends = content[:5000] + content[-5000:]
    return next(((what, kind) for sign, what, kind in _IN_A_ZIP if sign in ends), None)
