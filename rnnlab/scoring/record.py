"""A density forecast's record over its days: how often its bands held, before and after calibration, and how surely.

Bands are calibrated by adaptive conformal inference, Gibbs & Candès (2021, arXiv 2106.00170): a band that failed is
followed by wider ones, one that held by slightly narrower ones, from outcomes known on the day and no others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.evidence import LEAST_DAYS, Share, histogram, independence, share_held
from rnnlab.scoring.forecasts import width
from rnnlab.scoring.student import FloatArray, StudentT

PERCENT = (80, 95)
Bands = dict[int, tuple[FloatArray, FloatArray]]  # by nominal share in percent: lower and upper ends, (N,) each
# Of the miss probability, for each failure: an estimate over the last 1/STEP = 100 days or so. A single miss moves an
# 80 % band by less than a point, and a change of regime is followed within a year. docs/experiments.md tries others.
STEP = 0.01
WIDEST = 0.999  # a share of 1 would be a band without ends, and ends far out cost width and win no coverage
NARROWEST = 1e-6  # a band of nothing has no ends to give


@dataclass(frozen=True)
class Band:
    """How a central band of a nominal share did.

    raw, calibrated: shares of days held, with 95 % bounds that take days for independent. width, width_calibrated:
    means in percent log return. independence_p: of Christoffersen's test on the raw band's misses; None for horizons
    over a day, whose outcomes overlap.
    """

    raw: Share
    calibrated: Share
    width: float
    width_calibrated: float
    independence_p: float | None


@dataclass(frozen=True)
class Record:
    """bands: by nominal share in percent, "80" and "95". histogram: outcomes in tenths of what was forecast."""

    bands: dict[str, Band]
    histogram: list[int]


def record_of(density: StudentT, actual: FloatArray, calibrated: Bands, horizon: int = 1) -> Record | None:
    """The record of densities (N,) of percent log returns against what came; None for fewer than 20 days.

    calibrated: their bands as `calibrated_bands` gives them.
    """
    if len(actual) < LEAST_DAYS:
        return None
    bands = {str(percent): _band(density, actual, percent, calibrated[percent], horizon) for percent in PERCENT}
    return Record(bands, histogram(density.cdf(actual)))


def calibrated_bands(density: StudentT, actual: FloatArray, horizon: int = 1, step: float = STEP) -> Bands:
    """The central bands calibrated day by day, by nominal share in percent: (lower, upper), each (M,).

    Args:
        density: (M,) densities of percent log returns, day after day.
        actual: (N,) what came, N of M or fewer: the last ones may not be known yet, `horizon` of them at most.
        horizon: days from forecast to outcome.
        step: how far one outcome moves the band.
    """
    open_days = len(density.location) - len(actual)
    assert 0 <= open_days <= horizon, "what is not known yet must not be needed"
    known = density.at(slice(len(actual))).cdf(actual)
    probabilities = np.append(known, np.full(open_days, 0.5))  # never looked at: too new for any band
    found = {}
    for percent in PERCENT:
        shares = calibrated_shares(probabilities, percent / 100, horizon, step)
        found[percent] = density.interval(np.maximum(shares, NARROWEST))
    return found


def calibrated_shares(probabilities: FloatArray, coverage: float, horizon: int = 1, step: float = STEP) -> FloatArray:
    """The share that each day's central band should be made for, so that bands hold `coverage` of days in the long run.

    The band issued at day i rests on outcomes of forecasts made up to day i − horizon, which are known by then.

    Args:
        probabilities: (N,) what the forecast's distribution gave to outcomes up to the one that came, day after day
            (the probability integral transform); a central band of share c holds where |2p − 1| ≤ c.
        coverage: the share of days that a band should hold, strictly between 0 and 1.
        horizon: days from forecast to outcome.
        step: how far a single outcome moves the share; 0 for never.

    Returns:
        (N,) shares between 0 and 0.999.

    Raises:
        DataError: a probability is missing or none.
        RnnlabError: coverage or step is out of bounds.
    """
    if not 0 < coverage < 1 or not 0 <= step < 1 or horizon < 1:
        words = f"A coverage of {coverage:g} with steps of {step:g} cannot be aimed at; 0.8 and 0.01 are usual."
        raise RnnlabError(words)
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise DataError("A probability of an outcome is missing or not between 0 and 1; score only complete days.")
    reached = np.abs(2 * probabilities - 1)
    miss = aim = 1 - coverage
    shares = np.empty(len(reached))
    for day in range(len(reached)):
        if day >= horizon:
            known = day - horizon
            miss += step * (aim - float(reached[known] > shares[known]))
        shares[day] = min(max(1 - miss, 0.0), WIDEST)
    return shares


def _band(
    density: StudentT, actual: FloatArray, percent: int, calibrated: tuple[FloatArray, FloatArray], horizon: int
) -> Band:
    lower, upper = density.interval(percent / 100)
    held = (lower <= actual) & (actual <= upper)
    share = share_held((calibrated[0] <= actual) & (actual <= calibrated[1]))
    alone = independence(held).p_value if horizon == 1 else None
    return Band(share_held(held), share, width(lower, upper), width(*calibrated), alone)
