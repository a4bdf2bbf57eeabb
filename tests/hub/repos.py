"""What a Hub keeps: repositories with their commits, in memory; knows nothing of HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


class Refused(Exception):
    """What the Hub answers where it cannot give what was asked: a status and the code that the clients go by."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class File:
    """One file of a commit, with the id that git gives its content."""

    path: str
    content: bytes

    @property
    def oid(self) -> str:
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()


@dataclass
class Repo:
    """One repository: `commits` are files by the commit's sha, `refs` name commits ("main", "refs/convert/parquet")."""

    id: str
    kind: str
    private: bool = False
    gated: bool = False
    commits: dict[str, dict[str, File]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def commit(self, files: dict[str, bytes], revision: str = "main") -> str:
        """Put these files and no others in place of the revision's, and give the new commit's sha."""
        kept = {path: File(path, content) for path, content in files.items()}
        named = "".join(f"{file.oid} {path}\n" for path, file in sorted(kept.items()))
        sha = hashlib.sha1(f"{self.refs.get(revision)}\n{named}".encode()).hexdigest()
        self.commits[sha] = kept
        self.refs[revision] = sha
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
    """The repositories of one Hub by kind and id, and the tokens that open what is not public."""

    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def add(self, kind: str, id: str, *, private: bool = False, gated: bool = False) -> Repo:
        """Make an empty repository."""
        repo = self.repos[kind, id] = Repo(id, kind, private, gated)
        return repo

    def open(self, kind: str, id: str, token: str | None, *, files: bool = False) -> Repo:
        """The repository, if this token (or none) may see it; `files` asks for more than its name and size."""
        repo = self.repos.get((kind, id))
        known = token in self.tokens
        if repo is None or (repo.private and not known):
            # The real Hub hides what is private behind the same answer as what is not there.
            raise Refused(404 if known else 401, "RepoNotFound", "Repository not found")
        if repo.gated and files and not known:
            raise Refused(401, "GatedRepo", f"Access to {kind} {id} is restricted.")
        return repo
