"""The public endpoint /train_text; its name, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.page_training import Asked
from rnnlab.tasks.text.kind import KIND
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.endpoints import LIMITS, streamed, whole


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
        level: "char", "subword" or "word".
        base: a writer to fine-tune, as shakespeare, or owner/name of the Hub; it keeps its shape and its level.
        encoding: what the text is encoded in, as KOI8-R; empty to find out.
        column: of a table (CSV, JSON, Parquet): the column of texts; each cell is a document.
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
    settings |= {"encoding": encoding, "column": column, "documents": documents, "marker": marker, "shuffle": shuffle}

    def asked() -> Asked:
        data = [one for one in (file, *(files or ())) if one]
        if not data:
            raise RnnlabError("No file was given; give a text.")
        return Asked.of(KIND, data, whole(settings, KIND), base=base or None, caller=caller_of(token))

    yield from streamed(asked)


def add_train_endpoint() -> None:
    """Add the endpoint to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        file, files = gr.File(label="file"), gr.File(label="files", file_count="multiple")
        cell, level = gr.Textbox("", label="cell"), gr.Textbox("", label="level")
        sizes = [gr.Number(0, label=name, precision=0) for name in ("hidden", "layers", "epochs")]
        rate, base = gr.Number(0, label="lr"), gr.Textbox("", label="base")
        reading = [gr.Textbox("", label=name) for name in ("encoding", "column", "documents", "marker")]
        shuffle, answer, call = gr.Number(0, label="shuffle", precision=0), gr.JSON(label="answer"), gr.Button()
    given = [file, cell, *sizes, rate, level, base, *reading, shuffle, files]
    call.click(train_text, given, answer, api_name="train_text", **LIMITS)
