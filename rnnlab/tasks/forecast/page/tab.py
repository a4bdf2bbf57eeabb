"""The tab Forecast: its layout and its events; independent of any model or file format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.data.fetch.listing import tickers
from rnnlab.data.prices.files import ENDINGS
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import is_hub_name
from rnnlab.tasks.forecast.page import endpoints
from rnnlab.tasks.forecast.page.chances import chances_panel
from rnnlab.tasks.forecast.page.compare import compare_panel
from rnnlab.tasks.forecast.page.fine_tune import fine_tune_panel
from rnnlab.tasks.forecast.page.forecast_view import Answer, answer
from rnnlab.tasks.forecast.page.ledger_panel import TITLE, ledger_panel, named_ledger
from rnnlab.tasks.forecast.page.request import (
    AHEAD,
    FIRST,
    LONGEST_HORIZON,
    Asked,
    Source,
    is_fetched,
    labelled,
    linked_forecast,
    source_of,
)
from rnnlab.tasks.forecast.page.several import several_panel
from rnnlab.tasks.forecast.page.ticker_box import (
    FETCHES,
    FROM_LINK,
    TickerBox,
    chooser_with_ticker,
    name_of,
    symbol_of,
    ticker_box,
)
from rnnlab.tasks.forecast.page.tutorial_panel import tutorial_panel
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.copying import copy_link
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import PRIVATE, QUIET, chooser_with, filled
from rnnlab.widgets.saving import download
from rnnlab.widgets.task_tab import Changed

ID = "forecast"  # of the tab, and of the events that share its limit
WHAT = "forecasts"  # what its events are called
AT_ONCE = 4  # forecasts computed at the same time; each takes about 0.2 s on one core
NO_MODEL = "There is no checkpoint; train one with “python -m rnnlab train forecast”, then reload the page."
BANDS = {False: "Uncalibrated", True: "Calibrated day by day"}
DATE_ORDERS = [("detect automatically", ""), ("month/day/year", "us"), ("day/month/year", "day-first"), ("ISO", "iso")]
REFUSED = "The page below shows its defaults."
KEPT = "The previous forecast is still shown below."
ADVICE = "No investment advice: a model's view of past prices, as reliable as the scores below."
STORY: dict[str, Any] = {"open": False, "elem_classes": "story"}


@dataclass(frozen=True)
class Choosers:
    """What a visitor sets, in the order of `shown_to`'s arguments."""

    ticker: gr.Dropdown
    file: gr.File
    model: gr.Dropdown
    horizon: gr.Slider
    start: gr.Textbox
    column: gr.Textbox
    dates: gr.Dropdown
    ahead: gr.Dropdown
    bands: gr.Radio
    encoding: gr.Textbox

    @property
    def reading(self) -> list[Any]:
        """Those that say how a file is read, in READING's order."""
        return [self.column, self.dates, self.encoding]


@dataclass(frozen=True)
class Results:
    """Where the answer goes."""

    verdict: gr.HTML
    figure: gr.Plot
    scores: gr.HTML
    download: gr.DownloadButton
    held: gr.State

    def named(self, changed: Mapping[str, Any]) -> Changed:
        """What an event changed, by component."""
        return {getattr(self, name): value for name, value in changed.items()}


@dataclass(frozen=True)
class ForecastTab:
    """The tab, laid out: what it sets, and where the answer goes."""

    choosers: Choosers
    results: Results
    models: Sequence[str]
    box: TickerBox

    @property
    def inputs(self) -> list[Any]:
        """What a forecast is asked by."""
        return list(vars(self.choosers).values())

    @property
    def outputs(self) -> list[Any]:
        """What opening a checkpoint or a link may change."""
        one = self.choosers
        set_ones = [one.ticker, self.box.symbol, one.model, one.horizon, one.start, one.ahead, one.bands]
        return [*set_ones, *vars(self.results).values()]

    def open(self, model: str, caller: Caller, values: Sequence[Any]) -> Changed:
        """Forecast what is chosen by a checkpoint that is fetched and checked."""
        ticker, file, _, *rest = values
        answered = self.results.named(shown_to(caller, ticker, file, model, *rest))
        return {self.choosers.model: chooser_with(labelled(self.models), model)} | answered

    def open_link(self, token: gr.OAuthToken | None, query: Mapping[str, str]) -> Changed:
        """A bundled checkpoint forecasts at once; one of the Hub waits for a visitor who wants it fetched."""
        one = self.choosers
        try:
            linked = linked_forecast(query, self.models)
        except RnnlabError as error:
            return {self.results.verdict: html.refusal(str(error), REFUSED)}
        ticker, model, horizon, start, ahead, calibrated = linked
        bands = BANDS[calibrated]
        changed = {one.model: chooser_with(labelled(self.models), model), one.horizon: horizon}
        changed |= {one.start: start, one.ahead: ahead, one.bands: bands}
        if is_fetched(ticker):
            words = FROM_LINK.format(symbol_of(ticker))
            return changed | {
                self.box.symbol: symbol_of(ticker),
                self.results.verdict: html.notice("From a link", words),
            }
        changed |= {one.ticker: ticker, self.box.symbol: ""}
        if is_hub_name(model):
            words = f"{model} is on the Hugging Face Hub; move the horizon to fetch it."
            return changed | {self.results.verdict: html.notice("From a link", words)}
        caller = caller_of(token)
        answered = shown_to(caller, ticker, None, model, horizon, start, None, None, ahead, bands)
        return changed | self.results.named(answered)


def lay_out(models: Sequence[str], outside: gr.Column) -> ForecastTab:
    """Lay the tab out, ready with the first series' answer by the first of the models, and connect its events."""
    first = _first_answer(models)
    choosers, box = _choosers(models)
    results = _results(first)
    limits: dict[str, Any] = {"concurrency_id": ID, "concurrency_limit": AT_ONCE}
    with gr.Accordion("Several series at once", **STORY):
        several_panel(choosers.model, choosers.horizon, choosers.reading, list(ENDINGS), limits)
    source = [choosers.ticker, choosers.file, choosers.column, choosers.dates]
    with gr.Accordion("Compare two checkpoints", **STORY):
        asked = [*source, choosers.start, choosers.ahead, choosers.encoding]
        other = compare_panel(choosers.model, asked, models, limits)
    with gr.Accordion("Fine-tune it on this series", **STORY):
        used = fine_tune_panel(choosers.model, [*source, choosers.encoding], other, models)
    with gr.Accordion("The tutorial's model: a test error of 3.16, and 1.69 without a network", **STORY):
        tutorial_panel()
    if ledger := named_ledger():
        with gr.Accordion(TITLE, **STORY):
            ledger_panel(ledger)
    used.then(**_connect(choosers, results, limits))
    _connect_box(box, choosers, results)
    return ForecastTab(choosers, results, models, box)


def add_endpoints(models: Sequence[str]) -> None:
    """Add /forecast, /backtest and /train_forecast."""
    endpoints.add_endpoints(models, AT_ONCE)


def shown_to(
    caller: Caller,
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
) -> dict[str, Any]:
    """Answer what is asked, or say in its place why that cannot be, the last answer staying; by Results' names."""
    try:
        if not model:
            raise RnnlabError(NO_MODEL)
        source = source_of(ticker, file, column, dates, encoding)
        asked = Asked(source, model, int(horizon), filled(start), int(ahead), bands == BANDS[True])
        found = answer(asked, caller)
    except RnnlabError as error:
        return {"verdict": html.refusal(str(error), KEPT)}
    shown = {"verdict": found.verdict, "figure": found.figure, "scores": found.scores}
    return shown | {"download": download(found.table), "held": found.held}


def _first_answer(models: Sequence[str]) -> Answer | None:
    return answer(Asked(Source(FIRST), models[0])) if models else None


def _choosers(models: Sequence[str]) -> tuple[Choosers, TickerBox]:
    first = models[0] if models else None
    with gr.Row(elem_classes="choosers"):
        with gr.Column(min_width=150):
            info = "Bundled daily prices"
            ticker = gr.Dropdown(list(tickers()), value=FIRST, label="Series", info=info)
        with gr.Column(min_width=240):
            box = ticker_box()
        with gr.Column(min_width=150):
            file = drop("Or your own file", "CSV, Excel, JSON or Parquet; up to 10 MB", ENDINGS, "file")
    with gr.Accordion("Settings: checkpoint, horizon, back-test, bands", open=False, elem_classes="settings"):
        with gr.Row():
            info = "The trained network, or owner/name on the Hub"
            model = gr.Dropdown(labelled(models), value=first, label="Checkpoint", info=info, allow_custom_value=True)
            longest, info = LONGEST_HORIZON, "Trading days to forecast"
            horizon = gr.Slider(1, longest, longest, step=1, label="Horizon", info=info)
            info = "First scored day; by default, the last fifth"
            start = gr.Textbox(label="Back-test start", placeholder="2015-08-13", max_lines=1, info=info)
        with gr.Row():
            info = "If the file has several"
            column = gr.Textbox(label="Ticker in your file", placeholder="AAPL", max_lines=1, info=info)
            info = "For ambiguous dates such as 03/04/2017"
            dates = gr.Dropdown(DATE_ORDERS, value="", label="Dates in your file", info=info)
            info = "If letters look wrong"
            encoding = gr.Textbox(label="Encoding of your file", placeholder="Shift-JIS", max_lines=1, info=info)
        with gr.Row():
            info = "Days from each forecast to the outcome it is scored on"
            ahead = gr.Dropdown(list(AHEAD.items()), value=1, label="Back-test", info=info)
            info = "Calibrated: wider after each miss, narrower after each hit"
            bands = gr.Radio(list(BANDS.values()), value=BANDS[False], label="Bands", info=info)
    return Choosers(ticker, file, model, horizon, start, column, dates, ahead, bands, encoding), box


def _results(first: Answer | None) -> Results:
    verdict = gr.HTML(first.verdict if first else html.empty(NO_MODEL), elem_id="verdict")
    figure = gr.Plot(first.figure if first else None, show_label=False, container=False, elem_classes="figure")
    with gr.Row(elem_classes="under"):
        made: dict[str, Any] = {"value": first.table if first else None, "interactive": first is not None}
        style: dict[str, Any] = {"size": "md", "scale": 0, "min_width": 260, "elem_id": "download"}
        download = gr.DownloadButton("Download the forecast (CSV)", **made, **style)
        link = gr.Button("Copy link", size="md", scale=0, min_width=110, elem_id="copy-forecast-link")
        gr.HTML(f'<p class="advice">{ADVICE}</p>', min_width=250)
    link.click(None, js=copy_link("#verdict"), **QUIET)
    with gr.Accordion("What could happen: any level, any price", **STORY):
        held = chances_panel(first.held if first else None)
    scores = gr.HTML(first.scores if first else "", elem_id="scores")
    return Results(verdict, figure, scores, download, held)


def _connect(choosers: Choosers, results: Results, limits: dict[str, Any]) -> dict[str, Any]:
    """Have every chooser ask for the answer; gives what else may ask for it."""

    def answered(token: gr.OAuthToken | None, *values: Any) -> Changed:
        return results.named(shown_to(caller_of(token), *values))

    answering: dict[str, Any] = PRIVATE | {
        "fn": answered,
        "inputs": list(vars(choosers).values()),
        "outputs": list(vars(results).values()),
        "trigger_mode": "always_last",
        "show_progress_on": [results.figure],
        **limits,
    }
    one = choosers
    typed = [event for field in (one.start, one.column, one.encoding) for event in (field.submit, field.blur)]
    chosen = [one.model.input, one.ahead.input, one.bands.input, one.dates.input]
    gr.on([*chosen, one.horizon.release, *typed], **answering)
    # A file and a ticker exclude each other: whichever was chosen last is meant, and the other is emptied first.
    one.ticker.input(lambda: None, outputs=one.file, **QUIET).then(**answering)
    one.file.upload(lambda: None, outputs=one.ticker, **QUIET).then(**answering)
    one.file.clear(lambda: FIRST, outputs=one.ticker, **QUIET).then(**answering)
    return answering


def _connect_box(box: TickerBox, choosers: Choosers, results: Results) -> None:
    """Have a written ticker fetched and answered; it is chosen once its prices are there."""

    def got(token: gr.OAuthToken | None, symbol: str | None, *values: Any) -> Changed:
        name = name_of(symbol)
        shown = shown_to(caller_of(token), name, None, *values)
        answered = results.named(shown)
        if "figure" not in shown:
            return answered
        return answered | {choosers.ticker: chooser_with_ticker(name), choosers.file: None}

    inputs = [box.symbol, *list(vars(choosers).values())[2:]]  # but for the ticker and the file that were chosen
    outputs = [choosers.ticker, choosers.file, *vars(results).values()]
    how: dict[str, Any] = {"trigger_mode": "once", "show_progress_on": [results.figure], **FETCHES, **PRIVATE}
    gr.on([box.get.click, box.symbol.submit], got, inputs, outputs, **how)
