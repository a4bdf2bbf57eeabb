"""The tab Forecast: its layout and its events; knows no model and no file format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.data.prices.files import ENDINGS
from rnnlab.errors import RnnlabError
from rnnlab.service.listing import tickers
from rnnlab.tasks.forecast.page import compare, panels, several, teach, tutorial_panel
from rnnlab.tasks.forecast.page.forecast_view import Answer, answer
from rnnlab.tasks.forecast.page.reading import filled, reading_choosers
from rnnlab.tasks.forecast.page.request import AHEAD, FIRST, LONGEST_HORIZON, Asked, Source, source_of
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.copying import copy_link
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import PRIVATE, QUIET
from rnnlab.widgets.saving import download

AT_ONCE = 4  # forecasts computed at the same time; each takes about 0.2 s on one core
NO_MODEL = "No checkpoint comes with this copy: train one with “python -m rnnlab train forecast”, then reload the page."
BANDS = {False: "As the network says", True: "Calibrated day by day"}
ADVICE = "No investment advice: a model's view of past prices, and wrong as often as the scores below say."


@dataclass(frozen=True)
class Choosers:
    """What a visitor sets."""

    ticker: gr.Dropdown
    file: gr.File
    model: gr.Dropdown
    horizon: gr.Slider
    start: gr.Textbox
    reading: list[Any]
    ahead: gr.Dropdown
    bands: gr.Radio

    def listed(self) -> list[Any]:
        """The choosers in the order of `show`'s arguments."""
        first = [self.ticker, self.file, self.model, self.horizon, self.start]
        ticker, dates, encoding = self.reading
        return [*first, ticker, dates, self.ahead, self.bands, encoding]

    def source(self) -> list[Any]:
        """Those that say whose prices, in the order of `asked_forecast.source_of`'s arguments."""
        return [self.ticker, self.file, *self.reading]


@dataclass(frozen=True)
class Results:
    """Where the answer goes."""

    verdict: gr.HTML
    figure: gr.Plot
    scores: gr.HTML
    download: gr.DownloadButton

    def listed(self) -> list[Any]:
        """The places in the order of `show`'s results."""
        return [self.verdict, self.figure, self.scores, self.download]


@dataclass(frozen=True)
class ForecastTab:
    """Where other tabs and links come in: what they set, and where the answer goes."""

    choosers: Choosers
    results: Results
    models: list[str]


def forecast_tab(models: list[str]) -> ForecastTab:
    """Lay the tab out, ready with the first series' answer by the first of the models, and connect its events."""
    first = _first_answer(models)
    choosers = _choosers(models)
    results = _results(first)
    limits: dict[str, Any] = {"concurrency_id": "forecast", "concurrency_limit": AT_ONCE}
    with gr.Accordion("Several series at once", open=False, elem_classes="story"):
        several.several_panel(choosers.model, choosers.horizon, choosers.reading, list(ENDINGS), limits)
    with gr.Accordion("Compare two checkpoints", open=False, elem_classes="story"):
        *source, encoding = choosers.source()
        asked = [*source, choosers.start, choosers.ahead, encoding]
        other = compare.compare_panel(choosers.model, asked, models, limits)
    with gr.Accordion("Teach it this series", open=False, elem_classes="story"):
        used = teach.teach_panel(choosers.model, choosers.source(), other, models)
    with gr.Accordion(
        "The tutorial's model, and why its error of 3.16 was no triumph", open=False, elem_classes="story"
    ):
        tutorial_panel.tutorial_panel()
    used.then(**_connect(choosers, results, limits))
    return ForecastTab(choosers, results, models)


def show(
    token: gr.OAuthToken | None,
    ticker: str | None,
    file: str | None,
    model: str | None,
    horizon: float,
    start: str | None,
    column: str | None,
    dates: str | None,
    ahead: int = 1,
    bands: str = BANDS[False],
    encoding: str | None = None,
) -> tuple[Any, Any, Any, Any]:
    """Answer what is asked, or say in its place why that cannot be; the last answer stays below."""
    try:
        if not model:
            raise RnnlabError(NO_MODEL)
        source = source_of(ticker, file, column, dates, encoding)
        asked = Asked(source, model, int(horizon), filled(start), int(ahead), bands == BANDS[True])
        found = answer(asked, caller_of(token))
    except RnnlabError as error:
        return panels.refusal(str(error), "Below is still the last forecast that could be made."), *[gr.skip()] * 3
    return found.verdict, found.figure, found.scores, download(found.table)


def _first_answer(models: list[str]) -> Answer | None:
    return answer(Asked(Source(FIRST), models[0])) if models else None


def _choosers(models: list[str]) -> Choosers:
    with gr.Row(elem_classes="choosers"):
        with gr.Column(min_width=150):
            ticker = gr.Dropdown(
                list(tickers()), value=FIRST, label="Series", info="Daily prices that come with the page"
            )
        with gr.Column(min_width=150):
            file = drop("Or your own file", "CSV, Excel, JSON or Parquet; up to 10 MB", ENDINGS, "file")
    with gr.Accordion("Settings: checkpoint, horizon, back-test, bands", open=False, elem_classes="settings"):
        with gr.Row():
            model = gr.Dropdown(
                models,
                value=models[0] if models else None,
                label="Checkpoint",
                info="The trained network that forecasts, or owner/name of the Hub",
                allow_custom_value=True,
            )
            horizon = gr.Slider(
                1, LONGEST_HORIZON, LONGEST_HORIZON, step=1, label="Horizon", info="Business days to forecast"
            )
            start = gr.Textbox(
                label="Back-test start", placeholder="2015-08-13", max_lines=1,
                info="First day scored; the last fifth if empty",
            )  # fmt: skip
        with gr.Row():
            reading = reading_choosers()
        with gr.Row():
            ahead = gr.Dropdown(
                list(AHEAD.items()), value=1, label="Back-test", info="From each forecast to the day it is judged by"
            )
            bands = gr.Radio(
                list(BANDS.values()), value=BANDS[False], label="Bands",
                info="Calibrated: wider after each miss, narrower after each hit",
            )  # fmt: skip
    return Choosers(ticker, file, model, horizon, start, reading, ahead, bands)


def _results(first: Answer | None) -> Results:
    verdict = gr.HTML(first.verdict if first else panels.empty(NO_MODEL), elem_id="verdict")
    figure = gr.Plot(first.figure if first else None, show_label=False, container=False, elem_classes="figure")
    with gr.Row(elem_classes="under"):
        download = gr.DownloadButton(
            "Download the forecast (CSV)", value=first.table if first else None, interactive=first is not None,
            size="md", scale=0, min_width=260, elem_id="download",
        )  # fmt: skip
        link = gr.Button("Copy link", size="md", scale=0, min_width=110, elem_id="copy-forecast-link")
        gr.HTML(f'<p class="advice">{ADVICE}</p>', min_width=250)
    link.click(None, js=copy_link("#verdict"), **QUIET)
    scores = gr.HTML(first.scores if first else "", elem_id="scores")
    return Results(verdict, figure, scores, download)


def _connect(choosers: Choosers, results: Results, limits: dict[str, Any]) -> dict[str, Any]:
    """Have every chooser ask for the answer; gives what else may ask for it."""
    answering: dict[str, Any] = PRIVATE | {
        "fn": show, "inputs": choosers.listed(), "outputs": results.listed(), "trigger_mode": "always_last",
        "show_progress_on": [results.figure], **limits,
    }  # fmt: skip
    ticker, dates, encoding = choosers.reading
    read = [ticker.submit, ticker.blur, dates.input, encoding.submit, encoding.blur]
    gr.on(
        [choosers.model.input, choosers.horizon.release, choosers.start.submit, choosers.start.blur,
         choosers.ahead.input, choosers.bands.input, *read],
        **answering,
    )  # fmt: skip
    # A file and a ticker exclude each other: whichever was chosen last is meant, and the other is emptied first.
    choosers.ticker.input(lambda: None, outputs=choosers.file, **QUIET).then(**answering)
    choosers.file.upload(lambda: None, outputs=choosers.ticker, **QUIET).then(**answering)
    choosers.file.clear(lambda: FIRST, outputs=choosers.ticker, **QUIET).then(**answering)
    return answering
