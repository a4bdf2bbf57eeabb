"""A training on a GPU that is lent for a minute at a time, as ZeroGPU Spaces do; independent of any task.

ZeroGPU runs a marked function in a process that it forks, and gives back what it yields; nothing else that happens
there is seen here. So a training goes there as bytes, a slice of it at a time, and each report comes back as bytes of
CPU tensors, with all that the next slice needs to go on exactly.
"""

from __future__ import annotations

import dataclasses
import math
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

from rnnlab.nn.model import SequenceModel
from rnnlab.runtime.jobs import Job
from rnnlab.train import devices
from rnnlab.train.loop import Watch, fit
from rnnlab.train.probing import probe
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import Progress, Snapshot, Task, TrainConfig
from rnnlab.train.weights import put_weights

LONGEST = 60.0  # seconds of a slice: as long as ZeroGPU lends without being asked for more
SHORTEST = 15.0
AROUND = 15.0  # seconds that a slice is lent for beyond its training: to start, to end its last report
WORTHWHILE = 30.0  # seconds on the CPU below which borrowing would take longer
Told = int | bytes | bool  # the step it is at, a report, and at the end whether nothing is left to do


def fit_anywhere(
    model: SequenceModel,
    task: Task,
    config: TrainConfig,
    resume: Snapshot | None = None,
    watch: Watch | None = None,
    processes: Processes = ALONE,
) -> Iterator[Progress]:
    """Train as `rnnlab.train.loop.fit` does; in a ZeroGPU Space on a GPU that is lent, if that is worth while.

    Where no GPU is lent any more, as a visitor's share of the day is used up, the training continues on the CPU.
    """
    if not devices.on_zero_gpu() or config.device not in ("auto", "cuda"):
        return fit(model, task, config, resume, watch, processes)
    pace = probe(task, model.config, dataclasses.replace(config, device="cpu"))
    seconds = pace.seconds(config.steps, config.steps // config.report_every)
    if seconds < WORTHWHILE and config.device == "auto":
        return fit(model, task, config, resume, watch, processes)
    return _Borrowing(model, task, config, resume, watch).reports(seconds)


class _Borrowing:
    """One training's way through as many loans as it takes."""

    def __init__(
        self, model: SequenceModel, task: Task, config: TrainConfig, resume: Snapshot | None, watch: Watch | None
    ) -> None:
        self.model, self.task, self.config, self.watch = model, task, config, watch
        self.snapshot = resume
        self.going, self.ended, self.refused = True, False, ""

    def reports(self, seconds: float) -> Iterator[Progress]:
        """Train, for about so many seconds in all; the model then holds the best weights, on the CPU."""
        self.left = seconds
        try:
            while not (self.ended or self.refused) and self._wanted():
                yield from self._slice()
            if self.refused:
                yield from self._without()
        finally:
            if self.snapshot is not None:
                put_weights(self.model, self.snapshot.best_weights())
            self.model.eval()

    def _slice(self) -> Iterator[Progress]:
        """One loan's reports."""
        config = dataclasses.replace(self.config, device="auto")  # what the other process finds
        payload = pickle.dumps((self.model, self.task, config, self.snapshot))
        with closing(_lent(payload, min(LONGEST, max(SHORTEST, self.left)))) as told:
            try:
                for event in told:
                    if isinstance(event, bool):
                        self.ended = event
                        continue
                    progress = pickle.loads(event) if isinstance(event, bytes) else None
                    self._watched(event if progress is None else progress.step)
                    if progress is not None:
                        self.snapshot, self.left = progress.snapshot, 1.3 * progress.seconds_left
                        yield progress
                    if not self._wanted():
                        return
            except _refusals() as error:
                self.refused = str(error) or "its time is used up"

    def _watched(self, step: int) -> None:
        if self.watch is not None and step:
            self.going = self.watch(step, self.config.steps) and self.going

    def _wanted(self) -> bool:
        """Whether to go on: not if it was stopped and there is something to keep."""
        return self.going or self.snapshot is None

    def _without(self) -> Iterator[Progress]:
        """What is left, on the CPU; the first report says why."""
        config = dataclasses.replace(self.config, device="cpu")
        words: str | None = f"No GPU was lent ({self.refused}); the training continues on the CPU."
        for progress in fit(self.model, self.task, config, self.snapshot, self.watch):
            self.snapshot = progress.snapshot
            yield dataclasses.replace(progress, message=progress.message or words)
            words = None


def _slice(payload: bytes, seconds: float) -> Iterator[Told]:
    """Train for a while, in the process that the GPU is lent to; ends at the first report after its time."""
    os.environ[devices.LENT] = "1"
    model, task, config, snapshot = pickle.loads(payload)
    ends = time.monotonic() + seconds
    job: Job[Progress] = Job(lambda watch: fit(model, task, config, snapshot, watch), math.inf, lambda: None)
    with closing(job.events()) as events:
        for event in events:
            if not isinstance(event, Progress):
                yield event.step
                continue
            yield pickle.dumps(event)
            if time.monotonic() > ends and event.step < event.steps:
                yield False
                return
    yield True


def _marked(function: Callable[..., Iterator[Told]]) -> Callable[..., Any]:
    """Mark it for ZeroGPU; without the package, and outside of such a Space, it stays as it is."""
    try:
        import spaces
    except ImportError:
        return function
    return cast(Callable[..., Any], spaces.GPU(duration=lambda payload, seconds: seconds + AROUND)(function))


_lent = _marked(_slice)


def _refusals() -> tuple[type[Exception], ...]:
    """What ZeroGPU raises where it lends nothing or takes back too early: an error of Gradio, which it has imported."""
    gradio = sys.modules.get("gradio")
    return () if gradio is None else (gradio.Error,)
