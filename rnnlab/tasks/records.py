"""A checkpoint's record checked in every field that its task knows, before or without its weights."""

from __future__ import annotations

from collections.abc import Callable

from rnnlab.errors import CheckpointError
from rnnlab.tasks.forecast import recipes
from rnnlab.tasks.text import writer
from rnnlab.train.checkpoint.checkpoint import Checkpoint

CHECKS: dict[str, Callable[[Checkpoint], object]] = {"text": writer.check_record, "forecast": recipes.check_record}


def check_record(checkpoint: Checkpoint) -> None:
    """Raise CheckpointError unless the record is its task's in every field; the weights are not looked at."""
    check = CHECKS.get(checkpoint.task)
    if check is None:
        raise CheckpointError(
            f"This checkpoint was trained for {checkpoint.task!r:.40}, which this version of rnnlab does not know; "
            f"open another."
        )
    check(checkpoint)
