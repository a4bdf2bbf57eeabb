"""The history of a ledger's repository: which commit added each file of entries, and when the Hub took it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from huggingface_hub import HfApi

from rnnlab.hub.failures import patiently

ENTRIES = re.compile(r"entries/[\w.-]+\.jsonl", re.ASCII)
ADDED = "Entries: "  # how the title of a commit begins that adds a file, whose path follows


@dataclass(frozen=True)
class Addition:
    """A commit that added a file; committed: the Hub's time of it, or of a commit before it if that is later, UTC."""

    commit: str
    committed: datetime


def additions(api: HfApi, repo: str, commit: str) -> dict[str, Addition]:
    """By path, the first commit whose title says that it added the file, of a dataset's history up to a commit.

    A commit that was pushed with git has the date that its author gave it; the running maximum keeps it from being
    dated before its own past.
    """
    past = patiently(lambda: api.list_repo_commits(repo, repo_type="dataset", revision=commit))
    found: dict[str, Addition] = {}
    latest = datetime.min.replace(tzinfo=UTC)
    for one in reversed(past):
        latest = max(latest, one.created_at.astimezone(UTC))
        path = one.title.removeprefix(ADDED)
        if path != one.title and ENTRIES.fullmatch(path):
            found.setdefault(path, Addition(str(one.commit_id), latest))
    return found
