"""What a link does when the page is opened by it: the tab, the form filled in, the result; knows no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import is_hub_name
from rnnlab.service.listing import bundled_models
from rnnlab.tasks.forecast.page import panels, tab
from rnnlab.tasks.forecast.page.tab import BANDS, ForecastTab
from rnnlab.tasks.text.page.tab import WriteTab, begin
from rnnlab.ui import checkpoints_tab
from rnnlab.ui.checkpoints_tab import CheckpointsTab
from rnnlab.widgets.events import PRIVATE, chooser_with
from rnnlab.widgets.links import linked_forecast, linked_model, linked_tab, linked_writing

REFUSED = "The page below is as it always opens."
FROM_LINK = "From a link"


def open_links(
    demo: gr.Blocks, tabs: gr.Tabs, forecast: ForecastTab, write: WriteTab | None, checkpoints: CheckpointsTab
) -> None:
    """Have the page look at the address that it is opened by; one without a tab in it changes nothing."""
    forecasting = [
        forecast.choosers.ticker,
        forecast.choosers.model,
        forecast.choosers.horizon,
        forecast.choosers.start,
        forecast.choosers.ahead,
        forecast.choosers.bands,
    ]
    forecasting += forecast.results.listed()
    writing = [*write.choosers.listed(), write.go, write.verdict] if write else []
    showing = [*checkpoints.chosen(), checkpoints.listed]
    sizes = len(forecasting), len(writing), len(showing)

    def opened(token: gr.OAuthToken | None, request: gr.Request) -> tuple[Any, ...]:
        """What each place becomes."""
        query = dict(request.query_params)
        tab = linked_tab(query)
        parts: dict[str, list[Any]] = {
            name: [gr.skip()] * size for name, size in zip(("forecast", "write", "checkpoints"), sizes, strict=True)
        }
        if tab and parts[tab]:
            parts[tab] = OPENERS[tab](token, query, len(parts[tab]))
        return gr.Tabs(selected=tab) if tab else gr.skip(), *parts["forecast"], *parts["write"], *parts["checkpoints"]

    demo.load(
        opened, None, [tabs, *forecasting, *writing, *showing],
        show_progress="hidden", concurrency_limit=None, **PRIVATE,
    )  # fmt: skip


def open_forecast(token: gr.OAuthToken | None, query: Mapping[str, str], size: int) -> list[Any]:
    """A forecast by a bundled checkpoint is made at once; one by the Hub's waits for a visitor who wants it fetched."""
    if not set(query) - {"tab"}:
        return [gr.skip()] * size
    try:
        ticker, model, horizon, start, ahead, calibrated = linked_forecast(query)
    except RnnlabError as error:
        return [*[gr.skip()] * 6, panels.refusal(str(error), REFUSED), *[gr.skip()] * 3]
    chosen, bands = chooser_with(bundled_models("forecast"), model), BANDS[calibrated]
    if is_hub_name(model):
        words = panels.notice(FROM_LINK, f"{model} is on the Hugging Face Hub; move the horizon to fetch it.")
        return [ticker, chosen, horizon, start, ahead, bands, words, *[gr.skip()] * 3]
    shown = tab.show(token, ticker, None, model, horizon, start, None, None, ahead, bands)
    return [ticker, chosen, horizon, start, ahead, bands, *shown]


def open_writing(token: gr.OAuthToken | None, query: Mapping[str, str], size: int) -> list[Any]:
    """A bundled voice writes at once; one of the Hub's waits for a visitor who wants it fetched."""
    if not set(query) - {"tab"}:
        return [gr.skip()] * size
    try:
        values = linked_writing(query)
    except RnnlabError as error:
        return [*[gr.skip()] * (size - 1), panels.refusal(str(error), REFUSED)]
    if is_hub_name(values[0]):
        words = panels.notice(FROM_LINK, f"{values[0]} is on the Hugging Face Hub; press Write to fetch it and write.")
        return [*values, gr.skip(), words]
    return [*values, begin(), gr.skip()]


def open_checkpoints(token: gr.OAuthToken | None, query: Mapping[str, str], size: int) -> list[Any]:
    """The checkpoint that is named is shown; of one on the Hub its record and card are fetched."""
    if "model" not in query:
        return [gr.skip()] * size
    try:
        model = linked_model(query, "text", "forecast")
    except RnnlabError as error:
        return [panels.refusal(str(error), REFUSED), *[gr.skip()] * (size - 1)]
    return [*checkpoints_tab.choose(token, model), checkpoints_tab.listing(model)]


OPENERS = {"forecast": open_forecast, "write": open_writing, "checkpoints": open_checkpoints}
