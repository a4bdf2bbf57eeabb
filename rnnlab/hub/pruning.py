"""Keeps what was pulled within a bound on this machine's disk, the longest unused first to go; asks the Hub nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from huggingface_hub import CachedRepoInfo, scan_cache_dir
from huggingface_hub.errors import CacheNotFound

MOST_BYTES = (
    5_000_000_000  # of all that was pulled, by whomever: a Space has 50 GB, a visitor may ask for 0.5 at a time
)


def prune(cache: Path, kept: Path, most_bytes: int = MOST_BYTES) -> None:
    """Remove the repositories that were read longest ago, until what remains is within the bound.

    Args:
        cache: the folder that holds a client's cache for each kind of caller.
        kept: the folder of a commit that stays.
        most_bytes: the bound.
    """
    found: list[CachedRepoInfo] = []
    for place in cache.glob("*"):
        try:
            found += scan_cache_dir(place).repos
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
