"""The tutorial's model, trained while one looks on: layout and events; knows no network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.kind import Request
from rnnlab.runtime.run_log import TrainReport, TrainResult
from rnnlab.runtime.training import train as training_of
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.page import figures, panels
from rnnlab.widgets import html
from rnnlab.widgets.events import PRIVATE

SERIES, UNIT = "AAPL", "USD"
MOST_SEEDS = 5
EPOCHS = 100
STORY = """
Countless tutorials train a small recurrent network on Apple's daily closes, 19 days in and the next one out, and are
pleased with a test error of about 3 dollars. **Repeating yesterday's close does better, and needs no network.** What is
more, the tutorial scales its prices by all of them, those of the test included, and so tells the network how high they
will rise. Train it here, with that leak and without.
"""
WAITING = "Press Train it: the loss of each seed is drawn as it falls."
Curves = dict[tuple[int, str], list[tuple[float, float]]]


def tutorial_panel() -> None:
    """Lay the panel out and connect its events."""
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="tutorial-row"):
        seeds = gr.Slider(
            1, MOST_SEEDS, 1, step=1, label="Seeds", info="Trainings from different random starts; some 12 s each"
        )
        with gr.Column(min_width=220):
            with gr.Row():
                start = gr.Button("Train it", variant="primary", min_width=90)
                stop = gr.Button("Stop", interactive=False, min_width=90)
            progress = gr.HTML(html.status(WAITING, 0, busy=False))
    curve = gr.Plot(
        figures.loss_figure({}, EPOCHS), show_label=False, container=False, elem_classes="curve", elem_id="curve"
    )
    table = gr.HTML(elem_id="tutorial-scores")
    training = start.click(
        train,
        [seeds],
        [progress, curve, table, start, stop],
        concurrency_id="train",
        concurrency_limit=1,
        show_progress="hidden",
        **PRIVATE,
    )
    halted = stop.click(None, cancels=[training], queue=False, show_progress="hidden", **PRIVATE)
    # Only once nothing more can come: a report on its way would otherwise undo what this shows.
    halted.then(_stopped, outputs=[progress, start, stop], queue=False, show_progress="hidden", **PRIVATE)


def train(seeds: float) -> Iterator[tuple[Any, ...]]:
    """Train the tutorial's model; yields the status, the curve, the table and the two buttons after each report."""
    idle, busy = gr.Button(interactive=True), gr.Button(interactive=False)
    curves: Curves = {}
    yield html.status("Starting …", 0), figures.loss_figure({}, EPOCHS), "", busy, idle
    try:
        arguments = {"recipe": "tutorial", "seeds": _bounded(seeds)}
        for report in training_of(KIND, Request.of(SERIES, arguments=arguments)):
            if isinstance(report, TrainResult):
                table = panels.tutorial_table(report.summary, UNIT)
                yield html.status("Done.", 1, busy=False), gr.skip(), table, idle, busy
            else:
                curves.setdefault((report.seed, report.variant), []).append((report.epoch, report.loss))
                share = _share(curves, int(seeds), report)
                yield html.status(_words(report), share), figures.loss_figure(curves, EPOCHS), *[gr.skip()] * 3
    except RnnlabError as error:
        yield html.refusal(str(error), ""), gr.skip(), gr.skip(), idle, busy


def _stopped() -> tuple[Any, ...]:
    return html.status("Stopped.", 0, busy=False), gr.Button(interactive=True), gr.Button(interactive=False)


def _bounded(seeds: float) -> int:
    """The slider's bounds hold for whoever sends a number past the slider, too."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise RnnlabError(f"Between 1 and {MOST_SEEDS} seeds can be trained here, not {seeds:g}.")
    return int(seeds)


def _share(curves: Curves, seeds: int, report: TrainReport) -> float:
    """How much of all trainings is done: each seed is trained twice."""
    return (len(curves) - 1 + report.step / report.steps) / (2 * seeds)


def _words(report: TrainReport) -> str:
    kind = "without its leak" if report.variant else "as taught"
    score = f", test RMSE {report.scores['test_rmse']:.2f}" if "test_rmse" in report.scores else ""
    return f"Seed {report.seed}, {kind}: epoch {report.epoch:.0f} of {EPOCHS}, loss {report.loss:.2g}{score}"
