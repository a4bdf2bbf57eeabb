"""A checkpoint opened in the tab that uses it, by a click or by a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.service.summary import bundled_models, open_shown
from rnnlab.tasks.registry import kind_named, kinds
from rnnlab.ui import checkpoints_tab
from rnnlab.ui.checkpoints_tab import CHECKPOINTS, CheckpointsTab
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import ASKING, PRIVATE, QUIET
from rnnlab.widgets.links import linked_model
from rnnlab.widgets.task_tab import Changed, TaskTab

STILL = "The previous checkpoint is still shown below."
REFUSED = "The page below shows its defaults."


@dataclass(frozen=True)
class Places:
    """The page's tabs, and by task those that use a checkpoint, each with its id."""

    tabs: gr.Tabs
    by_task: Mapping[str, tuple[str, TaskTab]]

    def outputs(self) -> list[Any]:
        """All components that opening a checkpoint may change."""
        return [self.tabs, *(component for _, tab in self.by_task.values() for component in tab.outputs)]


def connect_opening(button: gr.Button, model: Any, note: gr.HTML, places: Places, **shown: Any) -> None:
    """Have a button open what a component names.

    Args:
        button: what is clicked.
        model: the component whose value a checkpoint is opened by.
        note: where it is said why that cannot be.
        places: where it is opened.
        shown: further arguments of the event.
    """
    inputs, spans = [model], {}
    for task, (_, tab) in places.by_task.items():
        spans[task] = slice(len(inputs) - 1, len(inputs) - 1 + len(tab.inputs))
        inputs += tab.inputs

    def open_chosen(token: gr.OAuthToken | None, model: str | None, *values: Any) -> Changed:
        """Fetch and check a checkpoint and go to the tab that uses it; or say why that cannot be."""
        caller = caller_of(token)
        try:
            found = open_shown(model or "", caller=caller)
            if found.task not in places.by_task:
                tab = kind_named(found.task).tab or found.task
                raise RnnlabError(f"This page has no tab {tab}, as no checkpoint for it is bundled.")
            id, place = places.by_task[found.task]
            return {note: "", places.tabs: gr.Tabs(selected=id)} | place.open(
                found.model, caller, values[spans[found.task]]
            )
        except RnnlabError as error:
            return {note: html.refusal(str(error), STILL)}

    gone = button.click(open_chosen, inputs, [note, *places.outputs()], **ASKING, **shown)
    # A figure that was drawn while its tab was hidden has no width yet.
    gone.then(None, js="() => window.dispatchEvent(new Event('resize'))", **QUIET)


def open_links(demo: gr.Blocks, places: Places, checkpoints: CheckpointsTab) -> None:
    """Have the page look at the address that it is opened by; one without a tab in it changes nothing."""
    tabs = dict(places.by_task.values())

    def opened(token: gr.OAuthToken | None, request: gr.Request) -> Changed:
        """What each place becomes."""
        query = dict(request.query_params)
        asked = query.get("tab", "")
        if asked not in {*tabs, CHECKPOINTS}:
            return {places.tabs: gr.skip()}
        if asked == CHECKPOINTS:
            changed = _checkpoint_linked(token, query, checkpoints)
        else:
            changed = tabs[asked].open_link(token, query) if set(query) - {"tab"} else {}
        return {places.tabs: gr.Tabs(selected=asked)} | changed

    demo.load(
        opened,
        None,
        [*places.outputs(), *checkpoints.chosen(), checkpoints.listed],
        show_progress="hidden",
        concurrency_limit=None,
        **PRIVATE,
    )


def _checkpoint_linked(token: gr.OAuthToken | None, query: Mapping[str, str], tab: CheckpointsTab) -> Changed:
    """The checkpoint that is named is shown; of one on the Hub its record and card are fetched."""
    if "model" not in query:
        return {}
    bundled: Sequence[str] = [name for kind in kinds() for name in bundled_models(kind)]
    try:
        model = linked_model(query, bundled)
    except RnnlabError as error:
        return {tab.note: html.refusal(str(error), REFUSED)}
    return checkpoints_tab.choose_in(tab, token, model) | {tab.listed: checkpoints_tab.listing(model)}
