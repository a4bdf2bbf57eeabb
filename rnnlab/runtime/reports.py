"""What a training tells whoever watches it: reports on the way and a result at the end, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rnnlab.train.progress import Progress


@dataclass(frozen=True)
class TrainReport:
    """One report of a training; the fields are those of rnnlab.train.progress.Progress, without the snapshot."""

    step: int
    steps: int
    epoch: float
    loss: float
    gradient_norm: float
    gradient_norm_max: float
    rate: float
    per_second: float
    seconds_left: float
    scores: dict[str, float] = field(default_factory=dict)
    best_step: int | None = None
    message: str | None = None
    seed: int = 1
    variant: str = ""  # "" or, of the tutorial's model, "leak-free"
    sample: str = ""  # of a writer: a text by its newest weights


@dataclass(frozen=True)
class TrainResult:
    """The end of a training: its figures as JSON, and the folder of the checkpoint if one was asked for."""

    summary: dict[str, Any]
    folder: str | None = None


def report(progress: Progress, seed: int, variant: str = "", sample: str = "") -> TrainReport:
    """Say what a progress says, without its snapshot."""
    fields = {name: value for name, value in vars(progress).items() if name != "snapshot"}
    return TrainReport(**fields, seed=seed, variant=variant, sample=sample)
