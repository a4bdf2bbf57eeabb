"""A model's weights as they are kept: on the CPU, each in memory of its own, and perhaps at half the size."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.train.checkpoint.files import refuse

STORED = {"float32": torch.float32, "float16": torch.float16}  # the kinds of a checkpoint's weights


def cpu_weights(model: SequenceModel) -> dict[str, Tensor]:
    """Copy a model's weights to the CPU, each into memory of its own.

    On a GPU cuDNN keeps all weights of a layer as views of one buffer, which safetensors refuses to write.
    """
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in model.state_dict().items()}


def halved(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as float16, for half the size; as they are if one is too large for it."""
    if any(tensor.abs().max() > torch.finfo(torch.float16).max for tensor in weights.values()):
        return weights
    return {name: tensor.half() for name, tensor in weights.items()}


def copied(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Tensors of their own where these are, cut off from what made them."""
    return [tensor.detach().clone() for tensor in tensors]


def copied_to(tensors: Sequence[Tensor], device: torch.device) -> list[Tensor]:
    """Tensors of their own on a device."""
    return [tensor.to(device, copy=True) for tensor in tensors]


def put(weights: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    """Put values, in the order of the weights, into them, wherever they are."""
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(value)


def put_weights(model: SequenceModel, weights: Sequence[Tensor]) -> None:
    """Put weights, in the order of the model's parameters, into it."""
    put(list(model.parameters()), weights)


def check_weights(weights: dict[str, Tensor], config: ModelConfig, stored: object, file: str) -> None:
    """Raise CheckpointError unless a file's tensors are a model's weights, all finite and of the kind that is named.

    Args:
        weights: by name.
        config: the model.
        stored: "float32" or "float16", as the checkpoint's record says.
        file: what to call it in messages.
    """
    if not isinstance(stored, str) or stored not in STORED:
        refuse(file, f"should hold {stored!r:.40} where float32 and float16 are known")
    with torch.device("meta"):
        wanted = SequenceModel(config).state_dict()
    if set(weights) != set(wanted):
        refuse(file, "holds other tensors than config.json describes")
    for name, due in wanted.items():
        tensor = weights[name]
        if tensor.shape != due.shape or tensor.dtype != STORED[stored]:
            refuse(file, f"holds {name} as {tensor.dtype} {list(tensor.shape)} where {stored} {list(due.shape)} is due")
        if not tensor.isfinite().all():
            refuse(file, f"holds numbers in {name} that are not finite")
