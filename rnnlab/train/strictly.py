"""The files of a checkpoint read strictly, within bounds, with their names in every refusal; knows no field of them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from rnnlab.errors import CheckpointError


def read_bytes(place: Path, file: str, name: str, most: int) -> bytes:
    """Read a file of the folder `place`, called `name` in messages, if it has at most so many bytes."""
    try:
        with (place / file).open("rb") as stream:
            raw = stream.read(most + 1)
    except OSError as error:
        raise CheckpointError(
            f"{name}/{file} cannot be read ({error.strerror}); download or train it again."
        ) from error
    if len(raw) > most:
        refuse(f"{name}/{file}", f"is larger than {most / 1e6:g} MB")
    return raw


def parse_json(raw: bytes, file: str) -> dict[str, Any]:
    """Parse a JSON object whose numbers are all finite."""
    try:
        found = json.loads(raw, parse_constant=_no_constant, parse_float=_finite, parse_int=_in_range)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{file} is not JSON; download or train the checkpoint again.") from error
    return found if isinstance(found, dict) else refuse(file, "is no JSON object")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _no_constant(written)


def _in_range(written: str) -> int:
    """A whole number that a float can hold, too: many are turned into one."""
    _finite(written)
    return int(written)


def parse_tensors(raw: bytes, file: str) -> dict[str, Tensor]:
    """Parse a file of safetensors."""
    try:
        return safetensors.torch.load(raw)
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"{file} is damaged; download or train the checkpoint again.") from error


def refuse(file: str, what: str) -> NoReturn:
    """Raise CheckpointError: what is wrong with the file."""
    raise CheckpointError(f"{file} {what}; download or train the checkpoint again.")
