"""A stranger's file opened only if it is an ordinary one, and read up to a bound; independent of what it holds."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

# A pipe without a writer is then no wait, and where files are text unless one says so, bytes stay bytes.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)


def open_regular(path: str | Path) -> BufferedReader:
    """Open an ordinary file for reading its bytes; a pipe, a device, a socket or a folder is never waited for.

    Raises:
        OSError: there is none, it cannot be read, or it is no ordinary file; a path that none can have, too.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # before it is opened, as opening alone may make a device act
            raise OSError(errno.EINVAL, "it is no ordinary file")
        stream = open(path, "rb", opener=lambda name, _: os.open(name, _FLAGS))  # noqa: SIM115
    except ValueError as error:  # such as a zero byte in the name
        raise OSError(errno.EINVAL, "no file has such a name") from error
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise OSError(errno.EINVAL, "it is no ordinary file")


class TooLarge(OSError):
    """A file has more bytes than are read."""


def read_regular(path: str | Path, most: int) -> bytes:
    """The bytes of an ordinary file; OSError as of `open_regular`, and TooLarge if there are more than `most`."""
    with open_regular(path) as stream:
        # One that says how large it is isn't read at all; one that grows meanwhile is found out by one byte more.
        told = os.fstat(stream.fileno()).st_size
        raw = stream.read(most + 1) if told <= most else b""
    if max(told, len(raw)) > most:
        raise TooLarge(errno.EFBIG, "it is too large")
    return raw
