"""Tensors and a few numbers in one file, written at once and read strictly; knows not what they mean."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import safetensors.torch
import torch
from safetensors import safe_open
from torch import Tensor

from rnnlab.data.json_objects import parse_object
from rnnlab.data.regular_files import TooLarge, read_regular
from rnnlab.errors import RnnlabError
from rnnlab.train.checkpoint.files import DAMAGED_TENSORS

MOST_BYTES = 50_000_000
_NUMBERS, _DIGEST = "rnnlab", "sha256"


def check_file(file: str | Path) -> None:
    """Raise RnnlabError if `save_tensors` could not write the file; leaves nothing there."""
    with partial_file(file):
        pass


def is_ours(file: str | Path) -> bool:
    """Whether `save_tensors` may replace what is there unasked: nothing, an empty file or one that it has written.

    Raises:
        RnnlabError: there is something that never is to be replaced, such as a device.
    """
    place = Path(file)
    if not place.exists():
        return True
    if not place.is_file():
        raise RnnlabError(f"{place.name} is no ordinary file; choose another.")
    if place.stat().st_size == 0:
        return True
    try:
        with safe_open(place, framework="pt") as opened:
            return _NUMBERS in (opened.metadata() or {})
    except (OSError, *DAMAGED_TENSORS):
        return False


def save_tensors(file: str | Path, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
    """Write a file so that a kill at any moment leaves the old one or the new one.

    Raises:
        RnnlabError: it cannot be written.
    """
    content = pack_tensors(tensors, numbers)
    with partial_file(file) as (stream, partial):
        stream.write(content)
        stream.close()
        os.replace(partial, file)


def pack_tensors(tensors: dict[str, Tensor], numbers: dict[str, Any]) -> bytes:
    """The content of a file that holds tensors, numbers and a digest of both."""
    told = json.dumps(numbers, ensure_ascii=False)
    return bytes(safetensors.torch.save(tensors, metadata={_NUMBERS: told, _DIGEST: digest(tensors, told)}))


def unpack_tensors(raw: bytes) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Undo `pack_tensors`; raises one of DAMAGED_TENSORS."""
    tensors, told = safetensors.torch.load(raw), _header(raw)
    if told.get(_DIGEST) not in (None, digest(tensors, told[_NUMBERS])):  # earlier versions wrote none
        raise ValueError("it has changed since it was written")
    return tensors, parse_object(told[_NUMBERS].encode())


@contextmanager
def partial_file(file: str | Path) -> Iterator[tuple[IO[bytes], str]]:
    """A new file beside the one to write, with its path, gone at the end unless it has taken that one's place."""
    place = Path(file)
    try:
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        handle, partial = tempfile.mkstemp(dir=place.resolve().parent, prefix=f".{place.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream, partial
        finally:
            Path(partial).unlink(missing_ok=True)
    except OSError as error:
        raise RnnlabError(f"{place.name} cannot be written ({error.strerror}); choose another file.") from error
    except (RuntimeError, ValueError) as error:  # links in a circle, a zero byte in the name
        raise RnnlabError(f"{str(file)[-60:]!r} cannot be a file; choose another.") from error


def load_tensors(file: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote.

    Raises:
        RnnlabError: there is no such file, or it is another one, damaged or too large.
    """
    place = Path(file)
    try:
        raw = read_regular(place, MOST_BYTES)
    except TooLarge as error:
        raise RnnlabError(f"{place.name} is larger than {MOST_BYTES // 1_000_000} MB; give another file.") from error
    except OSError as error:
        raise RnnlabError(f"There is no file {place.name[-60:]} that can be read; check its name.") from error
    try:
        return unpack_tensors(raw)
    except DAMAGED_TENSORS as error:
        raise RnnlabError(f"{place.name} was not written by rnnlab or is damaged; give another file.") from error


def _header(raw: bytes) -> dict[str, Any]:
    """What a file of safetensors tells of itself, by name."""
    length = int.from_bytes(raw[:8], "little")
    return dict(parse_object(raw[8 : 8 + length])["__metadata__"])


def digest(tensors: dict[str, Tensor], told: str) -> str:
    """What tells whether a tensor or a number has changed."""
    parts = hashlib.sha256(told.encode("utf-8", "surrogatepass"))
    for name, tensor in sorted(tensors.items()):
        parts.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode("utf-8", "surrogatepass"))
        parts.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return parts.hexdigest()
