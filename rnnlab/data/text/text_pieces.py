"""Text files that may be larger than memory, a piece at a time and without a distributor's headers; writes nothing."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from rnnlab.data.encodings import codec_named, decode
from rnnlab.data.files import Tell
from rnnlab.data.headers import authors_own, find_stretches
from rnnlab.data.regular_files import open_regular
from rnnlab.data.text.cleaning import changes_told, plain_line_ends, restore_signs
from rnnlab.data.text.structure import structure_of
from rnnlab.errors import DataError

READ = 1 << 20  # bytes read at a time
LONGEST_LINE = 200_000_000  # characters, which are held at once


def read_pieces(files: Sequence[str | Path], encoding: str | None = None, tell: Tell | None = None) -> Iterator[str]:
    """The text of files, gzip or not, one after the other, in pieces that end with a line.

    Headers and licences of Project Gutenberg are left out, for which each file is gone through twice.

    Args:
        files, encoding: their paths, and in what all of them are, such as "KOI8-R"; UTF-8 if None.
        tell: is told of each file what was left out of it, and what it seems to be besides words.

    Raises:
        DataError: a file cannot be read, is not in the encoding, or has a line of over 200 million characters.
    """
    told = tell or (lambda words: None)
    for file in map(Path, files):
        found = find_stretches(text_pieces(file, encoding))
        changes: Counter[str] = Counter()
        lines = 0
        for number, piece in enumerate(authors_own(text_pieces(file, encoding, changes), found)):
            lines += piece.count("\n")
            if not number and (structure := structure_of(piece, file.name)):
                told(f"{file.name}: {structure.notice()}")
            yield piece
        for notice in (*found.notices(lines), *changes_told(changes)):
            told(f"{file.name}: {notice}")


def text_pieces(file: Path, encoding: str | None = None, changes: Counter[str] | None = None) -> Iterator[str]:
    """A file's text as it lies there but for its line ends and signs that stand as control characters, a MB at a time.

    `changes` counts what is changed, by the names of `Cleaned`; encoding and errors are as of `read_pieces`.
    """
    codec = "utf-8" if encoding is None else codec_named(encoding)
    try:
        with open_regular(file) as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else nullcontext(raw) as stream:
                for piece in _lines_of(stream, codec):
                    text, restored = restore_signs(piece)
                    text, line_ends = plain_line_ends(text)
                    (Counter() if changes is None else changes).update(restored=restored, line_ends=line_ends)
                    yield text
    except UnicodeDecodeError as error:
        raise DataError(f"{file.name} is not in {encoding or 'UTF-8'}; {_remedy(error, encoding)}.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file.name} cannot be read; check its name, or give a plain text file.") from error
    except OverflowError as error:
        raise DataError(f"{file.name} has a line of over {LONGEST_LINE:,} characters; break it into lines.") from error


def _remedy(error: UnicodeDecodeError, encoding: str | None) -> str:
    if encoding is not None:
        return "name another"
    found = decode(error.object)
    hint = "" if found is None or found.encoding == "UTF-8" else f", such as {found.encoding}"
    return f"save it as UTF-8, or name its encoding with --encoding{hint}"


def _lines_of(stream: IO[bytes] | gzip.GzipFile, codec: str) -> Iterator[str]:
    """Whole lines, about a MB at a time; a line without an end is a piece by itself."""
    decoder = codecs.getincrementaldecoder(codec)()
    begun: list[str] = []
    while part := stream.read(READ):
        whole, end, rest = decoder.decode(part).rpartition("\n")
        if end:
            yield "".join([*begun, whole, end])
            begun = []
        begun.append(rest)
        if sum(map(len, begun)) > LONGEST_LINE:
            raise OverflowError
    if last := "".join([*begun, decoder.decode(b"", final=True)]):
        yield last
