"""The files of a checkpoint read strictly, with their names in every refusal and written durably."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from rnnlab.data.json_objects import HalfCharacter, NoObject, parse_object
from rnnlab.data.kinds import Fault
from rnnlab.data.regular_files import TooLarge, read_regular
from rnnlab.errors import CheckpointError

# Of a header that is not what it should be: what the parser itself raises, and what torch raises of impossible sizes.
DAMAGED_TENSORS = (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, OverflowError)


def read_bytes(place: Path, file: str, name: str, most: int) -> bytes:
    """Read an ordinary file of the folder `place`, called `name` in messages, if it has at most so many bytes."""
    try:
        return read_regular(place / file, most)
    except TooLarge:
        refuse(f"{name}/{file}", f"is larger than {most / 1e6:g} MB")
    except OSError as error:
        words = f"{name}/{file} cannot be read ({error.strerror}); download or train it again."
        raise CheckpointError(words) from error


def parse_json(raw: bytes, file: str) -> dict[str, Any]:
    """Parse a JSON object whose numbers are all finite, whose names are distinct and whose texts UTF-8 can say."""
    try:
        return parse_object(raw)
    except HalfCharacter as error:
        what = f"{error.place} is missing or wrong (control characters or halves of characters)"
        raise damaged(PurePosixPath(file).name, what) from error
    except NoObject as error:
        raise CheckpointError(f"{file} is no JSON object; download or train the checkpoint again.") from error
    except ValueError as error:
        raise CheckpointError(f"{file} is not JSON; download or train the checkpoint again.") from error


def parse_tensors(raw: bytes, file: str) -> dict[str, Tensor]:
    """Parse a file of safetensors."""
    try:
        return safetensors.torch.load(raw)
    except DAMAGED_TENSORS as error:
        raise CheckpointError(f"{file} is damaged; download or train the checkpoint again.") from error


def refuse(file: str, what: str) -> NoReturn:
    """Raise CheckpointError: what is wrong with the file."""
    raise CheckpointError(f"{file} {what}; download or train the checkpoint again.")


def damaged(file: str, what: str) -> CheckpointError:
    """The refusal of a field in a checkpoint's record."""
    return CheckpointError(f"The checkpoint's {file} is damaged: {what}; fetch or train the checkpoint anew.")


def refuse_fault(file: str, fault: Fault | None) -> None:
    """Raise CheckpointError if a record holds what it may not."""
    if fault is not None:
        raise damaged(file, fault.told())


def to_json(value: dict[str, Any]) -> bytes:
    """Readable JSON in UTF-8; numbers that are not finite are our own mistake and raise ValueError."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def to_compact_json(value: dict[str, Any]) -> bytes:
    """JSON in UTF-8 without blanks; as `to_json` else."""
    return (json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n").encode()


def flush_file(file: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk has a folder's entries."""
    if os.name == "posix":  # other systems cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
