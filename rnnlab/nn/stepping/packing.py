"""A model's weights as a single step needs them; independent of any engine.

The first layer's product with its input depends on the id alone, so it is looked up in a table made once, unless that
would be large; gates that share a function lie side by side; a tied head is one matrix.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from rnnlab.nn.cells import Cell
from rnnlab.nn.model import ModelConfig, SequenceModel

# Beyond it the table of a first layer would be larger than the rest: 65,536 words and 2,048 units make 2.1 GB, which
# is also more than an ONNX graph may hold. The product that it saves is then the least part of a step.
LARGEST_TABLE = 200_000_000  # bytes


@dataclass(frozen=True)
class PackedLayer:
    """One layer: G = gates·H rows, in the order of `Cell.packed`.

    inputs: (V, G), looked up by id, in a first layer with a table; else (G, E) of the embedding or (G, H) of the layer
    below. input_bias: (G,), zero where a table holds it. recurrent: (G, H). recurrent_bias: (G,), zero unless the cell
    has a gate that takes it apart. cell: takes the steps.
    """

    cell: Cell
    inputs: Tensor
    input_bias: Tensor
    recurrent: Tensor
    recurrent_bias: Tensor


@dataclass(frozen=True)
class PackedModel:
    """A model of ids in float32, copied: head (V, H), head_bias (V,), embedding (V, E) by id or None for a table."""

    config: ModelConfig
    layers: tuple[PackedLayer, ...]
    head: Tensor
    head_bias: Tensor
    embedding: Tensor | None

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.head.device

    @property
    def bytes_a_step(self) -> int:
        """Bytes of float32 weights that one step of one row must read: a single row of what is looked up."""
        table = self.layers[0].inputs if self.embedding is None else self.embedding
        products = [one for layer in self.layers for one in (layer.inputs, layer.recurrent) if one is not table]
        return 4 * (sum(one.numel() for one in [*products, self.head]) + table.shape[1])


@torch.no_grad()
def pack(model: SequenceModel) -> PackedModel:
    """Copy a model's weights into the form of single steps, on the device where the model is."""
    config = model.config
    assert config.vocabulary, "only models of ids are stepped"
    assert not config.skip, "no text is predicted by a linear path"
    first, *others = (_pack_layer(cast(Cell, core)) for core in model.cores)
    embedding = None if model.embed is None else model.embed.weight.float()
    head = model.head.weight.float()
    if model.tied_bias is None:
        bias = model.head.bias.float().clone()
    else:
        assert embedding is not None, "a tied head is an embedding's"
        head, bias = embedding @ head, model.tied_bias.float().clone()
    if embedding is None or 4 * config.vocabulary * first.inputs.shape[0] <= LARGEST_TABLE:
        first, embedding = _tabled(first, embedding), None
    kept = None if embedding is None else embedding.clone()
    return PackedModel(config, (first, *others), head.clone(), bias, kept)


def _pack_layer(cell: Cell) -> PackedLayer:
    inputs, recurrent, input_bias, recurrent_bias = (cell.packed(weight.float()) for weight in cell.kernel.parameters())
    if not cell.apart:
        input_bias, recurrent_bias = input_bias + recurrent_bias, torch.zeros_like(recurrent_bias)
    return PackedLayer(cell.without_kernel(), inputs, input_bias, recurrent, recurrent_bias)


def _tabled(layer: PackedLayer, embedding: Tensor | None) -> PackedLayer:
    """The layer with its products with all ids; one-hot ids (no embedding) take its weights as they are."""
    products = layer.inputs.T if embedding is None else embedding @ layer.inputs.T
    table, none = products + layer.input_bias, torch.zeros_like(layer.input_bias)
    return dataclasses.replace(layer, inputs=table.contiguous(), input_bias=none)
