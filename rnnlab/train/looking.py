"""What can be known of a checkpoint before its weights are there: its record, its card, and how large it is."""

from __future__ import annotations

from pathlib import Path

import torch

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.train import checkpoint
from rnnlab.train.checkpoint import Checkpoint, check_config, seal
from rnnlab.train.strictly import parse_json, read_bytes, refuse


def look(folder: Path, name: str) -> Checkpoint:
    """Read config.json as strictly as `checkpoint.load` does, and the card; the weights are left out and unchecked.

    Args:
        folder: holds config.json, and README.md if there is a card.
        name: what to call it in messages.

    Raises:
        CheckpointError: the record is missing, damaged, foreign, too large or from another version.
    """
    config = parse_json(
        read_bytes(folder, checkpoint.CONFIG, name, checkpoint.LARGEST_CONFIG), f"{name}/{checkpoint.CONFIG}"
    )
    whole = seal(config) == config.get(checkpoint.SEAL)
    model = check_config(config, f"{name}/{checkpoint.CONFIG}")
    if not whole:
        refuse(f"{name}/{checkpoint.CONFIG}", "is not as it was written")
    card = (
        read_bytes(folder, checkpoint.CARD, name, checkpoint.LARGEST_CONFIG).decode("utf-8", "replace")
        if (folder / checkpoint.CARD).exists()
        else ""
    )
    parts = {part: config[part] for part in ("codec", "train", "metrics", "provenance")}
    return Checkpoint(task=config["task"], model=model, weights={}, card=card, **parts)


def weight_count(model: ModelConfig) -> int:
    """How many numbers a model of these sizes is made of; none of them is made."""
    with torch.device("meta"):
        return SequenceModel(model).parameter_count()


def check_size(model: ModelConfig) -> None:
    """Raise RnnlabError if a model's weights, in float32, are more than `load` would read; before it is trained."""
    numbers = weight_count(model)
    if 4 * numbers > checkpoint.LARGEST_WEIGHTS - checkpoint.ROOM_FOR_NAMES:
        raise RnnlabError(
            f"A model of these sizes has {4 * numbers / 1e6:,.0f} MB of weights where a checkpoint may have "
            f"{checkpoint.LARGEST_WEIGHTS / 1e6:g}; choose fewer units, layers, distinct ids or a narrower embedding."
        )
