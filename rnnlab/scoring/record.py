"""A density forecast's record over its days: how often its bands held, before and after calibration, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlab.scoring.conformal import STEP, calibrated_shares
from rnnlab.scoring.evidence import LEAST_DAYS, Share, histogram, independence, share_held
from rnnlab.scoring.forecasts import width
from rnnlab.scoring.student import FloatArray, StudentT

PERCENT = (80, 95)
Bands = dict[int, tuple[FloatArray, FloatArray]]  # by nominal share in percent: lower and upper ends, (N,) each
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
    probabilities = density.cdf(actual)
    return Record(
        {str(percent): _band(density, actual, percent, calibrated[percent], horizon) for percent in PERCENT},
        histogram(probabilities),
    )


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


def _band(
    density: StudentT, actual: FloatArray, percent: int, calibrated: tuple[FloatArray, FloatArray], horizon: int
) -> Band:
    lower, upper = density.interval(percent / 100)
    held = (lower <= actual) & (actual <= upper)
    return Band(
        raw=share_held(held),
        calibrated=share_held((calibrated[0] <= actual) & (actual <= calibrated[1])),
        width=width(lower, upper),
        width_calibrated=width(*calibrated),
        independence_p=independence(held).p_value if horizon == 1 else None,
    )
