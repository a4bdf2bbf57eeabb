"""A checkpoint's own record and card, without its weights: what it says of itself before anything large is fetched."""

from __future__ import annotations

from pathlib import Path

import torch

from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.train.checkpoint import CARD, CONFIG, LARGEST_CONFIG, SEAL, Checkpoint, check_config, seal
from rnnlab.train.strictly import parse_json, read_bytes, refuse


def look(folder: Path, name: str) -> Checkpoint:
    """Read config.json as strictly as `checkpoint.load` does, and the card; the weights are left out and unchecked.

    Args:
        folder: holds config.json, and README.md if there is a card.
        name: what to call it in messages.

    Raises:
        CheckpointError: the record is missing, damaged, foreign, too large or from another version.
    """
    config = parse_json(read_bytes(folder, CONFIG, name, LARGEST_CONFIG), f"{name}/{CONFIG}")
    whole = seal(config) == config.get(SEAL)
    model = check_config(config, f"{name}/{CONFIG}")
    if not whole:
        refuse(f"{name}/{CONFIG}", "is not as it was written")
    card = read_bytes(folder, CARD, name, LARGEST_CONFIG).decode("utf-8", "replace") if (folder / CARD).exists() else ""
    parts = {part: config[part] for part in ("codec", "train", "metrics", "provenance")}
    return Checkpoint(task=config["task"], model=model, weights={}, card=card, **parts)


def weight_count(model: ModelConfig) -> int:
    """How many numbers a model of these sizes is made of; none of them is made."""
    with torch.device("meta"):
        return SequenceModel(model).parameter_count()
