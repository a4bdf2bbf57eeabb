"""A writing checkpoint, its record checked field by field and opened: model, vocabulary and engine; knows no folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from rnnlab.data.kinds import DIGEST, Kind, find_fault, listed, maybe, number, record, ruled, settings, text, whole
from rnnlab.data.text.vocab import Vocabulary, open_vocabulary
from rnnlab.errors import CheckpointError, DataError
from rnnlab.nn.model import SequenceModel
from rnnlab.nn.stepping import Engine, open_engine
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint.checkpoint import CONFIG, Checkpoint, build_model
from rnnlab.train.checkpoint.files import refuse_fault
from rnnlab.train.checkpoint.record_fields import LINE, METRICS, ORIGIN
from rnnlab.train.progress import TrainConfig

SCORES = ("nats_per_char_windows", "ngram_nats_per_char")  # which a training that has ended tells together

_NATS = number(0, 100)  # a character; a uniform guess among all characters there are has 14
_SAMPLE = record({"temperature": number(0), "seed": whole(), "text": text()})
_SCORED = {
    "nats_per_char_windows": _NATS,
    "ngram_nats_per_char": _NATS,
    "nats_per_char_streamed": number(0),
    "nats_per_char_int8": number(0),
    "bits_per_char": number(0),
    "characters": whole(1),
    "ngram_characters": whole(),
    "parameters": whole(1),
    "output_scale": number(0),
    "before": record({"nats_per_char_windows": number(0), "nats_per_char_streamed": number(0)}),
    "openings": listed(LINE),
    "samples": listed(_SAMPLE),
}
_TEXT = record(
    {"title": LINE, "sha256": DIGEST},
    {
        "name": LINE,
        "characters": whole(1),
        "alphabet": whole(1, 0x110000),
        "source": LINE,
        "language": maybe(LINE),
        "shards": whole(1),
    },
)
# The writer that it learnt on from.
_FROM = record({"name": LINE, "title": LINE, "sha256": DIGEST})


def _scored_whole(metrics: Mapping[str, Any]) -> bool:
    return len(set(SCORES) & set(metrics)) != 1


FIELDS: dict[str, Kind] = {
    "train": record({}, settings(TrainConfig, TextConfig)),
    "metrics": ruled(
        record({}, METRICS | _SCORED), f"an object with both of {' and '.join(SCORES)} or neither", _scored_whole
    ),
    "provenance": record({"data": listed(_TEXT, 1)}, {"from": _FROM} | ORIGIN),
}


@dataclass(frozen=True)
class Writer:
    """All that writing needs, shared by whoever writes at a time."""

    checkpoint: Checkpoint
    model: SequenceModel
    vocabulary: Vocabulary
    engine: Engine


def open_writer(checkpoint: Checkpoint, device: torch.device | str = "cpu", weights: str = "fp32") -> Writer:
    """Make a checkpoint ready to write.

    Args:
        checkpoint: a writer's.
        device: where to compute.
        weights: "fp32" or "int8", see rnnlab.nn.stepping.

    Raises:
        CheckpointError: it was trained for something else, or its vocabulary is damaged or not its model's.
        RnnlabError: the device cannot step on such weights.
    """
    vocabulary = check_record(checkpoint)
    model = build_model(checkpoint).to(device)
    return Writer(checkpoint, model, vocabulary, open_engine(model, weights))


def check_record(checkpoint: Checkpoint) -> Vocabulary:
    """Raise CheckpointError unless a checkpoint's record, the weights aside, is a writer's in every field.

    Returns:
        The vocabulary that it describes.
    """
    if checkpoint.task != "text":
        raise CheckpointError(
            f"This checkpoint was trained for {checkpoint.task!r:.40}, not for writing; open another."
        )
    try:
        vocabulary = open_vocabulary(checkpoint.codec.get("vocabulary", {}))
    except DataError as error:
        raise CheckpointError(str(error)) from error
    if not checkpoint.model.vocabulary == checkpoint.model.outputs == vocabulary.size:
        raise CheckpointError(
            f"The checkpoint's vocabulary has {vocabulary.size:,} ids where its model predicts "
            f"{checkpoint.model.outputs:,}; fetch or train the checkpoint anew."
        )
    if checkpoint.model.skip:
        raise CheckpointError("No writer has a linear path (skip) as this checkpoint does; open another.")
    for part, kind in FIELDS.items():
        refuse_fault(CONFIG, find_fault(getattr(checkpoint, part), kind, part))
    return vocabulary
