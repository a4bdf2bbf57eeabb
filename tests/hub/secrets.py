"""Looks for tokens where none may be: in what was logged, printed, written and put into an address."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from hub.serving import Hub

ANNA, BORIS, READER = "hf_annas_secret", "hf_boriss_secret", "hf_readers_secret"
TOKENS = (ANNA, BORIS, READER)


def told(texts: Iterable[str], folders: Iterable[Path], hub: Hub) -> list[str]:
    """Where a token was found."""
    found = [f"said: {text[:200]}" for text in texts if any(token in text for token in TOKENS)]
    found += [f"asked: {one.path}" for one in hub.asked if any(token in one.path for token in TOKENS)]
    for folder in folders:
        for file in folder.rglob("*"):
            if any(token in str(file) for token in TOKENS):
                found.append(f"named: {file}")
            elif file.is_file() and any(token.encode() in file.read_bytes() for token in TOKENS):
                found.append(f"written: {file}")
    return found


def client_home() -> Path:
    """Where the client of this process writes of its own accord: caches and logs."""
    return Path(os.environ["HF_HOME"])
