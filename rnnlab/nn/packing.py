"""A model's weights as a single step needs them; knows no engine.

The first layer's product with its input depends on the id alone, so it is looked up in a table made once; gates that
share a function lie side by side; a tied head is one matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from rnnlab.nn.model import ModelConfig, SequenceModel

# The rows of torch's gates, put so that the sigmoids come first: LSTM i f g o -> i f o g; GRU r z n stays.
_ORDER = {"rnn": (0,), "gru": (0, 1, 2), "lstm": (0, 1, 3, 2)}


@dataclass(frozen=True)
class PackedLayer:
    """One layer: G = gates·H rows.

    inputs: (V, G), looked up by id, in the first layer; else (G, H). input_bias: (G,), zero in the first layer, whose
    table holds it. recurrent: (G, H). recurrent_bias: (G,), zero but in a GRU, whose reset gate acts on it.
    """

    inputs: Tensor
    input_bias: Tensor
    recurrent: Tensor
    recurrent_bias: Tensor


@dataclass(frozen=True)
class PackedModel:
    """A model of ids in float32, copied: head (V, H), head_bias (V,), skip (V, V) by id or None."""

    config: ModelConfig
    layers: tuple[PackedLayer, ...]
    head: Tensor
    head_bias: Tensor
    skip: Tensor | None

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.head.device

    @property
    def bytes_a_step(self) -> int:
        """Bytes of float32 weights that one step of one row must read: a single row of the tables."""
        first, *others = self.layers
        read = [first.recurrent, *(one for layer in others for one in (layer.inputs, layer.recurrent)), self.head]
        return 4 * (sum(one.numel() for one in read) + first.inputs.shape[1])


@torch.no_grad()
def pack(model: SequenceModel) -> PackedModel:
    """Copy a model's weights into the form of single steps, on the device where the model is."""
    config = model.config
    assert config.vocabulary, "only models of ids are stepped"
    device = model.head.weight.device
    embedding = torch.eye(config.vocabulary, device=device) if model.embed is None else model.embed.weight.float()
    kernels = [cast(nn.RNNBase, core.kernel) for core in model.cores]
    layers = tuple(_pack_layer(config.cell, kernel, None if n else embedding) for n, kernel in enumerate(kernels))
    head = model.head.weight.float()
    if model.tied_bias is None:
        bias = model.head.bias.float().clone()
    else:
        head, bias = embedding @ head, model.tied_bias.float().clone()
    skip = None if model.skip is None else embedding @ model.skip.weight.float().T
    return PackedModel(config, layers, head.clone(), bias, skip)


def _pack_layer(cell: str, kernel: nn.RNNBase, embedding: Tensor | None) -> PackedLayer:
    hidden, device = kernel.hidden_size, next(kernel.parameters()).device
    rows = torch.cat([torch.arange(gate * hidden, (gate + 1) * hidden) for gate in _ORDER[cell]]).to(device)
    inputs, recurrent, input_bias, recurrent_bias = (weight.float()[rows] for weight in kernel.parameters())
    if cell != "gru":
        input_bias, recurrent_bias = input_bias + recurrent_bias, torch.zeros_like(recurrent_bias)
    if embedding is not None:
        inputs, input_bias = embedding @ inputs.T + input_bias, torch.zeros_like(input_bias)
    return PackedLayer(inputs.contiguous(), input_bias, recurrent.contiguous(), recurrent_bias)
