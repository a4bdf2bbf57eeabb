"""One step at a time, fast: what generating text needs of a model of ids; independent of any sampling or text.

Calling torch's sequence kernels for single steps spends most of its time around the arithmetic. Two engines step on
packed weights instead: on a CPU a graph of the whole step run by ONNX Runtime, in float32 or int8; on other devices,
and for cells that have no such graph, torch's own operations, on CUDA captured once as a graph and replayed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from torch import Tensor

from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, ModelState, SequenceModel
from rnnlab.nn.stepping.onnx_graph import step_graph
from rnnlab.nn.stepping.onnx_steps import OnnxEngine
from rnnlab.nn.stepping.packing import pack
from rnnlab.nn.stepping.shared_steps import SharedEngine
from rnnlab.nn.stepping.torch_steps import TorchEngine

WEIGHTS = ("fp32", "int8")


class Steps(Protocol):
    """B texts that are stepped together, each from its own state."""

    def step(self, ids: Sequence[int]) -> Tensor:
        """Take one step of every row: B ids -> (B, V) float32 logits on the CPU, which hold until the next step."""

    def state(self) -> ModelState:
        """A copy of the state after the last step, as `SequenceModel` takes and gives it."""


class Engine(Protocol):
    """A model's packed weights, shared by all texts that are written at a time; in float32 they also share steps."""

    def begin(self, rows: int, state: ModelState | None = None) -> Steps:
        """Begin so many rows from a state of as many, or of one that all share, or from an empty past."""


def open_engine(model: SequenceModel, weights: str = "fp32") -> Engine:
    """Pack a model of ids for stepping, on the device where it is.

    Args:
        model: packed as it is now; later changes of its weights are not seen.
        weights: "fp32", equal to the model's own forward but for rounding; or "int8", on a CPU only: every 128 weights
            of a row share a scale, and inputs of products are rounded to 8 bits too.

    Raises:
        RnnlabError: int8 was asked for on another device than a CPU, or of a cell without a graph.
    """
    assert weights in WEIGHTS
    packed = pack(model)
    if runs_graphs(model):
        engine = OnnxEngine(packed, int8=weights == "int8")
        return engine if weights == "int8" else SharedEngine(engine)
    if weights == "int8" and packed.device.type == "cpu":
        raise RnnlabError(f"The cell {model.config.cell} has no graph for int8 weights; choose fp32.")
    if weights == "int8":
        raise RnnlabError(f"int8 weights are for the CPU; on {packed.device.type} choose fp32.")
    return TorchEngine(packed)


def runs_graphs(model: SequenceModel) -> bool:
    """Whether a model is stepped by ONNX Runtime, and so also on int8 weights: on a CPU, if its cell has a graph."""
    return model.head.weight.device.type == "cpu" and CELLS[model.config.cell].graph


def step_file(model: SequenceModel) -> bytes:
    """A model's step in float32 as an ONNX file; its inputs and outputs are those of `onnx_graph`.

    Raises:
        RnnlabError: the cell has no graph.
    """
    if not CELLS[model.config.cell].graph:
        known = ", ".join(name for name, cell in CELLS.items() if cell.graph)
        raise RnnlabError(f"The cell {model.config.cell} has no ONNX graph; export a model of {known}.")
    written: bytes = step_graph(pack(model), int8=False).SerializeToString()
    return written


def stepping_seconds(model: ModelConfig) -> Callable[[str], float]:
    """A measurement for `choose_device`: seconds that a model of this shape takes for 64 steps on a device."""
    return lambda device: _stepping_seconds(model, device)


@lru_cache(maxsize=64)
def _stepping_seconds(config: ModelConfig, device: str) -> float:
    try:
        steps = open_engine(SequenceModel(config).to(device).eval()).begin(1)
        steps.step([0])  # the first step also loads kernels
        began = time.perf_counter()
        for _ in range(64):
            steps.step([0])
        return time.perf_counter() - began
    except (RuntimeError, AssertionError):  # torch asserts where it was built without the device
        return math.inf
