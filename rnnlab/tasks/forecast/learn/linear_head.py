"""The linear path of a wide network, fitted first and by itself: what the recurrent part then learns is its residual.

Without a recurrent state the outputs of one horizon depend on no other's weights, so each is a small convex-like
problem of its own, solved on all training days at once by L-BFGS (Nocedal & Wright 2006, Numerical Optimization,
section 7.2) under a ridge. Overlapping returns over h days tell little more than every h/2-th of them, which is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab.nn.model import SequenceModel

ITERATIONS = 60
Copy = tuple[float, Callable[[NDArray[np.float32]], NDArray[np.float32]]]  # its share, and what it hides
Loss = Callable[[Tensor, Tensor], Tensor]  # (N, 3) outputs of one horizon, (N,) scaled returns -> (N,) nats


@dataclass(frozen=True)
class _Design:
    """Standardised features (N, I) of each copy, with the copies' shares, and how they were standardised."""

    copies: list[tuple[float, Tensor]]
    mean: Tensor
    spread: Tensor


def fit_linear_head(
    x: NDArray[np.float32], y: NDArray[np.float32], copies: Iterable[Copy], ridge: float, loss: Loss
) -> tuple[Tensor, Tensor]:
    """Fit a linear map from the features to each horizon's outputs.

    Args:
        x: (N, I) features of all training days.
        y: (N, H) scaled returns over 1 … H days, nan for none.
        copies: the same days with groups of features hidden, each with its share in the loss.
        ridge: pull towards 0 of one day's weights on standardised features; of h days h times as strong.
        loss: negative log-likelihood of each day.

    Returns:
        Weights (3H, I) and biases (3H,), ordered as a model's outputs.
    """
    design = _designed([(share, hidden(x)) for share, hidden in copies])
    start, weights, biases = torch.zeros(x.shape[1] + 1, 3, dtype=torch.float64), [], []
    for column in range(y.shape[1]):
        rows = np.flatnonzero(np.isfinite(y[:, column]))[:: max(1, (column + 1) // 2)]
        start = _fit(design, torch.from_numpy(rows), torch.from_numpy(y[rows, column]), ridge * (column + 1), start, loss)
        weight = start[1:] / design.spread[:, None]
        weights.append(weight.T)
        biases.append(start[0] - design.mean @ weight)
    return torch.cat(weights).float(), torch.cat(biases).float()


def put_linear_head(model: SequenceModel, head: tuple[Tensor, Tensor], inputs: int) -> SequenceModel:
    """Have a model begin with a linear head that stays, its recurrent state reading the first `inputs` features alone."""
    assert model.skip is not None
    weight = model.cores[0].get_parameter("weight_ih_l0")
    with torch.no_grad():
        model.skip.weight.copy_(head[0])
        model.head.bias.copy_(head[1])
        weight[:, inputs:] = 0
    return freeze_linear_head(model, inputs)


def freeze_linear_head(model: SequenceModel, inputs: int) -> SequenceModel:
    """Keep the linear path, and what the recurrent state does not read, as they are."""
    assert model.skip is not None
    read = torch.zeros(model.config.inputs)
    read[:inputs] = 1
    model.skip.weight.requires_grad_(False)
    weight = model.cores[0].get_parameter("weight_ih_l0")
    weight.register_hook(lambda gradient: gradient * read.to(gradient.device))  # type: ignore[no-untyped-call]
    return model


def _designed(copies: list[tuple[float, NDArray[np.float32]]]) -> _Design:
    total = sum(share for share, _ in copies)
    shares = [share / total for share, _ in copies]
    tensors = [torch.from_numpy(values) for _, values in copies]
    mean = sum((share * one.mean(0, dtype=torch.float64) for share, one in zip(shares, tensors, strict=True)), torch.zeros(1))
    squares = sum((share * one.double().square().mean(0) for share, one in zip(shares, tensors, strict=True)), torch.zeros(1))
    spread = (squares - mean.square()).clamp(min=0).sqrt() + 1e-6
    scaled = [((one - mean.float()) / spread.float()) for one in tensors]
    return _Design(list(zip(shares, scaled, strict=True)), mean, spread)


def _fit(design: _Design, rows: Tensor, y: Tensor, ridge: float, start: Tensor, loss: Loss) -> Tensor:
    """(I + 1, 3) weights on standardised features, the bias first."""
    weights = start.clone().requires_grad_(True)
    copies, y = [(share, x[rows]) for share, x in design.copies], y.double()
    search = torch.optim.LBFGS(
        [weights], max_iter=ITERATIONS, history_size=20, line_search_fn="strong_wolfe", tolerance_change=1e-9
    )

    def total() -> float:
        search.zero_grad()
        value = ridge * weights[1:].square().sum()
        for share, x in copies:
            value = value + share * loss((x @ weights[1:].float() + weights[0].float()).double(), y).mean()
        value.backward()  # type: ignore[no-untyped-call]
        return float(value)

    search.step(total)
    return weights.detach()
