"""The linear head of a wide checkpoint, fitted by itself, and its mean with a network that reads the plain features.

Without a recurrent state the outputs of one horizon depend on no other's weights, so each is a small problem of its
own, solved on all training days at once by L-BFGS (Nocedal & Wright 2006, Numerical Optimization, section 7.2) under a
ridge. Overlapping returns over h days tell little more than every h/2-th of them, which is taken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from rnnlab.nn.model import SequenceModel
from rnnlab.tasks.forecast.learn import features
from rnnlab.tasks.forecast.learn.density import HORIZONS, log_density, own_parameters
from rnnlab.tasks.forecast.learn.features import FIRST_DAY, WIDE, WITHOUT_MARKET, Panel

ITERATIONS = 60
RIDGE = 0.01  # settled on days before August 2015, as the head's share below (docs/experiments.md)
SHARE = 0.5  # of the head in the mean with the network


@dataclass(frozen=True)
class LinearHead:
    """Outputs of a wide checkpoint as a linear map of its features: weights (3H, I) and biases (3H,)."""

    weights: Tensor
    biases: Tensor


def averaged(model: SequenceModel, head: LinearHead) -> SequenceModel:
    """The model of features WIDE whose output is the mean of a network's, which reads NAMES, and of a linear head's."""
    assert model.skip is not None
    own, wide = model.state_dict(), SequenceModel(dataclasses.replace(model.config, inputs=len(WIDE)))
    more = len(WIDE) - model.config.inputs
    [first] = [name for name in own if name.startswith("cores.0.") and "weight_ih" in name]
    changed = {
        first: pad(own[first], (0, more)),  # weights of 0: the recurrent state sees nothing of the rest
        "head.weight": (1 - SHARE) * own["head.weight"],
        "head.bias": (1 - SHARE) * own["head.bias"] + SHARE * head.biases,
        "skip.weight": (1 - SHARE) * pad(own["skip.weight"], (0, more)) + SHARE * head.weights,
    }
    wide.load_state_dict(own | changed)
    return wide.eval()


def fit_linear_head(panels: Sequence[Panel], hide: float) -> LinearHead:
    """Fit the head to all days of panels whose features are WIDE.

    As in a training, half of what it sees is shown without an index, and a share `hide` as if files had closes only.
    """
    x = np.concatenate([panel.x[FIRST_DAY:] for panel in panels])
    y = np.concatenate([(panel.returns_ahead(HORIZONS) / panel.scales(HORIZONS))[FIRST_DAY:] for panel in panels])
    design = _designed(_copies(x, hide))
    start, weights, biases = torch.zeros(x.shape[1] + 1, 3, dtype=torch.float64), [], []
    for column, days in enumerate(HORIZONS):
        rows = np.flatnonzero(np.isfinite(y[:, column]))[:: max(1, days // 2)]
        start = _fit(design, torch.from_numpy(rows), torch.from_numpy(y[rows, column]), RIDGE * days, start)
        weight = start[1:] / design.spread[:, None]
        weights.append(weight.T)
        biases.append(start[0] - design.mean @ weight)
    return LinearHead(torch.cat(weights).float(), torch.cat(biases).float())


def _copies(x: NDArray[np.float32], hide: float) -> list[tuple[float, NDArray[np.float32]]]:
    """The same days with groups of features hidden, each with its share; shares add to 1."""
    seen = (1 - WITHOUT_MARKET) * (1 - hide) if x[:, WIDE.index("has_market")].any() else 0.0
    copies = [
        (seen, x),
        (1 - hide - seen, features.without(x, ["market"], WIDE)),
        (hide, features.without(x, ["market", *features.GROUPS], WIDE)),
    ]
    return [(share, copy) for share, copy in copies if share > 0]


@dataclass(frozen=True)
class _Design:
    """Standardised features (N, I) of each copy, with the copies' shares, and how they were standardised."""

    copies: list[tuple[float, Tensor]]
    mean: Tensor
    spread: Tensor


def _designed(copies: Sequence[tuple[float, NDArray[np.float32]]]) -> _Design:
    mean = np.sum([share * x.mean(0, dtype=np.float64) for share, x in copies], axis=0)
    squares = np.sum([share * np.square(x, dtype=np.float64).mean(0) for share, x in copies], axis=0)
    spread = np.sqrt(np.maximum(squares - mean**2, 0)) + 1e-6
    scaled = [(share, torch.from_numpy(((x - mean) / spread).astype(np.float32))) for share, x in copies]
    return _Design(scaled, torch.from_numpy(mean), torch.from_numpy(spread))


def _fit(design: _Design, rows: Tensor, y: Tensor, ridge: float, start: Tensor) -> Tensor:
    """(I + 1, 3) weights on standardised features, the bias first; y: (R,) scaled returns over one horizon."""
    weights = start.clone().requires_grad_(True)
    copies = [(share, x[rows]) for share, x in design.copies]
    search = torch.optim.LBFGS(
        [weights], max_iter=ITERATIONS, history_size=20, line_search_fn="strong_wolfe", tolerance_change=1e-9
    )

    def loss() -> float:
        search.zero_grad()
        value = ridge * weights[1:].square().sum()
        for share, x in copies:
            output = (x @ weights[1:].float() + weights[0].float()).double()
            value = value - share * log_density(*own_parameters(*output.unbind(-1)), y).mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value.item()

    search.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach()
