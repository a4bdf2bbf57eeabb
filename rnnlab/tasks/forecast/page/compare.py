"""The panel "Compare two checkpoints": both on the same days of the series above; layout and events."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import told
from rnnlab.tasks.forecast.judge import comparing
from rnnlab.tasks.forecast.page import panels
from rnnlab.tasks.forecast.page.request import source_of
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE, filled
from rnnlab.widgets.wording import notes_of

STORY = "The checkpoint of the settings above and another, on the very same days of the series above."


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
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="choosers"):
        other = gr.Dropdown(
            models,
            value=None,
            label="With",
            allow_custom_value=True,
            info="A bundled checkpoint, owner/name of the Hub, or what you have taught",
        )
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
            raise RnnlabError("One checkpoint is missing; choose another to compare with.")
        answer = comparing.compare(
            (model, other.strip()),
            source.data(),
            start=filled(start),
            ahead=int(ahead),
            caller=caller_of(token),
            ticker=source.reading.ticker,
            dates=source.reading.dates,
            encoding=source.reading.encoding,
        )
    except RnnlabError as error:
        return html.refusal(str(error), "")
    return _table(answer, source.unit)


def _table(answer: dict[str, Any], unit: str) -> str:
    first, second = answer["scores"]
    columns = panels.score_columns(unit, first.get("decimals"))
    head = "".join(f'<th scope="col">{escape(told(one["model"]))}</th>' for one in (first, second))
    rows = "".join(
        f'<tr><th scope="row"><abbr title="{escape(column.gloss)}">{column.head}</abbr> <small>{escape(column.unit)}'
        f"</small></th><td>{_cell(first, column)}</td><td>{_cell(second, column)}</td></tr>"
        for column in columns
    )
    notes = notes_of(answer["notices"])
    span = f"{answer['name']}, {first['n']:,} days, {first['start']} to {first['end']}"
    return (
        f'<section class="scores comparison"><h3>{escape(answer["verdict"])}</h3><p class="caption">{escape(span)}</p>'
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + "</section>"
    )


def _cell(scores: dict[str, Any], column: panels.Column) -> str:
    value = scores[column.key]
    return "–" if value is None else format(value, column.form).replace("%", "\N{NO-BREAK SPACE}%")
