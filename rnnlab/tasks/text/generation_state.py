"""Where a text stands, read strictly out of a file, for a file may come from anyone; opens no file itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig
from rnnlab.tasks.text.generate import Place
from rnnlab.tasks.text.pieces import Piece


def place_names(model: ModelConfig) -> set[str]:
    """The names of the tensors that `Place.tensors` gives for a model."""
    parts = range(len(CELLS[model.cell].parts))
    return {"random", *(f"state.{layer}.{part}" for layer in range(model.layers) for part in parts)}


def read_place(tensors: Mapping[str, Tensor], ids: Any, left: Any, model: ModelConfig) -> Place:
    """Undo `Place.tensors`.

    Args:
        tensors: by the names of `place_names`, no more and no fewer.
        ids: of the whole text.
        left: what was written but not shown.
        model: what the text goes on with.

    Raises:
        ValueError: a part is not what this model leaves.
    """
    if not isinstance(left, str):
        raise ValueError("what is left is no text")
    if not isinstance(ids, list) or not ids or not all(type(one) is int and 0 <= one < model.vocabulary for one in ids):
        raise ValueError("the ids are none, or not the model's")
    for name, tensor in tensors.items():
        if name != "random" and (tensor.shape != (1, 1, model.hidden) or tensor.dtype != torch.float32):
            raise ValueError(f"{name} has another shape or kind")
        if not tensor.isfinite().all():
            raise ValueError(f"{name} is not finite")
    if tensors["random"].dim() != 1:
        raise ValueError("the state of the generator has another shape")
    try:
        torch.Generator().set_state(tensors["random"])
    except (RuntimeError, TypeError) as error:
        raise ValueError("the state of the generator is none") from error
    layers = range(model.layers)
    parts = [sorted(name for name in tensors if name.startswith(f"state.{layer}.")) for layer in layers]
    state = tuple(tuple(tensors[name] for name in names) for names in parts)
    return Place(state, tuple(ids), tensors["random"], (Piece(left),) if left else ())
