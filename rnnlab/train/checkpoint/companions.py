"""The files that lie beside a writer's checkpoint: its author in plain figures, and a fingerprint of its text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.train.checkpoint import files
from rnnlab.train.checkpoint.files import parse_json, read_bytes
from rnnlab.train.checkpoint.fingerprint_file import LARGEST_FINGERPRINT, pack_fingerprint, unpack_fingerprint

PROFILE, ORIGINALITY = "profile.json", "originality.safetensors"
LARGEST_ORIGINALITY = LARGEST_FINGERPRINT  # bytes


def write_companions(profile: dict[str, Any] | None, fingerprint: Fingerprint | None, place: Path) -> None:
    """Write those that there are into a folder."""
    if profile is not None:
        files.flush_file(place / PROFILE, files.to_compact_json(profile))
    if fingerprint is not None:
        files.flush_file(place / ORIGINALITY, pack_fingerprint(fingerprint))


def read_companions(place: Path, name: str, most: int) -> dict[str, Any]:
    """Read those that there are, by their fields of a Checkpoint; None as of earlier writers and of forecasters.

    Args:
        place: the folder. name: what messages call it. most: bytes of the profile.

    Raises:
        CheckpointError: one is damaged or too large.
    """
    profile = fingerprint = None
    if (place / PROFILE).exists():
        profile = parse_json(read_bytes(place, PROFILE, name, most), f"{name}/{PROFILE}")
    if (place / ORIGINALITY).exists():
        raw = read_bytes(place, ORIGINALITY, name, LARGEST_ORIGINALITY)
        fingerprint = unpack_fingerprint(raw, f"{name}/{ORIGINALITY}")
    return {"profile": profile, "fingerprint": fingerprint}
