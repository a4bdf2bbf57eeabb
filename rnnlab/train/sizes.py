"""How large a model's files may be, and how much memory its training takes, from its sizes alone; builds nothing."""

from __future__ import annotations

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, weight_count
from rnnlab.train.progress import TrainConfig

NUMBER = 4  # bytes of a float32
ROOM_FOR_NAMES = 100_000  # bytes of the weights' file that name them
STATE_COPIES = 6  # of the weights in a training state: themselves, average, best, two moments, and one to spare
ROOM_FOR_STATE = 20_000_000  # bytes of a training state beside those: what is carried from batch to batch, and names
# Of the weights, while a report is saved: the model with its gradients, both moments of AdamW, average and best (6),
# the state of this report and of the last one (5 each), this report's as the bytes that are written (6), and what the
# allocator keeps; twelve million weights took 1.7 GB (python -m benchmarks.attack).
COPIES = 28
# Of each step of each sequence and layer: what the backward pass needs of gates, cell, output and mask.
KEPT_A_UNIT = 12
# Of each step of each sequence and each id: logits, their softmax, and the gradients of both.
KEPT_AN_OUTPUT = 5


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


def training_bytes(model: ModelConfig, config: TrainConfig, window: int) -> int:
    """The most bytes that a training takes at a time, an upper estimate.

    Args:
        model: its sizes.
        config: how it is trained; the batch counts.
        window: steps of a sequence in a batch.
    """
    width = model.embedding or model.inputs or model.vocabulary
    kept = KEPT_A_UNIT * model.layers * model.hidden + KEPT_AN_OUTPUT * model.outputs + 2 * width
    return NUMBER * (COPIES * weight_count(model) + config.batch * window * kept)


def check_training(model: ModelConfig, config: TrainConfig, window: int, most: float) -> None:
    """Raise RnnlabError if a training would take more than so many bytes; before any of it is built."""
    if (needed := training_bytes(model, config, window)) > most:
        what = f"A training with {weight_count(model):,} weights and {model.outputs:,} outputs takes about"
        room = f"{needed / 1e9:,.2f} GB of memory where {most / 1e9:.2f} GB are allowed"
        raise RnnlabError(f"{what} {room}; choose fewer units or layers, or a text with fewer distinct characters.")
