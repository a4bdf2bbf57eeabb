"""What events of the page have in common: nobody's API, some at once; trainings, and lists that a checkpoint joins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from rnnlab.runtime.opening import told
from rnnlab.widgets import html

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


def chooser_with(bundled: Sequence[tuple[str, str]], model: str) -> gr.Dropdown:
    """A dropdown of bundled checkpoints (words, name) set to one that is open already, whatever it is."""
    return gr.Dropdown(choices=list(choices_with(bundled, model)), value=model)


def filled(text: str | None) -> str | None:
    """What is written in a field; None for nothing."""
    return (text or "").strip() or None


def buttons(*, busy: bool) -> tuple[gr.Button, gr.Button]:
    """What a panel's buttons to start and to stop a training become while it runs, and when it has ended."""
    return gr.Button(interactive=not busy), gr.Button(interactive=busy)


def stoppable(train: Callable[..., Any], inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """Have a training started and stopped.

    Args:
        train: yields a value for each of the outputs.
        outputs: the training's status first, the buttons to start and to stop it last.
    """
    progress, *_, start, stop = outputs
    limits: dict[str, Any] = {"concurrency_id": "train", "concurrency_limit": 1}
    training = start.click(train, inputs, outputs, show_progress="hidden", **limits, **PRIVATE)
    halted = stop.click(None, cancels=[training], **QUIET)

    def stopped() -> tuple[Any, ...]:
        return html.status("Stopped.", 0, busy=False), *buttons(busy=False)

    # Only once nothing more can come: a report on its way would otherwise undo what this shows.
    halted.then(stopped, outputs=[progress, start, stop], **QUIET)
