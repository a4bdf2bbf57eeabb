"""What a task is to the rest of the house, and what a training asks of it; names no task."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from rnnlab.errors import CheckpointError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.options import Option
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import Located
from rnnlab.summary import Summary, Table
from rnnlab.train.checkpoint.checkpoint import Checkpoint
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


@dataclass(frozen=True)
class Evaluation:
    """How good a checkpoint is on data. figures: as JSON. tables: the same in words. notices: on the data."""

    figures: dict[str, Any]
    tables: Sequence[Table]
    notices: Sequence[str]


def scores_told(scores: Mapping[str, float]) -> str:
    """Scores on what is held out, by their own names."""
    return "Held out: " + ", ".join(f"{name} {value:.4f}" for name, value in scores.items())


@dataclass(frozen=True)
class TaskKind:
    """A task as its column offers it.

    Words:
        name: in config.json, on the command line and as the Hub's tag.
        title: what a visitor chooses it by. verb: what its checkpoints do. help: of its training's command.
        use: the command that uses a checkpoint, {model} for its name. tab: of the page, where it is used.
        shape: of sequence and answer, in the tutorial's words: "many-to-many".
        data: what it is trained on, for the help of --data. counted: what the pace of a training counts.
        loss: what the validation loss is and its unit. unit, most: what a visitor may train on at most.

    Work:
        settings: by heading, every setting of a training that a person may choose.
        read: a request's data. reading: the settings that say how. doubts: sentences on what a visitor should know of
            them before a training. fits: raises RnnlabError unless a visitor's data suit a training. prepare: settles
            it.
        check: raises CheckpointError unless a record is the task's in every field. usable: the same of a whole
            checkpoint, opened.
        summary: a checkpoint in words. tables: a training's figures in words.
        load: what rnnlab.load gives.
        evaluate: (model, data, arguments, caller, device) -> how good a checkpoint is on data.
        form: the options that the page offers on how data are read. live: a validation's scores in a sentence.
        arguments: what a training takes beside its settings, the command's flags by name.
        bundled: names of data that need no file. fetch: the command that fetches data of a name first, if it must be.
        verbs: its own commands. commands: the module of them. page: the module of its part of the page.
    """

    name: str
    title: str
    verb: str
    help: str
    use: str
    shape: str
    data: str
    counted: str
    loss: str
    unit: str
    most: int
    settings: Callable[[], Mapping[str, Sequence[Option]]]
    read: Callable[[Request], Any]
    prepare: Callable[[Any, Request], Training]
    check: Callable[[Checkpoint], object]
    usable: Callable[[Checkpoint], object]
    summary: Callable[[Checkpoint], Summary]
    tables: Callable[[Mapping[str, Any]], Sequence[Table]]
    load: Callable[[str, Located], Any]
    evaluate: Callable[[str, Sequence[str], Mapping[str, Any], Caller, str], Evaluation]
    fits: Callable[[Any], None] = lambda source: None
    doubts: Callable[[Any], Sequence[str]] = lambda source: ()
    reading: tuple[str, ...] = ()
    form: Callable[[], Sequence[Option]] = tuple
    live: Callable[[Mapping[str, float]], str] = scores_told
    arguments: tuple[str, ...] = ()
    bundled: Callable[[], Sequence[str]] = tuple
    fetch: Callable[[str], list[str] | None] = lambda name: None
    verbs: tuple[str, ...] = ()
    commands: str = field(default="", repr=False)
    page: str = field(default="", repr=False)
    tab: str = ""

    def part(self, module: str) -> Any:
        """The module of its commands or of its page, imported when it is asked for; None if it has none."""
        return import_module(module) if module else None

    def options(self) -> list[Option]:
        """Every setting once, whatever its headings."""
        return list({one.name: one for group in self.settings().values() for one in reversed(group)}.values())

    def check_task(self, made: Checkpoint) -> None:
        """Raise CheckpointError unless a checkpoint is of this task."""
        if made.task != self.name:
            raise CheckpointError(
                f"This checkpoint was trained for {made.task!r:.40}, not for {self.name!r}; open another."
            )
