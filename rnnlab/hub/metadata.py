"""A repository of the Hub -> what its checkpoint says of itself, for one caller's eyes; downloads no weights."""

from __future__ import annotations

from dataclasses import dataclass

from huggingface_hub import try_to_load_from_cache

from rnnlab.errors import CheckpointError
from rnnlab.hub.failures import explained
from rnnlab.hub.pulling import Places, Pulled, ask, download, remove, wanted
from rnnlab.train.checkpoint import checkpoint, metadata
from rnnlab.train.checkpoint.checkpoint import Checkpoint


@dataclass(frozen=True)
class Seen:
    """A commit of a repository, and its checkpoint's record and card; the weights are neither here nor checked."""

    repo: str
    commit: str
    record: Checkpoint


def look(repo: str, revision: str | None = None, token: str | None = None) -> Seen:
    """Ask what a checkpoint is and how good, before its weights are fetched; arguments and errors as of `pull`."""
    places = Places(token)
    with explained(repo, revision):
        commit, info = ask(repo, revision, token, places)
        if isinstance(info, Pulled):
            return Seen(repo, commit, metadata.look(info.folder, repo))
        files = [file for file in wanted(info, repo) if file in {checkpoint.CONFIG, checkpoint.CARD}]
        place = places.of(info)
        kept = isinstance(try_to_load_from_cache(repo, checkpoint.CONFIG, place, commit), str)
        folder = download(repo, commit, files, place, token)
    try:
        return Seen(repo, commit, metadata.look(folder, repo))
    except CheckpointError:
        remove(folder)  # so that it is fetched anew the next time
        if not kept:
            raise
    with explained(repo, revision):  # what was kept had changed on this machine
        download(repo, commit, files, place, token)
    return Seen(repo, commit, metadata.look(folder, repo))
