"""Checkpoints of the page's visitors: brought, taken home as a zip, pushed to their account."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rnnlab import hub
from rnnlab.errors import CheckpointError
from rnnlab.nn.model import ModelConfig
from rnnlab.runtime.callers import OWNER, STRANGER, Caller
from rnnlab.runtime.opening import ONE_AT_A_TIME, locate, open_checkpoint, open_located
from rnnlab.runtime.resuming import begun_training
from rnnlab.runtime.uploads import Visit, check_room, end_visit, new_visit
from rnnlab.tasks.registry import check_usable, kind_of
from rnnlab.train import sizes
from rnnlab.train.checkpoint import archives, checkpoint
from rnnlab.train.progress import TrainConfig


def bring(files: Sequence[str | Path], *, caller: Caller = STRANGER) -> str:
    """Take in a checkpoint that a visitor sends, a zip or the files of its folder, checked as what is pulled is.

    Args:
        files: one zip, or the files one by one; others than a checkpoint's are passed over, unread.
        caller: whose it is.

    Returns:
        What to open it by, for about two hours; nobody can guess it.

    Raises:
        RnnlabError: it is no sound checkpoint, an archive that is dangerous to unpack, or too large. Nothing of it is
            kept.
    """
    paths = [Path(file) for file in files]
    if not paths:
        raise CheckpointError("No file was given; give a zip of a checkpoint's folder, or the folder's files.")
    zipped = len(paths) == 1 and paths[0].name not in checkpoint.TAKEN
    name = paths[0].name if zipped else "what you uploaded"

    def check(model: ModelConfig) -> None:
        sizes.check_weight_count(model, caller.most_weights, name)

    with _kept(paths[0].stem if zipped else "checkpoint", caller) as visit:
        if zipped:
            archives.unpack(paths[0], visit.folder, name, check=check)
        else:
            archives.gather(paths, visit.folder, name, check=check)
        check_usable(open_checkpoint(visit.model, caller=caller))
    return visit.model


def bring_training(file: str | Path, *, caller: Caller = STRANGER) -> str:
    """Take in a training that was stopped, as the zip that the page gives; what to resume it by, as of `bring`.

    Raises:
        RnnlabError: it is no sound checkpoint, holds nothing to resume, or is too large. Nothing of it is kept.
    """

    def check(model: ModelConfig) -> None:
        sizes.check_training(model, TrainConfig(batch=1), 1, caller.most_training_bytes)

    with _kept(Path(file).stem, caller) as visit:
        archives.unpack(Path(file), visit.folder, Path(file).name, resume=True, check=check)
        begun_training(visit.folder, kind_of(checkpoint.load(visit.folder, name=Path(file).name)))
    return visit.model


@contextmanager
def _kept(name: str, caller: Caller) -> Iterator[Visit]:
    """A place to fill, one at a time on this machine, which is taken away again if it cannot be filled."""
    with ONE_AT_A_TIME:
        visit = new_visit(name, caller.client)
        try:
            yield visit
            check_room(caller.client)
        except BaseException:
            end_visit(visit)
            raise


def pack(model: str, file: Path, *, caller: Caller = OWNER) -> None:
    """Write a checkpoint into a zip, with what going on with its training takes if it has that.

    Raises:
        RnnlabError: as `locate` does, or it cannot be written.
    """
    try:
        with _written_anew(model, caller, resumable=True) as folder:
            archives.pack(folder, file)
    except OSError as error:
        raise CheckpointError("This machine has no room for the zip; try again later.") from error


def push_opened(model: str, repo: str, *, private: bool, caller: Caller) -> str:
    """Push a checkpoint that the caller can open to their account, with their own token; the commit's address.

    Raises:
        RnnlabError: the caller is not signed in, or as rnnlab.hub.push.
    """
    if not caller.hub_token:
        raise CheckpointError("Nobody is signed in; sign in with Hugging Face, then push to your own account.")
    with _written_anew(model, caller) as folder:
        return hub.push(folder, repo, caller.hub_token, check=check_usable, private=private)


@contextmanager
def _written_anew(model: str, caller: Caller, *, resumable: bool = False) -> Iterator[Path]:
    """A folder that holds what was read of a checkpoint, and its curve drawn anew: no stranger's picture goes on."""
    found = locate(model, caller=caller)
    made = open_located(found)
    if resumable and (found.folder / checkpoint.RESUME_NUMBERS).is_file():
        made = dataclasses.replace(made, resume=begun_training(found.folder, kind_of(made), found.name).resume)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "checkpoint"
        checkpoint.save(made, folder)
        yield folder
