"""A bar on a terminal that moves with every step of a training."""

from __future__ import annotations

import sys
import time
from typing import Any

from tqdm import tqdm

from rnnlab.errors import RnnlabError
from rnnlab.train.processes import is_first


class StepBar:
    """A bar on a terminal that moves with every step of a training; a log has none. Reports stand above it."""

    def __init__(self, minutes: float | None = None) -> None:
        """Prepare; after so many minutes the training is to end."""
        self._bar: tqdm[Any] | None = None
        if minutes is not None and not minutes > 0:
            raise RnnlabError(f"{minutes:g} minutes are none; give a larger --minutes.")
        self._ends = None if minutes is None else time.monotonic() + 60 * minutes

    def watch(self, step: int, steps: int) -> bool:
        """Take note of a step; whether the training is to go on."""
        if self._bar is None:
            disable = None if is_first() else True  # None leaves the bar out where standard error is no terminal
            self._bar = tqdm(total=steps, initial=step - 1, unit="step", file=sys.stderr, leave=False, disable=disable)
        self._bar.update(step - self._bar.n if not self._bar.disable else 0)
        return self._ends is None or time.monotonic() < self._ends

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
