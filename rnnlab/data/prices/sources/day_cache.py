"""Keeps what was fetched for a day, outside the tree, and drops what is older; independent of any source or price."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rnnlab.data.cache import cache_folder, keep
from rnnlab.data.regular_files import read_regular

MOST_BYTES = 30_000_000  # of one answer
MOST_KEPT = 200  # answers of one source, about a megabyte each
DAYS = 2  # after which an answer is dropped


def kept(source: str, name: str) -> dict[str, Any] | None:
    """The JSON object that was kept under a name; None if there is none that can be read."""
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(read_regular(_path(source, name), MOST_BYTES))
        return found if isinstance(found, dict) else None
    return None


def keep_for_a_day(source: str, name: str, answer: dict[str, Any]) -> None:
    """Keep a JSON object under a name, and drop what is old or too much; DataError if it cannot be written."""
    keep(json.dumps(answer), _path(source, name), name)
    with suppress(OSError):
        files = sorted(_path(source, name).parent.glob("*.json"), key=lambda file: -file.stat().st_mtime)
        for place, file in enumerate(files):
            if place >= MOST_KEPT or file.stat().st_mtime < time.time() - DAYS * 86_400:
                file.unlink(missing_ok=True)


def _path(source: str, name: str) -> Path:
    return cache_folder() / "prices" / source / f"{quote(name, safe='')}.json"
