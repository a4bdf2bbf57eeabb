"""A packed model's step as an ONNX graph, ids and state in, logits and state out; knows no runtime.

Inputs `ids` (B,) and the state's parts (B, H) in layer order; outputs `logits` (B, V) and the parts after the step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, cat

from rnnlab.nn.stepping.packing import PackedLayer, PackedModel

OPSET, IR_VERSION = 17, 9
# Weights of a row that share a scale. ONNX Runtime's own operator: products of 8-bit integers (accuracy level 4).
BLOCK = 128
MICROSOFT = "com.microsoft"


def step_graph(packed: PackedModel, *, int8: bool) -> onnx.ModelProto:
    """Build the graph, its products in float32 or on 8-bit weights (MatMulNBits of ONNX Runtime)."""
    graph = _Graph(int8)
    config = packed.config
    below = ""
    for number, layer in enumerate(packed.layers):
        x = _looked_up(graph, packed) if number == 0 else below
        h = _CELLS[config.cell](graph, number, layer, x)
        below = graph.add("Add", h, below) if config.residual and number > 0 else h
    logits = graph.product(below, packed.head, packed.head_bias)
    return graph.finished(logits, config.vocabulary, config.hidden)


class _Graph:
    """A graph that grows node by node; every node has one output, named by its number, unless told otherwise."""

    def __init__(self, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.state: list[tuple[str, str]] = []  # of each part: its input, its output

    def add(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> Any:
        """Add a node; gives its output's name, or a list of them if there are several."""
        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: Tensor | NDArray[Any]) -> str:
        """Add a constant; gives its name."""
        name = f"w{len(self.constants)}"
        array = value.cpu().numpy() if isinstance(value, Tensor) else value
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def part(self, name: str) -> str:
        """Add a part of the state, to be followed by `keep`; gives its input's name."""
        self.state.append((name, ""))
        return name

    def keep(self, part: str, value: str) -> str:
        """Say which node gives a part of the state after the step."""
        self.state = [(one, value if one == part else kept) for one, kept in self.state]
        return value

    def split(self, x: str, hidden: int, *gates: int) -> list[str]:
        """(B, G) cut into blocks of so many gates."""
        sizes = self.constant(np.array([hidden * gate for gate in gates], np.int64))
        found: list[str] = self.add("Split", x, sizes, outputs=len(gates), axis=1)
        return found

    def product(self, x: str, weight: Tensor, bias: Tensor | None) -> str:
        """(B, K) x, (G, K) weight, (G,) bias or None -> (B, G)."""
        if self.int8:
            integers, scales = quantized(weight)
            given = [x, self.constant(integers), self.constant(scales)]
            given += [] if bias is None else ["", "", self.constant(bias)]
            rows, columns = weight.shape
            sizes = {"K": columns, "N": rows, "bits": 8, "block_size": BLOCK, "accuracy_level": 4}
            return str(self.add("MatMulNBits", *given, domain=MICROSOFT, **sizes))
        made = self.add("MatMul", x, self.constant(weight.T))
        return str(made if bias is None else self.add("Add", made, self.constant(bias)))

    def finished(self, logits: str, vocabulary: int, hidden: int) -> onnx.ModelProto:
        """The whole model."""
        float32 = TensorProto.FLOAT
        inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["B"])]
        inputs += [helper.make_tensor_value_info(name, float32, ["B", hidden]) for name, _ in self.state]
        outputs = [helper.make_tensor_value_info(logits, float32, ["B", vocabulary])]
        outputs += [helper.make_tensor_value_info(name, float32, ["B", hidden]) for _, name in self.state]
        graph = helper.make_graph(self.nodes, "step", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def quantized(weight: Tensor) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """(G, K) weights -> 8-bit integers (G, blocks, BLOCK) around 128 and a scale for each block (G, blocks).

    The last block of a row is filled up with zeros.
    """
    rows, columns = weight.shape
    blocks = -(-columns // BLOCK)
    padded = np.zeros((rows, blocks * BLOCK), np.float32)
    padded[:, :columns] = weight.cpu().numpy()
    cut = padded.reshape(rows, blocks, BLOCK)
    scales = np.maximum(np.abs(cut).max(axis=2), 1e-12) / 127
    integers = (np.round(cut / scales[:, :, None]) + 128).astype(np.uint8)
    return integers, scales.astype(np.float32)


def _looked_up(graph: _Graph, packed: PackedModel) -> str:
    """(B,) ids -> (B, G), what the first layer sees of them."""
    first = packed.layers[0]
    if packed.embedding is None:
        return str(graph.add("Gather", graph.constant(first.inputs), "ids"))
    x = graph.add("Gather", graph.constant(packed.embedding), "ids")
    return graph.product(x, first.inputs, first.input_bias)


def _rnn(graph: _Graph, number: int, layer: PackedLayer, x: str) -> str:
    h = graph.part(f"h{number}")
    return graph.keep(h, graph.add("Tanh", _sum(graph, number, layer, x, h)))


def _lstm(graph: _Graph, number: int, layer: PackedLayer, x: str) -> str:
    hidden = layer.recurrent.shape[1]
    h, c = graph.part(f"h{number}"), graph.part(f"c{number}")
    sigmoids, new = graph.split(_sum(graph, number, layer, x, h), hidden, 3, 1)
    into, keep, out = graph.split(graph.add("Sigmoid", sigmoids), hidden, 1, 1, 1)
    kept, added = graph.add("Mul", keep, c), graph.add("Mul", into, graph.add("Tanh", new))
    cell = graph.keep(c, graph.add("Add", kept, added))
    return graph.keep(h, graph.add("Mul", out, graph.add("Tanh", cell)))


def _gru(graph: _Graph, number: int, layer: PackedLayer, x: str) -> str:
    hidden = layer.recurrent.shape[1]
    h = graph.part(f"h{number}")
    given = x if number == 0 else graph.product(x, layer.inputs, layer.input_bias)
    back = graph.product(h, layer.recurrent, layer.recurrent_bias)
    (x_gates, x_new), (h_gates, h_new) = graph.split(given, hidden, 2, 1), graph.split(back, hidden, 2, 1)
    reset, update = graph.split(graph.add("Sigmoid", graph.add("Add", x_gates, h_gates)), hidden, 1, 1)
    new = graph.add("Tanh", graph.add("Add", x_new, graph.add("Mul", reset, h_new)))
    change = graph.add("Mul", update, graph.add("Sub", h, new))
    return graph.keep(h, graph.add("Add", new, change))


def _sum(graph: _Graph, number: int, layer: PackedLayer, x: str, h: str) -> str:
    """What the gates see of the input and the hidden state together; above the first layer one product for both."""
    if number == 0:
        return str(graph.add("Add", x, graph.product(h, layer.recurrent, None)))
    both = graph.add("Concat", x, h, axis=1)
    return graph.product(both, cat([layer.inputs, layer.recurrent], dim=1), layer.input_bias)


_CELLS = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}
