"""Recurrent cells behind one contract, core(x (B,T,I), state|None) -> (y (B,T,H), state); knows nothing of stacks.

A state is opaque outside this module: a tuple of tensors that a caller may carry, detach, store and hand back.
A new cell is a class with this contract and a line in CELLS.
"""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]


class Core(Protocol):
    """What every cell can do: run a sequence from a state and give the state after it."""

    def __call__(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None for an empty past -> (B, T, H), state; T = 1 is one step."""

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights from the generator."""


class Rnn(nn.Module):
    """Elman's network: h = tanh(W x + U h + b) (Elman 1990, Cognitive Science 14)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.kernel = nn.RNN(inputs, hidden, batch_first=True)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None -> (B, T, H), state."""
        y, h = self.kernel(x, None if state is None else state[0])
        return y, (h,)

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H, as torch does, but from the generator that is given."""
        _draw(self.kernel, generator)


class Gru(nn.Module):
    """Gated recurrent unit, reset gate after the matrix (Cho et al. 2014, arXiv 1406.1078, in cuDNN's form)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.kernel = nn.GRU(inputs, hidden, batch_first=True)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None -> (B, T, H), state."""
        y, h = self.kernel(x, None if state is None else state[0])
        return y, (h,)

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H, as torch does, but from the generator that is given."""
        _draw(self.kernel, generator)


class Lstm(nn.Module):
    """Long short-term memory with forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.kernel = nn.LSTM(inputs, hidden, batch_first=True)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None -> (B, T, H), state."""
        y, (h, c) = self.kernel(x, None if state is None else (state[0], state[1]))
        return y, (h, c)

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H; the forget gate's bias is 1 in all.

        An open forget gate lets gradients through from the first step (Jozefowicz et al. 2015, ICML, §3).
        """
        _draw(self.kernel, generator)
        hidden = self.kernel.hidden_size
        with torch.no_grad():
            # The kernel adds two biases; one carries the 1.
            self.kernel.get_parameter("bias_ih_l0")[hidden : 2 * hidden] = 1.0
            self.kernel.get_parameter("bias_hh_l0")[hidden : 2 * hidden] = 0.0


CELLS: dict[str, type[Rnn] | type[Gru] | type[Lstm]] = {"rnn": Rnn, "gru": Gru, "lstm": Lstm}


def detach(state: State) -> State:
    """Cut a state off from the steps that made it, so that gradients stop there (truncated BPTT)."""
    return tuple(part.detach() for part in state)


def _draw(kernel: nn.RNNBase, generator: torch.Generator) -> None:
    bound = 1 / math.sqrt(kernel.hidden_size)
    for weight in kernel.parameters():
        nn.init.uniform_(weight, -bound, bound, generator=generator)
