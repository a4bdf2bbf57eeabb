"""What a visitor of the tab Train sets: laid out from the tasks' own options, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.options import Option
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.page_training import SHOWN, Asked
from rnnlab.service.summary import bundled_models
from rnnlab.tasks.kind import TaskKind
from rnnlab.tasks.registry import kinds
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import filled

GONE = "Your file is no longer here, as uploads are deleted after a while; upload it again."


@dataclass(frozen=True)
class Entered:
    """The form's values. reading: how files are read, by name. begun: a stopped training that was brought, or ""."""

    task: str
    series: str | None = None
    files: Sequence[str] = ()
    begun: str = ""
    settings: Mapping[str, Any] | None = None
    base: str | None = None
    reading: Mapping[str, Any] | None = None

    @property
    def kind(self) -> TaskKind:
        """Of the task that is chosen by its title."""
        return next(kind for kind in kinds() if kind.title == self.task)

    def data(self) -> list[str]:
        """Names and paths, never a path that a visitor wrote; RnnlabError if there are none."""
        if self.files:
            if not all(Path(file).is_file() for file in self.files):
                raise RnnlabError(GONE)
            return list(self.files)
        if self.series not in self.kind.bundled():
            raise RnnlabError("No data is chosen; choose some, or upload a file.")
        return [str(self.series)]

    def asked(self, caller: Caller, *, proposed: bool = False) -> Asked:
        """What to train; with the size's own settings if they are to be proposed. A resumed training keeps its own."""
        kind = self.kind
        names = {known.name for known in kind.options()}
        reading = self._reading(kind)
        settings = {} if proposed or self.begun else _whole(self.settings or {}, kind)
        settings |= {} if self.begun else {name: value for name, value in reading.items() if name in names}
        arguments = {name: value for name, value in reading.items() if name in kind.arguments}
        base = None if self.begun else filled(self.base)
        return Asked.of(kind, self.data(), settings, arguments, begun=self.begun or None, base=base, caller=caller)

    def _reading(self, kind: TaskKind) -> dict[str, Any]:
        """What was entered on how files are read, what is as it was left out; arguments are of files alone."""
        values = self.reading or {}
        entered = {known.name: (known, values.get(known.name)) for known in kind.form()}
        found = {
            name: filled(value) if isinstance(value, str) else known.kind(value)
            for name, (known, value) in entered.items()
            if value not in (None, "", known.default)
        }
        return found if self.files else {name: value for name, value in found.items() if name not in kind.arguments}


@dataclass(frozen=True)
class Form:
    """The form's components. reading: by task, how its files are read. number: makes a plan when it changes."""

    task: gr.Radio
    series: gr.Dropdown
    file: gr.File
    settings: dict[str, Any]
    base: gr.Dropdown
    reading: dict[str, dict[str, Any]]
    groups: dict[str, gr.Row]
    begun: gr.State
    number: gr.State

    def components(self) -> set[Any]:
        """All that `entered` reads."""
        groups = [one for group in self.reading.values() for one in group.values()]
        return {self.task, self.series, self.file, *self.settings.values(), self.base, *groups, self.begun}

    def entered(self, values: Mapping[Any, Any]) -> Entered:
        """The values by component -> what was entered."""
        title = values[self.task]
        kind = next(kind for kind in kinds() if kind.title == title)
        return Entered(
            title,
            values[self.series],
            values[self.file] or (),
            values[self.begun],
            {name: values[one] for name, one in self.settings.items()},
            values[self.base],
            {name: values[one] for name, one in self.reading[kind.name].items()},
        )


def lay_form() -> Form:
    """Lay out the data and the settings, as for the first task."""
    first = kinds()[0]
    offered = list(first.bundled())
    with gr.Row(elem_classes="choosers"):
        task = gr.Radio([kind.title for kind in kinds()], value=first.title, label="Task", min_width=200)
        with gr.Column(min_width=150):
            series = gr.Dropdown(
                offered, value=offered[0] if offered else None, label="Bundled data", info="Included with the page"
            )
        with gr.Column(min_width=150):
            file = drop("Your own file", "Several texts are read as one", (), "train-file", several=True)
    return Form(task, series, file, *_settings(), *_reading(), gr.State(""), gr.State(0))


def offered_for(kind: TaskKind) -> gr.Dropdown:
    """The data that come with the page for a task."""
    names = list(kind.bundled())
    return gr.Dropdown(choices=names, value=names[0] if names else None)


def _settings() -> tuple[dict[str, Any], gr.Dropdown]:
    """Choosers of the settings that all tasks have, and of a checkpoint to fine-tune."""
    with gr.Accordion("Settings of the network and its training", open=False, elem_classes="settings"):
        with gr.Row():
            cells = next(known.choices for known in kinds()[0].options() if known.name == "cell")
            cell = gr.Dropdown(list(cells), value="gru", label="Cell", info="Kind of recurrent cell", min_width=110)
            hidden = gr.Slider(4, 512, 16, step=4, label="Units", info="Per layer", min_width=150)
            layers = gr.Slider(1, 4, 1, step=1, label="Layers", info="Stacked", min_width=130)
            epochs = gr.Slider(1, 400, 60, step=1, label="Epochs", info="Passes over the data", min_width=150)
            rate = gr.Number(0.01, label="Learning rate", info="Peak value", min_width=130)
        models = [name for kind in kinds() for name in bundled_models(kind)]
        base = gr.Dropdown(
            ["", *models],
            value="",
            label="Fine-tune",
            allow_custom_value=True,
            info="Optional: a checkpoint of the chosen task, or owner/name on the Hub. It keeps its architecture",
        )
    return dict(zip(SHOWN, (cell, hidden, layers, epochs, rate), strict=True)), base


def _reading() -> tuple[dict[str, dict[str, Any]], dict[str, gr.Row]]:
    """By task, a row of what its own options say of how files are read; the first task's is shown."""
    choosers, groups = {}, {}
    with gr.Accordion("How your file is read", open=False, elem_classes="settings"):
        for number, kind in enumerate(kinds()):
            with gr.Row(visible=number == 0) as groups[kind.name]:
                choosers[kind.name] = {known.name: _chooser(known) for known in kind.form()}
    return choosers, groups


def _chooser(known: Option) -> Any:
    """A field for an option, its gloss the option's own words."""
    label, info = known.name.replace("_", " ").capitalize(), known.help[0].upper() + known.help[1:]
    if known.choices:
        choices = [(one or "detect automatically", one) for one in known.choices]
        return gr.Dropdown(choices, value=known.default, label=label, info=info, min_width=150)
    if known.kind is bool:
        return gr.Checkbox(bool(known.default), label=label, info=info, min_width=150)
    if known.kind is str:
        return gr.Textbox(str(known.default), label=label, info=info, max_lines=1, min_width=150)
    precision = 0 if known.kind is int else None
    assert isinstance(known.default, int | float)
    return gr.Number(known.default, label=label, info=info, precision=precision, min_width=150)


def _whole(settings: Mapping[str, Any], kind: TaskKind) -> dict[str, Any]:
    """The settings that the task has, whole numbers where they are to be whole."""
    kinds_of = {known.name: known.kind for known in kind.options()}
    return {name: kinds_of[name](value or 0) for name, value in settings.items() if name in kinds_of}
