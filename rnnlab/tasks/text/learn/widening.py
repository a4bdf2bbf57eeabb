"""A writer's weights for more ids than it learnt: known ids keep theirs, new ones begin anew; trains nothing."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.train.weights import cpu_weights

# Where each weight has a row for each id; one-hot ids have a column each in the first layer's input weights.
ROWS = {False: ("embed.weight", "head.weight", "head.bias"), True: ("embed.weight", "tied_bias")}
FIRST = "cores.0.kernel.weight_ih_l0"


def widened_weights(
    weights: dict[str, Tensor], shape: ModelConfig, ids: NDArray[np.int64], seed: int
) -> dict[str, Tensor]:
    """Weights of a model of `shape` that foretells what the narrower one did, among known ids.

    A new id comes in as a new network would read it, and is foretold as an average id is.

    Args:
        weights: of a model of the same shape but for its ids.
        shape: of the wider model.
        ids: (V,) the new id of each that `weights` know.
        seed: of what is drawn for new ids.
    """
    wide = cpu_weights(new_model(shape, seed))
    place = torch.from_numpy(ids)
    by_id = ROWS[shape.tied] + (() if shape.embedding else (FIRST,))
    for name, old in weights.items():
        if name not in by_id:
            wide[name] = old.float().clone()
            continue
        dimension = 1 if name == FIRST else 0
        if name in ("head.weight", "head.bias", "tied_bias"):
            wide[name] = old.float().mean(0, keepdim=True).expand_as(wide[name]).clone()
        wide[name].index_copy_(dimension, place, old.float())
    return wide
