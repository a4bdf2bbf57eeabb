"""A folder claimed for one training: free or to be replaced, writable, and nobody else's until the training ends.

The lock is held by the process, on a file beside the folder, which is itself replaced at every report: however the
process ends, the lock is free again.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.files import flush_file, parse_json, read_bytes
from rnnlab.train.processes import ALONE, Processes

if sys.platform != "win32":  # where nothing tells that another training writes to the folder
    import fcntl

TRIAL = 1 << 16  # bytes that are written to see whether the folder can be
COPIES = 6  # of a model's weights in a checkpoint that can be resumed: its own, the newest, two moments, best, average
OVERHEAD = 1_000_000  # bytes of its other files, about


@contextmanager
def claimed(
    folder: str | Path | None, *, overwrite: bool = False, resume: bool = False, processes: Processes = ALONE
) -> Iterator[Path | None]:
    """Hold a folder until what is written to it has ended; nothing of it is touched before that is saved.

    Args:
        folder: where a checkpoint is to be saved; None holds nothing.
        overwrite: whether a checkpoint or a stopped training that is there may be replaced.
        resume: whether what is there is resumed.
        processes: those that train together; the first holds it for all, and all raise what it raises.

    Yields:
        The folder.

    Raises:
        RnnlabError: it holds something that is not to be replaced, it cannot be written, or another training writes
            to it.
    """
    if folder is None:
        yield None
        return
    if overwrite and resume:
        raise RnnlabError("--resume keeps what the folder of --out holds; leave out --overwrite.")
    with ExitStack() as stack:
        refusal = ""
        if processes.first:
            try:
                stack.enter_context(_held(folder, overwrite or resume))
            except RnnlabError as error:
                refusal = str(error)
        if refusal := processes.told(refusal):
            raise CheckpointError(refusal)
        yield Path(folder)


def check_room(folder: Path, numbers: int) -> None:
    """Raise CheckpointError if the disk has too little room for checkpoints of a model with so many weights."""
    needed = COPIES * 4 * numbers + OVERHEAD
    with suppress(OSError):
        place = folder.resolve()
        disk = shutil.disk_usage(next(one for one in (place, *place.parents) if one.exists()))
        if disk.free < needed and disk.total > 0:  # some disks of a network tell nothing
            left, most = f"has {disk.free / 1e6:,.0f} MB left", f"takes up to {needed / 1e6:,.0f}"
            what = f"The disk of {folder.name} {left} where this training's checkpoint {most}"
            raise CheckpointError(f"{what}; make room, or choose another folder for --out.")


@contextmanager
def _held(folder: str | Path, replace: bool) -> Iterator[None]:
    """The folder locked and tried; what that takes is gone again at the end, if nothing was saved."""
    place = checkpoint.check_place(folder)
    with ExitStack() as undo:
        try:
            parents = (*reversed(place.parent.parents), place.parent)
            for parent in [one for one in parents if not one.exists()]:
                parent.mkdir()
                undo.callback(_remove_if_empty, parent)
            _lock(place, undo)
            if not replace:
                _check_free(place)
            _try(place)
        except OSError as error:
            words = f"{place.name[-60:]} cannot be written ({error.strerror}); choose another folder for --out."
            raise CheckpointError(words) from error
        yield


def _check_free(place: Path) -> None:
    """Raise CheckpointError if there is a checkpoint, or one that a killed save has put aside."""
    source = checkpoint.where(place)
    if not (source / checkpoint.CONFIG).exists():
        return
    config = parse_json(read_bytes(source, checkpoint.CONFIG, place.name, checkpoint.LARGEST_CONFIG), place.name)
    task, what = str(config.get("task"))[:40], "finished checkpoint"
    remedy = "add --overwrite to replace it, or choose another folder for --out"
    resumable, metrics = (source / checkpoint.RESUME_NUMBERS).exists(), config.get("metrics")
    measured = set(metrics) if isinstance(metrics, dict) else set()
    if resumable or {"validation", "curve"} & measured == {"validation"}:  # the curve comes when a training ends
        what = f"stopped training{_reached(config)}"
        remedy = f"resume it with train {task} --resume, {remedy}" if resumable else remedy
    raise CheckpointError(f"{place.name} holds a {what} of the task {task}; {remedy}.")


def _reached(config: dict[str, object]) -> str:
    """How far a stopped training has come, if its record says so."""
    parts = [config.get("provenance"), config.get("train")]
    step, steps = (part.get("steps") if isinstance(part, dict) else None for part in parts)
    return f" (step {step:,} of {steps:,})" if isinstance(step, int) and isinstance(steps, int) else ""


def _try(place: Path) -> None:
    """Write beside the folder what a save writes first; OSError or CheckpointError if that fails."""
    if os.path.ismount(place):
        raise CheckpointError(f"{place} is a disk's root, which cannot be replaced; choose a folder in it for --out.")
    with tempfile.TemporaryDirectory(prefix=f".{place.name}.new-", dir=place.parent) as trial:
        flush_file(Path(trial) / checkpoint.WEIGHTS, bytes(TRIAL))


def _lock(place: Path, undo: ExitStack) -> None:
    """Lock the file beside the folder until `undo`; CheckpointError if another process, or this one, has it."""
    if sys.platform == "win32":
        return
    file = place.with_name(f".{place.name}.lock")
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            remedy = "wait until it has ended, or choose another folder for --out"
            raise CheckpointError(f"Another training writes to {place.name}; {remedy}.") from error
        except OSError:  # a disk without locks: nobody can tell
            pass
        with suppress(OSError):
            if os.path.samestat(os.fstat(handle), os.stat(file)):
                break
        os.close(handle)  # another training has ended and taken the file away since it was opened
    undo.callback(os.close, handle)
    undo.callback(file.unlink, missing_ok=True)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
