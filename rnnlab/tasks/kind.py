"""TaskKind: all that the rest of the house may know of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from rnnlab.errors import CheckpointError
from rnnlab.options import Option
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import Located
from rnnlab.runtime.training import Request, Training
from rnnlab.summary import Summary, Table
from rnnlab.train.checkpoint.checkpoint import Checkpoint


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
