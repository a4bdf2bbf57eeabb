"""The fold Report under Write: how near the text just written, or the voice itself, is to the author."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import Caller
from rnnlab.scoring.style.report import StyleReport
from rnnlab.tasks.text.judge.reporting import report_of
from rnnlab.tasks.text.use import Draft
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE

SAMPLES, MOST_SAMPLES = 20, 20  # of 250 words, that a visitor has written for a report
LIMITS: dict[str, Any] = {"concurrency_id": "report", "concurrency_limit": 1}
WHAT = (
    "How near a text is to its author, in words, phrases, sentences, paragraphs and flair: each figure beside new "
    "pages by the author and beside a character 5-gram, all of the same length."
)
NO_REPORT = "What an adapted copy writes has no report; report on this text, or reset the voice and write again."
SHORT = "Press Continue until the text is long enough, or have the model report on texts of its own."


def lay_out(draft: gr.State) -> None:
    """Lay the fold out and connect its events. draft: the text that is shown."""
    with gr.Accordion("Report", open=False, elem_classes="settings", elem_id="report"):
        gr.HTML(f'<p class="caption">{escape(WHAT)}</p>')
        with gr.Row(elem_classes="keep"):
            on_text = gr.Button("Report on this text", size="md", scale=0, min_width=170, elem_id="report-text")
            on_model = gr.Button("Report on 5,000 new words", size="md", scale=0, min_width=220, elem_id="report-model")
        shown = gr.HTML("", elem_id="style-report")
    asking: dict[str, Any] = PRIVATE | LIMITS | {"show_progress_on": [shown]}
    on_text.click(of_text, draft, shown, **asking)
    on_model.click(of_model, draft, shown, **asking)


def of_text(token: gr.OAuthToken | None, draft: Draft) -> str:
    """Report on the texts that are shown, less their prompt."""
    texts = "\n\n".join("".join(piece.text for piece in row) for row in draft.pieces)
    return _told(lambda caller: report_of(draft.model, text=texts, caller=caller), token, SHORT)


def of_model(token: gr.OAuthToken | None, draft: Draft) -> str:
    """Report on new texts at the same temperature and min-p."""
    if draft.manner.adapted_copy:
        return html.refusal(NO_REPORT, "The text stays.")
    how: dict[str, Any] = {name: draft.manner.sampling.get(name) for name in ("temperature", "min_p")}
    return _told(lambda caller: report_of(draft.model, samples=SAMPLES, caller=caller, **how), token, "The text stays.")


def report_html(told: StyleReport) -> str:
    """The verdict, the table and what is left out."""
    table = told.table()
    return (
        f'<section class="verdict" aria-live="polite">{html.headline(told.verdict)}</section>'
        f"{html.scores('report', html.table_of(table), caption=table.caption, foot=html.notes(told.notes))}"
    )


def _told(ask: Callable[[Caller], StyleReport], token: gr.OAuthToken | None, still: str) -> str:
    try:
        return report_html(ask(caller_of(token)))
    except RnnlabError as error:
        return html.refusal(str(error), still)
