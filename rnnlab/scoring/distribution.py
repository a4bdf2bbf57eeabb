"""The whole distribution of the return over each of the next days, as given or calibrated.

A calibrated distribution has the calibrated 80 and 95 % bands for its own. A distance from the median is stretched as
those bands are: linearly from the median to the end of the 80 % band, linearly from there to that of the 95 % band, and
beyond, where too few outcomes fall to calibrate by, by the factor of the 95 % band.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
from scipy import special

from rnnlab.errors import RnnlabError
from rnnlab.scoring.student import FloatArray, StudentT

KNOTS = (0.1, 0.025)  # probability beyond either end of the 80 and the 95 % band
LEAST_STRETCH = 1.001  # of the 95 % band over the 80 % band, so that every level has a value of its own
ORDER = 48  # nodes of the quadrature on each stretch: with these, tail means agree with adaptive ones to 1e-8
TAIL_POWER = 8  # levels u = b·v^8 are dense towards 0, where a Student-t's quantiles grow like u^(−1/dof)
GRID = 201  # places at which the narrowest band is looked for, twice
MOST_PATHS = 10_000
LARGEST_LOG = 600.0
LEAST_GROWTH = 0.02  # of the first day's variance, by which each day's must exceed that of the day before


@dataclass(frozen=True)
class Stretch:
    """Half-widths of the 80 and 95 % bands of H days, (2, H), in percent log return, before and after calibration."""

    given: FloatArray
    meant: FloatArray

    def __post_init__(self) -> None:
        """Keep the ends of the 95 % band outside of those of the 80 % band."""
        meant = np.array([self.meant[0], np.maximum(self.meant[1], LEAST_STRETCH * self.meant[0])])
        object.__setattr__(self, "meant", meant)

    def forth(self, distance: FloatArray) -> FloatArray:
        """Distances (…, H) from the median as calibrated."""
        return _bent(distance, self.given, self.meant)

    def back(self, distance: FloatArray) -> FloatArray:
        """The reverse of `forth`."""
        return _bent(distance, self.meant, self.given)

    def pieces(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Where each straight piece of `forth` starts, its offset and its slope, (3, H) each."""
        (inner, outer), (near, far) = self.given, self.meant
        slopes = np.array([near / inner, (far - near) / (outer - inner), far / outer])
        offsets = np.array([0 * near, near - slopes[1] * inner, 0 * far])
        return np.array([0 * inner, inner, outer]), offsets, slopes


@dataclass(frozen=True)
class Distribution:
    """Distributions, symmetric about their medians, of the percent log return over 1 … H days.

    density: (H,) as a model gives them; stretch: how they are calibrated, None where they are not.
    """

    density: StudentT
    stretch: Stretch | None = None

    def quantile(self, level: float | FloatArray) -> FloatArray:
        """Values below which the return falls with probability `level`, which broadcasts with (H,); percent.

        Raises:
            RnnlabError: a level is not strictly between 0 and 1.
        """
        levels = need_share(level)
        return self._from_tail(np.minimum(levels, 1 - levels), np.sign(levels - 0.5))

    def cdf(self, y: float | FloatArray) -> FloatArray:
        """Probability of a return of at most y, which broadcasts with (H,), percent."""
        distance = np.asarray(y, dtype=np.float64) - self.density.location
        if self.stretch is not None:
            distance = np.sign(distance) * self.stretch.back(np.abs(distance))
        return cast(FloatArray, special.stdtr(self.density.dof, distance / self.density.scale))

    def volatility(self) -> FloatArray:
        """Standard deviations, (H,), percent; infinite at 2 degrees of freedom and below."""
        _, _, squares = self._moments_beyond(0.5)
        return np.where(self.density.dof > 2, np.sqrt(2 * squares), np.inf)

    def mean_beyond(self, level: float, *, upper: bool) -> FloatArray:
        """Mean return, (H,), percent, of the share 1 − level of outcomes that is greatest (upper) or least.

        level: from 0.5 up to, and without, 1. Infinite at 1 degree of freedom and below.
        """
        tail = 1 - need_level(level)
        _, firsts, _ = self._moments_beyond(tail)
        distance = np.where(self.density.dof > 1, firsts / tail, np.inf)
        return self.density.location + (distance if upper else -distance)

    def mean_simple_below(self, level: float) -> FloatArray:
        """Mean simple return, (H,), percent, of the share 1 − level of outcomes that is least; by quadrature.

        Finite, for a simple return is never below −100 %. level: as of `mean_beyond`.
        """
        tail = 1 - need_level(level)
        levels, weights = _nodes(tail)
        return np.asarray(100 * (weights @ (growth(self.quantile(levels[:, None])) - 1)) / tail)

    def narrowest(self, share: float) -> tuple[FloatArray, FloatArray]:
        """Ends, (H,) each, percent, of the band that holds `share` and is narrowest in the price.

        That is the band of highest density: outside of it no price is more probable than one inside. The density of
        the log return is symmetric, that of the price leans to the right.
        """
        need_share(share)
        days, room = np.arange(len(self.density.location)), 1 - share
        below = np.linspace(0, room, GRID + 2)[1:-1, None] + 0 * self.density.location
        step = room / (GRID + 1)
        for _ in range(2):
            widths = growth(self.quantile(below + share)) - growth(self.quantile(below))
            best = below[np.argmin(widths, axis=0), days]
            span = np.linspace(-step, step, GRID)[:, None]
            below = np.clip(best + span, step * 1e-3, room - step * 1e-3)
        return self.quantile(best), self.quantile(best + share)

    def paths(self, count: int, seed: int = 0) -> FloatArray:
        """Draw `count` paths of the percent log return since the last day, (count, H); each day's agree with its own.

        Days are tied by a t copula (Demarta & McNeil 2005, Int. Stat. Rev. 73(1)) of the returns since the last day:
        one draw of the volatility for a whole path, and correlations σ_s/σ_t of the days s < t, those of a walk whose
        daily returns are uncorrelated; σ is half of a day's 80 % band. Same seed, same paths.

        Raises:
            RnnlabError: fewer than 1 path, or more than 10,000.
        """
        if not 1 <= count <= MOST_PATHS:
            raise RnnlabError(f"{count:,} paths cannot be drawn; ask for 1 to {MOST_PATHS:,}.")
        random = np.random.default_rng(seed)
        clock = _growing(np.square(self.quantile(0.9) - self.quantile(0.1)))
        steps = np.sqrt(np.diff(clock, prepend=0.0))
        walks = np.cumsum(steps * random.standard_normal((count, len(clock))), axis=1) / np.sqrt(clock)
        dof = float(np.median(self.density.dof))
        common = np.sqrt(random.chisquare(dof, (count, 1)) / dof)
        tails: FloatArray = special.stdtr(dof, -np.abs(walks / common))
        return self._from_tail(tails, np.sign(walks))

    def _from_tail(self, tail: FloatArray, side: FloatArray) -> FloatArray:
        """The values beyond which a probability of `tail` is left on a side, −1 or 1; 0 for the median."""
        distance: FloatArray = -self.density.scale * special.stdtrit(self.density.dof, tail)
        if self.stretch is not None:
            distance = self.stretch.forth(distance)
        return self.density.location + side * distance

    def _moments_beyond(self, tail: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of the distance from the median: its moments 0, 1, 2 over the upper `tail` ≤ 0.5, (H,) each; closed form."""
        scale, dof = self.density.scale, self.density.dof
        start: FloatArray = -scale * special.stdtrit(dof, tail + np.zeros_like(dof))
        starts, offsets, slopes = (np.zeros((1, 1)), 0.0, 1.0) if self.stretch is None else self.stretch.pieces()
        beyond = _partial_moments(np.maximum(starts, start) / scale, dof)
        zeroth, first, second = (one - np.append(one[1:], 0 * one[:1], axis=0) for one in beyond)
        slopes = slopes * scale
        means = offsets * zeroth + slopes * first
        squares = offsets**2 * zeroth + 2 * offsets * slopes * first + slopes**2 * second
        return zeroth.sum(axis=0), means.sum(axis=0), squares.sum(axis=0)


def growth(returns: FloatArray) -> FloatArray:
    """Percent log returns -> by what the price is multiplied; at most e^600, beyond which prices outgrow floats."""
    return np.asarray(np.exp(np.clip(returns / 100, -LARGEST_LOG, LARGEST_LOG)))


def need_share(share: float | FloatArray) -> FloatArray:
    """A probability, or several; RnnlabError unless all lie strictly between 0 and 1."""
    share = np.asarray(share, dtype=np.float64)
    inside = (share > 0) & (share < 1)
    if not inside.all():
        at = float(share[~inside][0])
        raise RnnlabError(f"A quantile's level must lie strictly between 0 and 1, not at {at:g}; 0.01 is usual.")
    return share


def need_level(level: float) -> float:
    """A level of value at risk; RnnlabError unless it is from 0.5 up to, and without, 1."""
    if not 0.5 <= level < 1:
        raise RnnlabError(f"A level of value at risk must be at least 0.5 and below 1, not {level:g}; 0.99 is usual.")
    return level


def _bent(distance: FloatArray, given: FloatArray, meant: FloatArray) -> FloatArray:
    """Distances (…, H) ≥ 0 carried along straight pieces from `given` (2, H) to `meant` (2, H)."""
    inner, outer = distance * (meant[0] / given[0]), distance * (meant[1] / given[1])
    between = meant[0] + (distance - given[0]) * ((meant[1] - meant[0]) / (given[1] - given[0]))
    return np.asarray(np.where(distance <= given[0], inner, np.where(distance <= given[1], between, outer)))


def _partial_moments(start: FloatArray, dof: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """∫ xᵏ f(x) dx from `start` ≥ 0 to infinity for k = 0, 1, 2 of the standard Student-t; nan for dof ≤ k.

    f(x)·(dof + x²) is the density of a Student-t with two degrees of freedom less, but for a factor.
    """
    one, two = np.where(dof > 1, dof, np.nan), np.where(dof > 2, dof, np.nan)
    zeroth: FloatArray = special.stdtr(dof, -start)
    density = np.exp(StudentT(np.zeros(1), np.ones(1), dof).log_density(start))
    first = density * (one + start * start) / (one - 1)
    narrower = special.stdtr(two - 2, -start * np.sqrt((two - 2) / two))
    second = two * ((two - 1) / (two - 2) * narrower - zeroth)
    return zeroth, first, second


def _nodes(tail: float) -> tuple[FloatArray, FloatArray]:
    """Levels from 0 to `tail` and their weights; the stretches between KNOTS, where quantiles bend, are apart."""
    places, weights = np.polynomial.legendre.leggauss(ORDER)
    places, weights = (places + 1) / 2, weights / 2
    edges = [*sorted(knot for knot in KNOTS if knot < tail), tail]
    levels = [edges[0] * places**TAIL_POWER]
    shares = [edges[0] * TAIL_POWER * places ** (TAIL_POWER - 1) * weights]
    for low, high in pairwise(edges):
        levels.append(low + (high - low) * places)
        shares.append((high - low) * weights)
    return np.concatenate(levels), np.concatenate(shares)


def _growing(variance: FloatArray) -> FloatArray:
    """Variances (H,) that grow from day to day, if only by LEAST_GROWTH of the first."""
    floor = LEAST_GROWTH * variance[0] * np.arange(len(variance))
    return np.asarray(floor + np.maximum.accumulate(variance - floor))
