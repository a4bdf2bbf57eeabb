"""How sure a trained model may be, set on a text that it never trained on; independent of any files.

A network that has read a small text many times is surer than it should be: on what it has not seen, its logits are all
too large. One number mends that: all of them times a scale of least loss on a text that was kept back (temperature
scaling: Guo et al. 2017, ICML, arXiv 1706.04599). It goes into the weights of the head, so that a checkpoint holds
nothing new.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab.nn.model import SequenceModel

Ids = NDArray[np.integer[Any]]

FEWEST = 1000  # ids; from fewer, the scale would be mostly chance
STREAMS = 16
CHUNK = 256  # steps run at once
SCALES = np.arange(0.5, 1.5001, 0.025)  # a parabola through the best and its neighbours finds the rest
MOST_LOGITS = 50_000_000  # read no more ids than have so many: of 65 characters 700,000, of 8,000 words 6,000


def output_scale(model: SequenceModel, ids: Ids) -> float:
    """The factor of all logits with which a text is predicted best.

    Args:
        model: of ids, in evaluation mode.
        ids: (N,) of a text that the model never trained on, at least FEWEST; streamed, the state carried.

    Returns:
        Below 1 for a model that is too sure, 1 for one that knows how sure it may be.
    """
    ids = ids[: max(FEWEST, MOST_LOGITS // model.config.outputs)]
    rows = ids[: len(ids) // STREAMS * STREAMS].reshape(STREAMS, -1)
    losses, state = np.zeros(len(SCALES)), None
    with torch.no_grad():
        for start in range(0, rows.shape[1] - 1, CHUNK):
            piece = torch.from_numpy(rows[:, start : start + CHUNK + 1].astype(np.int64)).to(model.head.weight.device)
            output, state = model(piece[:, :-1], state)
            logits, targets = output.float().flatten(0, 1), piece[:, 1:].flatten()
            losses += [functional.cross_entropy(logits * scale, targets, reduction="sum").item() for scale in SCALES]
    return _least(losses)


def scaled(weights: dict[str, Tensor], scale: float) -> dict[str, Tensor]:
    """A model's weights with all of its logits times a scale: those of its head, and a tied head's own bias."""
    last = {"head.weight", "head.bias", "tied_bias"}
    return {name: weight * scale if name in last else weight for name, weight in weights.items()}


def _least(losses: NDArray[np.float64]) -> float:
    """The scale of least loss, between the scales tried too."""
    best = int(losses.argmin())
    if not 0 < best < len(SCALES) - 1:
        return float(SCALES[best])
    before, at, after = map(float, losses[best - 1 : best + 2])
    step = float(SCALES[1] - SCALES[0])
    return float(SCALES[best]) + step * (before - after) / (2 * (before - 2 * at + after))
