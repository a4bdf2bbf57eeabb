"""The numbers of a saved training state read strictly, for a folder may come from anyone; knows no tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from rnnlab.errors import CheckpointError
from rnnlab.train.devices import DEVICES


def check_state_numbers(numbers: Mapping[str, Any]) -> None:
    """Check what a training that was stopped has noted of itself, with its seconds and its curve.

    Raises:
        CheckpointError: a number is missing or can't be one that a training leaves.
    """
    for name, is_right in _KINDS.items():
        if name not in numbers or not is_right(numbers[name]):
            raise CheckpointError(
                f"The saved training is damaged: {name} of its state.json is missing or of the wrong kind; start anew."
            )


def is_number(value: object) -> bool:
    """Whether a value out of JSON is a finite number; true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _is_curve(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(point, dict)
        and _is_count(point.get("step"))
        and all(one is None or is_number(one) for one in point.values())
        for point in value
    )


_KINDS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("step", "best_step", "stale", "rewinds"), _is_count),
    "rate_scale": lambda value: is_number(value) and 0 < value <= 1,
    "best_loss": lambda value: value is None or is_number(value),
    "scaler": lambda value: isinstance(value, dict) and all(map(is_number, value.values())),
    "device": lambda value: isinstance(value, str) and value in DEVICES,
    "precision": lambda value: isinstance(value, str) and value in ("float32", "bfloat16", "float16"),
    "seconds": lambda value: is_number(value) and value >= 0,
    "curve": _is_curve,
}
