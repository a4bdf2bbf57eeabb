"""A checkpoint that is opened by one click in the tab that uses it, wherever the click is made; knows no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.service.summary import open_shown
from rnnlab.tasks.forecast.page import panels
from rnnlab.tasks.forecast.page.tab import ForecastTab, show
from rnnlab.tasks.text.page.tab import WriteTab, voice_opened
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE, QUIET, chooser_with

AT_ONCE = 4  # visitors who wait for the Hub or a check at the same time
ASKING: dict[str, Any] = PRIVATE | {"concurrency_id": "hub", "concurrency_limit": AT_ONCE}
STILL = "The checkpoint that was chosen before is still shown below."


@dataclass(frozen=True)
class Places:
    """The page's tabs, and those of them that use a checkpoint."""

    tabs: gr.Tabs
    write: WriteTab | None
    forecast: ForecastTab


def connect_opening(button: gr.Button, model: Any, note: gr.HTML, places: Places, **shown: Any) -> None:
    """Have a button open what a component names.

    Args:
        button: what is clicked.
        model: the component whose value a checkpoint is opened by.
        note: where it is said why that cannot be.
        places: where it is opened.
        shown: further arguments of the event.
    """
    write, forecast = places.write, places.forecast
    writing = write.opened() if write else []
    outputs = [note, places.tabs, *writing, forecast.choosers.model, *forecast.results.listed()]

    def open_chosen(token: gr.OAuthToken | None, model: str | None, *asked: Any) -> tuple[Any, ...]:
        """Fetch and check a checkpoint and go to the tab that uses it; or say why that cannot be."""
        caller = caller_of(token)
        unwritten = [gr.skip()] * len(writing)
        try:
            found = open_shown(model or "", caller=caller)
            if found.task == "forecast":
                ticker, file, _, *rest = asked
                answered = show(token, ticker, file, found.model, *rest)
                chosen = chooser_with(forecast.models, found.model)
                return "", gr.Tabs(selected="forecast"), *unwritten, chosen, *answered
            if write is None:
                raise RnnlabError("This copy of the page has no tab Write, as no voice comes with it.")
            opened = voice_opened(found.model, write.voices, caller)
        except RnnlabError as error:
            return panels.refusal(str(error), STILL), gr.skip(), *unwritten, *[gr.skip()] * 5
        return "", gr.Tabs(selected="write"), *opened, *[gr.skip()] * 5

    gone = button.click(open_chosen, [model, *forecast.choosers.listed()], outputs, **ASKING, **shown)
    # A figure that was drawn while its tab was hidden has no width yet.
    gone.then(None, js="() => window.dispatchEvent(new Event('resize'))", **QUIET)
