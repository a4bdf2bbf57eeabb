"""What a Hub keeps: repositories with their commits, in memory; knows nothing of HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NOW = "2026-01-01T00:00:00.000Z"  # of a Hub whose clock nobody sets


class Refused(Exception):
    """What the Hub answers where it cannot give what was asked: a status and the code that the clients go by."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Large:
    """What stands in a commit for a large file: its digest and size, and its hash in the store of chunks, if it is."""

    sha256: str
    size: int
    xet_hash: str | None = None


@dataclass(frozen=True)
class File:
    """One file of a commit, with the id that git gives its content, or what stands for it."""

    path: str
    content: bytes
    large: Large | None = None

    @property
    def oid(self) -> str:
        kept = self.content
        if self.large is not None:
            kept = f"oid sha256:{self.large.sha256}\nsize {self.large.size}\n".encode()
        return hashlib.sha1(b"blob %d\0" % len(kept) + kept).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content) if self.large is None else self.large.size


@dataclass
class Repo:
    """One repository: `commits` are files by the commit's sha, `refs` name commits ("main", "refs/convert/parquet").

    parents, times, titles: of each commit, by its sha. clock: what time it is.
    """

    id: str
    kind: str
    private: bool = False
    gated: bool = False
    downloads: int = 0
    commits: dict[str, dict[str, File]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], str] = lambda: NOW

    @property
    def owner(self) -> str:
        return self.id.split("/")[0]

    def commit(self, files: dict[str, bytes | File], revision: str = "main", title: str = "") -> str:
        """Put these files and no others in place of the revision's, and give the new commit's sha."""
        kept = {path: one if isinstance(one, File) else File(path, one) for path, one in files.items()}
        named = "".join(f"{file.oid} {path}\n" for path, file in sorted(kept.items()))
        sha = hashlib.sha1(f"{self.refs.get(revision)}\n{named}".encode()).hexdigest()
        self.commits[sha] = kept
        self.parents[sha], self.times[sha], self.titles[sha] = self.refs.get(revision), self.clock(), title
        self.refs[revision] = sha
        return sha

    def history(self, revision: str) -> list[str]:
        """The commits from a revision back, the newest first."""
        past, sha = [], self.sha_of(revision)
        while sha:
            past.append(sha)
            sha = self.parents[sha]
        return past

    def last_change(self, revision: str, path: str) -> str:
        """The newest commit, from a revision back, in which a file became what it is."""
        sha = self.sha_of(revision)
        oid = self.commits[sha][path].oid
        while (parent := self.parents[sha]) and path in self.commits[parent] and self.commits[parent][path].oid == oid:
            sha = parent
        return sha

    def sha_of(self, revision: str) -> str:
        """The commit that a branch, a ref or a full sha stands for."""
        sha = self.refs.get(revision, revision)
        if sha not in self.commits:
            raise Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return sha

    def file(self, revision: str, path: str) -> File:
        """One file of a revision."""
        files = self.commits[self.sha_of(revision)]
        if path not in files:
            raise Refused(404, "EntryNotFound", "Entry not found")
        return files[path]

    def below(self, revision: str, folder: str, recursive: bool) -> list[File | str]:
        """The files (and, as plain paths, the folders) within a folder of a revision, sorted by path."""
        start = f"{folder}/" if folder else ""
        found: dict[str, File | str] = {}
        for path, file in self.commits[self.sha_of(revision)].items():
            parts = path.removeprefix(start).split("/")
            if not path.startswith(start):
                continue
            for depth in range(1, len(parts)):
                between = start + "/".join(parts[:depth])
                if depth == 1 or recursive:
                    found[between] = between
            if len(parts) == 1 or recursive:
                found[path] = file
        if folder and not found:
            raise Refused(404, "EntryNotFound", f"{folder} does not exist")
        return [found[path] for path in sorted(found)]


@dataclass
class Store:
    """The repositories of one Hub by kind and id, and who may see and do what.

    users: the name behind each token. readers: tokens that may not write. let_in: who may see gated repositories.
    without_credit: who cannot pay for Jobs. jobs: by their ids (see `hub.jobs`). now: what the Hub's clock says.
    """

    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)
    let_in: set[str] = field(default_factory=set)
    without_credit: set[str] = field(default_factory=set)
    jobs: dict[str, Any] = field(default_factory=dict)
    now: str = NOW

    def add(self, kind: str, id: str, *, private: bool = False, gated: bool = False) -> Repo:
        """Make an empty repository."""
        repo = self.repos[kind, id] = Repo(id, kind, private, gated, clock=lambda: self.now)
        return repo

    def user(self, token: str | None) -> str | None:
        """Whose token it is; None without one."""
        if token is not None and token not in self.users:
            raise Refused(401, "", "Invalid user token.")
        return None if token is None else self.users[token]

    def open(self, kind: str, id: str, token: str | None, *, files: bool = False) -> Repo:
        """The repository, if this token (or none) may see it; `files` asks for more than its name and size."""
        repo, user = self.repos.get((kind, id)), self.user(token)
        if repo is None or (repo.private and user != repo.owner):
            # The real Hub hides what is private behind the same answer as what is not there.
            raise Refused(404 if user else 401, "RepoNotFound", "Repository not found")
        if repo.gated and files and user not in {repo.owner, *self.let_in}:
            raise Refused(403 if user else 401, "GatedRepo", f"Access to {kind} {id} is restricted.")
        return repo

    def writable(self, kind: str, id: str, token: str | None) -> Repo:
        """The repository, if this token may change it."""
        repo = self.open(kind, id, token, files=True)
        self.check_writer(repo.owner, token)
        return repo

    def check_writer(self, owner: str, token: str | None) -> None:
        """Refuse a token that may not write what is this owner's."""
        user = self.user(token)
        if user is None:
            raise Refused(401, "", "Invalid username or password.")
        if user != owner or token in self.readers:
            raise Refused(403, "", f"You don't have the rights to write below {owner}.")
