"""A stranger's file opened only if it is an ordinary one, and read up to a bound; knows nothing of what it holds."""

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


def read_regular(path: str | Path, most: int) -> bytes:
    """The bytes of an ordinary file; of one with more than `most`, the first `most` and one more. OSError as above."""
    with open_regular(path) as stream:
        return stream.read(most + 1)
