"""The panel "Compare two checkpoints": both on the same days of the series above; layout and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import told
from rnnlab.summary import Table
from rnnlab.tasks.forecast.judge import scoring
from rnnlab.tasks.forecast.judge.reports import Comparison
from rnnlab.tasks.forecast.page.panels import score_columns
from rnnlab.tasks.forecast.page.request import labelled, source_of
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE, filled

STORY = "Compares the checkpoint chosen above with another one, on the same days of the series above."


def compare_panel(
    model: gr.Dropdown, asked: Sequence[Any], models: Sequence[str], limits: dict[str, Any]
) -> gr.Dropdown:
    """Lay the panel out and connect its events; gives the chooser of the second checkpoint.

    Args:
        model: the chooser of the first.
        asked: choosers of ticker, file, column, dates, start, days ahead and encoding.
        models: the bundled checkpoints.
        limits: how many are computed at once.
    """
    info = "A bundled checkpoint, owner/name on the Hub, or one that you fine-tuned"
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="choosers"):
        other = gr.Dropdown(labelled(models), value=None, label="With", allow_custom_value=True, info=info)
        go = gr.Button("Compare", variant="primary", scale=0, min_width=160, elem_id="compare")
    table = gr.HTML(elem_id="comparison")
    go.click(compare, [model, other, *asked], table, **PRIVATE, **limits)
    return other


def compare(
    token: gr.OAuthToken | None,
    model: str | None,
    other: str | None,
    ticker: str | None,
    file: str | None,
    column: str | None,
    dates: str | None,
    start: str | None,
    ahead: int,
    encoding: str | None = None,
) -> str:
    """Both scores side by side, or why there are none."""
    source = source_of(ticker, file, column, dates, encoding)
    try:
        if not model or not other:
            raise RnnlabError("Only one checkpoint is chosen; choose another to compare it with.")
        how: dict[str, Any] = {"start": filled(start), "ahead": int(ahead), "reading": source.reading}
        answer = scoring.compare((model, other.strip()), source.data(), caller=caller_of(token), **how)
    except RnnlabError as error:
        return html.refusal(str(error), "")
    return _section(answer)


def _section(answer: Comparison) -> str:
    both = [result.summary() for result in answer.results]
    rows = tuple(
        (f"{column.head}\n{column.unit}", *(column.text(scores[column.key]) for scores in both))
        for column in score_columns(answer.currency, answer.decimals)
    )
    caption = f"{answer.name}, {both[0]['n']:,} days, {both[0]['start']} to {both[0]['end']}"
    table = html.table_of(Table(caption, ("", *map(told, answer.models)), rows))
    notes = html.notes(answer.notices)
    return html.scores("comparison", table, title=answer.verdict, caption=caption, foot=notes)
