"""What can be known of a checkpoint before its weights are there: its record, its card, and how large it is."""

from __future__ import annotations

from pathlib import Path

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, weight_count
from rnnlab.train.checkpoint import bounds, checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint


def look(folder: Path, name: str) -> Checkpoint:
    """Read config.json as strictly as `checkpoint.load` does, and the card; the weights are left out and unchecked.

    Args:
        folder: holds config.json, and README.md if there is a card.
        name: what to call it in messages.

    Raises:
        CheckpointError: the record is missing, damaged, foreign, too large or from another version.
    """
    config, model, whole = checkpoint.read_config(folder, name)
    checkpoint.check_seal(whole, name)
    parts = {part: config[part] for part in ("codec", "train", "metrics", "provenance")}
    return Checkpoint(task=config["task"], model=model, weights={}, card=checkpoint.read_card(folder, name), **parts)


def check_size(model: ModelConfig) -> None:
    """Raise RnnlabError if a model's weights, in float32, are more than `load` would read; before it is trained."""
    numbers = weight_count(model)
    if 4 * numbers > checkpoint.LARGEST_WEIGHTS - bounds.ROOM_FOR_NAMES:
        raise RnnlabError(
            f"A model of these sizes has {4 * numbers / 1e6:,.0f} MB of weights where a checkpoint may have "
            f"{checkpoint.LARGEST_WEIGHTS / 1e6:g}; choose fewer units, layers, distinct ids or a narrower embedding."
        )
