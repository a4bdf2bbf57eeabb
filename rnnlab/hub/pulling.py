"""A repository of the Hub -> a checkpoint folder on this machine, one commit of it, for one caller's eyes.

Files lie in the client's own cache layout. What anyone may see is kept once for all; what is private or gated is kept
apart for each token, because the cache itself would hand one caller's file to another (huggingface_hub 2.4).
"""

from __future__ import annotations

import hashlib
import math
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import huggingface_hub
from huggingface_hub import HfApi, ModelInfo, get_token, hf_hub_download, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import CacheNotFound, HfHubHTTPError, LocalEntryNotFoundError, RevisionResolutionError

from rnnlab.data.cache import cache_folder
from rnnlab.errors import CheckpointError
from rnnlab.hub.failures import UNREACHABLE, address, explained, is_down, patiently
from rnnlab.train import sizes
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint

# Of all that was pulled, by whomever: a Space has 50 GB, a visitor may ask for 0.5 at a time.
MOST_BYTES = 5_000_000_000


@dataclass(frozen=True)
class Pulled:
    """A commit of a repository on this machine: where its files lie, and whether anyone may see them."""

    repo: str
    commit: str
    folder: Path
    public: bool


@dataclass(frozen=True)
class Seen:
    """A commit of a repository, and its checkpoint's record and card; the weights are neither here nor checked."""

    repo: str
    commit: str
    record: Checkpoint


def pull(repo: str, revision: str | None = None, token: str | None = None, *, most_weights: float = math.inf) -> Pulled:
    """Download a checkpoint, one commit of it, and nothing that a checkpoint does not hold.

    The Hub is asked with the caller's own token before anything kept on this machine is used; only where it cannot be
    reached does what this caller has pulled before stand in.

    Args:
        repo: "owner/name".
        revision: a branch, a tag or a full commit; None is the main branch.
        token: the caller's own; None asks as a stranger, whatever token this machine may hold.
        most_weights: that it may have, as its file's size tells before it is fetched.

    Raises:
        HubError: the Hub refuses, fails or cannot be reached.
        CheckpointError: the repository holds no checkpoint of ours, or one that is too large or damaged.
    """
    places = Places(token)
    with explained(repo, revision):
        commit, info = ask(repo, revision, token, places)
        if isinstance(info, Pulled):
            return info
        place = places.of(info)
        files = wanted(info, repo, most_weights)
        kept = any(isinstance(try_to_load_from_cache(repo, file, place, commit), str) for file in files)
        pulled = Pulled(repo, commit, download(repo, commit, files, place, token), place == places.public)
    if _mark(pulled.folder).exists():
        return pulled
    try:
        _check(pulled)
    except CheckpointError:
        if not kept:
            raise
        with explained(repo, revision):
            download(repo, commit, files, place, token)  # what was kept, a killed process had not checked
        _check(pulled)
    prune(places.public.parent, pulled.folder)
    return pulled


def load_pulled(pulled: Pulled, token: str | None = None, most_weights: float = math.inf) -> Checkpoint:
    """Read what was pulled; where it has changed on this machine since, it is fetched anew, if the Hub can be reached.

    Raises:
        CheckpointError: the repository itself holds no sound checkpoint, or the Hub cannot be reached to mend this one.
        HubError: the Hub refuses or fails.
    """
    try:
        return checkpoint.load(pulled.folder, name=pulled.repo, most_weights=most_weights)
    except CheckpointError:
        places = Places(token)
        with explained(pulled.repo, pulled.commit):
            _, info = ask(pulled.repo, pulled.commit, token, places)
            if isinstance(info, Pulled):
                raise
            remove(pulled.folder)
    pull(pulled.repo, pulled.commit, token)
    return checkpoint.load(pulled.folder, name=pulled.repo, most_weights=most_weights)


def look(repo: str, revision: str | None = None, token: str | None = None) -> Seen:
    """Ask what a checkpoint is and how good, before its weights are fetched; arguments and errors as of `pull`."""
    places = Places(token)
    with explained(repo, revision):
        commit, info = ask(repo, revision, token, places)
        if isinstance(info, Pulled):
            return Seen(repo, commit, checkpoint.look(info.folder, repo))
        files = [file for file in wanted(info, repo) if file in {checkpoint.CONFIG, checkpoint.CARD}]
        place = places.of(info)
        kept = isinstance(try_to_load_from_cache(repo, checkpoint.CONFIG, place, commit), str)
        folder = download(repo, commit, files, place, token)
    try:
        return Seen(repo, commit, checkpoint.look(folder, repo))
    except CheckpointError:
        remove(folder)  # so that it is fetched anew the next time
        if not kept:
            raise
    with explained(repo, revision):  # what was kept had changed on this machine
        download(repo, commit, files, place, token)
    return Seen(repo, commit, checkpoint.look(folder, repo))


class Places:
    """Where files are kept: those that anyone may see, and this caller's own."""

    def __init__(self, token: str | None) -> None:
        cache = cache_folder() / "hub"
        self.public = cache / "public"
        mark = hashlib.sha256((token or "").encode()).hexdigest()[:32]
        self.own = cache / f"private-{mark}" if token else self.public

    def of(self, info: ModelInfo) -> Path:
        """Where a repository's files belong."""
        return self.own if info.private or info.gated else self.public


def ask(repo: str, revision: str | None, token: str | None, places: Places) -> tuple[str, ModelInfo | Pulled]:
    """The commit that a revision stands for, and what the Hub tells this caller of it, the files' sizes included.

    Where the Hub cannot be reached, the commit that it last said to this caller, if it is here whole.
    """
    api = HfApi(endpoint=address(), token=token or False)
    commit = patiently(lambda: _resolve(api, repo, revision, places))
    if not re.fullmatch("[0-9a-f]{40}", commit):  # it becomes a folder's name
        raise ValueError(f"{commit!r:.60} is no commit")
    try:
        return commit, patiently(lambda: api.model_info(repo, revision=commit, files_metadata=True))
    except (HfHubHTTPError, *UNREACHABLE) as error:
        kept = _kept(repo, commit, places) if is_down(error) else None
        if kept is None:
            raise
        return commit, kept


def _resolve(api: HfApi, repo: str, revision: str | None, places: Places) -> str:
    try:
        return str(api.resolve_revision(repo, revision=revision, cache_dir=places.own).resolved)
    except RevisionResolutionError as error:
        raise (error.__cause__ or error) from error  # what kept the client from the Hub
    except AssertionError as error:  # an answer without a commit
        raise ValueError(str(error)) from error


def wanted(info: ModelInfo, repo: str, most_weights: float = math.inf) -> list[str]:
    """The checkpoint's files in the repository, the weights last; refused before a byte of them is fetched."""
    lengths = {file.rfilename: file.size for file in info.siblings or []}
    for needed in (checkpoint.CONFIG, checkpoint.WEIGHTS):
        if needed not in lengths:
            raise CheckpointError(f"{repo} holds no {needed}, so it is no checkpoint of rnnlab; nothing else is read.")
    files = [file for file in checkpoint.TAKEN if file in lengths and file != checkpoint.WEIGHTS]
    for file in [*files, checkpoint.WEIGHTS]:
        most, size = float(checkpoint.largest(file)), lengths[file]
        if file == checkpoint.WEIGHTS:
            most = min(most, 4 * most_weights + sizes.ROOM_FOR_NAMES)
        if not isinstance(size, int) or not 0 <= size <= most:
            raise CheckpointError(f"{repo}/{file} is larger than {most / 1e6:g} MB; it was not downloaded.")
    return [*files, checkpoint.WEIGHTS]


def _kept(repo: str, commit: str, places: Places) -> Pulled | None:
    """The commit as this caller may have it without asking; None if it is not whole on this machine."""
    for place in dict.fromkeys((places.own, places.public)):
        try:
            folder = Path(snapshot_download(repo, revision=commit, cache_dir=place, local_files_only=True))
        except LocalEntryNotFoundError:
            continue
        if (folder / checkpoint.WEIGHTS).exists() and (folder / checkpoint.CONFIG).exists():
            return Pulled(repo, commit, folder, place == places.public)
    return None


def download(repo: str, commit: str, files: list[str], place: Path, token: str | None) -> Path:
    """Have files of a commit in a cache, each fetched unless it is there; gives the commit's folder."""
    for file in files:
        path = hf_hub_download(repo, file, revision=commit, cache_dir=place, token=token or False, endpoint=address())
    return Path(path).parent


def _check(pulled: Pulled) -> None:
    """Note that what arrived is sound, or remove it and raise CheckpointError: a later pull fetches it anew."""
    try:
        checkpoint.load(pulled.folder, name=pulled.repo)
    except CheckpointError:
        remove(pulled.folder)
        raise
    with suppress(OSError):  # without the mark it is checked once more
        mark = _mark(pulled.folder)
        mark.parent.mkdir(exist_ok=True)
        mark.touch()


def remove(folder: Path) -> None:
    """Take a commit's files out of the cache, what they are links to, and the mark that they were checked."""
    _mark(folder).unlink(missing_ok=True)
    for file in checkpoint.TAKEN:
        path = folder / file
        if path.is_symlink():
            path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _mark(folder: Path) -> Path:
    """What says that a commit has been checked; beside the client's own folders, and gone with them."""
    return folder.parents[1] / "checked" / folder.name


def own_token() -> str | None:
    """The token that the person at this machine is signed in with; for the command line, never for a visitor."""
    return get_token()


def prune(cache: Path, kept: Path, most_bytes: int = MOST_BYTES) -> None:
    """Remove the repositories that were read longest ago, until what remains is within the bound.

    Args:
        cache: the folder that holds a client's cache for each kind of caller.
        kept: the folder of a commit that stays.
        most_bytes: the bound.
    """
    found: list[huggingface_hub.CachedRepoInfo] = []
    for place in cache.glob("*"):
        try:
            found += huggingface_hub.scan_cache_dir(place).repos
        except (CacheNotFound, OSError, ValueError):
            continue
    total = sum(repo.size_on_disk for repo in found)
    for repo in sorted(found, key=lambda one: one.last_accessed):
        if total <= most_bytes:
            return
        if not kept.is_relative_to(repo.repo_path):
            # Not by the client's own deletion of commits: two repositories may hold the same one.
            shutil.rmtree(repo.repo_path, ignore_errors=True)
            total -= repo.size_on_disk
