"""What events of the page have in common: nobody's API, some at once; and lists that one checkpoint joins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.runtime.opening import told

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
AT_ONCE: dict[str, Any] = PRIVATE | {"queue": False}
QUIET: dict[str, Any] = AT_ONCE | {"show_progress": "hidden"}
WAITING = 4  # visitors who wait for the Hub or a check at the same time
ASKING: dict[str, Any] = PRIVATE | {"concurrency_id": "hub", "concurrency_limit": WAITING}


def choices_with(known: Sequence[tuple[str, str]], model: str | None) -> list[tuple[str, str]]:
    """Entries (words, what to open it by), and one more for a checkpoint that is not among them."""
    if not model or model in {opened for _, opened in known}:
        return list(known)
    return [*known, (told(model), model)]


def chooser_with(bundled: Sequence[str], model: str) -> gr.Dropdown:
    """A dropdown of bundled checkpoints set to one that is open already, whatever it is."""
    return gr.Dropdown(choices=list(choices_with([(name, name) for name in bundled], model)), value=model)


def filled(text: str | None) -> str | None:
    """What is written in a field; None for nothing."""
    return (text or "").strip() or None
