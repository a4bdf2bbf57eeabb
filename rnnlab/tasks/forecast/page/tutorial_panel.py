"""The tutorial's model, trained live: layout and events; independent of any network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from rnnlab.errors import RnnlabError
from rnnlab.runtime.run_log import TrainReport, TrainResult
from rnnlab.runtime.training import train as training_of
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.page import panels
from rnnlab.tasks.kind import Request
from rnnlab.widgets import html
from rnnlab.widgets.events import buttons, stoppable
from rnnlab.widgets.figures import LOSS_HEIGHT, style_of

SEED_SHADES = ("#2b7bba", "#7fb3d8", "#12466f", "#5a9bcb", "#a8cbe6")

SERIES, UNIT = "AAPL", "USD"
MOST_SEEDS = 5
EPOCHS = 100
STORY = """
Countless tutorials train a small recurrent network on Apple's daily closes, 19 days in and the next one out, and report
a test error of about 3 dollars. **Repeating yesterday's close does better, and needs no network.** The tutorial also
scales its prices by all of them, including those of the test, which leaks how high they will rise. Train it here with
that leak and without.
"""
WAITING = "Press Train it; the loss of each seed appears as it falls."
Curves = dict[tuple[int, str], list[tuple[float, float]]]


def tutorial_panel() -> None:
    """Lay the panel out and connect its events."""
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="tutorial-row"):
        info = "Trainings from different random starts, about 12 s each"
        seeds = gr.Slider(1, MOST_SEEDS, 1, step=1, label="Seeds", info=info)
        with gr.Column(min_width=220):
            with gr.Row():
                start = gr.Button("Train it", variant="primary", min_width=90)
                stop = gr.Button("Stop", interactive=False, min_width=90)
            progress = gr.HTML(html.status(WAITING, 0, busy=False))
    empty, plain = loss_figure({}, EPOCHS), dict[str, Any](show_label=False, container=False)
    curve = gr.Plot(empty, elem_classes="curve", elem_id="curve", **plain)
    table = gr.HTML(elem_id="tutorial-scores")
    stoppable(train, [seeds], [progress, curve, table, start, stop])


def train(seeds: float) -> Iterator[tuple[Any, ...]]:
    """Train the tutorial's model; yields the status, the curve, the table and the two buttons after each report."""
    curves: Curves = {}
    yield html.status("Starting …", 0), loss_figure({}, EPOCHS), "", *buttons(busy=True)
    try:
        arguments = {"recipe": "tutorial", "seeds": _bounded(seeds)}
        for report in training_of(KIND, Request.of(SERIES, arguments=arguments)):
            if isinstance(report, TrainResult):
                table = panels.tutorial_table(report.summary, UNIT)
                yield html.status("Done.", 1, busy=False), gr.skip(), table, *buttons(busy=False)
            else:
                curves.setdefault((report.seed, report.variant), []).append((report.epoch, report.loss))
                # Each seed is trained twice.
                share = (len(curves) - 1 + report.step / report.steps) / (2 * int(seeds))
                yield html.status(_words(report), share), loss_figure(curves, EPOCHS), *[gr.skip()] * 3
    except RnnlabError as error:
        yield html.refusal(str(error), ""), gr.skip(), gr.skip(), *buttons(busy=False)


def _bounded(seeds: float) -> int:
    """The slider's bounds hold for whoever sends a number past the slider, too."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise RnnlabError(f"Between 1 and {MOST_SEEDS} seeds can be trained here, not {seeds:g}.")
    return int(seeds)


def _words(report: TrainReport) -> str:
    kind = "without the leak" if report.variant else "with the leak"
    score = f", test RMSE {report.scores['test_rmse']:.2f}" if "test_rmse" in report.scores else ""
    return f"Seed {report.seed}, {kind}: epoch {report.epoch:.0f} of {EPOCHS}, loss {report.loss:.2g}{score}"


def loss_figure(curves: Mapping[tuple[int, str], Sequence[tuple[float, float]]], epochs: int) -> go.Figure:
    """Draw training losses as they come, one line a seed, dashed where the scaling saw no test price.

    Args:
        curves: (seed, variant) -> (epoch, loss) pairs; variant "" is the model as taught.
        epochs: where the horizontal axis ends.
    """
    figure = go.Figure()
    for (seed, variant), points in curves.items():
        name, dash = (f"seed {seed}, {variant}", "dot") if variant else (f"seed {seed}", "solid")
        figure.add_scatter(
            x=[epoch for epoch, _ in points],
            y=[loss for _, loss in points],
            name=name,
            mode="lines+markers",
            line={"color": SEED_SHADES[(seed - 1) % len(SEED_SHADES)], "width": 2, "dash": dash},
            marker={"size": 4},
            hovertemplate="%{y:.3g}",
        )
    figure.update_layout(**style_of(LOSS_HEIGHT), showlegend=True)
    figure.update_xaxes(title={"text": "Epoch"}, range=[0, epochs + 1], hoverformat=".0f", showgrid=False)
    figure.update_yaxes(title={"text": "Training loss, log scale"}, type="log", dtick=1, exponentformat="power")
    return figure
