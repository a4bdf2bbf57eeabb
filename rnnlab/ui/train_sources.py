"""What the tab Train can also begin with: a dataset of the Hub, or a training that was stopped; layout and events."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rnnlab.data.fetch import listing
from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import is_hub_name, told
from rnnlab.service.transfer import bring_training
from rnnlab.tasks.registry import kinds
from rnnlab.ui.train_form import Entered, Form
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import ASKING, PRIVATE, filled
from rnnlab.widgets.task_tab import Changed

FIRST_MB = 3.0  # of a dataset, which is what a visit may train on
SECONDS = 120.0


def train_sources(form: Form) -> None:
    """Lay them out; what they bring is chosen in the form."""
    with gr.Accordion("A dataset of the Hub, or a stopped training", open=False, elem_classes="settings"):
        with gr.Row(elem_classes="choosers"):
            name = gr.Textbox(label="Dataset", info="owner/name; the first 3 MB are read", min_width=200)
            column = gr.Textbox(label="Column", info="If there are several", min_width=120)
            split = gr.Textbox(label="Split", info="“train” if empty", min_width=120)
            fetch = gr.Button("Fetch it", min_width=110, scale=0, elem_id="fetch-dataset")
        with gr.Row(elem_classes="choosers"), gr.Column(min_width=200):
            zipped = drop(
                "A stopped training", "The zip that you downloaded from this page", [".zip"], "stopped-training"
            )
        note = gr.HTML(elem_id="sources-note")
    number = form.number
    changed = [note, form.task, form.series, form.file, number, *form.groups.values()]

    def chosen(name: str | None, column: str | None, split: str | None, count: int) -> Changed:
        title, told, series = fetched(name, column, split)
        if not title:
            return {note: told}
        rows = {row: gr.Row(visible=Entered(title).kind.name == task) for task, row in form.groups.items()}
        return {note: told, form.task: title, form.series: series, form.file: None, number: count + 1} | rows

    fetch.click(chosen, [name, column, split, number], changed, **ASKING)
    zipped.upload(brought, [zipped, number], [note, form.begun, number], **ASKING)
    zipped.clear(lambda count: ("", "", count + 1), number, [note, form.begun, number], queue=False, **PRIVATE)


def fetched(name: str | None, column: str | None, split: str | None) -> tuple[str, str, Any]:
    """Fetch a dataset's beginning: the title of the task that takes it, what to tell, and the choice of data."""
    asked = filled(name) or ""
    try:
        takes = next((kind for kind in kinds() if kind.fetch(asked) is not None), None)
        if takes is None or not is_hub_name(asked) or "@" in asked:
            raise RnnlabError(f"{asked[:60]!r} is not a dataset's name; write it as owner/name.")
        found = listing.fetch(asked, column=filled(column), split=filled(split), seconds=SECONDS, first_mb=FIRST_MB)
    except RnnlabError as error:
        return "", html.refusal(str(error), ""), None
    names = list(dict.fromkeys([*takes.bundled(), str(found["name"])]))
    words = f"{found['characters']:,} characters: {found['source']}."
    return takes.title, html.notice("Fetched", words), gr.Dropdown(choices=names, value=found["name"])


def brought(file: str | None, number: int) -> tuple[Any, ...]:
    """Take in a stopped training; the plan that follows is of what is left of it."""
    if not file:
        return "", "", number + 1
    try:
        begun = bring_training(file, caller=caller_of(None))
    except RnnlabError as error:
        return html.refusal(str(error), ""), "", gr.skip()
    words = f"{told(begun)} resumes with its original settings; give the same data above, then press Train."
    return html.notice("Checked", words), begun, number + 1
