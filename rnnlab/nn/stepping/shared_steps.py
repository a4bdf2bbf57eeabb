"""Texts that are written at the same time by different threads share their steps: one run serves all that wait for one.

Whoever asks for a step while none is being taken takes it, with all others who have asked by then; those who come
meanwhile wait for the next one. So nobody waits for anybody to ask, and the more ask, the more share each step. In
float32 a row's numbers do not depend on its neighbours, to the last bit (tests/test_stepping.py).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from rnnlab.nn.model import ModelState
from rnnlab.nn.stepping.onnx_steps import OnnxEngine, OnnxSteps

MOST_ROWS = 32  # of a step


@dataclass(slots=True, eq=False)
class _Wish:
    """A step that somebody asks for, and what has come of it."""

    ids: Sequence[int]
    steps: OnnxSteps  # that hold the state
    logits: Tensor | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        """Whether the step has been taken."""
        return self.logits is not None or self.error is not None


class SharedEngine:
    """An engine whose texts share their steps."""

    def __init__(self, engine: OnnxEngine) -> None:
        self._engine = engine
        self._steps: dict[int, OnnxSteps] = {}  # by the number of rows
        self._turn = threading.Condition()
        self._stepping = False
        self._waiting: list[_Wish] = []

    def begin(self, rows: int, state: ModelState | None = None) -> SharedSteps:
        """Begin so many rows; see rnnlab.nn.stepping.Engine."""
        return SharedSteps(self, self._engine.begin(rows, state))

    def step(self, wish: _Wish) -> Tensor:
        """Take a step, with whoever else waits for one."""
        with self._turn:
            self._waiting.append(wish)
            while self._stepping and not wish.done:
                self._turn.wait()
            if not wish.done:
                self._stepping = True
                together = self._together(wish)
        if not wish.done:
            self._run(together)
            with self._turn:
                self._stepping = False
                self._turn.notify_all()
        if wish.logits is None:
            raise wish.error or AssertionError("a step that was taken has logits or an error")
        return wish.logits

    def _together(self, own: _Wish) -> list[_Wish]:
        """The wishes that the next step serves: that of who takes it, and of the others those that wait longest."""
        self._waiting.remove(own)
        taken, rows = 0, len(own.ids)
        for wish in self._waiting:
            rows += len(wish.ids)
            if rows > MOST_ROWS:
                break
            taken += 1
        together, self._waiting = [own, *self._waiting[:taken]], self._waiting[taken:]
        return together

    def _run(self, together: list[_Wish]) -> None:
        try:
            if len(together) == 1:
                together[0].logits = together[0].steps.step(together[0].ids)
            else:
                self._share(together)
        except BaseException as error:  # noqa: BLE001 - whoever asked raises it, each in a thread of their own
            for wish in together:
                wish.error = error

    def _share(self, together: list[_Wish]) -> None:
        """One step for several: their states are brought together, and taken apart again."""
        ids = [one for wish in together for one in wish.ids]
        if len(ids) not in self._steps:
            self._steps[len(ids)] = self._engine.begin(len(ids))
        steps = self._steps[len(ids)]
        for number, buffer in enumerate(steps.past):
            np.concatenate([wish.steps.past[number] for wish in together], out=buffer)
        logits, first = steps.step(ids).clone(), 0
        for wish in together:
            rows = slice(first, first + len(wish.ids))
            for part, buffer in zip(wish.steps.past, steps.past, strict=True):
                part[:] = buffer[rows]
            wish.logits, first = logits[rows], rows.stop


class SharedSteps:
    """The rows of one writing."""

    def __init__(self, engine: SharedEngine, steps: OnnxSteps) -> None:
        self._engine, self._steps = engine, steps

    def step(self, ids: Sequence[int]) -> Tensor:
        """Take one step of every row; see rnnlab.nn.stepping.Steps."""
        return self._engine.step(_Wish(ids, self._steps))

    def state(self) -> ModelState:
        """A copy of the state after the last step."""
        return self._steps.state()
