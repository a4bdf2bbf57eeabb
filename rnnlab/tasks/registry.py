"""The only list of tasks; a column is imported when it is first asked for."""

from __future__ import annotations

from importlib import import_module

from rnnlab.errors import CheckpointError
from rnnlab.tasks.kind import TaskKind
from rnnlab.train.checkpoint.checkpoint import Checkpoint

# By name, the module whose KIND it is.
TASKS: dict[str, str] = {"forecast": "rnnlab.tasks.forecast.kind", "text": "rnnlab.tasks.text.kind"}


def kind_named(name: str) -> TaskKind:
    """The task of a name.

    Raises:
        CheckpointError: this version does not know it.
    """
    if name not in TASKS:
        known = ", ".join(TASKS)
        raise CheckpointError(
            f"This checkpoint was trained for {name!r:.40}, which this version of rnnlab does not know (it knows "
            f"{known}); open another."
        )
    kind: TaskKind = import_module(TASKS[name]).KIND
    return kind


def kind_of(made: Checkpoint) -> TaskKind:
    """The task of a checkpoint; CheckpointError if this version does not know it."""
    return kind_named(made.task)


def kinds() -> list[TaskKind]:
    """All tasks, in their order."""
    return [kind_named(name) for name in TASKS]


def check_record(made: Checkpoint) -> None:
    """Raise CheckpointError unless a record is its task's in every field; the weights are not looked at."""
    kind_of(made).check(made)


def check_usable(made: Checkpoint) -> None:
    """Raise CheckpointError unless a checkpoint opens as the task that it names."""
    kind_of(made).usable(made)
