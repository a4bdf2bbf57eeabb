"""A ledger: a dataset repository of the Hub to which files are added and none is changed, with the Hub's own times.

`entries/` holds what is never changed; the card and `scores.json`, which can be made again, lie beside it. What
somebody changed or deleted there all the same is read from the commit that added it, and told.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huggingface_hub import CommitOperationAdd, DatasetInfo, HfApi, snapshot_download
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from rnnlab.errors import HubError
from rnnlab.hub.failures import address, explained, patiently
from rnnlab.hub.ledger_history import ADDED, ENTRIES, Addition, additions

NO_TOKEN = "A ledger is written with a token of the Hugging Face Hub; sign in with `hf auth login` or set HF_TOKEN."
TAG = "rnnlab-ledger"
CARD, SCORES = "README.md", "scores.json"
OURS = {CARD, SCORES, ".gitattributes", ".gitignore", "LICENSE"}
MOST_BYTES = 200_000_000  # of entries; a night of 30 series has some 30 kB
MOVED = (409, 412)  # statuses of a commit upon another than was told
TRIES = 5  # of an addition, each after another came first


@dataclass(frozen=True)
class Kept:
    """A file of a ledger as it was added: by which commit, and when the Hub took that one, UTC.

    altered: what was done to it since, as half a sentence; "" if nothing.
    """

    path: str
    content: bytes
    commit: str
    committed: datetime
    altered: str = ""


@dataclass(frozen=True)
class Ledger:
    """The files of entries up to one commit, ascending by path, whether they are still there or not.

    by_hand: files of entries that no commit of `add_file` added. paths: of all that there are or ever were.
    """

    commit: str
    files: tuple[Kept, ...]
    by_hand: tuple[Kept, ...]
    paths: frozenset[str]


NEW = Ledger("", (), (), frozenset())
Written = tuple[str, bytes]


def read_ledger(repo: str, token: str | None, since: str = "") -> Ledger:
    """Read a ledger as it is now.

    Args:
        repo: "owner/name" of a dataset repository.
        token: the caller's own; None asks as a stranger.
        since: files whose path comes before it are left out.

    Raises:
        HubError: there is none that this caller may see, it holds something else, or the Hub refuses or fails.
    """
    with explained(_checked(repo)):
        try:
            return _read(HfApi(endpoint=address(), token=token or False), repo, token, since)
        except RepositoryNotFoundError as error:
            raise _missing(repo) from error


def read_ledger_or_new(repo: str, token: str | None, since: str = "") -> Ledger:
    """Read a ledger, or an empty one where this caller may see none; arguments and errors as of `read_ledger`."""
    with explained(_checked(repo)):
        return _read_or_new(HfApi(endpoint=address(), token=token or False), repo, token, since)


def add_file(
    repo: str,
    token: str | None,
    write: Callable[[Ledger], Written],
    *,
    card: bytes,
    since: str = "",
    private: bool = False,
) -> Kept:
    """Add one file of entries as one commit; where another commit came first, it is written anew upon that one.

    Args:
        repo: "owner/name", made if it is not there.
        token: whose account it is; None is refused.
        write: from the ledger as it is, the path and the content of a file that it does not have yet.
        card: README.md of a new ledger.
        since: as of `read_ledger`.
        private: make a new repository private; one that is there stays as it is.

    Returns:
        The file with its commit and the Hub's time of it.

    Raises:
        HubError: the name is another project's, others keep writing, or the Hub refuses, fails or cannot be reached.
    """
    if not token:
        raise HubError(NO_TOKEN)
    api = HfApi(endpoint=address(), token=token)
    with explained(_checked(repo)):
        for tried in range(TRIES):
            ledger = _read_or_new(api, repo, token, since)
            path, content = write(ledger)
            assert ENTRIES.fullmatch(path), "entries have a folder of their own"
            assert path not in ledger.paths, "a file of entries is never written twice"
            files = {path: content} | ({} if CARD in ledger.paths else {CARD: card})
            parent = ledger.commit or _made(api, repo, private)
            try:
                commit = _commit(api, repo, files, parent, f"{ADDED}{path}")
            except HfHubHTTPError as error:
                if error.response.status_code not in MOVED or tried == TRIES - 1:
                    raise
                continue
            return Kept(path, content, commit, _changed(_listed(api, repo, commit)[path])[1])
    raise AssertionError("the last try returns or raises")


def publish_scores(repo: str, token: str | None, content: bytes) -> str:
    """Put a ledger's scores beside its entries, in place of earlier ones; gives the commit. HubError as `add_file`."""
    if not token:
        raise HubError(NO_TOKEN)
    api = HfApi(endpoint=address(), token=token)
    with explained(_checked(repo)):
        try:
            head = _head(api, repo)
        except RepositoryNotFoundError as error:
            raise _missing(repo) from error
        return _commit(api, repo, {SCORES: content}, str(head.sha), "Scores")


def read_scores(repo: str, token: str | None) -> bytes:
    """A ledger's published scores; HubError where there are none that this caller may see."""
    with explained(_checked(repo)), tempfile.TemporaryDirectory() as folder:
        api = HfApi(endpoint=address(), token=token or False)
        try:
            file = api.hf_hub_download(repo, SCORES, repo_type="dataset", local_dir=folder)
        except RepositoryNotFoundError as error:
            raise _missing(repo) from error
        except EntryNotFoundError as error:
            raise HubError(f"{repo} has no scores yet; publish them with `ledger score --publish`.") from error
        return Path(file).read_bytes()


def _checked(repo: str) -> str:
    if repo.count("/") != 1:
        raise HubError(f"{repo[:80]!r} is no repository's name; write it as owner/name.")
    return repo


def _missing(repo: str) -> HubError:
    return HubError(f"The Hugging Face Hub has no dataset {repo} that this caller may see; check the name, or sign in.")


def _read_or_new(api: HfApi, repo: str, token: str | None, since: str) -> Ledger:
    try:
        return _read(api, repo, token, since)
    except RepositoryNotFoundError:
        return NEW


def _read(api: HfApi, repo: str, token: str | None, since: str) -> Ledger:
    commit = str(_head(api, repo).sha)
    listed = _listed(api, repo, commit)
    there = {path: one for path, one in listed.items() if ENTRIES.fullmatch(path)}
    added = additions(api, repo, commit)
    wanted = sorted(path for path in there.keys() | added.keys() if path >= since)
    if sum(there[path].size for path in wanted if path in there) > MOST_BYTES:
        raise HubError(f"The entries of {repo} are larger than {MOST_BYTES / 1e6:g} MB; none was downloaded.")
    contents = _download(repo, commit, [path for path in wanted if path in there], token)
    by_hand = [Kept(path, contents[path], *_changed(there[path])) for path in wanted if path not in added]
    files = []
    for path in wanted:
        if path in added:
            altered = _altered(added[path], there.get(path))
            first = _download(repo, added[path].commit, [path], token) if altered else contents
            files.append(Kept(path, first.get(path, b""), added[path].commit, added[path].committed, altered))
    return Ledger(commit, tuple(files), tuple(by_hand), frozenset(listed.keys() | added.keys()))


def _head(api: HfApi, repo: str) -> DatasetInfo:
    """What the Hub tells of a dataset; HubError if it is no ledger and may not become one."""
    info = patiently(lambda: api.dataset_info(repo))
    there = {file.rfilename for file in info.siblings or []}
    other = {path for path in there - OURS if not ENTRIES.fullmatch(path)}
    if other and TAG not in (info.tags or []):
        raise HubError(f"{repo} holds something else than a ledger of rnnlab; choose another name.")
    return info


def _listed(api: HfApi, repo: str, commit: str) -> dict[str, RepoFile]:
    """The files of a commit, by path, each with the newest commit that changed it."""
    how: dict[str, Any] = {"recursive": True, "expand": True, "revision": commit, "repo_type": "dataset"}
    found = patiently(lambda: list(api.list_repo_tree(repo, **how)))
    return {one.path: one for one in found if isinstance(one, RepoFile)}


def _changed(listed: RepoFile) -> tuple[str, datetime]:
    """The newest commit that changed a file, and the Hub's time of it."""
    if listed.last_commit is None:
        raise ValueError(f"{listed.path} comes without its commit")
    return str(listed.last_commit.oid), listed.last_commit.date.astimezone(UTC)


def _altered(added: Addition, listed: RepoFile | None) -> str:
    """What was done to a file since it was added, as half a sentence; "" if nothing."""
    if listed is None:
        return "was deleted"
    commit, time = _changed(listed)
    return "" if commit == added.commit else f"was changed at {time:%Y-%m-%d %H:%M:%S} UTC"


def _download(repo: str, commit: str, paths: Sequence[str], token: str | None) -> dict[str, bytes]:
    """Those files of a commit that it has, by path; nothing of them stays on this machine."""
    if not paths:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        snapshot_download(
            repo,
            repo_type="dataset",
            revision=commit,
            allow_patterns=list(paths),
            local_dir=folder,
            token=token or False,
            endpoint=address(),
        )
        there = [path for path in paths if (Path(folder) / path).is_file()]
        return {path: (Path(folder) / path).read_bytes() for path in there}


def _made(api: HfApi, repo: str, private: bool) -> str:
    patiently(lambda: api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True))
    return str(_head(api, repo).sha)


def _commit(api: HfApi, repo: str, files: dict[str, bytes], parent: str, words: str) -> str:
    added = [CommitOperationAdd(path_in_repo=path, path_or_fileobj=content) for path, content in files.items()]
    done = api.create_commit(repo, added, commit_message=words, repo_type="dataset", parent_commit=parent)
    return str(done.oid)
