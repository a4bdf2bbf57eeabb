"""What the tab Train can also begin with: a dataset of the Hub, or a training that was stopped; layout and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import is_hub_name, told
from rnnlab.service import listing
from rnnlab.service.transfer import bring_training
from rnnlab.tasks.forecast.page import panels
from rnnlab.ui.opening_chosen import ASKING
from rnnlab.ui.train_data import listed_texts
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import PRIVATE

FIRST_MB = 3.0  # of a dataset, which is what a visit may train on
SECONDS = 120.0
WRITING = "Write in a style"


def train_sources(chosen: Sequence[Any], number: gr.State) -> gr.State:
    """Lay them out; gives what holds a stopped training that was brought, "" if there is none.

    Args:
        chosen: the choosers of task, bundled data and file.
        number: what makes a plan when it changes.
    """
    task, series, file = chosen
    begun = gr.State("")
    with gr.Accordion("A dataset of the Hub, or a training that was stopped", open=False, elem_classes="settings"):
        with gr.Row(elem_classes="choosers"):
            name = gr.Textbox(label="Dataset", info="owner/name; its first 3 MB", min_width=200)
            column = gr.Textbox(label="Column", info="Where it leaves a choice", min_width=120)
            split = gr.Textbox(label="Split", info="train unless named", min_width=120)
            fetch = gr.Button("Fetch it", min_width=110, scale=0, elem_id="fetch-dataset")
        with gr.Row(elem_classes="choosers"), gr.Column(min_width=200):
            zipped = drop("A stopped training", "The zip that this page gave you", [".zip"], "stopped-training")
        note = gr.HTML(elem_id="sources-note")
    fetch.click(fetched, [name, column, split, number], [note, task, series, file, number], **ASKING)
    zipped.upload(brought, [zipped, number], [note, begun, number], **ASKING)
    zipped.clear(lambda number: ("", "", number + 1), number, [note, begun, number], queue=False, **PRIVATE)
    return begun


def fetched(name: str | None, column: str | None, split: str | None, number: int) -> tuple[Any, ...]:
    """Fetch a dataset's beginning and choose it as the text."""
    asked = (name or "").strip()
    try:
        if not is_hub_name(asked) or "@" in asked:
            raise RnnlabError(f"{asked[:60]!r} is no dataset's name; write it as owner/name.")
        found = listing.fetch(
            asked, column=(column or "").strip() or None, split=(split or "").strip() or None, seconds=SECONDS,
            first_mb=FIRST_MB,
        )  # fmt: skip
    except RnnlabError as error:
        return panels.refusal(str(error), ""), *[gr.skip()] * 4
    texts = list(dict.fromkeys([*listed_texts(), str(found["name"])]))
    words = f"{found['characters']:,} characters: {found['source']}."
    return (
        panels.notice("Fetched", words), WRITING, gr.Dropdown(choices=texts, value=found["name"]), None, number + 1,
    )  # fmt: skip


def brought(file: str | None, number: int) -> tuple[Any, ...]:
    """Take in a stopped training; the plan that follows is of what is left of it."""
    if not file:
        return "", "", number + 1
    try:
        begun = bring_training(file, caller=caller_of(None))
    except RnnlabError as error:
        return panels.refusal(str(error), ""), "", gr.skip()
    words = f"{told(begun)} is gone on with as it began; give the same data above, then press Train."
    return panels.notice("Checked", words), begun, number + 1
