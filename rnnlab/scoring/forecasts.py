"""Scores of forecasts, of points and of densities; independent of who made them or where the days came from.

Every function takes arrays with one value a day. A price is in the series' currency (USD), a return is
100·log(C_t/C_{t−1}), that is percent log return.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from rnnlab.errors import DataError
from rnnlab.scoring.student import FloatArray, StudentT

LEAST_DAYS = 8  # fewer losses than these say nothing of a variance


@dataclass(frozen=True)
class Direction:
    """Share of days whose sign was predicted, and the share that always saying "up" would have got."""

    share: float
    base_rate: float


@dataclass(frozen=True)
class Evidence:
    """A test's statistic and its p-value; of two forecasts' losses, one below 0 speaks for the first."""

    statistic: float
    p_value: float


@dataclass(frozen=True)
class Scores:
    """How a density forecast did over n days.

    rmse, mae: of the median price, in USD; mase: mae over the training span's one-day naive mae, no unit.
    direction, direction_base_rate, coverage80, coverage95: shares of days between 0 and 1.
    crps, width80: in percent log return; log_score: nats, of the density of the percent log return. Lower is better.
    """

    n: int
    rmse: float
    mae: float
    mase: float
    direction: float
    direction_base_rate: float
    crps: float
    log_score: float
    coverage80: float
    coverage95: float
    width80: float


def score(
    density: StudentT,
    actual_return: FloatArray,
    close_before: FloatArray,
    actual_close: FloatArray,
    train_naive_mae: float,
) -> Scores:
    """Score the densities of n returns against what came.

    Args:
        density: (n,) densities of the return from the day of forecast to the target day, in percent.
        actual_return: (n,) those returns, in percent.
        close_before: (n,) prices on the days of forecast, in USD; the median price is close_before·exp(location/100).
        actual_close: (n,) prices on the target days, in USD.
        train_naive_mae: mean absolute one-day change of the price over the training span, in USD.

    Raises:
        DataError: lengths that differ, no day at all, a value that is not finite, or a price that never moved.
    """
    median_close = close_before * np.exp(density.location / 100)
    signs = direction(actual_return, density.location)
    root, absolute = rmse(actual_close, median_close), mae(actual_close, median_close)
    scaled = mase(actual_close, median_close, train_naive_mae)
    ranked, nats = crps(density, actual_return), log_score(density, actual_return)
    held80, held95 = (coverage(*density.interval(share), actual_return) for share in (0.80, 0.95))
    errors = root, absolute, scaled, signs.share, signs.base_rate, ranked, nats
    return Scores(actual_return.size, *errors, held80, held95, width(*density.interval(0.80)))


def rmse(actual: FloatArray, predicted: FloatArray) -> float:
    """Root of the mean squared error of (n,) forecasts, in their units."""
    _check_pairs(actual, predicted)
    return float(np.sqrt(np.mean(np.square(actual - predicted))))


def mae(actual: FloatArray, predicted: FloatArray) -> float:
    """Mean absolute error of (n,) forecasts, in their units."""
    _check_pairs(actual, predicted)
    return float(np.mean(np.abs(actual - predicted)))


def mase(actual: FloatArray, predicted: FloatArray, train_naive_mae: float) -> float:
    """Mean absolute error over the training span's mean absolute one-day change; no unit.

    Hyndman & Koehler (2006), Int. J. Forecasting 22(4). Where prices have grown since training, repeating the last
    price does not score 1 but more (1.84 on AAPL's 2015-2017): read it beside the naive forecast's own.

    Raises:
        DataError: the prices of the training span never change, so that there is nothing to divide by.
    """
    if not train_naive_mae > 0:
        raise DataError(f"A naive training error of {train_naive_mae:g} cannot scale an error; give prices that move.")
    return mae(actual, predicted) / train_naive_mae


def direction(actual_return: FloatArray, predicted_return: FloatArray) -> Direction:
    """Share of days on which the (n,) predicted return had the right sign, beside the share of up days.

    Days whose actual return is exactly zero went in no direction and are left out of both shares; a predicted zero
    names no direction and counts as wrong. Both shares are nan when no day is left.
    """
    _check_pairs(actual_return, predicted_return)
    moved = actual_return != 0
    if not moved.any():
        return Direction(math.nan, math.nan)
    right = np.sign(actual_return[moved]) == np.sign(np.broadcast_to(predicted_return, moved.shape)[moved])
    return Direction(float(np.mean(right)), float(np.mean(actual_return[moved] > 0)))


def crps(density: StudentT, actual: FloatArray) -> float:
    """Mean continuous ranked probability score of (n,) densities, in the units of `actual`; lower is better."""
    _check_pairs(actual, density.location)
    return float(np.mean(density.crps(actual)))


def log_score(density: StudentT, actual: FloatArray) -> float:
    """Mean negative log density of (n,) outcomes, in nats; lower is better, and it may be negative."""
    _check_pairs(actual, density.location)
    return float(-np.mean(density.log_density(actual)))


def coverage(lower: FloatArray, upper: FloatArray, actual: FloatArray) -> float:
    """Share of (n,) outcomes that lie within their bands, the ends included."""
    _check_pairs(actual, lower)
    _check_pairs(actual, upper)
    return float(np.mean((lower <= actual) & (actual <= upper)))


def width(lower: FloatArray, upper: FloatArray) -> float:
    """Mean width of (n,) bands, in their units."""
    _check_pairs(upper, lower)
    return float(np.mean(upper - lower))


def diebold_mariano(loss_a: FloatArray, loss_b: FloatArray, horizon: int = 1) -> Evidence:
    """Test whether two forecasts of the same n days are equally accurate, from their (n,) daily losses.

    Diebold & Mariano (1995), J. Bus. Econ. Stat. 13(3), with the small-sample correction and the Student-t of n − 1
    degrees of freedom of Harvey, Leybourne & Newbold (1997), Int. J. Forecasting 13(2). Forecasts of `horizon` days
    overlap; the autocovariances up to horizon − 1 therefore count, with Bartlett weights 1 − k/horizon (Newey &
    West 1987), so that the variance is never negative. Losses that are equal on every day give statistic 0 and p 1; a
    difference that is the same on every day, but not zero, gives an infinite statistic and p 0.

    Raises:
        DataError: fewer than 8 days, no more days than the horizon, lengths that differ, or a loss that is not finite.
    """
    _check_pairs(loss_a, loss_b)
    difference = loss_a - loss_b
    n, mean, least = difference.size, float(np.mean(difference)), max(LEAST_DAYS, horizon + 1)
    if n < least:
        raise DataError(f"{n} days are too few to compare forecasts of horizon {horizon}; give at least {least}.")
    if np.ptp(difference) <= 1e-14 * np.abs(loss_a).max():
        same = np.array_equal(loss_a, loss_b)
        return Evidence(0.0, 1.0) if same else Evidence(math.copysign(math.inf, mean), 0.0)
    variance = n * long_run_variance(difference, horizon - 1)
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = mean * math.sqrt(correction) / math.sqrt(variance / n**2)
    return Evidence(statistic, float(2 * special.stdtr(n - 1, -abs(statistic))))


def long_run_variance(values: FloatArray, lags: int) -> float:
    """Variance of days that hang together over so many lags, with Bartlett weights (Newey & West 1987): never negative.

    (n,) -> n times the variance of their mean, in squared units.
    """
    centred = values - values.mean()
    around = sum((1 - lag / (lags + 1)) * (centred[lag:] @ centred[:-lag]) for lag in range(1, lags + 1))
    return float((centred @ centred + 2 * around) / len(values))


def _check_pairs(actual: FloatArray, other: FloatArray) -> None:
    if np.shape(actual) != np.shape(other):
        raise DataError(f"{np.size(actual)} actual values against {np.size(other)} forecasts; give one of each a day.")
    if np.size(actual) == 0:
        raise DataError("No day is left to score; give a longer series or an earlier start.")
    missing = int(np.sum(~(np.isfinite(actual) & np.isfinite(other))))
    if missing:
        raise DataError(f"{missing} of {np.size(actual)} days lack a finite value; score only days that are complete.")
