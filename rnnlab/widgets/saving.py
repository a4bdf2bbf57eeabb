"""Files that the page gives: each in a folder of its own, which is swept by age (rnnlab.ui.gate.uploads)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

NO_ROOM = "This machine has no room for the file to download; the result is shown without it."


def own_file(stem: str, suffix: str, write: Callable[[Path], None]) -> str | None:
    """Write a file in a folder that nobody can guess; an answer whose file cannot be written is told without it.

    Args:
        stem, suffix: of its name; others than letters, digits and -_. become dashes.
        write: writes it to a path, or raises OSError.

    Returns:
        Its path; None if it cannot be written, which the visitor is told.
    """
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in stem)[:50]
    path = Path(get_upload_folder()) / secrets.token_hex(16) / f"{name}{suffix}"
    try:
        path.parent.mkdir(parents=True)
        write(path)
    except OSError:
        with suppress(OSError):
            path.unlink()
        gr.Warning(NO_ROOM)
        return None
    return str(path)


def download(path: str | None) -> gr.DownloadButton:
    """The state of a button that downloads a file, if there is one."""
    return gr.DownloadButton(value=path, interactive=path is not None)


def write_text(voice: str, texts: Sequence[str]) -> str | None:
    """Write texts into a file, several apart by a line; returns its path, None as `own_file`."""
    content = "\n\n---\n\n".join(texts) + "\n"

    def write(path: Path) -> None:
        path.write_text(content, encoding="utf-8")

    return own_file(f"{voice}-text", ".txt", write)
