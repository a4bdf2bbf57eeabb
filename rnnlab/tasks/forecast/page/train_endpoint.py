"""The public endpoint /train_forecast; its name, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rnnlab.runtime.page_training import Asked
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.page.request import FIRST, Source
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.endpoints import LIMITS, streamed, whole
from rnnlab.widgets.events import filled


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
    reading = {"ticker": filled(ticker), "dates": filled(dates), "encoding": filled(encoding)}

    def asked() -> Asked:
        source = Source(data, file)
        arguments = reading if file else {}
        return Asked.of(KIND, source.data(), whole(settings, KIND), arguments, caller=caller_of(None))

    yield from streamed(asked)


def add_train_endpoint() -> None:
    """Add the endpoint to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        data, file, cell = gr.Textbox(FIRST, label="data"), gr.File(label="file"), gr.Textbox("", label="cell")
        sizes = [gr.Number(0, label=name, precision=0) for name in ("hidden", "layers", "epochs")]
        rate, answer, call = gr.Number(0, label="lr"), gr.JSON(label="answer"), gr.Button()
        reading = [gr.Textbox("", label=name) for name in ("ticker", "dates", "encoding")]
    given = [data, file, cell, *sizes, rate, *reading]
    call.click(train_forecast, given, answer, api_name="train_forecast", **LIMITS)
