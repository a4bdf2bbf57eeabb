"""Two models stepped side by side on one text, their predictions combined into one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab.nn.model import ModelState
from rnnlab.nn.stepping import Engine, Steps

# Of logits, for what is excluded: a probability of 0 in float32 and float64 even at a temperature of 5, and yet finite,
# so that where all others are banned, the first model's own order of what is left decides.
EXCLUDED = 10_000.0


@dataclass(frozen=True)
class Mixture:
    """How two predictions become one.

    ids: of each id of the first model, the second's for the same text, −1 where it has none. read_as: the same, with
    the nearest id for −1, by which the second reads what the first alone has written. share: of the second in the
    weighted mean of log-probabilities; 0 is the first alone, 1 the second alone, below 0 away from the second.
    plausible: ids less likely than this fraction of the first's most likely one are excluded; 0 excludes none.
    """

    ids: tuple[int, ...]
    read_as: tuple[int, ...]
    share: float
    plausible: float = 0.0


def mix(first: Tensor, second: Tensor, ids: Tensor, share: float, plausible: float = 0.0) -> Tensor:
    """Combine two models' logits: (B, V), (B, W), (V,) ids of the second for the first's -> (B, V) logits.

    With 0 <= share <= 1 their softmax is the normalised weighted geometric mean of the two distributions (a logarithmic
    opinion pool; Genest & Zidek 1986, Statistical Science 1(1), pages 114–135). With share = −β it is the contrastive
    (1 + β) log p − β log q of O'Brien & Lewis (2023, arXiv 2309.09117), and `plausible` is the α of the plausibility
    constraint of Li et al. (2022, arXiv 2210.15097). An id that the second does not have is excluded.
    """
    kept = (ids >= 0).expand_as(first)
    if plausible > 0:
        best = first.masked_fill(~kept, -math.inf).amax(-1, keepdim=True)
        kept = kept & (first >= best + math.log(plausible))
    # Constants added to all logits of a row cancel in the softmax, so these need not be normalised first.
    return torch.where(kept, torch.lerp(first, second[:, ids.clamp(min=0)], share), first - EXCLUDED)


class MixedEngine:
    """An engine whose texts are stepped by two; the state is the first's layers, then the second's."""

    def __init__(self, first: Engine, second: Engine, layers: int, mixture: Mixture) -> None:
        """Combine two engines, the first of a model with so many layers."""
        self.first, self.second, self.layers, self.mixture = first, second, layers, mixture

    def begin(self, rows: int, state: ModelState | None = None) -> MixedSteps:
        """Begin so many rows; see rnnlab.nn.stepping.Engine."""
        own, other = (None, None) if state is None else (state[: self.layers], state[self.layers :])
        return MixedSteps(self.first.begin(rows, own), self.second.begin(rows, other), self.mixture)


class MixedSteps:
    """The rows of one writing, in both models."""

    def __init__(self, first: Steps, second: Steps, mixture: Mixture) -> None:
        self._first, self._second, self._mixture = first, second, mixture
        self._ids = torch.tensor(mixture.ids)

    def step(self, ids: Sequence[int]) -> Tensor:
        """Take one step of every row; see rnnlab.nn.stepping.Steps."""
        first = self._first.step(ids)
        second = self._second.step([self._mixture.read_as[one] for one in ids])
        return mix(first, second, self._ids, self._mixture.share, self._mixture.plausible)

    def state(self) -> ModelState:
        """A copy of both states after the last step, the first model's layers before the second's."""
        return (*self._first.state(), *self._second.state())
