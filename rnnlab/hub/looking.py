"""A repository of the Hub -> what its checkpoint says of itself, for one caller's eyes; downloads no weights."""

from __future__ import annotations

from dataclasses import dataclass

from huggingface_hub.errors import HfHubHTTPError

from rnnlab.errors import CheckpointError
from rnnlab.hub.failures import UNREACHABLE, explained, is_down, patiently
from rnnlab.hub.pulling import Places, ask, download, kept_commit, remove, resolve, wanted
from rnnlab.train import checkpoint, looking
from rnnlab.train.checkpoint import Checkpoint


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
        commit = patiently(lambda: resolve(repo, revision, token, places))
        try:
            info = patiently(lambda: ask(repo, commit, token))
            files = [file for file in wanted(info, repo) if file in {checkpoint.CONFIG, checkpoint.CARD}]
            folder = download(repo, commit, files, places.of(info), token)
        except (HfHubHTTPError, *UNREACHABLE) as error:
            kept = kept_commit(repo, commit, places) if is_down(error) else None
            if kept is None:
                raise
            return Seen(repo, commit, looking.look(kept.folder, repo))
    try:
        return Seen(repo, commit, looking.look(folder, repo))
    except CheckpointError:
        remove(folder)  # so that it is fetched anew the next time
        raise
