"""A saved training's tensors checked against the model that goes on with them, for a folder may come from anyone."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from rnnlab.errors import RnnlabError
from rnnlab.train.progress import Snapshot

MOMENTS = ("exp_avg", "exp_avg_sq")  # of AdamW, as large as the weight that they belong to


def check_snapshot(snapshot: Snapshot, weights: Sequence[Tensor]) -> None:
    """Raise RnnlabError unless every tensor is as large as the weight that it stands for."""
    shapes = [weight.shape for weight in weights]
    if [tensor.shape for tensor in snapshot.group("weight")] != shapes:
        raise RnnlabError("The saved training belongs to a model of another shape; use the settings it began with.")
    for name in ("average", "best"):
        found = [tensor.shape for tensor in snapshot.group(name)]
        if found and found != shapes:
            raise _damaged()
    for number, shape in enumerate(shapes):
        for moment in MOMENTS:
            tensor = snapshot.tensors.get(f"optimizer.{number}.{moment}")
            if tensor is not None and tensor.shape != shape:
                raise _damaged()
        step = snapshot.tensors.get(f"optimizer.{number}.step")
        if step is not None and step.numel() != 1:
            raise _damaged()
    for name, tensor in snapshot.tensors.items():
        if name.startswith("state.") and (tensor.dim() != 3 or tensor.shape[0] != 1):
            raise _damaged()


def _damaged() -> RnnlabError:
    return RnnlabError("The saved training is damaged, so it cannot be resumed; start a new one.")
