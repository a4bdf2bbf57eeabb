"""A density forecast's record over its days: how often its bands held, before and after calibration, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlab.scoring.conformal import STEP, calibrated_shares
from rnnlab.scoring.evidence import LEAST_DAYS, Share, histogram, independence, share_held
from rnnlab.scoring.forecasts import width
from rnnlab.scoring.student import FloatArray, StudentT

PERCENT = (80, 95)
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


def record_of(density: StudentT, actual: FloatArray, horizon: int = 1, step: float = STEP) -> Record | None:
    """The record of densities (N,) of percent log returns against what came; None for fewer than 20 days.

    step: how far one outcome moves the calibrated band, as of rnnlab.scoring.conformal.
    """
    if len(actual) < LEAST_DAYS:
        return None
    probabilities = density.cdf(actual)
    return Record(
        {str(percent): _band(density, probabilities, percent / 100, horizon, step) for percent in PERCENT},
        histogram(probabilities),
    )


def calibrated_bands(
    density: StudentT, actual: FloatArray, horizon: int = 1, step: float = STEP
) -> dict[int, tuple[FloatArray, FloatArray]]:  # fmt: skip
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


def _band(density: StudentT, probabilities: FloatArray, coverage: float, horizon: int, step: float) -> Band:
    reached, shares = np.abs(2 * probabilities - 1), calibrated_shares(probabilities, coverage, horizon, step)
    held = reached <= coverage
    return Band(
        raw=share_held(held),
        calibrated=share_held(reached <= shares),
        width=width(*density.interval(coverage)),
        width_calibrated=width(*density.interval(np.maximum(shares, NARROWEST))),
        independence_p=independence(held).p_value if horizon == 1 else None,
    )
