"""The fold Adapt to a text under Write: a copy of the voice, adapted to a visitor's text for this visit."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.jobs import Pulse
from rnnlab.runtime.opening import told
from rnnlab.tasks.text.learn.adapted_copies import AdaptedCopy, adapting, forget_copy
from rnnlab.tasks.text.learn.adapting import LONGEST, SHORTEST
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE, QUIET

LIMITS: dict[str, Any] = {"concurrency_id": "adapt", "concurrency_limit": 1}
WHAT = (
    "A copy of the voice is trained on your text, for this visit only. The last fifth is kept back, to measure whether "
    "that helps. Nothing is saved, and nobody else sees the copy."
)
STAYS = "The copy writes until you reset it, choose another voice or leave the page."
AS_BEFORE = "Texts are written as before."


def lay_out(voice: gr.Dropdown, prompt: gr.Textbox) -> gr.State:
    """Lay the fold out and connect its events; gives the visitor's adapted copy, None where there is none."""
    copy = gr.State(None, delete_callback=forget_copy)
    with gr.Accordion("Adapt to a text", open=False, elem_classes="settings", elem_id="adapting"):
        gr.HTML(f'<p class="caption">{escape(WHAT)}</p>')
        page = gr.Textbox(
            label="Text",
            lines=4,
            max_lines=10,
            elem_id="adapt-text",
            info=f"{SHORTEST:,} to {LONGEST:,} characters. If empty, the prompt is used",
        )
        with gr.Row(elem_classes="keep"):
            start = gr.Button("Adapt to this text", size="md", scale=0, min_width=170, elem_id="adapt")
            stop = gr.Button("Stop", size="md", scale=0, min_width=90, interactive=False, elem_id="stop-adapting")
    with gr.Row(elem_classes="under"):
        shown = gr.HTML("", elem_id="adapted")
        reset = gr.Button("Reset the voice", size="md", scale=0, min_width=150, visible=False, elem_id="reset-voice")
    outputs = [shown, copy, start, stop, reset]
    asked = start.click(waiting, copy, outputs, **QUIET)
    run = asked.then(begin_adapting, [voice, page, prompt, copy], outputs, show_progress="hidden", **PRIVATE | LIMITS)
    run.failure(stopped, copy, outputs, **QUIET)  # also where there was no room for it
    # Only once nothing more can come: a report on its way would otherwise undo what this shows.
    stop.click(None, cancels=[run], **QUIET).then(stopped, copy, outputs, **QUIET)
    reset.click(forgotten, [voice, copy], outputs, **QUIET)
    voice.change(None, cancels=[run], **QUIET).then(switched, [voice, copy], outputs, **QUIET)
    return copy


def waiting(copy: AdaptedCopy | None) -> tuple[Any, ...]:
    """What the fold shows until no other visitor's voice is adapted any more."""
    return html.status("Waiting for its turn", 0), copy, *_buttons(busy=True)


def begin_adapting(
    token: gr.OAuthToken | None, voice: str, page: str, prompt: str, copy: AdaptedCopy | None
) -> Iterator[tuple[Any, ...]]:
    """Adapt a copy of the voice, which takes the place of an earlier one; or say why that cannot be."""
    yield html.status(f"Opening {told(voice or '')}", 0), copy, *_buttons(busy=True)
    try:
        for event in adapting(voice or "", page or prompt or "", caller=caller_of(token)):
            if isinstance(event, Pulse):
                done = event.step / event.steps
                words = f"Adapting {told(voice)}: {done:.0%}"
                yield html.status(words, done), copy, *_buttons(busy=True)
            else:
                yield copy_html(event), event, *_buttons(there=True)
                forget_copy(copy)  # not before the new one is there: a stop in between would leave neither
    except RnnlabError as error:
        still = AS_BEFORE if copy is None else "The earlier adapted copy still writes."
        yield html.refusal(str(error), still), copy, *_buttons(there=copy is not None)


def stopped(copy: AdaptedCopy | None) -> tuple[Any, ...]:
    """What the fold shows after a stop: an earlier copy, or that there is none."""
    shown = html.status(f"Stopped. {AS_BEFORE}", 0, busy=False) if copy is None else copy_html(copy)
    return shown, copy, *_buttons(there=copy is not None)


def forgotten(voice: str, copy: AdaptedCopy | None) -> tuple[Any, ...]:
    """Put the copy away on a click."""
    forget_copy(copy)
    return html.status(f"Reset: {told(voice or '')} writes as it was trained.", 0, busy=False), None, *_buttons()


def switched(voice: str, copy: AdaptedCopy | None) -> tuple[Any, ...]:
    """Put a copy of another voice away, and say so."""
    if copy is None:
        return "", None, *_buttons()
    if copy.voice == voice:
        return copy_html(copy), copy, *_buttons(there=True)
    forget_copy(copy)
    words = f"The adapted copy of {told(copy.voice)} was reset, as another voice was chosen."
    return html.status(words, 0, busy=False), None, *_buttons()


def copy_html(copy: AdaptedCopy) -> str:
    """That the voice is adapted, and whether that has helped."""
    name, kind = escape(told(copy.voice)), "" if copy.told.helped else " worse"
    said = f"<p><b>{name} is adapted to your text.</b> {escape(copy.told.verdict)}</p>"
    return f'<section class="adapted{kind}" role="status">{said}{html.notes((*copy.told.notices, STAYS))}</section>'


def _buttons(*, busy: bool = False, there: bool = False) -> tuple[Any, ...]:
    """To start, to stop and to reset."""
    return gr.Button(interactive=not busy), gr.Button(interactive=busy), gr.Button(visible=there)
