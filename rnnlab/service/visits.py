"""Checkpoints that visitors of the page bring: kept for a while under names that nobody can guess."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rnnlab.data.cache import cache_folder
from rnnlab.errors import CheckpointError

KEPT = 7200.0  # seconds after it was last used, as the page's other files
MOST_BYTES = 2_000_000_000  # of all of them on this machine; beyond it those unused for longest go first
LONGEST_NAME = 50
_WRITTEN = re.compile(r"visit:([0-9a-f]{32})/([\w.-]{1,50})")


@dataclass(frozen=True)
class Visit:
    """A place for a checkpoint that a visitor brings: what it is asked for by, and the folder to fill."""

    model: str
    folder: Path


def new_visit(name: str) -> Visit:
    """Make a place that only who is told its name can open; name is what to call it, shortened to letters and digits.

    Raises:
        CheckpointError: this machine cannot keep it.
    """
    told = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip(".-")[:LONGEST_NAME] or "checkpoint"
    key = secrets.token_hex(16)
    folder = _place() / key / told
    try:
        folder.parent.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise CheckpointError("This machine has no room to keep a checkpoint for you; try again later.") from error
    return Visit(f"visit:{key}/{told}", folder)


def visit_name(model: str) -> str | None:
    """What to call a checkpoint that a visitor brought; None if that is not what is asked for."""
    found = _WRITTEN.fullmatch(model)
    return found and found[2]


def visit_folder(model: str) -> Path | None:
    """The folder of a checkpoint that a visitor brought; None if that is not what is asked for.

    Raises:
        CheckpointError: it has been deleted since.
    """
    found = _WRITTEN.fullmatch(model)
    if found is None:
        return None
    folder = _place() / found[1] / found[2]
    try:
        os.utime(folder.parent)
    except OSError as error:
        hours = f"{KEPT / 3600:g}"
        raise CheckpointError(
            f"{found[2]} is no longer here, as what a visitor brings is deleted after {hours} unused hours; "
            f"bring it once more."
        ) from error
    return folder


def end_visit(visit: Visit) -> None:
    """Take a place away again."""
    shutil.rmtree(visit.folder.parent, ignore_errors=True)


def sweep_visits() -> None:
    """Delete what nobody has used for long, and the oldest of the rest where they are too many bytes."""
    kept, oldest_first = 0, sorted(_place().glob("*"), key=_used)
    for folder in reversed(oldest_first):
        kept += _bytes(folder)
        if time.time() - _used(folder) > KEPT or kept > MOST_BYTES:
            shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    return cache_folder() / "visits"


def _used(folder: Path) -> float:
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0


def _bytes(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total
