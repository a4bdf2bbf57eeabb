"""A writing checkpoint, opened: model, vocabulary and engine together; knows no folder and no page."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from rnnlab.data.kinds import find_fault
from rnnlab.data.text.vocab import Vocabulary, open_vocabulary
from rnnlab.errors import CheckpointError, DataError
from rnnlab.nn.model import SequenceModel
from rnnlab.nn.stepping import Engine, open_engine
from rnnlab.tasks.text.fields import FIELDS
from rnnlab.train.checkpoint.checkpoint import CONFIG, Checkpoint, build_model
from rnnlab.train.checkpoint.files import refuse_fault


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
