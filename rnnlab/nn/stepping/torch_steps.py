"""Single steps by torch's own operations on packed weights, for any device; on CUDA one captured graph a step."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from rnnlab.nn.model import ModelState
from rnnlab.nn.stepping.packing import PackedLayer, PackedModel

_CAPTURING = threading.Lock()

_State = list[tuple[Tensor, ...]]


class TorchEngine:
    """Packed weights on the device where the model is."""

    def __init__(self, packed: PackedModel) -> None:
        self.packed = packed

    def begin(self, rows: int, state: ModelState | None = None) -> TorchSteps:
        """Begin so many rows; see rnnlab.nn.stepping.Engine."""
        return TorchSteps(self.packed, rows, state)


class TorchSteps:
    """The rows of one writing: ids, logits and state lie in tensors that every step reads and overwrites."""

    @torch.inference_mode()
    def __init__(self, packed: PackedModel, rows: int, state: ModelState | None) -> None:
        self.packed = packed
        device, hidden = packed.device, packed.config.hidden
        self._ids = torch.zeros(rows, dtype=torch.long, device=device)
        self._now: _State = [
            tuple(torch.zeros(rows, hidden, device=device) for _ in layer.cell.parts) for layer in packed.layers
        ]
        self._logits = torch.zeros(rows, packed.config.vocabulary, device=device)
        self._graph = _captured(self) if device.type == "cuda" else None
        for layer, known in zip(self._now, state or (None,) * len(self._now), strict=True):
            for number, part in enumerate(layer):
                part.copy_(known[number][0]) if known else part.zero_()

    @torch.inference_mode()
    def step(self, ids: Sequence[int]) -> Tensor:
        """Take one step of every row; see rnnlab.nn.stepping.Steps."""
        self._ids.copy_(torch.as_tensor(ids))
        if self._graph is None:
            self.advance()
        else:
            self._graph.replay()
        # Choosing takes a dozen small operations, which on a GPU would cost more than this copy.
        return self._logits.cpu()

    def state(self) -> ModelState:
        """A copy of the state after the last step."""
        return tuple(tuple(part.clone()[None] for part in layer) for layer in self._now)

    def advance(self) -> None:
        """Read the ids, write the logits and the state: the work of a step, without any of the waiting."""
        below = None
        for layer, past in zip(self.packed.layers, self._now, strict=True):
            x = self._looked_up() if below is None else _affine(below, layer.inputs, layer.input_bias)
            if layer.cell.apart:
                after = layer.cell.after(x, _affine(past[0], layer.recurrent, layer.recurrent_bias), past)
            else:
                after = layer.cell.after(_recur(x, past[0], layer), None, past)
            for kept, new in zip(past, after, strict=True):
                kept.copy_(new)
            below = after[0] + below if self.packed.config.residual and below is not None else after[0]
        self._logits.copy_(_affine(cast(Tensor, below), self.packed.head, self.packed.head_bias))

    def _looked_up(self) -> Tensor:
        """(B,) ids -> (B, G), what the first layer sees of them."""
        first, embedding = self.packed.layers[0], self.packed.embedding
        if embedding is None:
            return first.inputs[self._ids]
        return _affine(embedding[self._ids], first.inputs, first.input_bias)


def _captured(steps: TorchSteps) -> torch.cuda.CUDAGraph:
    """The step as a CUDA graph: some thirty small kernels, whose launches cost more than they do, become one launch."""
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):  # cuBLAS takes its workspace before the capture
            steps.advance()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    # Another visitor's thread may use the GPU meanwhile, but two captures at once may not be.
    with _CAPTURING, torch.cuda.graph(graph, capture_error_mode="thread_local"):
        steps.advance()
    return graph


def _affine(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """(B, K), (G, K), (G,) -> (B, G); a single row as a matrix times a vector, which is faster than a thin product."""
    if x.shape[0] == 1:
        return torch.addmv(bias, weight, x[0])[None]
    return torch.addmm(bias, x, weight.T)


def _recur(x: Tensor, h: Tensor, layer: PackedLayer) -> Tensor:
    """(B, G) of the inputs plus (B, G) of the hidden state (B, H)."""
    if h.shape[0] == 1:
        return torch.addmv(x[0], layer.recurrent, h[0])[None]
    return torch.addmm(x, h, layer.recurrent.T)
