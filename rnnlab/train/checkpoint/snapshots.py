"""A saved training's tensors checked against the model and the optimizer that left them, for a folder may be anyone's.

weight.N, average.N, best.N     of the model's weight N: now, averaged, at the best report
optimizer.N.PART                what AdamW keeps of weight N
state.L.P                       part P of layer L's carried state, (1, B, H)
noise                           the generator of the dropout masks
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.train.progress import Snapshot

MOMENTS = ("exp_avg", "exp_avg_sq")  # of AdamW, as large as the weight that they belong to
COUNT = "step"  # of AdamW: how many steps it has taken
FINEST = torch.float32  # what weights are trained in, whatever is computed in
CPU_GENERATOR = 5056  # bytes of torch's Mersenne twister
MOST_GENERATOR = 10_000  # bytes of another device's


class Due(NamedTuple):
    """What a tensor must be: one of some types, of a shape in which None is any length from 1 on."""

    dtypes: tuple[torch.dtype, ...]
    shape: tuple[int | None, ...]


def check_state(snapshot: Snapshot, model: ModelConfig, train: Mapping[str, Any]) -> None:
    """Check that a state holds exactly the tensors that a training of this model with these settings leaves.

    Args:
        snapshot: what was read; its numbers have been checked.
        model: the network that was trained.
        train: the settings by name.

    Raises:
        CheckpointError: a tensor is missing, foreign, of another type or shape, or holds what no training leaves; or
            the state has changed since it was written.
    """
    due = dict(_due(snapshot, model, train))
    if odd := sorted(set(due) ^ set(snapshot.tensors)):
        raise _damaged(f"{_told(odd[0])} is {'missing' if odd[0] in due else 'not due'}")
    for name, tensor in snapshot.tensors.items():
        if not _fits(tensor, due[name]):
            raise _damaged(f"{name} is {_named(tensor.dtype)} {list(tensor.shape)} where {_said(due[name])} is due")
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise _damaged(f"{name} holds numbers that are not finite")
    _check_counts(snapshot)
    _check_state(snapshot, int(train["batch"]) if "batch" in train else None)
    _check_noise(snapshot)
    if not snapshot.whole:  # last, as whatever is wrong above says more
        raise _damaged("it is not as it was written, or belongs to another checkpoint")


def check_shapes(snapshot: Snapshot, weights: Sequence[Tensor]) -> None:
    """Raise RnnlabError unless a state, which is sound by itself, is of a model with such weights."""
    if [tensor.shape for tensor in snapshot.group("weight")] != [weight.shape for weight in weights]:
        raise RnnlabError("The saved training belongs to a model of another shape; use the settings it began with.")


def _due(snapshot: Snapshot, model: ModelConfig, train: Mapping[str, Any]) -> Iterator[tuple[str, Due]]:
    """Every tensor that the training leaves, by name."""
    with torch.device("meta"):
        shapes = [tuple(weight.shape) for weight in SequenceModel(model).parameters()]
    numbers, names = snapshot.numbers, snapshot.tensors
    averaged = bool(train.get("ema", "average.0" in names))
    there = {"weight": True, "average": averaged, "best": numbers["best_loss"] is not None}
    for group in filter(there.get, there):
        yield from ((f"{group}.{index}", Due((FINEST,), shape)) for index, shape in enumerate(shapes))
    # Under a gradient scaler the first steps may all have been skipped, and the optimizer then knows nothing yet.
    if not numbers["scaler"] or any(name.startswith("optimizer.") for name in names):
        for index, shape in enumerate(shapes):
            yield f"optimizer.{index}.{COUNT}", Due((FINEST,), ())
            yield from ((f"optimizer.{index}.{moment}", Due((FINEST,), shape)) for moment in MOMENTS)
    if not numbers["rewinds"]:  # going back forgets the carried state
        state = Due((FINEST, getattr(torch, numbers["precision"])), (1, None, model.hidden))
        for layer in range(model.layers):
            yield from ((f"state.{layer}.{part}", state) for part in range(len(CELLS[model.cell].parts)))
    length = CPU_GENERATOR if numbers["device"] == "cpu" else None
    yield "noise", Due((torch.uint8,), (length,))


def _fits(tensor: Tensor, due: Due) -> bool:
    if tensor.dtype not in due.dtypes or tensor.dim() != len(due.shape):
        return False
    sides = zip(tensor.shape, due.shape, strict=True)
    return all(has > 0 if length is None else has == length for has, length in sides)


def _check_counts(snapshot: Snapshot) -> None:
    """AdamW counts the steps that were taken, for all weights alike, and squares are not negative."""
    steps = {float(tensor) for name, tensor in snapshot.tensors.items() if name.endswith(f".{COUNT}")}
    if len(steps) > 1 or not all(step.is_integer() and 1 <= step <= snapshot.numbers["step"] for step in steps):
        raise _damaged("the optimizer's steps are not those of the training")
    for name, tensor in snapshot.tensors.items():
        if name.endswith(f".{MOMENTS[1]}") and bool((tensor < 0).any()):
            raise _damaged(f"{name} holds squares below 0")


def _check_state(snapshot: Snapshot, batch: int | None) -> None:
    carried = [tensor for name, tensor in snapshot.tensors.items() if name.startswith("state.")]
    if len({(tensor.shape, tensor.dtype) for tensor in carried}) > 1:
        raise _damaged("the layers' states are of several sizes or types")
    if carried and batch is not None and carried[0].shape[1] > batch:
        raise _damaged(f"a state of {carried[0].shape[1]:,} sequences is carried where a batch has {batch:,}")


def _check_noise(snapshot: Snapshot) -> None:
    noise = snapshot.tensors["noise"]
    if snapshot.numbers["device"] != "cpu":
        if noise.numel() > MOST_GENERATOR:
            raise _damaged("noise is longer than any generator's state")
        return
    try:
        torch.Generator().set_state(noise)
    except (RuntimeError, TypeError) as error:
        raise _damaged("noise is no state of a generator") from error


def _told(name: str) -> str:
    return "".join(filter(str.isprintable, name))[:40] or "a tensor without a name"


def _named(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _said(due: Due) -> str:
    kinds = " or ".join(dict.fromkeys(map(_named, due.dtypes)))
    return f"{kinds} [{', '.join('any' if length is None else str(length) for length in due.shape)}]"


def _damaged(what: str) -> CheckpointError:
    return CheckpointError(f"The saved training is damaged, so it cannot be resumed; start a new one ({what}).")
