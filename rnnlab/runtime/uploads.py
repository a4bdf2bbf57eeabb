"""Checkpoints that visitors of the page bring: kept for a while under names that nobody can guess."""

from __future__ import annotations

import hashlib
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
MOST_BYTES = 2_000_000_000  # of all of them on this machine
MOST_OF_ONE = 500_000_000  # bytes of one client's
_CLIENT = "client"  # the file that says whose it is, by a digest
LONGEST_NAME = 50
_WRITTEN = re.compile(r"visit:([0-9a-f]{32})/([\w.-]{1,50})")


@dataclass(frozen=True)
class Visit:
    """A place for a checkpoint that a visitor brings: what it is asked for by, and the folder to fill."""

    model: str
    folder: Path


def new_visit(name: str, client: str = "") -> Visit:
    """Make a place that only who is told its name can open, after what is too old has been deleted.

    Args:
        name: what to call it, shortened to letters and digits.
        client: whose share it is taken from.

    Raises:
        CheckpointError: the client's share or the machine's room is used up.
    """
    sweep_visits()
    check_room(client)
    told = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip(".-")[:LONGEST_NAME] or "checkpoint"
    key = secrets.token_hex(16)
    folder = _place() / key / told
    try:
        folder.parent.mkdir(parents=True, mode=0o700)
        (folder.parent / _CLIENT).write_text(_mark(client))
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
        why = f"as what a visitor uploads is deleted after {KEPT / 3600:g} unused hours"
        raise CheckpointError(f"{found[2]} is no longer here, {why}; upload it again.") from error
    return folder


def end_visit(visit: Visit) -> None:
    """Take a place away again."""
    shutil.rmtree(visit.folder.parent, ignore_errors=True)


def sweep_visits() -> None:
    """Delete what nobody has used for long."""
    for folder in _place().glob("*"):
        if time.time() - _used(folder) > KEPT:
            shutil.rmtree(folder, ignore_errors=True)


def check_room(client: str) -> None:
    """Refuse the newcomer where there is no room: what others have brought stays.

    Raises:
        CheckpointError: what this client, or all together, have brought is more than is kept.
    """
    sizes = {folder: _bytes(folder) for folder in _place().glob("*")}
    own = sum(size for folder, size in sizes.items() if _is_of(folder, client))
    if own > MOST_OF_ONE:
        raise CheckpointError(
            f"Your checkpoints here take {own / 1e6:,.0f} MB where {MOST_OF_ONE / 1e6:,.0f} are kept for a visitor; "
            f"come back when they are deleted, after {KEPT / 3600:g} unused hours."
        )
    if sum(sizes.values()) > MOST_BYTES:
        filled = f"Visitors' checkpoints fill the {MOST_BYTES / 1e9:g} GB that are kept here"
        raise CheckpointError(f"{filled}; try again in an hour.")


def _mark(client: str) -> str:
    return hashlib.sha256(client.encode()).hexdigest()


def _is_of(folder: Path, client: str) -> bool:
    with suppress(OSError):
        return (folder / _CLIENT).read_text() == _mark(client)
    return False


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
