"""A packed model's step as an ONNX graph, ids and state in, logits and state out; independent of any runtime.

Inputs `ids` (B,) and the state's parts (B, H) in layer order, such as `hidden0`; outputs `logits` (B, V) and the parts
after the step, such as `next_hidden0`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

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
    graph = _Graph(packed.config.hidden, int8)
    below = _looked_up(graph, packed)
    for number, layer in enumerate(packed.layers):
        h = _shown(graph, number, layer, below)
        below = h + below if packed.config.residual and number > 0 else h
    logits = graph.product(below, packed.head, packed.head_bias)
    return graph.finished(logits, packed.config.vocabulary)


@dataclass(slots=True)
class _Value:
    """An array of the graph, (B, ·), by its name; a cell's step computes with it as with a tensor."""

    graph: _Graph
    name: str

    def __add__(self, other: _Value) -> _Value:
        return self.graph.add("Add", self, other)

    def __sub__(self, other: _Value) -> _Value:
        return self.graph.add("Sub", self, other)

    def __mul__(self, other: _Value) -> _Value:
        return self.graph.add("Mul", self, other)

    def sigmoid(self) -> _Value:
        return self.graph.add("Sigmoid", self)

    def tanh(self) -> _Value:
        return self.graph.add("Tanh", self)

    def addcmul(self, one: _Value, other: _Value) -> _Value:
        """This plus the product of the others."""
        return self + one * other

    def lerp(self, end: _Value, weight: _Value) -> _Value:
        """From this as much of the way to the end as the weight says."""
        return self + weight * (end - self)

    def split_with_sizes(self, sizes: Sequence[int], axis: int) -> list[_Value]:
        """Cut into pieces of these sizes."""
        if len(sizes) == 1:
            return [self]
        cut = self.graph.constant(np.array(sizes, np.int64))
        return self.graph.node("Split", self, cut, outputs=len(sizes), axis=axis)

    def chunk(self, count: int, axis: int) -> list[_Value]:
        """Cut into so many pieces of H each."""
        return self.split_with_sizes([self.graph.hidden] * count, axis)


class _Graph:
    """A graph that grows node by node, each named by its number."""

    def __init__(self, hidden: int, int8: bool) -> None:
        self.hidden, self.int8 = hidden, int8
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.past: list[_Value] = []  # the state's parts
        self.after: list[_Value] = []  # the same after the step

    def add(self, kind: str, *inputs: _Value | None, domain: str = "", **attributes: Any) -> _Value:
        """Add a node of one output; gives it."""
        return self.node(kind, *inputs, outputs=1, domain=domain, **attributes)[0]

    def node(
        self, kind: str, *inputs: _Value | None, outputs: int, domain: str = "", **attributes: Any
    ) -> list[_Value]:
        """Add a node, an input that it may lack being None; gives its outputs."""
        names = [f"n{len(self.nodes)}_{number}" for number in range(outputs)]
        given = [one.name if one else "" for one in inputs]
        self.nodes.append(helper.make_node(kind, given, names, domain=domain, **attributes))
        return [_Value(self, name) for name in names]

    def constant(self, value: Tensor | NDArray[Any]) -> _Value:
        """Add a constant."""
        name = f"w{len(self.constants)}"
        array = value.cpu().numpy() if isinstance(value, Tensor) else value
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return _Value(self, name)

    def product(self, x: _Value, weight: Tensor, bias: Tensor | None) -> _Value:
        """(B, K) x, (G, K) weight, (G,) bias or None -> (B, G)."""
        if self.int8:
            integers, scales = quantized(weight)
            given = [x, self.constant(integers), self.constant(scales)]
            added = [] if bias is None else [None, None, self.constant(bias)]
            rows, columns = weight.shape
            sizes = {"K": columns, "N": rows, "bits": 8, "block_size": BLOCK, "accuracy_level": 4}
            return self.add("MatMulNBits", *given, *added, domain=MICROSOFT, **sizes)
        made = self.add("MatMul", x, self.constant(weight.T))
        return made if bias is None else made + self.constant(bias)

    def finished(self, logits: _Value, vocabulary: int) -> onnx.ModelProto:
        """The whole model."""
        float32 = TensorProto.FLOAT
        named = {new.name: f"next_{old.name}" for old, new in zip(self.past, self.after, strict=True)}
        self._rename({logits.name: "logits"} | named)
        inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["B"])]
        inputs += [helper.make_tensor_value_info(part.name, float32, ["B", self.hidden]) for part in self.past]
        outputs = [helper.make_tensor_value_info("logits", float32, ["B", vocabulary])]
        outputs += [helper.make_tensor_value_info(f"next_{one.name}", float32, ["B", self.hidden]) for one in self.past]
        graph = helper.make_graph(self.nodes, "step", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET)] + [helper.make_opsetid(MICROSOFT, 1)] * self.int8
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _rename(self, names: Mapping[str, str]) -> None:
        """Give values other names, wherever they are written and read."""
        for node in self.nodes:
            for listed in (node.input, node.output):
                listed[:] = [names.get(one, one) for one in listed]


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


def _looked_up(graph: _Graph, packed: PackedModel) -> _Value:
    """(B,) ids -> (B, G), what the first layer sees of them."""
    first, ids = packed.layers[0], _Value(graph, "ids")
    if packed.embedding is None:
        return graph.add("Gather", graph.constant(first.inputs), ids)
    x = graph.add("Gather", graph.constant(packed.embedding), ids)
    return graph.product(x, first.inputs, first.input_bias)


def _shown(graph: _Graph, number: int, layer: PackedLayer, x: _Value) -> _Value:
    """What a layer shows after its step; x is what `_looked_up` gives, or what the layer below shows."""
    past = [_Value(graph, f"{part}{number}") for part in layer.cell.parts]
    if layer.cell.apart:
        given = x if number == 0 else graph.product(x, layer.inputs, layer.input_bias)
        back: _Value | None = graph.product(past[0], layer.recurrent, layer.recurrent_bias)
    else:
        given, back = _sum(graph, number, layer, x, past[0]), None
    after = layer.cell.after(given, back, past)
    graph.past += past
    graph.after += after
    return cast(_Value, after[0])


def _sum(graph: _Graph, number: int, layer: PackedLayer, x: _Value, h: _Value) -> _Value:
    """What the gates see of the input and the hidden state together; above the first layer one product for both."""
    if number == 0:
        return x + graph.product(h, layer.recurrent, None)
    both = graph.add("Concat", x, h, axis=1)
    return graph.product(both, cat([layer.inputs, layer.recurrent], dim=1), layer.input_bias)
