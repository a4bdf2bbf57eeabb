"""The tab Train: its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.jobs import JOBS, Pulse
from rnnlab.runtime.page_training import Plan, Trained, begin, plan, steer
from rnnlab.runtime.run_log import TrainReport
from rnnlab.service.summary import show
from rnnlab.ui import checkpoint_panels, checkpoints_tab, train_panels
from rnnlab.ui.bigger_panel import bigger_panel
from rnnlab.ui.checkpoints_tab import CHECKPOINTS, CheckpointsTab
from rnnlab.ui.opening import Places, connect_opening
from rnnlab.ui.train_form import Entered, Form, lay_form, offered_for
from rnnlab.ui.train_sources import train_sources
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import ASKING, PRIVATE, QUIET
from rnnlab.widgets.task_tab import Changed

STORY = "Upload your data, review the proposed settings, and watch the network train. Only you can open the result."
NOTHING = "No training is running."
READING = "Reading the data and timing the training …"


@dataclass(frozen=True)
class Parts:
    """What a training shows, and the buttons of it and of its result."""

    plan: gr.HTML
    progress: gr.HTML
    curve: gr.Plot
    live: gr.HTML
    report: gr.HTML
    start: gr.Button
    pause: gr.Button
    stop: gr.Button
    key: gr.State
    trained: gr.State
    note: gr.HTML
    use: gr.Button
    zipped: gr.Button
    show: gr.Button

    def named(self, changed: Mapping[str, Any]) -> Changed:
        """What an event changed, by component."""
        return {getattr(self, name): value for name, value in changed.items()}


@dataclass
class _Going:
    """A training as far as it is told."""

    plan: Plan
    reports: list[TrainReport] = field(default_factory=list)


def train_tab(tab: gr.Tab) -> Parts:
    """Lay it out in its tab, which plans a first training when it is looked at, and connect its events."""
    gr.Markdown(STORY, elem_classes="prose")
    form = lay_form()
    planned = gr.HTML(html.empty(READING), elem_id="plan")
    train_sources(form)
    with gr.Row(elem_classes="actions"):
        propose = gr.Button("Propose", min_width=110, scale=0, elem_id="propose")
        start = gr.Button("Train", variant="primary", min_width=110, scale=0, elem_id="train")
        pause = gr.Button("Pause", interactive=False, min_width=100, scale=0, elem_id="pause")
        stop = gr.Button("Stop", interactive=False, min_width=100, scale=0, elem_id="stop-training")
    progress = gr.HTML(html.status(NOTHING, 0, busy=False), elem_id="training")
    curve = gr.Plot(visible=False, show_label=False, container=False, elem_classes="curve", elem_id="training-curve")
    live, report = gr.HTML(elem_id="live"), gr.HTML(elem_id="report")
    parts = Parts(planned, progress, curve, live, report, start, pause, stop, gr.State(""), *_after())
    _connect(tab, form, parts, propose)
    bigger_panel(form)
    return parts


def _after() -> tuple[Any, ...]:
    """What can be done with what was trained."""
    note, trained = gr.HTML(), gr.State("")
    with gr.Row(elem_classes="actions"):
        look: dict[str, Any] = {"visible": False, "size": "md", "scale": 0}
        use = gr.Button("Use it now", variant="primary", min_width=150, elem_id="use-trained", **look)
        zipped = gr.Button("Download (.zip)", min_width=150, elem_id="zip-trained", **look)
        show = gr.Button("Show under Checkpoints, to push it", min_width=260, elem_id="to-push", **look)
        packed = gr.DownloadButton("The zip", visible="hidden", elem_id="packed-trained")
    made = zipped.click(checkpoints_tab.pack, trained, [note, packed], **ASKING)
    made.then(None, packed, js="file => file && document.querySelector('#packed-trained').click()", **QUIET)
    return trained, note, use, zipped, show


def _connect(tab: gr.Tab, form: Form, parts: Parts, propose: gr.Button) -> None:
    """Have a plan made whenever other data or another base is chosen; a file and bundled data exclude each other."""
    asked: Any = form.components()
    settings = [parts.plan, *form.settings.values()]

    def planned(values: dict[Any, Any]) -> Changed:
        told, chosen = propose_for(form.entered(values))
        return {parts.plan: told} | {form.settings[name]: value for name, value in chosen.items()}

    planning = form.number.change(planned, asked, settings, trigger_mode="multiple", **ASKING)
    _connect_data(tab, form, parts, planning)
    cancels: dict[str, Any] = {"cancels": [planning]}
    propose.click(lambda values: propose_with(form.entered(values)), asked, parts.plan, **ASKING, **cancels)

    def training(values: dict[Any, Any]) -> Iterator[Changed]:
        for changed in train(form.entered(values)):
            yield parts.named(changed)

    # At once, for the training itself may have to wait in the queue; it tells more as soon as its turn has come.
    waiting = parts.start.click(_waiting, outputs=[parts.progress, parts.start], **QUIET)
    shown = [one for name, one in vars(parts).items() if name != "note"]
    waiting.then(
        training,
        asked,
        shown,
        concurrency_id="train",
        concurrency_limit=1,
        show_progress="hidden",
        **PRIVATE,
        **cancels,
    )
    parts.pause.click(rest, [parts.key, parts.pause], parts.pause, **QUIET)
    parts.stop.click(halt, parts.key, parts.stop, **QUIET)


def _connect_data(tab: gr.Tab, form: Form, parts: Parts, planning: Any) -> None:
    number = form.number
    running: dict[str, Any] = PRIVATE | {"cancels": [planning], "concurrency_limit": None, "show_progress": "hidden"}
    tab.select(lambda number: number or 1, number, number, **PRIVATE | {"show_progress": "hidden"})

    def chosen(title: str, count: int) -> Changed:
        """The data of another task; nothing of the old task's training stays."""
        kind = Entered(title).kind
        groups = {row: gr.Row(visible=name == kind.name) for name, row in form.groups.items()}
        return (
            {form.series: offered_for(kind), form.file: None, parts.report: "", parts.live: ""}
            | groups
            | {number: count + 1}
        )

    changed = [form.series, form.file, parts.report, parts.live, number, *form.groups.values()]
    form.task.input(chosen, [form.task, number], changed, **running)
    form.file.upload(lambda count: (None, count + 1), number, [form.series, number], **running)
    form.series.input(lambda count: (None, count + 1), number, [form.file, number], **running)
    fields = [form.base, *(one for group in form.reading.values() for one in group.values())]
    for one in fields:
        event = one.input if isinstance(one, gr.Dropdown | gr.Checkbox) else one.submit
        event(lambda count: count + 1, number, number, **running)


def connect_use(parts: Parts, places: Places, checkpoints: CheckpointsTab) -> None:
    """Have what was trained be opened where it is used, or shown where it can be pushed."""
    connect_opening(parts.use, parts.trained, parts.note, places)

    def shown(model: str) -> Changed:
        found = checkpoints_tab.choose_in(checkpoints, None, model)
        listed = {checkpoints.listed: checkpoints_tab.listing(model)}
        return {places.tabs: gr.Tabs(selected=CHECKPOINTS)} | found | listed

    parts.show.click(shown, parts.trained, [places.tabs, *checkpoints.chosen(), checkpoints.listed], **ASKING)


def propose_for(entered: Entered) -> tuple[str, dict[str, Any]]:
    """What was read, and the settings that its size suggests, or the checkpoint to fine-tune."""
    try:
        found = plan(entered.asked(caller_of(None), proposed=True))
    except RnnlabError as error:
        return html.refusal(str(error), ""), {}
    return train_panels.plan_panel(found), dict(found.settings)


def propose_with(entered: Entered) -> str:
    """What was read, and how long these settings take."""
    try:
        return train_panels.plan_panel(plan(entered.asked(caller_of(None))))
    except RnnlabError as error:
        return html.refusal(str(error), "")


def train(entered: Entered) -> Iterator[dict[str, Any]]:
    """Train; yields what changes, by the names of Parts."""
    hidden = dict.fromkeys(("use", "zipped", "show"), gr.Button(visible=False))
    blank = {"live": "", "report": "", "trained": "", "key": ""}
    yield {"progress": html.status(READING, 0), "start": gr.Button(interactive=False)} | blank | hidden
    try:
        caller = caller_of(None)
        asked = entered.asked(caller)
        going = _Going(plan(asked))
        key, events = begin(asked, report_every=going.plan.report_every)
        curve = gr.Plot(train_panels.curve([], going.plan), visible=True)
        stops = {"pause": gr.Button("Pause", interactive=True), "stop": gr.Button(interactive=True)}
        yield {"plan": train_panels.plan_panel(going.plan), "curve": curve, "key": key} | stops
        for event in events:
            if isinstance(event, Trained):
                details = checkpoint_panels.details(show(event.model, caller=caller))
                done = {"progress": html.status(_ended(event), 1, busy=False), "report": details, "key": ""}
                shown = dict.fromkeys(("use", "zipped", "show"), gr.Button(visible=True))
                yield done | {"trained": event.model} | _idle() | shown
                return
            yield _told(event, going)
    except RnnlabError as error:
        yield {"progress": html.refusal(str(error), ""), "trained": "", "key": ""} | _idle() | hidden


def _told(event: TrainReport | Pulse, going: _Going) -> dict[str, Any]:
    if isinstance(event, TrainReport):
        going.reports.append(event)
        return train_panels.shown(going.reports, going.plan)
    return {"progress": train_panels.status(event, going.reports, going.plan)}


def _idle() -> dict[str, Any]:
    halted = gr.Button("Pause", interactive=False), gr.Button("Stop", interactive=False)
    return {"start": gr.Button(interactive=True), "pause": halted[0], "stop": halted[1]}


def _ended(event: Trained) -> str:
    words = "Stopped; the best weights so far were kept." if event.ended_early else "Done."
    return " ".join([words, *event.summary.get("advice", [])])


def _waiting() -> tuple[Any, ...]:
    wait = JOBS.most_left
    before = f"Another training uses the machine, for {wait / 60:.0f} more minutes at most. " if wait else ""
    words = f"Waiting for the machine. {before}One training runs at a time; keep this page open."
    return html.status(words, 0), gr.Button(interactive=False)


def rest(key: str, words: str) -> Any:
    """Pause a training, or resume it."""
    resting = words == "Pause"
    try:
        steer(key, "pause" if resting else "resume")
    except RnnlabError:
        return gr.skip()
    return gr.Button("Resume" if resting else "Pause")


def halt(key: str) -> Any:
    """Stop a training."""
    try:
        steer(key, "stop")
    except RnnlabError:
        return gr.skip()
    return gr.Button("Stopping …", interactive=False)
