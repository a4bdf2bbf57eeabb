"""How large a checkpoint's files may be, and how large those of a model of given sizes are."""

from __future__ import annotations

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, weight_count

NUMBER = 4  # bytes of a float32
ROOM_FOR_NAMES = 100_000  # bytes of the weights' file that name them
STATE_COPIES = 6  # of the weights in a training state: themselves, average, best, two moments, and one to spare
ROOM_FOR_STATE = 20_000_000  # bytes of a training state beside those: what is carried from batch to batch, and names


def weights_bytes(model: ModelConfig) -> int:
    """The most bytes that the file of a model's weights has."""
    return NUMBER * weight_count(model) + ROOM_FOR_NAMES


def state_bytes(model: ModelConfig) -> int:
    """The most bytes that the state of a model's training has."""
    return STATE_COPIES * NUMBER * weight_count(model) + ROOM_FOR_STATE


def check_weight_count(model: ModelConfig, most: float, name: str) -> None:
    """Raise RnnlabError if a model has more than so many weights; before any of them is read."""
    if (weights := weight_count(model)) > most:
        raise RnnlabError(f"{name} has {weights:,} weights where {most:,} are opened here; use it on your own machine.")
