"""The files that lie beside a writer's checkpoint: its author in plain figures, and a fingerprint of its text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.train.checkpoint import files
from rnnlab.train.checkpoint.files import parse_json, read_bytes
from rnnlab.train.checkpoint.fingerprint_file import ORIGINALITY, pack_fingerprint, read_fingerprint

PROFILE = "profile.json"


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
    profile = None
    if (place / PROFILE).exists():
        profile = parse_json(read_bytes(place, PROFILE, name, most), f"{name}/{PROFILE}")
    return {"profile": profile, "fingerprint": read_fingerprint(place, name)}
