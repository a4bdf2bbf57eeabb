"""Names and paths -> opened prices and checkpoints, the bundled ones kept open; independent of scores."""

from __future__ import annotations

import difflib
import math
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rnnlab import hub
from rnnlab.data import catalog
from rnnlab.errors import CheckpointError
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.uploads import visit_folder, visit_name
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.checkpoint.companions import PROFILE

MOST_BYTES = 200_000_000  # of checkpoints kept open as they were read, whoever asked for them
HEAVY = 20_000_000  # bytes of weights from which on one checkpoint is opened at a time

ONE_AT_A_TIME = threading.RLock()  # what takes much memory for a moment

_OPEN: ByteLru[Checkpoint] = ByteLru(MOST_BYTES)


@dataclass(frozen=True)
class Located:
    """Where a checkpoint lies and what to call it.

    commit: of the Hub's. public: whether anyone may see it. most_weights: how many it may have to be opened. mended: of
    the Hub's, reads it and fetches anew what has changed on this machine since it was pulled.
    """

    folder: Path
    name: str
    commit: str | None = None
    public: bool = True
    most_weights: float = math.inf
    mended: Callable[[], Checkpoint] | None = field(default=None, repr=False, compare=False)

    def pinned(self, model: str) -> str:
        """What opens this very checkpoint again where `model` was asked for: of the Hub's, the commit is named."""
        return f"{self.name}@{self.commit}" if self.commit else model


def locate(model: str, *, caller: Caller = OWNER) -> Located:
    """Find a checkpoint by folder, by bundled name, or on the Hugging Face Hub, from which it is pulled.

    Args:
        model: a folder, the name of a bundled checkpoint, "owner/name" or "owner/name@revision" of the Hub, which is
            asked with the caller's own token, or what a visitor has brought by the name it was given.
        caller: who asks; only the person at this machine may open its folders.

    Raises:
        CheckpointError: there is none of that name, or what was pulled is damaged.
        HubError: the Hub refuses, fails or cannot be reached.
    """
    if caller.at_this_machine and is_file(f"{model}/{checkpoint.CONFIG}"):
        return Located(Path(model), Path(model).resolve().name)
    if model in bundled_checkpoints():
        return Located(catalog.bundled_folder() / "checkpoints" / model, model)
    if brought := visit_folder(model):
        return Located(brought, brought.name, public=False, most_weights=caller.most_weights)
    if caller.at_this_machine and os.path.isdir(model):  # False, and no error, of names that no folder can have
        hint = f"; for the Hub's add @main: {model}@main" if is_hub_name(model) else ""
        name = Path(model).resolve().name[:60]
        raise CheckpointError(f"The folder {name!r} holds no checkpoint: {checkpoint.CONFIG} is missing{hint}.")
    if named := hub_name(model):
        pulled = hub.pull(*named, token=caller.hub_token, most_weights=caller.most_weights)
        most = caller.most_weights

        def mended() -> Checkpoint:
            return hub.load_pulled(pulled, caller.hub_token, most)

        return Located(pulled.folder, named[0], pulled.commit, pulled.public, most, mended)
    near = difflib.get_close_matches(model, bundled_checkpoints(), 1)
    hint = f"did you mean {near[0]}?" if near else f"bundled are {', '.join(bundled_checkpoints())}."
    where = "folder or bundled checkpoint" if caller.at_this_machine else "bundled checkpoint"
    raise CheckpointError(f"There is no {where} {Path(model).name[:60]!r}; {hint}")


def is_near(model: str, *, caller: Caller = OWNER) -> bool:
    """Whether it is a folder that the caller may open or a bundled name, which come before the Hub's."""
    return (caller.at_this_machine and is_file(f"{model}/{checkpoint.CONFIG}")) or model in bundled_checkpoints()


def open_checkpoint(model: str, *, caller: Caller = OWNER) -> Checkpoint:
    """Open a checkpoint; see `locate`, and CheckpointError if it is damaged."""
    return open_located(locate(model, caller=caller))


def open_located(found: Located) -> Checkpoint:
    """Open a checkpoint that was found; it stays open for a while. RnnlabError if it is damaged or too large."""

    def read() -> Checkpoint:
        with heavy(found):
            if found.mended is not None:
                return found.mended()
            return checkpoint.load(found.folder, name=found.name, most_weights=found.most_weights)

    return _OPEN.get(stamp(found.folder), read, _bytes)


@contextmanager
def heavy(found: Located) -> Iterator[None]:
    """Wait until nothing else that takes much memory is opened, if this checkpoint does."""
    size = 0
    with suppress(OSError):
        size = (found.folder / checkpoint.WEIGHTS).stat().st_size
    with nullcontext() if size < HEAVY else ONE_AT_A_TIME:
        yield


def stamp(folder: Path) -> tuple[str, ...]:
    """What tells a checkpoint from the one that lay in its folder before."""
    try:
        files = [(folder / file).stat() for file in (checkpoint.CONFIG, checkpoint.WEIGHTS)]
        with suppress(FileNotFoundError):
            files.append((folder / PROFILE).stat())
    except OSError:
        return (str(folder.resolve()), "incomplete")
    return (str(folder.resolve()), *(f"{file.st_ino} {file.st_mtime_ns} {file.st_size}" for file in files))


def _bytes(opened: Checkpoint) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in opened.weights.values())


def bundled_checkpoints() -> tuple[str, ...]:
    """The names of the checkpoints that come with the repository."""
    place = catalog.bundled_folder() / "checkpoints"
    return tuple(sorted(folder.parent.name for folder in place.glob("[!.]*/config.json")))


def hub_name(model: str) -> tuple[str, str | None] | None:
    """A repository of the Hub and a revision, if "owner/name" or "owner/name@revision" is what was written."""
    found = re.fullmatch(r"([\w-][\w.-]*/[\w-][\w.-]*)(?:@(.+))?", model)
    return None if found is None else (found[1], found[2])


def is_hub_name(model: str) -> bool:
    """Whether it is written as a repository of the Hub, with or without a revision; nobody is asked if it is there."""
    return hub_name(model) is not None


def told(model: str) -> str:
    """What to call a checkpoint on a page, short of the digits that are only there to open it again."""
    if brought := visit_name(model):
        return brought
    name, at, revision = model.partition("@")
    return name + at + (revision[:7] if re.fullmatch("[0-9a-f]{40}", revision) else revision)


def is_shareable(model: str) -> bool:
    """Whether others could open it by that name, too: what a visitor brought is theirs alone."""
    return visit_name(model) is None


def is_file(path: str) -> bool:
    """Whether a path leads to a file; no path is too odd to ask for."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False
