"""A training in a thread of its own, so that whoever watches can stop, pause or leave it at any moment."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rnnlab.errors import RnnlabError
from rnnlab.runtime.run_log import TrainResult
from rnnlab.train.loop import Watch

BEAT = 0.25  # seconds between two signs of life
LONGEST_PAUSE = 600.0  # seconds of all pauses together, after which a training ends as if it had been stopped
Event = TypeVar("Event")  # what a training tells


@dataclass(frozen=True)
class Pulse:
    """A sign of life between reports: how far it is, and whether it rests."""

    step: int
    steps: int
    paused: bool


class _Left(Exception):
    """Nobody waits for this training any more."""


class Job(Generic[Event]):
    """One training: begun by `events`, steered by the others from any thread."""

    def __init__(
        self, training: Callable[[Watch], Iterator[Event]], most_seconds: float, abandoned: Callable[[], None]
    ) -> None:
        """Prepare.

        Args:
            training: makes the training, given what it must ask after every step.
            most_seconds: of wall time, after which it ends as if it had been stopped.
            abandoned: is called, from its thread, when it has ended without a result that anyone waited for.
        """
        self._training, self._most, self._abandoned = training, most_seconds, abandoned
        self._told: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stopped, self._resting = threading.Event(), threading.Event()
        self._left, self._ends, self._rested = False, 0.0, 0.0
        self._pulse = Pulse(0, 1, False)
        self.timed_out = False

    def events(self) -> Generator[Event | Pulse, None, None]:
        """Run it: reports as they come, signs of life between them, the result; closing this ends the training.

        Raises:
            RnnlabError: what the training raises.
        """
        worker = ThreadPoolExecutor(1)
        running = worker.submit(copy_context().run, self._run)  # where a GPU is lent, who asks counts
        try:
            while True:
                ended = running.done()  # asked before the queue is: what it told last is then in it
                try:
                    event = self._told.get(timeout=0 if ended else BEAT)
                except queue.Empty:
                    if ended:
                        running.result()
                        return
                    yield self._pulse
                    continue
                yield event
                if isinstance(event, TrainResult):
                    return
        finally:
            self.leave()
            worker.shutdown(wait=False)

    @property
    def most_left(self) -> float:
        """Seconds after which it has ended for sure, pauses included."""
        return max(0.0, self._ends - time.monotonic()) + max(0.0, LONGEST_PAUSE - self._rested)

    @property
    def stopped(self) -> bool:
        """Whether it was ended before its time."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End it after the step that it is at; what was best so far is kept and judged."""
        self._stopped.set()
        self._resting.clear()

    def leave(self) -> None:
        """End it after the step that it is at; nothing of it is wanted."""
        self._left = True
        self.stop()

    def pause(self) -> None:
        """Have it rest after the step that it is at; all its pauses together last ten minutes at most."""
        self._resting.set()

    def go_on(self) -> None:
        """Have it go on."""
        self._resting.clear()

    def _watch(self, step: int, steps: int) -> bool:
        self._pulse = Pulse(step, steps, False)
        if self._resting.is_set():
            self._rest(step, steps)
        if time.monotonic() > self._ends:
            self.timed_out = True
            self.stop()
        if self._left:
            raise _Left
        return not self._stopped.is_set()

    def _rest(self, step: int, steps: int) -> None:
        """Wait until it is to go on; the time limit does not count the pause, which has a limit of its own."""
        began, already = time.monotonic(), self._rested
        self._pulse = Pulse(step, steps, True)
        while self._resting.is_set() and not self._stopped.wait(BEAT):
            self._rested = already + time.monotonic() - began
            if self._rested > LONGEST_PAUSE:
                self.stop()
        self._rested = already + time.monotonic() - began
        self._ends += time.monotonic() - began

    def _run(self) -> None:
        self._ends = time.monotonic() + self._most
        finished = False
        try:
            with suppress(_Left):
                for event in self._training(self._watch):
                    if self._left:
                        break
                    finished = isinstance(event, TrainResult)
                    self._told.put(event)
        finally:
            if not finished:
                self._abandoned()


class Jobs:
    """The trainings that run, by keys that nobody can guess."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job[Any]] = {}

    def add(self, job: Job[Any]) -> str:
        """Keep a job; gives its key."""
        key = secrets.token_hex(16)
        self._jobs[key] = job
        return key

    def remove(self, key: str) -> None:
        """Forget a job."""
        self._jobs.pop(key, None)

    @property
    def most_left(self) -> float:
        """Seconds after which all that run have ended for sure; 0 if none runs."""
        return max((job.most_left for job in list(self._jobs.values())), default=0.0)

    def stop_all(self) -> None:
        """End whatever runs, as the program ends."""
        for job in list(self._jobs.values()):
            job.leave()

    def __getitem__(self, key: str) -> Job[Any]:
        """The job of a key; RnnlabError if it has ended."""
        try:
            return self._jobs[key]
        except KeyError as error:
            raise RnnlabError("This training has ended; start another.") from error


JOBS = Jobs()
