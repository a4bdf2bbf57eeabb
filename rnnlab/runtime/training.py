"""The one training run of every task: prepared by its column, started by a command, the page, a Job or torchrun."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.options import Option
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.reports import TrainReport, TrainResult, report
from rnnlab.runtime.resuming import begun_training, check_reached
from rnnlab.runtime.run_log import RunLog, save_with_card
from rnnlab.runtime.zero_gpu import fit_anywhere
from rnnlab.summary import Summary
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.checkpoint.claims import claimed
from rnnlab.train.loop import Watch
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import Snapshot, Task, TrainConfig


@dataclass(frozen=True)
class Request:
    """What somebody asks to have trained.

    data: names and paths. settings: by name, those that were given. arguments: what the task takes beside its settings,
    by name. base: a checkpoint to fine-tune. begun: a stopped training to resume. command: the command line, for the
    checkpoint's provenance. most_bytes: of memory that the training may take, by an estimate from its sizes. together:
    how many processes train.
    """

    data: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    base: str | None = None
    begun: Checkpoint | None = None
    caller: Caller = OWNER
    command: str = ""
    most_bytes: float = math.inf
    together: int = 1

    @classmethod
    def of(cls, data: str | Sequence[str], settings: Mapping[str, Any] | None = None, **others: Any) -> Request:
        """A request without the settings and arguments that are None."""
        names = (data,) if isinstance(data, str) else tuple(data)
        return cls(names, given(settings or {}), given(others.pop("arguments", {})), **others)


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


class Source(Protocol):
    """Data that were read for a training."""

    @property
    def name(self) -> str:
        """Of the data."""

    @property
    def size(self) -> int:
        """How much there is, in the unit of the task's bounds."""

    @property
    def sentences(self) -> Sequence[str]:
        """On what was read."""

    @property
    def notices(self) -> Sequence[str]:
        """On what was changed in it or looks odd."""


@dataclass(frozen=True)
class Round:
    """One pass of the loop: what is learnt by which model, and how. variant: what to call it among others."""

    task: Task
    model: ModelConfig
    train: TrainConfig
    variant: str = ""


class Training(Protocol):
    """A training whose data are read and whose settings are settled."""

    @property
    def rounds(self) -> Sequence[Round]:
        """Trained one after the other; of several nothing is kept to resume from."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Every one, by name."""

    @property
    def warnings(self) -> Sequence[str]:
        """What to tell before the first step."""

    @property
    def notices(self) -> Sequence[str]:
        """The result's, the warnings among them."""

    @property
    def resumable(self) -> bool:
        """Whether a training that is stopped keeps what resuming takes."""

    def baseline(self) -> tuple[str, float]:
        """The name of the model to beat, and its validation loss in nats."""

    def record(self, round: Round) -> Checkpoint:
        """What the checkpoint says of itself before the first step; without weights."""

    def model(self, round: Round, *, resumed: bool) -> SequenceModel:
        """The model with the weights that the training begins with; of one that is resumed they do not matter."""

    def sample(self, round: Round, snapshot: Snapshot) -> str:
        """Work of the newest weights, for whoever watches; "" for none."""

    def finished(self, made: Sequence[Checkpoint]) -> Checkpoint:
        """The checkpoint of all rounds, calibrated and scored."""

    def result(self, made: Checkpoint) -> dict[str, Any]:
        """The finished checkpoint's figures, as JSON."""


S = TypeVar("S")


class Kind(Protocol[S]):
    """What the run asks of a task; rnnlab.tasks.kind says more of each."""

    @property
    def name(self) -> str:
        """As config.json, the command line and the Hub's tag have it."""

    @property
    def read(self) -> Callable[[Request], S]:
        """Reads what a request names."""

    @property
    def prepare(self) -> Callable[[S, Request], Training]:
        """Settles what was read and asked for."""

    @property
    def check(self) -> Callable[[Checkpoint], object]:
        """Raises CheckpointError unless a record is the task's in every field."""

    @property
    def summary(self) -> Callable[[Checkpoint], Summary]:
        """A checkpoint in words, for its card."""

    @property
    def unit(self) -> str:
        """Of a source's size."""

    @property
    def most(self) -> int:
        """Units that a visitor may train on."""

    @property
    def fits(self) -> Callable[[S], None]:
        """Raises RnnlabError unless a visitor's data suit a training."""

    @property
    def doubts(self) -> Callable[[S], Sequence[str]]:
        """What a visitor should know of the data before a training."""

    @property
    def options(self) -> Callable[[], list[Option]]:
        """Every setting of a training that a person may choose."""

    @property
    def reading(self) -> tuple[str, ...]:
        """The settings that say how data are read."""


def train(
    kind: Kind[Any],
    request: Request,
    *,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    watch: Watch | None = None,
    processes: Processes = ALONE,
    settled: Callable[[Training], None] | None = None,
    prepared: Training | None = None,
    report_every: int | None = None,
) -> Iterator[TrainReport | TrainResult]:
    """Train; whoever stops asking stops the training.

    Args:
        kind: of the task.
        request: what is trained.
        out: folder for the checkpoint; none is written if None.
        resume: continue the training that `out` holds; settings that are not given are those it began with.
        overwrite: whether a checkpoint or a stopped training that `out` holds may be replaced.
        watch: see rnnlab.train.loop.fit.
        processes: those that train together; only the first of them writes anything and yields.
        settled: is shown the training before its first step, by the first process.
        prepared: the training that was made of this very request before.
        report_every: steps between two reports; the settings' own if None.

    Yields:
        TrainReports, then one TrainResult.

    Raises:
        RnnlabError: anything of the above cannot be used as it is.
    """
    if resume and request.base:
        raise RnnlabError("--resume continues what the folder of --out holds; leave out --from.")
    with claimed(out, overwrite=overwrite, resume=resume, processes=processes) as folder:
        request = dataclasses.replace(request, together=processes.count)
        if resume:
            request = dataclasses.replace(request, begun=begun_training(folder, kind))
        training = prepared or kind.prepare(kind.read(request), request)
        if settled is not None and processes.first:
            settled(training)
        left = None if request.begun is None else request.begun.resume
        yield from _run(kind, training, folder, left, watch, processes, report_every)


def _run(
    kind: Kind[Any],
    training: Training,
    out: Path | None,
    left: Snapshot | None,
    watch: Watch | None,
    processes: Processes,
    report_every: int | None,
) -> Iterator[TrainReport | TrainResult]:
    """Train every round, reporting and saving as it goes; an interrupted training keeps what it has for resuming."""
    alone, made = len(training.rounds) == 1, []
    for round in training.rounds:
        own = round.train if report_every is None else dataclasses.replace(round.train, report_every=report_every)
        check_reached(left, own)
        model = training.model(round, resumed=left is not None)
        folder = out if alone and processes.first else None
        log = RunLog(kind, model, training.record(round), folder, left, resumable=training.resumable)
        snapshot = left
        for progress in fit_anywhere(model, round.task, own, left, watch, processes):
            snapshot = progress.snapshot
            if processes.first:
                log.report(progress)
                yield report(progress, own.seed, round.variant, training.sample(round, snapshot))
        assert snapshot is not None, "a training has steps, and one that is resumed has a snapshot"
        if processes.first:
            made.append(log.finished(snapshot))
    if processes.first:
        checkpoint = training.finished(made)
        save_with_card(kind, checkpoint, out)
        result = training.result(checkpoint) | {"notices": list(training.notices)}
        yield TrainResult(result, None if out is None else str(out))
