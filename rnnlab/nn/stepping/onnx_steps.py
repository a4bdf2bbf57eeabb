"""Single steps on a CPU: the packed model as one ONNX graph, run by ONNX Runtime in float32 or int8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab.nn.model import ModelState
from rnnlab.nn.stepping.onnx_graph import step_graph
from rnnlab.nn.stepping.packing import PackedModel

Floats = NDArray[np.float32]


class OnnxEngine:
    """A session of ONNX Runtime on one thread, which any number of texts may use at the same time."""

    def __init__(self, packed: PackedModel, *, int8: bool) -> None:
        self.config = packed.config
        self.parts = [len(layer.cell.parts) for layer in packed.layers]
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        settings.log_severity_level = 3
        graph = step_graph(packed, int8=int8).SerializeToString()
        self.session = ort.InferenceSession(graph, settings, providers=["CPUExecutionProvider"])

    def begin(self, rows: int, state: ModelState | None = None) -> OnnxSteps:
        """Begin so many rows; see rnnlab.nn.stepping.Engine."""
        return OnnxSteps(self, rows, state)


class OnnxSteps:
    """The rows of one writing: two sets of buffers, of which each step reads one and writes the other."""

    def __init__(self, engine: OnnxEngine, rows: int, state: ModelState | None) -> None:
        config = engine.config
        self._session = engine.session
        self._ids = np.zeros(rows, np.int64)
        self._logits = np.zeros((rows, config.vocabulary), np.float32)
        self._parts = engine.parts
        self._sides = [self._buffers(rows, config.hidden) for _ in range(2)]
        self._turn = 0
        if state is not None:
            for buffer, part in zip(self._sides[0], (part for layer in state for part in layer), strict=True):
                buffer[:] = part[0].detach().cpu().numpy()
        self._bindings = [self._bound(self._sides[side], self._sides[1 - side]) for side in range(2)]
        self._shown = torch.from_numpy(self._logits)

    def step(self, ids: Sequence[int]) -> Tensor:
        """Take one step of every row; see rnnlab.nn.stepping.Steps."""
        self._ids[:] = ids
        self._session.run_with_iobinding(self._bindings[self._turn])
        self._turn = 1 - self._turn
        return self._shown

    def state(self) -> ModelState:
        """A copy of the state after the last step."""
        past = iter(self.past)
        return tuple(tuple(torch.from_numpy(next(past).copy())[None] for _ in range(parts)) for parts in self._parts)

    @property
    def past(self) -> list[Floats]:
        """The state after the last step, part by part, (rows, H) each: what the next step reads."""
        return self._sides[self._turn]

    def _buffers(self, rows: int, hidden: int) -> list[Floats]:
        return [np.zeros((rows, hidden), np.float32) for _ in range(sum(self._parts))]

    def _bound(self, past: list[Floats], after: list[Floats]) -> Any:
        binding = self._session.io_binding()
        read: list[NDArray[Any]] = [self._ids, *past]
        for node, array in zip(self._session.get_inputs(), read, strict=True):
            binding.bind_input(node.name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        for node, array in zip(self._session.get_outputs(), [self._logits, *after], strict=True):
            binding.bind_output(node.name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        return binding
