"""One step at a time, fast: what generating text needs of a model of ids; knows no sampling and no text.

Calling torch's sequence kernels for single steps spends most of its time around the arithmetic. Here a step is a few
matrix products on packed weights: the first layer's product with the embedding is looked up in a table made once, and
gates that share a function lie side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from rnnlab.nn.model import ModelState, SequenceModel

# The rows of torch's gates, put so that the sigmoids come first: LSTM i f g o -> i f o g; GRU r z n stays.
_ORDER = {"rnn": (0,), "gru": (0, 1, 2), "lstm": (0, 1, 3, 2)}

StepState = tuple[tuple[Tensor, ...], ...]  # of each layer (B, H) tensors; opaque to callers


@dataclass(frozen=True)
class _Layer:
    """A layer's packed weights: G = gates·H rows."""

    inputs: Tensor  # (V, G) looked up by id in the first layer, else (G, H)
    input_bias: Tensor  # (G,); zero in the first layer, whose table holds it
    recurrent: Tensor  # (G, H)
    recurrent_bias: Tensor  # (G,); zero but in a GRU, whose reset gate acts on it


class Stepper:
    """A model of ids, packed to take single steps in float32 on the device where the model is."""

    def __init__(self, model: SequenceModel) -> None:
        assert model.embed is not None, "only models of ids are stepped"
        self.config = model.config
        with torch.no_grad():
            embedding = model.embed.weight.float()
            kernels = [cast(nn.RNNBase, core.kernel) for core in model.cores]
            self.layers = [self._pack(kernel, None if n else embedding) for n, kernel in enumerate(kernels)]
            self.head, self.head_bias = model.head.weight.float().clone(), model.head.bias.float().clone()
            self.skip = None if model.skip is None else embedding @ model.skip.weight.float().T

    def start(self, rows: int) -> StepState:
        """The state of an empty past, for a batch of so many rows."""
        zeros = torch.zeros(rows, self.config.hidden, device=self.head.device)
        return tuple((zeros, zeros) if self.config.cell == "lstm" else (zeros,) for _ in self.layers)

    def step(self, ids: Tensor, state: StepState) -> tuple[Tensor, StepState]:
        """Take one step: (B,) ids and a state -> (B, V) logits and the state after it."""
        below, after = None, []
        for layer, past in zip(self.layers, state, strict=True):
            x = layer.inputs[ids] if below is None else _affine(below, layer.inputs, layer.input_bias)
            last = _CELLS[self.config.cell](x, past, layer)
            after.append(last)
            below = last[0] + below if self.config.residual and below is not None else last[0]
        assert below is not None, "a model has layers"
        logits = _affine(below, self.head, self.head_bias)
        return (logits if self.skip is None else logits + self.skip[ids]), tuple(after)

    def _pack(self, kernel: nn.RNNBase, embedding: Tensor | None) -> _Layer:
        order, hidden = _ORDER[self.config.cell], self.config.hidden
        rows = torch.cat([torch.arange(gate * hidden, (gate + 1) * hidden) for gate in order]).to(self._device(kernel))
        inputs, recurrent, input_bias, recurrent_bias = (weight.float()[rows] for weight in kernel.parameters())
        if self.config.cell != "gru":
            input_bias, recurrent_bias = input_bias + recurrent_bias, torch.zeros_like(recurrent_bias)
        if embedding is not None:
            inputs, input_bias = embedding @ inputs.T + input_bias, torch.zeros_like(input_bias)
        return _Layer(inputs.contiguous(), input_bias, recurrent.contiguous(), recurrent_bias)

    @staticmethod
    def _device(kernel: nn.RNNBase) -> torch.device:
        return next(kernel.parameters()).device


def to_step_state(state: ModelState) -> StepState:
    """What a SequenceModel's state, from reading a prompt at once, is to a Stepper."""
    return tuple(tuple(part[0].float() for part in layer) for layer in state)


def to_model_state(state: StepState) -> ModelState:
    """Undo `to_step_state`."""
    return tuple(tuple(part[None] for part in layer) for layer in state)


def _affine(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """(B, K), (G, K), (G,) -> (B, G); a single row as a matrix times a vector, which is faster than a thin product."""
    if x.shape[0] == 1:
        return torch.addmv(bias, weight, x[0])[None]
    return torch.addmm(bias, x, weight.T)


def _recur(x: Tensor, h: Tensor, layer: _Layer) -> Tensor:
    """(B, G) of the inputs plus (B, G) of the hidden state (B, H)."""
    if h.shape[0] == 1:
        return torch.addmv(x[0], layer.recurrent, h[0])[None]
    return torch.addmm(x, h, layer.recurrent.T)


def _rnn(x: Tensor, past: tuple[Tensor, ...], layer: _Layer) -> tuple[Tensor, ...]:
    return (torch.tanh(_recur(x, past[0], layer)),)


def _gru(x: Tensor, past: tuple[Tensor, ...], layer: _Layer) -> tuple[Tensor, ...]:
    h, size = past[0], 2 * past[0].shape[1]
    back = _affine(h, layer.recurrent, layer.recurrent_bias)
    reset, update = torch.sigmoid(x[:, :size] + back[:, :size]).chunk(2, dim=1)
    new = torch.tanh(torch.addcmul(x[:, size:], reset, back[:, size:]))
    return (torch.lerp(new, h, update),)


def _lstm(x: Tensor, past: tuple[Tensor, ...], layer: _Layer) -> tuple[Tensor, ...]:
    gates, size = _recur(x, past[0], layer), 3 * past[0].shape[1]
    into, keep, out = torch.sigmoid(gates[:, :size]).chunk(3, dim=1)
    c = torch.addcmul(keep * past[1], into, torch.tanh(gates[:, size:]))
    return out * torch.tanh(c), c


_CELLS = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}
