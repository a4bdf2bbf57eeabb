"""The state of a stopped training as two files, tied to the checkpoint beside which they lie; knows not what it means.

resume/state.json           numbers, the digest of the tensors, and a seal on both and on config.json's own
resume/state.safetensors    tensors
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch

from rnnlab.errors import CheckpointError
from rnnlab.train.checkpoint import files
from rnnlab.train.checkpoint.files import parse_json, parse_tensors, read_bytes, refuse
from rnnlab.train.progress import Snapshot

FOLDER = "resume"
NUMBERS, TENSORS = f"{FOLDER}/state.json", f"{FOLDER}/state.safetensors"
DIGEST, SEAL = "sha256", "seal"


def digest(values: Mapping[str, Any]) -> str:
    """What tells whether any of these values has changed, however they are laid out in a file."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def seal_state(numbers: Mapping[str, Any], config_seal: str) -> str:
    """The seal of a state's numbers beside a config.json with such a seal."""
    return digest({name: value for name, value in numbers.items() if name != SEAL} | {"config": config_seal})


def write_state(state: Snapshot, place: Path, config_seal: str) -> None:
    """Write a state into a checkpoint's folder and wait until the disk has it."""
    (place / FOLDER).mkdir()
    tensors = safetensors.torch.save(state.tensors)
    numbers = state.numbers | {DIGEST: hashlib.sha256(tensors).hexdigest()}
    files.flush_file(place / TENSORS, tensors)
    files.flush_file(place / NUMBERS, files.to_json(numbers | {SEAL: seal_state(numbers, config_seal)}))
    files.flush_folder(place / FOLDER)


def read_state(place: Path, name: str, config_seal: str, most_numbers: int, most_tensors: int) -> Snapshot:
    """Read a state out of a checkpoint's folder; rnnlab.train.checkpoint.snapshots judges it.

    Args:
        place: the folder.
        name: what to call it in messages.
        config_seal: of its config.json.
        most_numbers, most_tensors: bytes that the files may have.

    Raises:
        CheckpointError: there is none, or its files are damaged or too large.
    """
    if not (place / NUMBERS).exists():
        raise CheckpointError(f"{name} holds no training state, so its training cannot be resumed; start a new one.")
    numbers = parse_json(read_bytes(place, NUMBERS, name, most_numbers), f"{name}/{NUMBERS}")
    raw = read_bytes(place, TENSORS, name, most_tensors)
    # Those that earlier versions wrote have none.
    whole = SEAL not in numbers or numbers.pop(SEAL) == seal_state(numbers, config_seal)
    if hashlib.sha256(raw).hexdigest() != numbers.pop(DIGEST, None):
        refuse(f"{name}/{TENSORS}", "does not belong to its state.json")
    return Snapshot(parse_tensors(raw, f"{name}/{TENSORS}"), numbers, whole)
