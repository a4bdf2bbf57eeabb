"""How a visitor says that a text is to be read: its encoding, a table's column, its documents; layout and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.tasks.forecast.page.reading import filled
from rnnlab.tasks.text.learn import training

FIELDS = ("column", "documents", "marker", "shuffle")  # of the choosers here, in their order
RULES = {
    "The file as a whole": "whole", "Blank lines": "blank-line", "A line that is the marker": "marker",
    "Each line": "line",
}  # fmt: skip


def text_choosers() -> list[gr.Textbox | gr.Dropdown | gr.Number]:
    """Lay out the choosers of a table's column, of what a document is, and of the seed that mixes documents."""
    column = gr.Textbox(label="Column", placeholder="text", max_lines=1, info="Of a table of texts", min_width=120)
    documents = gr.Dropdown(list(RULES.items()), value="whole", label="Documents", info="What separates them")
    marker = gr.Textbox(label="Marker", placeholder="***", max_lines=1, info="The line between them", min_width=120)
    shuffle = gr.Number(0, label="Shuffle", precision=0, info="By this seed; 0 keeps their order", min_width=120)
    return [column, documents, marker, shuffle]


def text_settings(encoding: str | None, values: Sequence[Any]) -> dict[str, Any]:
    """What stands in an encoding's field and in the choosers, as settings of a training; what is as it was is none.

    Args:
        encoding: as it was written, possibly nothing.
        values: of the choosers, in their order; those that are missing are as they were.
    """
    column, documents, marker, shuffle = (*values, *[None] * len(FIELDS))[: len(FIELDS)]
    chosen = {
        "encoding": filled(encoding), "column": filled(column), "documents": documents, "marker": filled(marker),
        "shuffle": int(shuffle or 0),
    }  # fmt: skip
    usual = {known.name: known.default for known in training.text_settings()}
    return {name: value for name, value in chosen.items() if value not in (None, usual[name])}
