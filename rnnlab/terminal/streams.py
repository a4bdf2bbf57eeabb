"""Standard output and error as commands write them, on any terminal, closed, full or unread, and a training's bar."""

from __future__ import annotations

import io
import os
import sys
import time
from typing import Any, TextIO

from tqdm import tqdm

from rnnlab.errors import RnnlabError
from rnnlab.train.processes import is_first


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


class StepBar:
    """A bar on a terminal that moves with every step of a training; a log has none. Reports stand above it."""

    def __init__(self, minutes: float | None = None) -> None:
        """Prepare; after so many minutes every training is to end at its next step."""
        self._bar: tqdm[Any] | None = None
        if minutes is not None and not minutes > 0:
            raise RnnlabError(f"{minutes:g} minutes are none; give a larger --minutes.")
        self._ends = None if minutes is None else time.monotonic() + 60 * minutes
        self.cut: tuple[int, int] | None = None  # the earliest step, of how many, at which the time was over

    def watch(self, step: int, steps: int) -> bool:
        """Take note of a step; whether the training is to go on."""
        if self._bar is None:
            disable = None if is_first() else True  # None leaves the bar out where standard error is no terminal
            self._bar = tqdm(total=steps, initial=step - 1, unit="step", file=sys.stderr, leave=False, disable=disable)
        self._bar.update(step - self._bar.n if not self._bar.disable else 0)
        going = self._ends is None or time.monotonic() < self._ends
        if not going and step < steps:
            self.cut = min(self.cut or (step, steps), (step, steps))
        return going

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
