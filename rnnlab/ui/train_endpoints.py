"""The page's public endpoints /train_text and /train_forecast; their names, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.reports import TrainReport
from rnnlab.service import visit_training
from rnnlab.service.visit_training import Trained, train_visit
from rnnlab.tasks.forecast.page.reading import AS_IT_IS, Reading
from rnnlab.tasks.forecast.page.request import FIRST, Source
from rnnlab.tasks.text.page.reading import text_settings
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.wording import answer_for_programs, for_programs

TOLD = ("step", "steps", "epoch", "gradient_norm", "rate", "per_second", "seconds_left", "sample", "message")
LEFT_OUT = ("curve", "openings", "samples")  # the checkpoint has them


def train_text(
    token: gr.OAuthToken | None,
    file: str | None,
    cell: str = "",
    hidden: float = 0,
    layers: float = 0,
    epochs: float = 0,
    lr: float = 0,
    level: str = "",
    base: str = "",
    encoding: str = "",
    column: str = "",
    documents: str = "",
    marker: str = "",
    shuffle: float = 0,
    files: list[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Train a writer on a text file; streams its reports, then what it can be opened by for about two hours.

    Args:
        file: a text of an author, or a table with a column of texts; by gradio_client's handle_file.
        cell: "rnn", "gru" or "lstm"; empty for what is proposed, as every setting.
        hidden: units of each recurrent layer.
        layers: recurrent layers.
        epochs: passes over the text.
        lr: the highest learning rate.
        level: "char" or "word".
        base: a writer to learn on from, as shakespeare, or owner/name of the Hub; it keeps its shape and its level.
        encoding: what the text is encoded in, as KOI8-R; empty to find out.
        column: of a table (CSV, JSON, Parquet): the column of texts, each of which is a document.
        documents: what a document is: "whole", the file, "blank-line", "marker" or "line"; empty for the file.
        marker: the line between two documents, with documents="marker".
        shuffle: a seed by which documents are mixed before the end is held out; 0 leaves their order.
        files: further files, which with the first one are one text.

    Returns:
        Reports {step, steps, epoch, training_loss, validation_loss, baseline_loss, gradient_norm, rate, per_second,
        seconds_left, sample, message}; at last {model, ended_early, …the scores that `evaluate` gives}, and with `base`
        `before`, its scores on the same held-out part.
    """
    settings = {"cell": cell, "hidden": hidden, "layers": layers, "epochs": epochs, "lr": lr, "level": level}
    settings |= text_settings(encoding, (column, documents or None, marker, shuffle))
    yield from _streamed("text", [one for one in (file, *(files or ())) if one], settings, base or None, token)


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
        raise gr.Error(for_programs(str(error)), print_exception=False) from error
    yield from _streamed("forecast", found, settings, how=Reading.of((ticker, dates, encoding)))


def add_train_endpoints() -> None:
    """Add the endpoints to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        data, file = gr.Textbox(FIRST, label="data"), gr.File(label="file")
        cell, level = gr.Textbox("", label="cell"), gr.Textbox("", label="level")
        hidden, layers = gr.Number(0, label="hidden", precision=0), gr.Number(0, label="layers", precision=0)
        epochs, rate = gr.Number(0, label="epochs", precision=0), gr.Number(0, label="lr")
        base, answer, call = gr.Textbox("", label="base"), gr.JSON(label="answer"), gr.Button()
        reading = [gr.Textbox("", label=name) for name in ("ticker", "dates", "encoding")]
        of_texts = [gr.Textbox("", label=name) for name in ("encoding", "column", "documents", "marker")]
        shuffle, files = gr.Number(0, label="shuffle", precision=0), gr.File(label="files", file_count="multiple")
    shared = [cell, hidden, layers, epochs, rate]
    limits: dict[str, Any] = {"concurrency_id": "train", "concurrency_limit": 1}
    call.click(
        train_text, [file, *shared, level, base, *of_texts, shuffle, files], answer, api_name="train_text", **limits
    )
    call.click(train_forecast, [data, file, *shared, *reading], answer, api_name="train_forecast", **limits)


def _streamed(
    task: str,
    data: str | list[str],
    settings: dict[str, Any],
    base: str | None = None,
    token: gr.OAuthToken | None = None,
    how: Reading = AS_IT_IS,
) -> Iterator[dict[str, Any]]:
    given = {name: value for name, value in settings.items() if value}
    try:
        if not data:
            raise RnnlabError("No file was given; give a text.")
        caller = caller_of(token)
        plan = visit_training.plan(
            task, data, given, base=base, caller=caller, ticker=how.ticker, dates=how.dates, encoding=how.encoding
        )  # fmt: skip
        wanted = given | {"report_every": plan.report_every}
        _, events = train_visit(
            task, data, wanted, base=base, caller=caller, ticker=how.ticker, dates=how.dates, encoding=how.encoding
        )  # fmt: skip
        for event in events:
            if isinstance(event, TrainReport):
                yield _report(event, plan.baseline)
            elif isinstance(event, Trained):
                kept = {name: value for name, value in event.summary.items() if name not in LEFT_OUT}
                yield {"model": event.model, "ended_early": event.ended_early} | answer_for_programs(kept)
    except RnnlabError as error:
        raise gr.Error(for_programs(str(error)), print_exception=False) from error


def _report(report: TrainReport, baseline: float) -> dict[str, Any]:
    losses = {"training_loss": report.loss, "validation_loss": report.scores.get("loss"), "baseline_loss": baseline}
    return {name: getattr(report, name) for name in TOLD} | losses
