"""A stranger's zip opened and read so that whatever is wrong with it is one refusal; independent of any checkpoint."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from rnnlab.data.regular_files import open_regular
from rnnlab.errors import CheckpointError

REMEDY = "give a zip of a checkpoint's folder"
# The list of a zip's files is read at once, and each file in it is an object: 46 bytes and a name make one.
LONGEST_LIST = 1 << 20  # bytes; no more is asked for of a file's content at a time either
LOCAL_HEADER = 30  # bytes before a file's name and its content
# What zipfile raises of zips that are none, are cut short, or say of themselves what cannot be.
_ODD = (EOFError, OSError, ValueError, LookupError, RuntimeError, OverflowError)
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, *_ODD)


class _TooLong(Exception):
    """More bytes at once than a list of files may have."""


class _Bounded:
    """A file of which nobody reads very much at once, whatever the file itself says of how much there is to read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable
        self._read = stream.read

    def read(self, size: int = -1) -> bytes:
        """As a file does, but for the bound."""
        found = self._read(LONGEST_LIST + 1 if size < 0 else min(size, LONGEST_LIST + 1))
        if len(found) > LONGEST_LIST:
            raise _TooLong
        return found


@contextmanager
def opened_zip(file: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose list of files is short enough to be read.

    Raises:
        CheckpointError: it is no zip or a damaged one, no ordinary file, or lists too many files.
    """
    with sound(name):
        stream = open_regular(file)
    with stream:
        with sound(name):
            archive = zipfile.ZipFile(cast(IO[bytes], _Bounded(stream)))
        with archive:
            yield archive


@contextmanager
def sound(name: str) -> Iterator[None]:
    """Raise CheckpointError for whatever reading a zip raises; name is what to call the zip."""
    try:
        yield
    except _TooLong as error:
        raise CheckpointError(f"{name} lists more files than are read; {REMEDY}.") from error
    except DAMAGED as error:
        raise CheckpointError(f"{name} is not a valid zip file; {REMEDY}.") from error


def overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two files of a zip share bytes, which makes a small zip of a large one."""
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset + LOCAL_HEADER + entry.compress_size for entry in placed]
    return any(end > after.header_offset for end, after in zip(ends, placed[1:], strict=False))


def pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The content of a zip's file, a MB at a time; CheckpointError if it is damaged."""
    with sound(name):
        stream = archive.open(entry)
    with stream:
        while True:
            with sound(name):
                piece = stream.read(LONGEST_LIST)
            if not piece:
                return
            yield piece
