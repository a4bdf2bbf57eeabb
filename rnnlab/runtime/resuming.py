"""How a training that was stopped is resumed: with the settings it began with; independent of any task."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.tasks.kind import TaskKind
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.checkpoint.record_fields import check_state_numbers
from rnnlab.train.checkpoint.snapshots import check_state
from rnnlab.train.progress import Snapshot, TrainConfig

# The task fills these; nobody sets them.
FILLED = ("inputs", "outputs", "vocabulary")


def begun_training(folder: Path | None, kind: TaskKind, name: str | None = None) -> Checkpoint:
    """The checkpoint that a stopped training of a task left, with its training state; name is for messages.

    Raises:
        RnnlabError: no folder was given, or it holds no training to resume, or a damaged one.
    """
    if folder is None:
        raise RnnlabError("--resume needs --out, the folder of the training to resume.")
    began = checkpoint.load(folder, resume=True, name=name)
    if began.task != kind.name:
        raise CheckpointError(
            f"{name or folder.name} holds a training of the task {began.task!r:.40}; choose that task to resume it."
        )
    data = began.provenance.get("data")
    named = isinstance(data, list) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in data)
    if not (named and data and "steps" in began.train):
        raise CheckpointError(f"{folder.name} does not say what it was trained on and how long; start a new training.")
    assert began.resume is not None, "it was asked for"
    kind.check(began)
    check_state_numbers(began.resume.numbers)
    if began.resume.numbers["step"] > began.train["steps"]:
        raise CheckpointError(f"{folder.name} says it has taken more steps than it was to take; start a new training.")
    check_state(began.resume, began.model, began.train)
    return began


def settings_as_begun(began: Checkpoint, given: Mapping[str, Any], hidden: Sequence[str] = FILLED) -> dict[str, Any]:
    """The settings that a training began with, under those that are given now.

    Args:
        began: what it left.
        given: settings by name.
        hidden: options of the model that nobody sets.
    """
    model = {name: value for name, value in dataclasses.asdict(began.model).items() if name not in hidden}
    saved = {name: value for name, value in began.train.items() if name != "recipe"}
    if "epochs" in given:
        del saved["steps"]
    return model | saved | dict(given)


def check_reached(left: Snapshot | None, train: TrainConfig) -> None:
    """Raise RnnlabError if a training that is resumed has come further than it is now to go."""
    if left is not None and left.numbers["step"] > train.steps:
        reached = f"has reached step {left.numbers['step']:,}, so it cannot be resumed to end at step {train.steps:,}"
        raise RnnlabError(f"This training {reached}; give a larger --steps or --epochs, or leave them out.")


def command_as_begun(began: Checkpoint, given: Mapping[str, Any], command: str) -> str:
    """The command to record: the one that a training began with, which makes it anew, unless settings are other now."""
    saved = dataclasses.asdict(began.model) | began.train
    same = all(name in saved and saved[name] == value for name, value in given.items())
    return str(began.provenance.get("command", command)) if same else command
