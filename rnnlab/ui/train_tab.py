"""The tab Train: its layout and its events; knows no network and no file format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.runtime.jobs import Pulse
from rnnlab.runtime.reports import TrainReport
from rnnlab.service import summary, visit_training
from rnnlab.service.listing import bundled_models, tickers
from rnnlab.service.visit_training import Plan, Trained, longest_wait, steer, train_visit
from rnnlab.tasks.forecast.page import panels
from rnnlab.tasks.forecast.page.reading import filled, reading_choosers
from rnnlab.tasks.forecast.page.request import FIRST
from rnnlab.tasks.text.page.reading import text_choosers
from rnnlab.ui import checkpoint_panels, checkpoints_tab, train_panels
from rnnlab.ui.bigger_panel import bigger_panel
from rnnlab.ui.checkpoints_tab import CheckpointsTab
from rnnlab.ui.opening_chosen import ASKING, Places, connect_opening
from rnnlab.ui.train_data import FIELDS, TASKS, data_of, listed_texts, reading_of, settings_of, text_reading_of
from rnnlab.ui.train_sources import train_sources
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import PRIVATE, QUIET

STORY = (
    "Bring prices or an author's text, see what is proposed, and watch it learn. Nobody else can open what comes of it."
)


@dataclass(frozen=True)
class TrainTab:
    """Where other parts of the page come in: what was trained, the buttons that use it, where a refusal is told."""

    trained: gr.State
    use: gr.Button
    show: gr.Button
    note: gr.HTML


def train_tab(tab: gr.Tab) -> TrainTab:
    """Lay it out in its tab, which plans a first training when it is looked at, and connect its events."""
    gr.Markdown(STORY, elem_classes="prose")
    chosen = _data_row()
    planned = gr.HTML(panels.empty("Reading the data and timing half a second of a training …"), elem_id="plan")
    (*settings, base), number = _settings_row(), gr.State(0)
    with gr.Accordion("How your file is read", open=False, elem_classes="settings"):
        with gr.Row():
            of_files = reading_choosers()
        with gr.Row():
            reading = [*of_files, *text_choosers()]
    begun = train_sources(chosen, number)
    with gr.Row(elem_classes="actions"):
        propose = gr.Button("Propose", min_width=110, scale=0, elem_id="propose")
        start = gr.Button("Train", variant="primary", min_width=110, scale=0, elem_id="train")
        pause = gr.Button("Pause", interactive=False, min_width=100, scale=0, elem_id="pause")
        stop = gr.Button("Stop", interactive=False, min_width=100, scale=0, elem_id="stop-training")
    progress = gr.HTML(panels.status("Nothing is being trained.", 0, busy=False), elem_id="training")
    curve = gr.Plot(
        visible=False, show_label=False, container=False, elem_classes="curve", elem_id="training-curve"
    )  # fmt: skip
    live, report, key = gr.HTML(elem_id="live"), gr.HTML(elem_id="report"), gr.State("")
    made, zipped = _after()
    cancels: dict[str, Any] = {
        "cancels": _connect_data(tab, chosen, [begun, base, *reading], number, [planned, *settings], [report, live])
    }
    propose.click(propose_with, [*chosen, begun, *settings, base, *reading], planned, **ASKING, **cancels)
    # At once, for the training itself may have to wait in the queue; it tells more as soon as its turn has come.
    asked = start.click(_waiting, outputs=[progress, start], **QUIET)
    asked.then(
        train, [*chosen, begun, *settings, base, *reading],
        [planned, progress, curve, live, report, made.trained, key, start, pause, stop, made.use, zipped, made.show],
        concurrency_id="train", concurrency_limit=1, show_progress="hidden", **PRIVATE, **cancels,
    )  # fmt: skip
    pause.click(rest, [key, pause], pause, **QUIET)
    stop.click(halt, key, stop, **QUIET)
    bigger_panel(chosen, [*settings, *reading])
    return made


def _data_row() -> list[Any]:
    """Choosers of the task, of the data that comes with the page, and of a file."""
    with gr.Row(elem_classes="choosers"):
        task = gr.Radio(list(TASKS), value=next(iter(TASKS)), label="Task", min_width=200)
        with gr.Column(min_width=150):
            series = gr.Dropdown(
                list(tickers()), value=FIRST, label="Bundled data", info="Daily prices, or fetched texts"
            )
        with gr.Column(min_width=150):
            gloss = "Prices with a date and a close a day, or texts, several as one"
            file = drop("Your own file", gloss, (), "train-file", several=True)  # whatever the command line takes
    return [task, series, file]


def _settings_row() -> list[Any]:
    """Choosers of the settings, in the order of a plan's, as for the first series; last, what to learn on from."""
    with gr.Accordion("Settings of the network and its training", open=False, elem_classes="settings"):
        with gr.Row():
            cell = gr.Dropdown(list(CELLS), value="gru", label="Cell", info="Kind of recurrent cell", min_width=110)
            hidden = gr.Slider(4, 512, 16, step=4, label="Units", info="In each recurrent layer", min_width=150)
            layers = gr.Slider(1, 4, 1, step=1, label="Layers", info="One above the other", min_width=130)
            epochs = gr.Slider(1, 400, 60, step=1, label="Passes", info="Over what is learnt from", min_width=150)
            rate = gr.Number(0.01, label="Learning rate", info="The highest of the training", min_width=130)
        base = gr.Dropdown(
            ["", *bundled_models("text")], value="", label="Learn on from", allow_custom_value=True,
            info="Of a text: a trained writer, or owner/name of the Hub; its shape stays",
        )  # fmt: skip
    return [cell, hidden, layers, epochs, rate, base]


def _after() -> tuple[TrainTab, gr.Button]:
    """What can be done with what was trained, and the button that downloads it."""
    note, trained = gr.HTML(), gr.State("")
    with gr.Row(elem_classes="actions"):
        use = gr.Button(
            "Use it now", variant="primary", visible=False, size="md", scale=0, min_width=150, elem_id="use-trained"
        )
        zipped = gr.Button("Download (.zip)", visible=False, size="md", scale=0, min_width=150, elem_id="zip-trained")
        show = gr.Button(
            "Push it: show under Checkpoints", visible=False, size="md", scale=0, min_width=260, elem_id="to-push"
        )
        packed = gr.DownloadButton("The zip", visible="hidden", elem_id="packed-trained")
    made = zipped.click(checkpoints_tab.pack, trained, [note, packed], **ASKING)
    made.then(None, packed, js="file => file && document.querySelector('#packed-trained').click()", **QUIET)
    return TrainTab(trained, use, show, note), zipped


def _connect_data(
    tab: gr.Tab, chosen: list[Any], begun: list[Any], number: gr.State, planned: list[Any], old: list[Any]
) -> list[Any]:  # fmt: skip
    """Have a plan made whenever other data or another writer is chosen; a file and bundled data exclude each other.

    Gives the event that makes plans, for whoever must end one that is on its way: it would undo what comes after it.
    """
    task, series, file = chosen
    planning = number.change(propose_for, [*chosen, *begun], planned, trigger_mode="multiple", **ASKING)
    running: dict[str, Any] = PRIVATE | {"cancels": [planning], "concurrency_limit": None, "show_progress": "hidden"}
    tab.select(lambda number: number or 1, number, number, **PRIVATE | {"show_progress": "hidden"})
    task.input(_data_of, [task, number], [series, file, *old, number], **running)
    file.upload(lambda number: (None, number + 1), number, [series, number], **running)
    series.input(lambda number: (None, number + 1), number, [file, number], **running)
    base, ticker, dates, encoding, column, documents, marker, shuffle = begun[1:]
    written = (one.submit for one in (ticker, encoding, column, marker, shuffle))
    for asked in (base.input, dates.input, documents.input, *written):
        asked(lambda number: number + 1, number, number, **running)
    return [planning]


def connect_use(tab: TrainTab, places: Places, checkpoints: CheckpointsTab) -> None:
    """Have what was trained be opened where it is used, or shown where it can be pushed."""
    connect_opening(tab.use, tab.trained, tab.note, places)

    def shown(model: str) -> tuple[Any, ...]:
        own = gr.Tabs(selected="checkpoints")
        return own, *checkpoints_tab.choose(None, model), checkpoints_tab.listing(model)

    tab.show.click(shown, tab.trained, [places.tabs, *checkpoints.chosen(), checkpoints.listed], **ASKING)


def propose_for(
    task: str, series: str | None, files: list[str] | None, begun: str, base: str | None = None, *reading: Any
) -> tuple[Any, ...]:  # fmt: skip
    """What was read, and the settings that its size suggests, or the writer to learn on from."""
    try:
        plan = _planned(task, series, files, begun, {}, [base, *reading])
    except RnnlabError as error:
        return panels.refusal(str(error), ""), *[gr.skip()] * 5
    return train_panels.plan_panel(plan), *plan.settings.values()


def propose_with(task: str, series: str | None, files: list[str] | None, begun: str, *settings: Any) -> str:
    """What was read, and how long these settings take."""
    try:
        plan = _planned(task, series, files, begun, _settings(settings, begun), settings[FIELDS:])
        return train_panels.plan_panel(plan)
    except RnnlabError as error:
        return panels.refusal(str(error), "")


def _planned(
    task: str, series: str | None, files: list[str] | None, begun: str, settings: dict[str, Any], rest: Sequence[Any]
) -> Plan:
    """The plan of what is chosen; `rest` are the writer to learn on from, and how a file is read."""
    how = reading_of(task, files, rest[1:])
    settings = settings if begun else settings | text_reading_of(task, rest[1:])
    return visit_training.plan(
        TASKS[task], data_of(task, series, files), settings, begun=begun or None, base=_base(task, begun, rest),
        caller=caller_of(None), ticker=how.ticker, dates=how.dates, encoding=how.encoding,
    )  # fmt: skip


def train(
    task: str, series: str | None, files: list[str] | None, begun: str, *settings: Any
) -> Iterator[tuple[Any, ...]]:
    """Train; yields the plan, status, curve, sample, report, what to open it by, its key, and the six buttons."""
    skip: list[Any] = [gr.skip()] * 13
    idle = [gr.Button(interactive=True), gr.Button("Pause", interactive=False), gr.Button("Stop", interactive=False)]
    hidden = [gr.Button(visible=False)] * 3
    yield (
        gr.skip(), panels.status("Reading the data and timing half a second of it …", 0), gr.skip(), "", "", "", "",
        gr.Button(interactive=False), *[gr.skip()] * 2, *hidden,
    )  # fmt: skip
    kind = TASKS[task]
    try:
        data = data_of(task, series, files)
        caller = caller_of(None)
        plan = _planned(task, series, files, begun, _settings(settings, begun), settings[FIELDS:])
        reading = settings[FIELDS + 1 :]
        wanted = ({} if begun else plan.settings | text_reading_of(task, reading)) | {"report_every": plan.report_every}
        how = reading_of(task, files, reading)
        key, events = train_visit(
            kind, data, wanted, begun=begun or None, base=_base(task, begun, settings[FIELDS:]), caller=caller,
            ticker=how.ticker, dates=how.dates, encoding=how.encoding,
        )  # fmt: skip
        going = [gr.Button(interactive=False), gr.Button("Pause", interactive=True), gr.Button(interactive=True)]
        yield (
            train_panels.plan_panel(plan),
            gr.skip(),
            gr.Plot(train_panels.curve([], plan), visible=True),
            *[gr.skip()] * 3,
            key,
            *going,
            *hidden,
        )
        reports: list[TrainReport] = []
        for event in events:
            if isinstance(event, Trained):
                found = summary.show(event.model, caller=caller)
                yield (
                    gr.skip(), panels.status(_ended(event), 1, busy=False), gr.skip(), gr.skip(),
                    checkpoint_panels.details(found), event.model, "", *idle, *[gr.Button(visible=True)] * 3,
                )  # fmt: skip
                return
            if isinstance(event, Pulse):
                yield skip[0], train_panels.status(event, reports, plan), *skip[2:]
                continue
            reports.append(event)
            shown = train_panels.shown(reports, plan)
            yield skip[0], *shown, *skip[4:]
    except RnnlabError as error:
        yield gr.skip(), panels.refusal(str(error), ""), *[gr.skip()] * 3, "", "", *idle, *hidden


def _ended(event: Trained) -> str:
    words = "Stopped; the best weights so far were kept." if event.ended_early else "Done."
    return " ".join([words, *event.summary.get("advice", [])])


def _waiting() -> tuple[Any, ...]:
    wait = longest_wait()
    before = f"Another training has the machine, for {wait / 60:.0f} minutes at most. " if wait else ""
    words = f"Waiting for the machine. {before}One training runs at a time; keep this page open."
    return panels.status(words, 0), gr.Button(interactive=False)


def rest(key: str, words: str) -> Any:
    """Pause a training, or have it go on."""
    resting = words == "Pause"
    try:
        steer(key, "pause" if resting else "go on")
    except RnnlabError:
        return gr.skip()
    return gr.Button("Go on" if resting else "Pause")


def halt(key: str) -> Any:
    """Stop a training."""
    try:
        steer(key, "stop")
    except RnnlabError:
        return gr.skip()
    return gr.Button("Stopping …", interactive=False)


def _data_of(task: str, number: int) -> tuple[Any, ...]:
    """The data that comes with the page for a task; nothing of another task's training stays."""
    if TASKS[task] == "forecast":
        return gr.Dropdown(choices=list(tickers()), value=FIRST), None, "", "", number + 1
    texts = listed_texts()
    return gr.Dropdown(choices=texts, value=texts[0] if texts else None), None, "", "", number + 1


def _settings(values: Sequence[Any], begun: str) -> dict[str, Any]:
    """Those of the choosers; a training that is gone on with has those that it began with."""
    return {} if begun else settings_of(values[:FIELDS])


def _base(task: str, begun: str, values: Sequence[str | None]) -> str | None:
    """The writer to learn on from, the first of these; a forecast has none, nor has a stopped training."""
    return filled(values[0]) if values and TASKS[task] == "text" and not begun else None
