"""The page's public endpoint /adapt; its name, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.jobs import Pulse
from rnnlab.tasks.text.learn.adapted_copies import adapting
from rnnlab.tasks.text.page.adapt_panel import LIMITS
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.wording import for_programs


def adapt(token: gr.OAuthToken | None, model: str, text: str) -> Iterator[dict[str, Any]]:
    """Adapt a copy of a writer to a text, for /write; it lives in memory alone, and the writer stays as it is.

    Args:
        model: the name of a bundled writer, as shakespeare, or owner/name or owner/name@revision of the Hub.
        text: 500 to 20,000 characters; the last fifth is kept back, to tell whether adapting has helped.

    Returns:
        {step, steps} while it works; at the end {adapted_copy, model, before, after, learnt, kept_back, verdict,
        notices}: before and after are nats per character on what is kept back, learnt and kept_back characters.
    """
    try:
        for event in adapting(model or "", text or "", caller=caller_of(token)):
            if isinstance(event, Pulse):
                yield {"step": event.step, "steps": event.steps}
            else:
                told = event.told
                words = {"verdict": told.verdict, "notices": list(told.notices)}
                yield {"adapted_copy": event.name, "model": event.voice} | told.answer() | words
    except RnnlabError as error:
        raise gr.Error(for_programs(str(error)), print_exception=False) from error


def add_adapt_endpoint(models: Sequence[str]) -> None:
    """Add /adapt behind components that nobody sees."""
    with gr.Row(visible=False):
        given = [gr.Textbox(models[0] if models else "", label="model"), gr.Textbox("", label="text")]
        answer = gr.JSON(label="answer")
        gr.Button().click(adapt, given, answer, api_name="adapt", **LIMITS)
