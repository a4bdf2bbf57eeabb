"""^C: the first ends what runs in good order, however many more are pressed meanwhile; independent of any command."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

STOPPED = 130  # exit code of a program that ^C has ended
PATIENCE = 3.0  # seconds after the first ^C in which others do nothing, as what is kept is being written


class Interrupts:
    """The answer to SIGINT of one program."""

    def __init__(self) -> None:
        self._first: float | None = None

    def listen(self) -> None:
        """Answer from now on, even if the program was started deaf to it, as a script starts what runs beside it."""
        signal.signal(signal.SIGINT, self._heard)

    def end(self) -> None:
        """Answer no more: what was to be done is done."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            raise KeyboardInterrupt
        if now - self._first > PATIENCE:
            os._exit(STOPPED)
