"""Tensors and a few numbers in one file, written at once and read strictly; knows not what they mean."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from rnnlab.errors import RnnlabError

MOST_BYTES = 50_000_000
_NUMBERS = "rnnlab"


def save_tensors(file: str | Path, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
    """Write a file so that a kill at any moment leaves the old one or the new one.

    Raises:
        RnnlabError: it cannot be written.
    """
    place = Path(file)
    content = safetensors.torch.save(tensors, metadata={_NUMBERS: json.dumps(numbers, ensure_ascii=False)})
    try:
        handle, partial = tempfile.mkstemp(dir=place.resolve().parent, prefix=f".{place.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.replace(partial, place)
        finally:
            Path(partial).unlink(missing_ok=True)
    except OSError as error:
        raise RnnlabError(f"{place.name} cannot be written ({error.strerror}); choose another file.") from error


def load_tensors(file: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote.

    Raises:
        RnnlabError: there is no such file, or it is another one, damaged or too large.
    """
    place = Path(file)
    try:
        if place.stat().st_size > MOST_BYTES:
            raise RnnlabError(f"{place.name} is larger than {MOST_BYTES // 1_000_000} MB; give another file.")
        with safe_open(place, framework="pt") as opened:
            numbers = json.loads((opened.metadata() or {})[_NUMBERS])
            return {name: opened.get_tensor(name) for name in opened.keys()}, dict(numbers)  # noqa: SIM118
    except OSError as error:
        raise RnnlabError(f"There is no file {place.name} that can be read; check its name.") from error
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise RnnlabError(f"{place.name} was not written by rnnlab or is damaged; give another file.") from error
