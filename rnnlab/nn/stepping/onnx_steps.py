"""Single steps on a CPU: the packed model as one ONNX graph, run by ONNX Runtime in float32 or int8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab.nn.model import ModelState
from rnnlab.nn.stepping.onnx_graph import step_graph
from rnnlab.nn.stepping.packing import PackedModel

Floats = NDArray[np.float32]


def open_session(graph: onnx.ModelProto) -> ort.InferenceSession:
    """A graph on one thread of the CPU."""
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    return ort.InferenceSession(graph.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def bound(session: ort.InferenceSession, read: Sequence[NDArray[Any]], written: Sequence[NDArray[Any]]) -> Any:
    """A session's inputs and outputs bound to arrays, in its order; they must be kept for as long as it is run."""
    binding = session.io_binding()
    for node, array in zip(session.get_inputs(), read, strict=True):
        binding.bind_input(node.name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
    for node, array in zip(session.get_outputs(), written, strict=True):
        binding.bind_output(node.name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
    return binding


class OnnxEngine:
    """A session of ONNX Runtime on one thread, which any number of texts may use at the same time."""

    def __init__(self, packed: PackedModel, *, int8: bool) -> None:
        self.config = packed.config
        self.parts = [len(layer.cell.parts) for layer in packed.layers]
        self.session = open_session(step_graph(packed, int8=int8))

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
        self._bindings = [
            bound(self._session, [self._ids, *past], [self._logits, *after])
            for past, after in (self._sides, self._sides[::-1])
        ]
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
