"""Standard output and standard error as commands write them: on any terminal, closed, full, or with no reader left."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from tqdm import tqdm


class OutputLost(Exception):
    """Standard output takes nothing more; the message says why. unread: only its reader left, as `head` does."""

    def __init__(self, error: OSError) -> None:
        """Take what the system says."""
        super().__init__(f"The output could not be written ({error.strerror}); send it somewhere else.")
        self.unread = isinstance(error, BrokenPipeError)


def prepare() -> None:
    """Have what a terminal cannot show written as a question mark, and what is closed lead nowhere."""
    if sys.stdout is None or sys.stderr is None:
        _fill_closed()
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def show(words: str, end: str = "\n") -> None:
    """Write to standard output at once; OutputLost if that cannot be."""
    try:
        print(words, end=end, flush=True)
    except OSError as error:
        _silence(sys.stdout)
        raise OutputLost(error) from error


def aside(words: str) -> None:
    """Write to standard error, above a bar if there is one; what cannot be written there stops nothing."""
    try:
        tqdm.write(words, file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Let what is still held back, which the interpreter writes at its end, go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError:  # it is no file of the system's
        return


def _fill_closed() -> None:
    """Open the null device in place of a standard stream that is closed, or the next file would get its number."""
    while True:
        handle = os.open(os.devnull, os.O_RDWR)
        if handle > 2:
            os.close(handle)
            return


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
