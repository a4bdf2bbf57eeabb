"""Files that the page gives: each in a folder of its own, which Gradio clears away."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder

OWN = "rnnlab-"
SETTLED = 60.0  # seconds


def own_file(stem: str, suffix: str) -> Path:
    """The path of a new file in a folder that nobody can guess, named after what it holds."""
    place = Path(get_upload_folder())
    _clear(place)
    folder = place / f"{OWN}{secrets.token_hex(16)}"
    folder.mkdir(parents=True)
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in stem)[:50]
    return folder / f"{name}{suffix}"


def _clear(place: Path) -> None:
    """Take away the folders whose file Gradio has cleared away; those just made are empty for a moment too."""
    long_ago = time.time() - SETTLED
    for folder in place.glob(f"{OWN}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < long_ago:
                folder.rmdir()  # only if it is empty


def write_text(voice: str, texts: Sequence[str]) -> str:
    """Write texts into a file, several apart by a line; returns its path."""
    path = own_file(f"{voice}-text", ".txt")
    path.write_text("\n\n---\n\n".join(texts) + "\n", encoding="utf-8")
    return str(path)
