"""What a step on a CPU is made of: its products alone, and a call of the session that computes nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from rnnlab.nn.model import SequenceModel
from rnnlab.nn.stepping.onnx_graph import IR_VERSION, MICROSOFT, OPSET, step_graph
from rnnlab.nn.stepping.onnx_steps import bound, open_session
from rnnlab.nn.stepping.packing import pack

PRODUCTS = ("MatMul", "MatMulNBits")


def parts_of_a_step(model: SequenceModel, weights: str, rows: int) -> dict[str, Callable[[], None]]:
    """Work to be timed beside a whole step of so many rows: `products`, and `call`, which both others contain."""
    step = step_graph(pack(model), int8=weights == "int8")
    return {"products": _work(products_of(step), rows), "call": _work(_copying_a_number(), rows)}


def products_of(step: onnx.ModelProto) -> onnx.ModelProto:
    """A step's matrix products alone, their inputs and outputs those of the graph."""
    sizes = {one.name: one.dims for one in step.graph.initializer}
    nodes = [node for node in step.graph.node if node.op_type in PRODUCTS]
    read, written = {}, {}
    for node in nodes:
        given = {one.name: one.i for one in node.attribute} or dict(zip("KN", sizes[node.input[1]], strict=True))
        read[node.input[0]], written[node.output[0]] = given["K"], given["N"]
    return _graph(
        nodes, read, written, [one for one in step.graph.initializer if any(one.name in n.input for n in nodes)]
    )


def _copying_a_number() -> onnx.ModelProto:
    return _graph([helper.make_node("Identity", ["x"], ["y"])], {"x": 1}, {"y": 1}, [])


def _graph(
    nodes: list[onnx.NodeProto], read: dict[str, int], written: dict[str, int], constants: list[onnx.TensorProto]
) -> onnx.ModelProto:
    inputs, outputs = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["B", size]) for name, size in some.items()]
        for some in (read, written)
    )
    graph = helper.make_graph(nodes, "parts", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def _work(graph: onnx.ModelProto, rows: int) -> Callable[[], None]:
    session = open_session(graph)
    read, written = (
        [np.zeros((rows, node.shape[1]), np.float32) for node in some]
        for some in (session.get_inputs(), session.get_outputs())
    )
    binding = bound(session, read, written)

    # The binding holds addresses alone: the default keeps the arrays.
    def run(held: tuple[list[NDArray[np.float32]], ...] = (read, written)) -> None:
        session.run_with_iobinding(binding)

    return run
