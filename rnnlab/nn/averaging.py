"""Several trained models of one shape -> one model whose outputs are the mean of theirs; knows no task."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor

from rnnlab.nn.model import SequenceModel


def average(models: Sequence[SequenceModel]) -> SequenceModel:
    """Put models side by side: their units do not see each other, and the head takes the mean of what each would say.

    Args:
        models: of one configuration, whose inputs are values and whose head is not tied.

    Returns:
        A model with as many times the units, whose output on any sequence is the mean of theirs.
    """
    config = models[0].config
    assert all(model.config == config for model in models), "models of one shape"
    assert config.inputs, "an embedding has no side by side"
    assert not config.tied, "a tied head has no side by side"
    wide = SequenceModel(dataclasses.replace(config, hidden=len(models) * config.hidden))
    states = [model.state_dict() for model in models]
    merged = {name: _merged(name, [state[name] for state in states], config.hidden) for name in states[0]}
    wide.load_state_dict(merged)
    return wide.eval()


def _merged(name: str, parts: list[Tensor], hidden: int) -> Tensor:
    """A tensor of the wide model: gates hold the models' units one after the other, and layers only see their own."""
    if name == "head.weight":
        return torch.cat(parts, dim=1) / len(parts)
    if not name.startswith("cores."):
        return torch.stack(parts).mean(dim=0)  # the head's bias and the linear path
    gates = [part.reshape(-1, hidden, *part.shape[1:]) for part in parts]
    if parts[0].dim() == 1 or (name.startswith("cores.0.") and "weight_ih" in name):
        return torch.cat(gates, dim=1).flatten(0, 1)
    return torch.stack([_block_diagonal(own) for own in zip(*gates, strict=True)]).flatten(0, 1)


def _block_diagonal(parts: Sequence[Tensor]) -> Tensor:
    made: Tensor = torch.block_diag(*parts)  # type: ignore[no-untyped-call]
    return made
