"""The page's public endpoints /train_text and /train_forecast; their names, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rnnlab import service
from rnnlab.errors import RnnlabError
from rnnlab.service import Trained, TrainReport
from rnnlab.ui.asked_forecast import FIRST, Source
from rnnlab.ui.reading_files import AS_IT_IS, Reading
from rnnlab.ui.callers import caller_of

TOLD = ("step", "steps", "epoch", "gradient_norm", "rate", "per_second", "seconds_left", "sample", "message")
LEFT_OUT = ("curve", "openings", "samples")  # the checkpoint has them


def train_text(
    file: str | None,
    cell: str = "",
    hidden: float = 0,
    layers: float = 0,
    epochs: float = 0,
    lr: float = 0,
    level: str = "",
) -> Iterator[dict[str, Any]]:
    """Train a writer on a text file; streams its reports, then what it can be opened by for about two hours.

    Args:
        file: a plain text of an author; by gradio_client's handle_file.
        cell: "rnn", "gru" or "lstm"; empty for what is proposed, as every setting.
        hidden: units of each recurrent layer.
        layers: recurrent layers.
        epochs: passes over the text.
        lr: the highest learning rate.
        level: "char" or "word".

    Returns:
        Reports {step, steps, epoch, training_loss, validation_loss, baseline_loss, gradient_norm, rate, per_second,
        seconds_left, sample, message}; at last {model, ended_early, …the scores that `evaluate` gives}.
    """
    settings = {"cell": cell, "hidden": hidden, "layers": layers, "epochs": epochs, "lr": lr, "level": level}
    yield from _streamed("text", file or "", settings)


def train_forecast(
    data: str = "",
    file: str | None = None,
    cell: str = "",
    hidden: float = 0,
    layers: float = 0,
    epochs: float = 0,
    lr: float = 0,
    ticker: str = "",
    dates: str = "",
    encoding: str = "",
) -> Iterator[dict[str, Any]]:
    """Train a forecaster on a series; streams its reports, then what it can be opened by for about two hours.

    Args:
        data: a bundled ticker, as AAPL; not looked at if a file is given.
        file: CSV, Excel, JSON or Parquet of daily prices with at least a date and a close; by gradio_client's
            handle_file.
        cell: "rnn", "gru" or "lstm"; empty for what is proposed, as every setting.
        hidden: units of each recurrent layer.
        layers: recurrent layers.
        epochs: passes over the days.
        lr: the highest learning rate.
        ticker: which one, if the file holds several.
        dates: "iso", "us" or "day-first" if the file's dates can be read in two ways.
        encoding: in which the file is written, as "shift_jis"; empty to find it.

    Returns:
        Reports {step, steps, epoch, training_loss, validation_loss, baseline_loss, gradient_norm, rate, per_second,
        seconds_left, sample, message}; at last {model, ended_early, backtests, …}.
    """
    settings = {"cell": cell, "hidden": hidden, "layers": layers, "epochs": epochs, "lr": lr}
    try:
        found = Source(data, file).data()
    except RnnlabError as error:
        raise gr.Error(str(error), print_exception=False) from error
    yield from _streamed("forecast", found, settings, Reading.of((ticker, dates, encoding)))


def add_train_endpoints() -> None:
    """Add the endpoints to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        data, file = gr.Textbox(FIRST, label="data"), gr.File(label="file")
        cell, level = gr.Textbox("", label="cell"), gr.Textbox("", label="level")
        hidden, layers = gr.Number(0, label="hidden", precision=0), gr.Number(0, label="layers", precision=0)
        epochs, rate = gr.Number(0, label="epochs", precision=0), gr.Number(0, label="lr")
        reading = [gr.Textbox("", label=name) for name in ("ticker", "dates", "encoding")]
        answer, call = gr.JSON(label="answer"), gr.Button()
    shared = [cell, hidden, layers, epochs, rate]
    limits: dict[str, Any] = {"concurrency_id": "train", "concurrency_limit": 1}
    call.click(train_text, [file, *shared, level], answer, api_name="train_text", **limits)
    call.click(train_forecast, [data, file, *shared, *reading], answer, api_name="train_forecast", **limits)


def _streamed(
    task: str, data: str, settings: dict[str, Any], how: Reading = AS_IT_IS
) -> Iterator[dict[str, Any]]:  # fmt: skip
    given = {name: value for name, value in settings.items() if value}
    try:
        if not data:
            raise RnnlabError("No file was given; give a text.")
        caller = caller_of(None)
        plan = service.plan(
            task, data, given, caller=caller, ticker=how.ticker, dates=how.dates, encoding=how.encoding
        )  # fmt: skip
        wanted = given | {"report_every": plan.report_every}
        _, events = service.train_visit(
            task, data, wanted, caller=caller, ticker=how.ticker, dates=how.dates, encoding=how.encoding
        )  # fmt: skip
        for event in events:
            if isinstance(event, TrainReport):
                yield _report(event, plan.baseline)
            elif isinstance(event, Trained):
                kept = {name: value for name, value in event.summary.items() if name not in LEFT_OUT}
                yield {"model": event.model, "ended_early": event.ended_early} | kept
    except RnnlabError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _report(report: TrainReport, baseline: float) -> dict[str, Any]:
    losses = {"training_loss": report.loss, "validation_loss": report.scores.get("loss"), "baseline_loss": baseline}
    return {name: getattr(report, name) for name in TOLD} | losses
