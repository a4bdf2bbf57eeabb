"""Recurrent cells behind one contract, core(x (B,T,I), state|None) -> (y (B,T,H), state); independent of stacks.

A state is opaque outside this module: a tuple of tensors that a caller may carry, detach, store and hand back.
A new cell is a class that declares its gates, the parts of its state and one step, and an entry in CELLS; sequences,
packing, single steps, drafts, settings and the page follow.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]

# What a step gets of a gate: the sigmoid or tanh of W x + b + U h + d, or both halves apart: (W x + b, U h + d).
SIGMOID, TANH, APART = "sigmoid", "tanh", "apart"
_KINDS = (SIGMOID, TANH, APART)
# What torch's functional kernels take after the weights: biases, layers, dropout, training, directions, batch first.
_ONE_LAYER = (True, 1, 0.0, True, False, True)


class Cell(nn.Module):
    """A layer of gated units: each gate has a weight of the input and one of the hidden state, each with a bias.

    gates: by name, in the order of the weights' rows; SIGMOID, TANH or APART says what `step` gets of each.
    parts: names of the state's parts, (1, B, H) each; the first is what the layer shows.
    fused: torch's module for a whole sequence and its function for masked weights; without them `step` is repeated.
    graph: whether `step` uses only gates and parts, and of operations + - * sigmoid tanh addcmul lerp, as a graph can.
    half_by_instruction: whether torch's CPU kernel takes 16-bit numbers only where the CPU has instructions for them.
    """

    gates: ClassVar[dict[str, str]]
    parts: ClassVar[tuple[str, ...]] = ("hidden",)
    fused: ClassVar[tuple[Callable[..., nn.RNNBase], Callable[..., Any]] | None] = None
    graph: ClassVar[bool] = False
    half_by_instruction: ClassVar[bool] = False

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        gates = self.gates.items()
        self.blocks = {kind: own for kind in _KINDS if (own := [name for name, known in gates if known == kind])}
        self.apart = APART in self.blocks  # whether the halves of a gate are needed apart from each other
        self.sizes = [hidden * len(names) for names in self.blocks.values()]
        made = self.fused[0](inputs, hidden, batch_first=True) if self.fused else None
        self.kernel: nn.Module = made or _Weights(len(self.gates) * hidden, inputs, hidden)

    def step(self, gates: Sequence[Any], past: Sequence[Any]) -> tuple[Any, ...]:
        """The formula of one step: the gates and the state's parts, (B, H) each, in their order -> the parts after.

        Gates are tensors or, of a cell with a graph, values of one; other weights of the cell are its attributes.
        """
        raise NotImplementedError

    def forward(self, x: Tensor, state: State | None = None, mask: Tensor | None = None) -> tuple[Tensor, State]:
        """(B, T, I), state or None for an empty past -> (B, T, H), state; T = 1 is one step.

        mask multiplies the recurrent weights in all steps (DropConnect: Wan et al. 2013; Merity et al. 2017, arXiv
        1708.02182); its shape is `recurrent_shape`.
        """
        if self.fused is None:
            return self.repeated(x, state, mask)
        if mask is None:
            y, last = self.kernel(x, self._as_torch(state))
            return y, last if isinstance(last, tuple) else (last,)
        past = state or (x.new_zeros(1, x.shape[0], self.hidden),) * len(self.parts)
        y, *after = self.fused[1](x, self._as_torch(past), self._masked(mask), *_ONE_LAYER)
        return y, tuple(after)

    def repeated(self, x: Tensor, state: State | None = None, mask: Tensor | None = None) -> tuple[Tensor, State]:
        """The same as `forward`, by `step` after `step`."""
        inputs, recurrent, input_bias, recurrent_bias = map(self.packed, self._masked(mask))
        given = nn.functional.linear(x, inputs, input_bias)
        past: State = (given.new_zeros(x.shape[0], self.hidden),) * len(self.parts)
        if state is not None:
            past = tuple(part[0].to(given.dtype) for part in state)
        shown = []
        for now in given.unbind(1):
            past = self.after(now, nn.functional.linear(past[0], recurrent, recurrent_bias), past)
            shown.append(past[0])
        return torch.stack(shown, dim=1), tuple(part[None].to(given.dtype) for part in past)

    def after(self, given: Any, back: Any, past: Sequence[Any]) -> tuple[Any, ...]:
        """The state's parts after a step: from W x + b and U h + d, their rows as `packed` puts them.

        back is None where `given` is the sum of both, which cells without a gate of the kind APART may be given.
        """
        seen: dict[str, Any] = {}
        givens = given.split_with_sizes(self.sizes, 1)
        backs = [None] * len(givens) if back is None else back.split_with_sizes(self.sizes, 1)
        for (kind, names), x, h in zip(self.blocks.items(), givens, backs, strict=True):
            count = len(names)
            if kind == APART:
                values: Any = zip(x.chunk(count, 1), h.chunk(count, 1), strict=True)
            else:
                both = x if h is None else x + h
                values = (both.sigmoid() if kind == SIGMOID else both.tanh()).chunk(count, 1)
            seen.update(zip(names, values, strict=True))
        return self.step([seen[name] for name in self.gates], past)

    def packed(self, weight: Tensor) -> Tensor:
        """(G, …) weights, gates of one kind put side by side: one sigmoid serves all that have one."""
        gates = dict(zip(self.gates, weight.chunk(len(self.gates)), strict=True))
        return torch.cat([gates[name] for names in self.blocks.values() for name in names])

    def without_kernel(self) -> Cell:
        """A copy in float32 for steps on packed weights: of the cell's weights only those beside the kernel's."""
        return copy.deepcopy(self, {id(self.kernel): None}).float().requires_grad_(False)

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H, as torch does, but from the generator that is given."""
        bound = 1 / math.sqrt(self.hidden)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound, generator=generator)

    @property
    def recurrent_shape(self) -> torch.Size:
        """Shape of the weights that lead from the hidden state to itself."""
        return self.kernel.get_parameter("weight_hh_l0").shape

    def _masked(self, mask: Tensor | None) -> list[Tensor]:
        """The weights as torch's functional kernels take them, the recurrent ones multiplied by the mask."""
        inputs, recurrent, input_bias, recurrent_bias = self.kernel.parameters()
        return [inputs, recurrent if mask is None else recurrent * mask, input_bias, recurrent_bias]

    def _as_torch(self, state: State | None) -> Any:
        """A state as torch's kernels take it: of a single part that tensor itself."""
        return state[0] if state is not None and len(self.parts) == 1 else state


class _Weights(nn.Module):
    """Zeros to be filled, named and ordered as in torch's kernels."""

    def __init__(self, rows: int, inputs: int, hidden: int) -> None:
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.zeros(rows, inputs))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(rows, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(rows))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(rows))


class Rnn(Cell):
    """Elman's network: h = tanh(W x + U h + b) (Elman 1990, Cognitive Science 14)."""

    gates: ClassVar = {"new": TANH}
    fused = (nn.RNN, torch.rnn_tanh)
    graph = True

    def step(self, gates: Sequence[Any], past: Sequence[Any]) -> tuple[Any, ...]:
        """The new hidden state is the gate."""
        return (gates[0],)


class Gru(Cell):
    """Gated recurrent unit, reset gate after the matrix (Cho et al. 2014, arXiv 1406.1078, in cuDNN's form)."""

    gates: ClassVar = {"reset": SIGMOID, "update": SIGMOID, "new": APART}
    fused = (nn.GRU, torch.gru)
    graph = True

    def step(self, gates: Sequence[Any], past: Sequence[Any]) -> tuple[Any, ...]:
        """n = tanh(W x + b + r (U h + d)); h = n + z (h − n)."""
        reset, update, (given, back) = gates
        new = given.addcmul(reset, back).tanh()
        return (new.lerp(past[0], update),)


class Lstm(Cell):
    """Long short-term memory with forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000)."""

    gates: ClassVar = {"input": SIGMOID, "forget": SIGMOID, "new": TANH, "output": SIGMOID}
    parts = ("hidden", "memory")
    fused = (nn.LSTM, torch.lstm)
    graph = True
    half_by_instruction = True

    def step(self, gates: Sequence[Any], past: Sequence[Any]) -> tuple[Any, ...]:
        """c = f c + i g; h = o tanh(c)."""
        into, forget, new, output = gates
        memory = (forget * past[1]).addcmul(into, new)
        return output * memory.tanh(), memory

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly from ±1/√H; the forget gate's bias is 1 in all.

        An open forget gate lets gradients through from the first step (Jozefowicz et al. 2015, ICML, §3).
        """
        super().start(generator)
        with torch.no_grad():
            # The kernel adds two biases; one carries the 1.
            self.kernel.get_parameter("bias_ih_l0")[self.hidden : 2 * self.hidden] = 1.0
            self.kernel.get_parameter("bias_hh_l0")[self.hidden : 2 * self.hidden] = 0.0


CELLS: dict[str, type[Cell]] = {"rnn": Rnn, "gru": Gru, "lstm": Lstm}


def detach(state: State) -> State:
    """Cut a state off from the steps that made it, so that gradients stop there (truncated BPTT)."""
    return tuple(part.detach() for part in state)
