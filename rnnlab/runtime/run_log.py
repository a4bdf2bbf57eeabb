"""What a training tells: reports and a result to whoever watches it, and its checkpoint as it goes and at its end."""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import InitVar, dataclass, field
from pathlib import Path
from typing import Any

from rnnlab.hub.card import card
from rnnlab.nn.model import SequenceModel
from rnnlab.tasks.kind import TaskKind
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.checkpoint.claims import check_room
from rnnlab.train.progress import Progress, Snapshot
from rnnlab.train.weights import cpu_weights


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


@dataclass
class RunLog:
    """Keeps what a checkpoint tells of its training, and saves it at every report.

    kind: of the task, for the card. model: what is trained. begun: task, model, codec, settings and origin; what
    training adds is filled in here. out: folder to save to, or None; CheckpointError if its disk has too little room.
    resume: what an earlier part of this training left. resumable: whether a report saves what resuming takes.
    """

    kind: TaskKind
    model: SequenceModel
    begun: Checkpoint
    out: Path | None
    resume: InitVar[Snapshot | None]
    resumable: bool = True

    def __post_init__(self, resume: Snapshot | None) -> None:
        if self.out is not None:
            check_room(self.out, self.model.parameter_count())
        numbers = {} if resume is None else resume.numbers
        self.seconds, self.began = float(numbers.get("seconds", 0.0)), time.monotonic()
        self.curve: list[dict[str, Any]] = list(numbers.get("curve", []))

    def report(self, progress: Progress) -> None:
        """Note a report for the curve, and save the best weights so far with all that resuming needs."""
        point = {"step": progress.step, "training_loss": progress.loss}
        point |= {"validation_loss" if name == "loss" else name: value for name, value in progress.scores.items()}
        self.curve.append({name: value if math.isfinite(value) else None for name, value in point.items()})
        snapshot = progress.snapshot
        names = [name for name, _ in self.model.named_parameters()]
        made = self._filled(snapshot, dict(zip(names, snapshot.best_weights(), strict=True)), {})
        save_with_card(self.kind, dataclasses.replace(made, resume=self._resume(snapshot)), self.out)

    def finished(self, snapshot: Snapshot) -> Checkpoint:
        """What the model holds when its training has ended, the best weights of all, with the whole curve.

        If it was ended before its time, also what going on takes.
        """
        made = self._filled(snapshot, cpu_weights(self.model), {"curve": self.curve})
        numbers, train = snapshot.numbers, self.begun.train
        over = numbers["step"] >= train["steps"] or 0 < train["patience"] <= numbers["stale"]
        return made if over else dataclasses.replace(made, resume=self._resume(snapshot))

    def _resume(self, snapshot: Snapshot) -> Snapshot | None:
        if not self.resumable:
            return None
        return Snapshot(snapshot.tensors, snapshot.numbers | {"seconds": self._elapsed(), "curve": self.curve})

    def _filled(self, snapshot: Snapshot, weights: dict[str, Any], metrics: dict[str, Any]) -> Checkpoint:
        numbers = snapshot.numbers
        best = next((point for point in self.curve if point["step"] == numbers["best_step"]), {})
        origin = {"steps": numbers["step"], "seconds": round(self._elapsed(), 1)}
        origin |= {"device": numbers["device"], "precision": numbers["precision"]}
        measured, made = self.begun.metrics | {"validation": best} | metrics, self.begun.provenance | origin
        return dataclasses.replace(self.begun, weights=weights, metrics=measured, provenance=made)

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self.began


def save_with_card(kind: TaskKind, made: Checkpoint, out: Path | None) -> None:
    """Write a checkpoint's folder with the card that its record gives; nothing if there is no folder."""
    if out is not None:
        checkpoint.save(dataclasses.replace(made, card=card(made, kind.summary(made))), out)
