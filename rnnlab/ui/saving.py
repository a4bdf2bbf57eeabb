"""Files that the page gives: each in a folder of its own, which Gradio clears away."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from gradio.utils import get_upload_folder


def own_file(stem: str, suffix: str) -> Path:
    """The path of a new file in a folder that nobody can guess, named after what it holds."""
    folder = Path(get_upload_folder()) / f"rnnlab-{secrets.token_hex(16)}"
    folder.mkdir(parents=True)
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in stem)[:50]
    return folder / f"{name}{suffix}"


def write_text(voice: str, texts: Sequence[str]) -> str:
    """Write texts into a file, several apart by a line; returns its path."""
    path = own_file(f"{voice}-text", ".txt")
    path.write_text("\n\n---\n\n".join(texts) + "\n", encoding="utf-8")
    return str(path)
