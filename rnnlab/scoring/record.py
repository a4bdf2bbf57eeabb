"""A density forecast's record over its days: how often its bands held, before and after calibration, and how surely.

Bands are calibrated by adaptive conformal inference, Gibbs & Candès (2021, arXiv 2106.00170): a band that failed is
followed by wider ones, one that held by slightly narrower ones, from outcomes known on the day and no others. Where the
day's volatility is ranked, how much wider depends on the rank: misses in a storm widen the bands of stormy days first.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.evidence import LEAST_DAYS, BoolArray, Share, histogram, independence, share_held
from rnnlab.scoring.forecasts import width
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.scoring.volatility import thirds

PERCENT = (80, 95)
Bands = dict[int, tuple[FloatArray, FloatArray]]  # by nominal share in percent: lower and upper ends, (N,) each
# Of the miss probability, for each failure: an estimate over the last 1/STEP = 100 days or so. A single miss moves an
# 80 % band by less than a point, and a change of regime is followed within a year. docs/experiments.md tries others.
STEP = 0.01
SHAPES = 3  # Legendre polynomials of the volatility's rank beside the constant: a slope, a bend and a twist
# By share in percent, one day ahead and on days with a rank: the step of the constant and of each polynomial. Outcomes
# of longer horizons overlap, and larger steps overshoot; they take STEP for all.
STEPS = {80: (0.0175, 0.03), 95: (STEP, STEP)}
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
class Tercile:
    """The days of a third by the running volatility known on the day of forecast, from low to high in percent a day.

    Coverages are shares of its days, of bands as given and as calibrated.
    """

    days: int
    low: float
    high: float
    coverage80: float
    coverage95: float
    calibrated80: float
    calibrated95: float


@dataclass(frozen=True)
class Record:
    """bands: by nominal share in percent, "80" and "95". histogram: outcomes in tenths of what was forecast.

    terciles: of volatility, the calmest first; none for fewer than 60 days, or where it is unknown or hardly varies.
    """

    bands: dict[str, Band]
    histogram: list[int]
    terciles: tuple[Tercile, ...] = ()


def record_of(
    density: StudentT, actual: FloatArray, calibrated: Bands, horizon: int = 1, volatility: FloatArray | None = None
) -> Record | None:
    """The record of densities (N,) of percent log returns against what came; None for fewer than 20 days.

    calibrated: their bands as `calibrated_bands` gives them. volatility: (N,) known on the days of forecast, percent.
    """
    if len(actual) < LEAST_DAYS:
        return None
    bands = {str(percent): _band(density, actual, percent, calibrated[percent], horizon) for percent in PERCENT}
    found = Record(bands, histogram(density.cdf(actual)))
    if volatility is None or len(actual) < 3 * LEAST_DAYS:
        return found
    return dataclasses.replace(found, terciles=_terciles(density, actual, calibrated, volatility))


def calibrated_bands(
    density: StudentT, actual: FloatArray, horizon: int = 1, step: float = STEP, ranks: FloatArray | None = None
) -> Bands:
    """The central bands calibrated day by day, by nominal share in percent: (lower, upper), each (M,).

    Args:
        density: (M,) densities of percent log returns, day after day.
        actual: (N,) what came, N of M or fewer: the last ones may not be known yet, `horizon` of them at most.
        horizon: days from forecast to outcome.
        step: how far the outcome of a day without a rank moves the band.
        ranks: (M,) of the volatility on the days of forecast, see rnnlab.scoring.volatility.ranks.
    """
    open_days = len(density.location) - len(actual)
    assert 0 <= open_days <= horizon, "what is not known yet must not be needed"
    known = density.at(slice(len(actual))).cdf(actual)
    probabilities = np.append(known, np.full(open_days, 0.5))  # never looked at: too new for any band
    found = {}
    for percent in PERCENT:
        ranked = STEPS[percent] if horizon == 1 else (STEP, STEP)
        shares = calibrated_shares(probabilities, percent / 100, horizon, step, ranks, ranked)
        found[percent] = density.interval(np.maximum(shares, NARROWEST))
    return found


def calibrated_shares(
    probabilities: FloatArray,
    coverage: float,
    horizon: int = 1,
    step: float = STEP,
    ranks: FloatArray | None = None,
    ranked: tuple[float, float] = (STEP, STEP),
) -> FloatArray:
    """The share that each day's central band should be made for, so that bands hold `coverage` of days in the long run.

    The band issued at day i rests on outcomes of forecasts made up to day i − horizon, which are known by then. With
    ranks the miss probability is a polynomial of the day's rank; an outcome moves each weight by the polynomial's value
    on its day, so that misses have the right frequency along the ranks, too (the idea is that of Gibbs, Cherian &
    Candès 2023, arXiv 2305.12616; here the weights are learnt day by day).

    Args:
        probabilities: (N,) what the forecast's distribution gave to outcomes up to the one that came, day after day
            (the probability integral transform); a central band of share c holds where |2p − 1| ≤ c.
        coverage: the share of days that a band should hold, strictly between 0 and 1.
        horizon: days from forecast to outcome.
        step: how far a single outcome of a day without a rank moves the share; 0 for never.
        ranks: (N,) where each day's volatility stood when the forecast was made, −1 … 1; nan where it is not known.
        ranked: of a day with a rank, the steps of the constant and of each polynomial.

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
    reached, miss = np.abs(2 * probabilities - 1).tolist(), 1 - coverage
    known = np.zeros(len(reached), bool) if ranks is None else np.isfinite(ranks)
    basis = _basis(ranks, known)
    constant, shape = ranked
    steps = np.where(known[:, None], [constant, *[shape] * SHAPES], [step, *[0.0] * SHAPES])
    moves = (basis * steps).tolist()
    weights: list[float] = [miss, *[0.0] * SHAPES]
    shares: list[float] = []
    for day, values in enumerate(basis.tolist()):
        if day >= horizon:
            past = day - horizon
            error = miss - float(reached[past] > shares[past])
            weights = [weight + move * error for weight, move in zip(weights, moves[past], strict=True)]
        own = sum(weight * value for weight, value in zip(weights, values, strict=True))
        shares.append(min(max(1 - own, 0.0), WIDEST))
    return np.array(shares)


def _basis(ranks: FloatArray | None, known: BoolArray) -> FloatArray:
    """The constant and the polynomials of each day, (N, 1 + SHAPES); of a day without a rank the constant alone."""
    basis = np.zeros((len(known), 1 + SHAPES))
    basis[:, 0] = 1
    if ranks is not None:
        basis[known] = np.polynomial.legendre.legvander(ranks[known], SHAPES)
    return basis


def _terciles(density: StudentT, actual: FloatArray, calibrated: Bands, volatility: FloatArray) -> tuple[Tercile, ...]:
    third, bounds = thirds(volatility)
    if len(np.unique(third)) < 3:
        return ()
    ends = {f"coverage{percent}": density.interval(percent / 100) for percent in PERCENT}
    ends |= {f"calibrated{percent}": calibrated[percent] for percent in PERCENT}
    held = {name: (lower <= actual) & (actual <= upper) for name, (lower, upper) in ends.items()}
    found = []
    for number in range(3):
        days = third == number
        shares = {name: float(one[days].mean()) for name, one in held.items()}
        found.append(Tercile(int(days.sum()), float(bounds[number]), float(bounds[number + 1]), **shares))
    return tuple(found)


def _band(
    density: StudentT, actual: FloatArray, percent: int, calibrated: tuple[FloatArray, FloatArray], horizon: int
) -> Band:
    lower, upper = density.interval(percent / 100)
    held = (lower <= actual) & (actual <= upper)
    share = share_held((calibrated[0] <= actual) & (actual <= calibrated[1]))
    alone = independence(held).p_value if horizon == 1 else None
    return Band(share_held(held), share, width(lower, upper), width(*calibrated), alone)
