"""The baselines scored on a model's days, and whether the model differs from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from rnnlab.errors import DataError
from rnnlab.scoring import value_at_risk
from rnnlab.scoring.baselines import BASELINES, Baseline, Forecast, IntArray, Ranges, ahead
from rnnlab.scoring.forecasts import coverage, diebold_mariano, log_score, mae, rmse
from rnnlab.scoring.student import Draws, FloatArray, StudentT
from rnnlab.scoring.value_at_risk import Tails, tails_of
from rnnlab.scoring.volatility import qlike, variance, variance_of_range

Prices = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class BaselineScores:
    """How one baseline did, and whether the model's forecasts differ from it.

    rmse of the median price in USD; crps in percent log return (of a point: its mean absolute error); log_score in
    nats, None for draws; coverage80 and coverage95 as shares; all three None for a point, which has no density. dm_p:
    two-sided Diebold–Mariano p-value of the model against it, on daily CRPS where both are densities, and on squared
    price errors where the baseline is a point. tails: by level of value at risk, "95" and "99", and qlike: of the
    variance against the day's range; one day ahead and of densities alone. losses: (N,) daily CRPS.
    """

    rmse: float
    crps: float
    log_score: float | None
    coverage80: float | None
    coverage95: float | None
    dm_p: float
    losses: FloatArray | None = field(default=None, repr=False, compare=False)
    tails: Tails | None = None
    qlike: float | None = None

    def summary(self) -> dict[str, Any]:
        """All but the daily losses, as plain JSON values."""
        plain = {name: value for name, value in vars(self).items() if name not in ("losses", "tails")}
        return plain | {"value_at_risk": value_at_risk.summary(self.tails)}


@dataclass(frozen=True)
class DayScores:
    """What densities of one day ahead score beside their CRPS; arguments of BaselineScores."""

    tails: Tails | None = None
    qlike: float | None = None


def day_scores(
    density: StudentT, actual: FloatArray, measured: FloatArray | None, beside: Tails | None = None
) -> DayScores:
    """Score one-day densities (N,) of percent log returns.

    Args:
        density: the forecasts.
        actual: (N,) what came, percent.
        measured: (N,) the variance of each target day by its range, percent squared, nan or None where not known.
        beside: the model's tails, if these are a baseline's.
    """
    score = None if measured is None else qlike(variance(density), measured)
    return DayScores(tails_of(density, actual, beside), score)


def baseline_scores(
    model: StudentT,
    returns: FloatArray,
    closes: FloatArray,
    origins: IntArray,
    split: int,
    horizon: int = 1,
    ranges: Ranges = None,
    more: Mapping[str, Baseline] = MappingProxyType({}),
) -> dict[str, BaselineScores]:
    """Score every baseline on the model's own days.

    Args:
        model: (N,) densities of the return in percent from each origin to `horizon` days later.
        returns, closes, ranges: (n,) returns in percent, prices in USD, Parkinson volatility in percent or None.
        origins: (N,) days of forecast, from split − 1 to n − 1 − horizon.
        more: others by name, beside BASELINES.

    Raises:
        DataError: a series too short, constant or with gaps, or an origin whose target lies before split or past the
            end of the series.
    """
    last = len(returns) - 1 - horizon
    if origins.size and origins.max() > last:
        raise DataError(f"Day {origins.max()} has no price {horizon} days later; score days up to {last}.")
    actual, prices = ahead(returns, origins, horizon), (closes[origins], closes[origins + horizon])
    own = model.crps(actual)
    made = {name: one(returns, origins, split, horizon, ranges) for name, one in (BASELINES | dict(more)).items()}
    found = {name: _score(model, own, forecast, actual, prices, horizon) for name, forecast in made.items()}
    if horizon > 1:
        return found
    measured, tails = measured_variance(returns, origins, split, ranges), tails_of(model, actual)
    for name, forecast in made.items():
        if isinstance(forecast, StudentT):
            one = day_scores(forecast, actual, measured, tails)
            found[name] = dataclasses.replace(found[name], tails=one.tails, qlike=one.qlike)
    return found


def measured_variance(returns: FloatArray, origins: IntArray, split: int, ranges: Ranges) -> FloatArray | None:
    """The variance by its range of the day after each origin, (N,), percent squared; None where there are no ranges."""
    measured = variance_of_range(returns, ranges, split)
    return None if measured is None else measured[origins + 1]


def _score(
    model: StudentT, own: FloatArray, forecast: Forecast, actual: FloatArray, prices: Prices, horizon: int
) -> BaselineScores:
    """Score a baseline on N days, own being the model's CRPS on them, prices those before and after the horizon."""
    before, after = prices
    point = forecast.location if isinstance(forecast, StudentT | Draws) else forecast
    median_close = before * np.exp(point / 100)
    error = rmse(after, median_close)
    if not isinstance(forecast, StudentT | Draws):
        own_errors = np.square(after - before * np.exp(model.location / 100))
        test = diebold_mariano(own_errors, np.square(after - median_close), horizon)
        losses = np.abs(actual - forecast)
        return BaselineScores(error, mae(actual, forecast), None, None, None, test.p_value, losses)
    losses = forecast.crps(actual)
    test = diebold_mariano(own, losses, horizon)
    nats = log_score(forecast, actual) if isinstance(forecast, StudentT) else None
    held80, held95 = (coverage(*forecast.interval(share), actual) for share in (0.80, 0.95))
    return BaselineScores(error, float(losses.mean()), nats, held80, held95, test.p_value, losses)
