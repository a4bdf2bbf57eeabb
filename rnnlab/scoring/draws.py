"""A forecast as draws, where there is no formula: its quantiles and its score; knows not how they were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlab.scoring.student import FloatArray


@dataclass(frozen=True)
class Draws:
    """values: (N, M) equally likely outcomes of each of N forecasts, in the units of what is forecast."""

    values: FloatArray

    @property
    def location(self) -> FloatArray:
        """The medians, (N,)."""
        return np.asarray(np.median(self.values, axis=1))

    def interval(self, coverage: float) -> tuple[FloatArray, FloatArray]:
        """Central bands, (lower, upper) of shape (N,) each, that hold the share `coverage` of the draws."""
        lower, upper = np.quantile(self.values, [(1 - coverage) / 2, (1 + coverage) / 2], axis=1)
        return lower, upper

    def crps(self, y: FloatArray) -> FloatArray:
        """Continuous ranked probability score of the empirical distribution at y (N,), in its units, lower is better.

        Gneiting & Raftery (2007), J. Am. Stat. Assoc. 102(477), equation 21, in the form over sorted draws.
        """
        ordered = np.sort(self.values, axis=1)
        count = ordered.shape[1]
        weights = (2 * np.arange(1, count + 1) - count - 1) / count**2
        score: FloatArray = np.abs(ordered - y[:, None]).mean(axis=1) - ordered @ weights
        return score
