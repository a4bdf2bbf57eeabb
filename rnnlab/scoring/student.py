"""The Student-t as a forecast, or draws where there is no formula: quantiles, scores and fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from rnnlab.errors import DataError, RnnlabError

FloatArray = npt.NDArray[np.float64]

DOF_BOUNDS = (2.1, 200.0)  # below 2 there is no variance; above 200 no sample of ours tells it from a normal
SCALE_BOUNDS = (1e-3, 1e3)  # of the sample's spread: with over 68 % of the days tied, the likelihood has no maximum
LEAST_SAMPLE = 10


@dataclass(frozen=True)
class StudentT:
    """Student-t densities, one for each element of three arrays that broadcast together.

    location, scale: (N,) or (N, H), in the units of what is forecast (percent log return); scale > 0.
    dof: degrees of freedom, the same shape, > 0 (the CRPS needs > 1).
    """

    location: FloatArray
    scale: FloatArray
    dof: FloatArray

    def quantile(self, level: float) -> FloatArray:
        """Value below which the outcome falls with probability `level`; (N,) in the units of location.

        Raises:
            RnnlabError: level is not strictly between 0 and 1.
        """
        _need_a_share("A quantile's level", level)
        return cast(FloatArray, self.location + self.scale * special.stdtrit(self.dof, level))

    def interval(self, coverage: float | FloatArray) -> tuple[FloatArray, FloatArray]:
        """Central band, as (lower, upper) of shape (N,) each, that holds the outcome with probability `coverage`.

        Args:
            coverage: one for all, or one for each density.

        Raises:
            RnnlabError: a coverage is not strictly between 0 and 1.
        """
        for bound in (np.min(coverage), np.max(coverage)):
            _need_a_share("An interval's coverage", float(bound))
        half: FloatArray = -self.scale * special.stdtrit(self.dof, (1 - coverage) / 2)
        return self.location - half, self.location + half

    def cdf(self, y: FloatArray | float) -> FloatArray:
        """Probability of an outcome of at most y; y broadcasts with location."""
        return cast(FloatArray, special.stdtr(self.dof, self._standardised(y)))

    def log_density(self, y: FloatArray | float) -> FloatArray:
        """Log density at y in nats; y broadcasts with location."""
        return _log_density(self._standardised(y), self.dof) - np.log(self.scale)

    def crps(self, y: FloatArray | float) -> FloatArray:
        """Continuous ranked probability score at y, in the units of y, lower is better; nan where dof <= 1.

        Closed form of Jordan, Krüger & Lerch (2019), J. Stat. Softw. 90(12), appendix A.
        """
        w, dof = self._standardised(y), np.where(self.dof > 1, self.dof, np.nan)
        # The beta functions themselves underflow for large dof; their logarithms do not.
        betas = np.exp(special.betaln(0.5, dof - 0.5) - 2 * special.betaln(0.5, dof / 2))
        body = w * (2 * special.stdtr(dof, w) - 1) + 2 * np.exp(_log_density(w, dof)) * (dof + w * w) / (dof - 1)
        return cast(FloatArray, self.scale * (body - 2 * np.sqrt(dof) / (dof - 1) * betas))

    def at(self, rows: Any) -> StudentT:
        """The densities of some rows, or of whatever else may stand between an array's brackets."""
        return StudentT(self.location[rows], self.scale[rows], self.dof[rows])

    def scaled_by(self, factor: FloatArray) -> StudentT:
        """Densities of the outcome times `factor` > 0, which broadcasts with location."""
        return StudentT(self.location * factor, self.scale * factor, self.dof + np.zeros_like(factor))

    def _standardised(self, y: FloatArray | float) -> FloatArray:
        return (np.asarray(y, dtype=np.float64) - self.location) / self.scale


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
        return cast(FloatArray, np.abs(ordered - y[:, None]).mean(axis=1) - ordered @ weights)


def fit_student(sample: FloatArray) -> StudentT:
    """Fit location, scale and degrees of freedom to a sample (N,) by maximum likelihood; the result is of shape ().

    The degrees of freedom stay within 2.1 and 200. About a millisecond for 2,500 values.

    Raises:
        DataError: fewer than 10 values, a value that is not finite, or a sample that never varies.
    """
    sample = np.asarray(sample, dtype=np.float64)
    if sample.size < LEAST_SAMPLE:
        raise DataError(f"{sample.size} values are too few to fit a distribution; give at least {LEAST_SAMPLE}.")
    if not np.isfinite(sample).all():
        raise DataError("A distribution cannot be fitted to missing or infinite values; fill or drop them first.")
    if np.ptp(sample) <= 1e-9 * np.abs(sample).max():
        raise DataError(f"All {sample.size} values are the same ({sample.flat[0]:g}); give a series that varies.")
    centre = np.median(sample)
    # A single wild value must not set the unit of the search; quartiles that coincide cannot.
    unit = (np.quantile(sample, 0.75) - np.quantile(sample, 0.25)) / 1.349 or np.std(sample)
    location, log_scale, log_dof = _maximise((sample - centre) / unit)
    parameters = (centre + unit * location, unit * np.exp(log_scale), np.exp(log_dof))
    return StudentT(*map(np.asarray, parameters))


def _maximise(x: FloatArray) -> FloatArray:
    bounds = [(x.min(), x.max()), tuple(np.log(SCALE_BOUNDS)), tuple(np.log(DOF_BOUNDS))]
    start, ends = np.array([0.0, 0.0, np.log(5.0)]), {"ftol": 1e-13, "gtol": 1e-7}
    found = optimize.minimize(_mean_loss, start, (x,), "L-BFGS-B", jac=True, bounds=bounds, options=ends)
    return cast(FloatArray, found.x)


def _mean_loss(parameters: FloatArray, x: FloatArray) -> tuple[float, FloatArray]:
    """Mean negative log-likelihood of (location, log scale, log dof), and its gradient."""
    location, scale, dof = parameters[0], np.exp(parameters[1]), np.exp(parameters[2])
    w = (x - location) / scale
    pull = (dof + 1) * w / (dof + w * w)
    digammas = special.digamma(dof / 2) - special.digamma((dof + 1) / 2)
    by_dof = 0.5 * (digammas + np.mean(np.log1p(w * w / dof)) + (1 - np.mean(pull * w)) / dof)
    gradient = np.array([-np.mean(pull) / scale, 1 - np.mean(pull * w), dof * by_dof])
    return float(parameters[1] - np.mean(_log_density(w, dof))), gradient


def _log_density(w: FloatArray, dof: FloatArray) -> FloatArray:
    return cast(FloatArray, -special.betaln(0.5, dof / 2) - 0.5 * np.log(dof) - (dof + 1) / 2 * np.log1p(w * w / dof))


def _need_a_share(what: str, value: float) -> None:
    if not 0 < value < 1:
        raise RnnlabError(f"{what} must lie strictly between 0 and 1, not at {value:g}; 0.8 is usual.")
