"""The fingerprint of a text as the file originality.safetensors, read strictly."""

from __future__ import annotations

from pathlib import Path

import torch

from rnnlab.data.kinds import find_fault
from rnnlab.errors import CheckpointError
from rnnlab.scoring.originality.fingerprint import MOST_CHARACTERS, NUMBERS, Fingerprint
from rnnlab.train.checkpoint.files import DAMAGED_TENSORS, read_bytes
from rnnlab.train.checkpoint.tensor_files import pack_tensors, unpack_tensors

ORIGINALITY = "originality.safetensors"
LARGEST = 3 * MOST_CHARACTERS  # bytes
_BITS = "bits"


def pack_fingerprint(fingerprint: Fingerprint) -> bytes:
    """The file's content."""
    return pack_tensors({_BITS: torch.from_numpy(fingerprint.bits)}, fingerprint.numbers())


def read_fingerprint(place: Path, name: str) -> Fingerprint | None:
    """The fingerprint in a checkpoint's folder, called `name` in messages.

    None if there is none, as of earlier writers and of forecasters. Raises CheckpointError if it is damaged.
    """
    if not (place / ORIGINALITY).exists():
        return None
    return unpack_fingerprint(read_bytes(place, ORIGINALITY, name, LARGEST), f"{name}/{ORIGINALITY}")


def unpack_fingerprint(raw: bytes, file: str) -> Fingerprint:
    """Undo `pack_fingerprint`; `file` is its name in messages.

    Raises:
        CheckpointError: it is another file, or damaged.
    """
    try:
        tensors, numbers = unpack_tensors(raw)
        if set(tensors) != {_BITS} or find_fault(numbers, NUMBERS) is not None:
            raise ValueError("a part is missing or unknown")
        bits = tensors[_BITS]
        if bits.dtype != torch.uint8 or bits.dim() != 1 or not len(bits):
            raise ValueError("the bits have another shape or kind")
    except DAMAGED_TENSORS as error:
        raise CheckpointError(f"{file} is damaged; download or train the checkpoint again.") from error
    return Fingerprint.read(bits.numpy(), numbers)
