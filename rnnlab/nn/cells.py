"""Recurrent cells behind one contract, core(x (B,T,I), state|None) -> (y (B,T,H), state); knows nothing of stacks.

A state is opaque outside this module: a tuple of tensors that a caller may carry, detach, store and hand back.
A new cell is a class with this contract and a line in CELLS.
"""

from __future__ import annotations

import math
from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]


class Core(Protocol):
    """What every cell can do: run a sequence from a state and give the state after it."""

    def __call__(self, x: Tensor, state: State | None = None, mask: Tensor | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None for an empty past -> (B, T, H), state; T = 1 is one step.

        mask multiplies the recurrent weights in all steps (DropConnect: Wan et al. 2013; Merity et al. 2017, arXiv
        1708.02182); its shape is `recurrent_shape`.
        """

    @property
    def recurrent_shape(self) -> torch.Size:
        """Shape of the weights that lead from the hidden state to itself."""

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights from the generator."""


class _Kernel(nn.Module):
    """What the three cells share: one of torch's kernels, one layer of it; and how many tensors a state has."""

    parts: ClassVar[int] = 1

    def __init__(self, kernel: nn.RNNBase) -> None:
        super().__init__()
        self.kernel = kernel

    @property
    def recurrent_shape(self) -> torch.Size:
        """Shape of the weights that lead from the hidden state to itself."""
        return self.kernel.get_parameter("weight_hh_l0").shape

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H, as torch does, but from the generator that is given."""
        bound = 1 / math.sqrt(self.kernel.hidden_size)
        for weight in self.kernel.parameters():
            nn.init.uniform_(weight, -bound, bound, generator=generator)

    def masked(self, mask: Tensor) -> list[Tensor]:
        """The weights as torch's functional kernels take them, the recurrent ones multiplied by the mask."""
        inputs, recurrent, input_bias, recurrent_bias = self.kernel.parameters()
        return [inputs, recurrent * mask, input_bias, recurrent_bias]

    def zeros(self, x: Tensor) -> Tensor:
        """An empty past for the batch of x."""
        return x.new_zeros(1, x.shape[0], self.kernel.hidden_size)


# What torch's functional kernels take after the weights: biases, layers, dropout, training, directions, batch first.
_ONE_LAYER = (True, 1, 0.0, True, False, True)


class Rnn(_Kernel):
    """Elman's network: h = tanh(W x + U h + b) (Elman 1990, Cognitive Science 14)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(nn.RNN(inputs, hidden, batch_first=True))

    def forward(self, x: Tensor, state: State | None = None, mask: Tensor | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None -> (B, T, H), state; see Core."""
        if mask is None:
            y, h = self.kernel(x, None if state is None else state[0])
        else:
            h = self.zeros(x) if state is None else state[0]
            y, h = torch.rnn_tanh(x, h, self.masked(mask), *_ONE_LAYER)
        return y, (h,)


class Gru(_Kernel):
    """Gated recurrent unit, reset gate after the matrix (Cho et al. 2014, arXiv 1406.1078, in cuDNN's form)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(nn.GRU(inputs, hidden, batch_first=True))

    def forward(self, x: Tensor, state: State | None = None, mask: Tensor | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None -> (B, T, H), state; see Core."""
        if mask is None:
            y, h = self.kernel(x, None if state is None else state[0])
        else:
            h = self.zeros(x) if state is None else state[0]
            y, h = torch.gru(x, h, self.masked(mask), *_ONE_LAYER)
        return y, (h,)


class Lstm(_Kernel):
    """Long short-term memory with forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000)."""

    parts = 2  # hidden state and cell

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(nn.LSTM(inputs, hidden, batch_first=True))

    def forward(self, x: Tensor, state: State | None = None, mask: Tensor | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None -> (B, T, H), state; see Core."""
        if mask is None:
            y, (h, c) = self.kernel(x, None if state is None else (state[0], state[1]))
        else:
            past = (self.zeros(x), self.zeros(x)) if state is None else state
            y, h, c = torch.lstm(x, past, self.masked(mask), *_ONE_LAYER)
        return y, (h, c)

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H; the forget gate's bias is 1 in all.

        An open forget gate lets gradients through from the first step (Jozefowicz et al. 2015, ICML, §3).
        """
        super().start(generator)
        hidden = self.kernel.hidden_size
        with torch.no_grad():
            # The kernel adds two biases; one carries the 1.
            self.kernel.get_parameter("bias_ih_l0")[hidden : 2 * hidden] = 1.0
            self.kernel.get_parameter("bias_hh_l0")[hidden : 2 * hidden] = 0.0


CELLS: dict[str, type[Rnn] | type[Gru] | type[Lstm]] = {"rnn": Rnn, "gru": Gru, "lstm": Lstm}


def detach(state: State) -> State:
    """Cut a state off from the steps that made it, so that gradients stop there (truncated BPTT)."""
    return tuple(part.detach() for part in state)
