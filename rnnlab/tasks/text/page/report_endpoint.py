"""The page's public endpoint /report; its name, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.tasks.text.judge.reporting import report_of
from rnnlab.tasks.text.page.report_panel import LIMITS, MOST_SAMPLES, SAMPLES
from rnnlab.tasks.text.page.request import TEMPERATURE, read_seed
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.endpoints import answered


def report(
    token: gr.OAuthToken | None,
    model: str,
    text: str = "",
    samples: float = SAMPLES,
    temperature: float = TEMPERATURE,
    seed: str = "",
    min_p: float = 0.0,
) -> dict[str, Any]:
    """Measure how near a writer, or a text, is to the author, beside held-out pages and a 5-gram of the same length.

    Args:
        model: the name of a bundled writer, as shakespeare, or owner/name or owner/name@revision of the Hub.
        text: what to report on, at least 250 words; empty to have the model write.
        samples: texts of 250 words that it writes, 1 … 20.
        temperature: that they are written with.
        seed: a whole number, of the first of them; empty for 1.
        min_p: that they are written with: what is less likely than this share of the most likely is dropped.

    Returns:
        {title, words, rows, left_out, others, verdict}; a row has value, low, high, held_out, ngram, reading, …
    """

    def ask() -> dict[str, Any]:
        if not (isinstance(samples, (int, float)) and 1 <= samples <= MOST_SAMPLES and samples == int(samples)):
            raise RnnlabError(f"Between 1 and {MOST_SAMPLES} samples can be reported on here, not {samples!s:.40}.")
        given = read_seed(seed)
        found = report_of(
            model or "",
            text=text or None,
            samples=int(samples),
            temperature=temperature,
            min_p=min_p,
            seed=1 if given is None else given,
            caller=caller_of(token),
        )
        return found.json()

    return answered(ask)


def add_report_endpoint(models: Sequence[str]) -> None:
    """Add /report behind components that nobody sees."""
    with gr.Row(visible=False):
        given = [
            gr.Textbox(models[0] if models else "", label="model"),
            gr.Textbox("", label="text"),
            gr.Number(SAMPLES, label="samples"),
            gr.Number(TEMPERATURE, label="temperature"),
            gr.Textbox("", label="seed"),
            gr.Number(0.0, label="min_p"),
        ]
        answer = gr.JSON(label="answer")
        gr.Button().click(report, given, answer, api_name="report", **LIMITS)
