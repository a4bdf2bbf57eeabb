"""The words between the loop, a task and whoever watches: Batch, Task, TrainConfig, Progress, Snapshot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from rnnlab import options
from rnnlab.nn.model import SequenceModel
from rnnlab.options import option
from rnnlab.train.devices import DEVICES, PRECISIONS


@dataclass(frozen=True)
class Batch:
    """One step's data: x (B, T) ids or (B, T, I) values, y (B, T, …); fresh forgets the carried state first."""

    x: Tensor
    y: Tensor
    fresh: bool = True


class Task(Protocol):
    """What the loop asks of anything that can be learnt."""

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the training data."""

    def codec(self) -> dict[str, Any]:
        """What encoding and decoding need again, as JSON: vocabulary, scaling, features."""

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """Batches without end, beginning with number `start`; number n depends on seed and n alone.

        So the place in the data is the step's number, and a resumed training continues with the same batches.
        """

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, O) outputs in float32 and targets -> a mean over the targets, a scalar to be made small."""

    def counted(self, y: Tensor) -> float:
        """What these targets weigh in that mean; of several processes each has a part of a batch."""

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Scores in the user's units. A score named "loss", if any, is the validation loss that chooses the best."""


@dataclass(frozen=True)
class TrainConfig:
    """How to train, for every task."""

    steps: int = option(1000, "training steps, one batch each", 1, 10_000_000)
    batch: int = option(32, "sequences in a batch", 1, 65_536)
    lr: float = option(3e-3, "highest learning rate", 1e-7, 10.0)
    warmup: float = option(0.1, "fraction of the steps used for warm-up", 0.0, 0.9)
    schedule: str = option("cosine", "learning rate after the warm-up", choices=("cosine", "constant"))
    weight_decay: float = option(0.01, "weight decay of AdamW", 0.0, 1.0)
    clip: float = option(1.0, "maximum gradient norm; 0 for no clipping", 0.0, 1000.0)
    ema: float = option(0.0, "decay of the running average of the weights; 0 for none", 0.0, 0.99999)
    precision: str = option("auto", "number format of the computation", choices=PRECISIONS)
    report_every: int = option(50, "steps between two reports", 1, 1_000_000)
    patience: int = option(0, "reports without a better validation loss before stopping; 0 for never", 0, 10_000)
    newest: bool = option(False, "keep the newest weights, not those of the least validation loss")
    seed: int = option(1, "seed of weights, batches and dropout", 0, 2**31 - 1)
    device: str = option("auto", "where to train; auto takes the fastest for the model's size", choices=DEVICES)

    def __post_init__(self) -> None:
        options.check(self)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0: a straight rise, then half a cosine down to 0 (or none)."""
        rise = round(self.warmup * self.steps)
        if step < rise:
            return self.lr * (step + 1) / rise
        if self.schedule == "constant":
            return self.lr
        return self.lr * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, self.steps - rise)))


@dataclass(frozen=True)
class Snapshot:
    """All that exact resuming needs: tensors by name (on the CPU) and numbers (JSON).

    whole: of one that was read, whether it is as it was written, beside the very checkpoint that it was written with.
    """

    tensors: dict[str, Tensor]
    numbers: dict[str, Any]
    whole: bool = True

    def group(self, name: str) -> list[Tensor]:
        """The tensors called name.0, name.1, … in their order; none if there are none."""
        found: list[Tensor] = []
        while (tensor := self.tensors.get(f"{name}.{len(found)}")) is not None:
            found.append(tensor)
        return found

    def best_weights(self) -> list[Tensor]:
        """What the training would keep if it ended here, in the order of the model's parameters."""
        return self.group("best") or self.group("average") or self.group("weight")


@dataclass(frozen=True)
class Progress:
    """One report of a training."""

    step: int
    steps: int
    epoch: float
    loss: float  # mean training loss since the last report
    gradient_norm: float  # mean since the last report, before clipping
    gradient_norm_max: float  # greatest since the last report, before clipping
    rate: float  # learning rate of the last step
    per_second: float  # positions (tokens, rows) trained a second
    seconds_left: float  # to the last step, at the pace so far
    snapshot: Snapshot = field(repr=False)
    scores: dict[str, float] = field(default_factory=dict)
    best_step: int | None = None  # step with the least validation loss so far
    message: str | None = None  # one sentence when something happened: diverged and went back, stopped early
