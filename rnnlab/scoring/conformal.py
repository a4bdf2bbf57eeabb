"""Bands that are widened or narrowed day by day so that they hold as often as they say; knows no model and no date.

Adaptive conformal inference of Gibbs & Candès (2021, arXiv 2106.00170): a band that failed is followed by wider ones,
one that held by slightly narrower ones, from outcomes that were known on the day and no others.
"""

from __future__ import annotations

import numpy as np

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.student import FloatArray

# Of the miss probability, for each failure: an estimate over the last 1/STEP = 100 days or so. A single miss moves an
# 80 % band by less than a point, and a change of regime is followed within a year. docs/experiments.md tries others.
STEP = 0.01
WIDEST = 0.999  # a share of 1 would be a band without ends, and ends far out cost width and win no coverage


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
        raise RnnlabError(
            f"A coverage of {coverage:g} with steps of {step:g} cannot be aimed at; 0.8 and 0.01 are usual."
        )
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
