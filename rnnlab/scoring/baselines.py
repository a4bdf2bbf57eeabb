"""The forecasts that a model must stand beside; independent of networks, files or dates.

Days are numbered 0 … n−1. `returns` (n,) holds 100·log(C_i/C_{i−1}) at day i; returns[0] has no day before it and is
never read. A forecast is made at the close of each day of `origins` (N,), for the return from that day to `horizon`
days later. `split` is the first day whose return belongs to the test: parameters are fitted on returns[1:split] and
no training target reaches across it. What runs on (an average of past squares) uses no day after the origin.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal

from rnnlab.errors import DataError
from rnnlab.scoring import carr
from rnnlab.scoring.student import Draws, FloatArray, StudentT, fit_student

IntArray = npt.NDArray[np.int64]
Forecast = StudentT | Draws | FloatArray  # of the N returns: densities, drawn outcomes or bare points, in percent
Ranges = FloatArray | None  # (n,) Parkinson volatility in percent, as `parkinson` gives it; None where it is not known
Baseline = Callable[[FloatArray, IntArray, int, int, Ranges], Forecast]

LEAST_TRAINING = 60
START_DAYS = 60  # the average of squares starts from this many days
HAR_DAYS = (1, 5, 22)  # a day, a week, a month of trading
DEEPEST_FALL = -6.0  # in the month's volatility; a crash must not set the forecast by itself
RANGE_FLOOR = 0.05  # percent; a day without trades has no range, and the logarithm of 0 would ruin the regression
VOLATILITY_FLOOR = 0.01  # percent; a flat start of the series must not divide by 0


def naive(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> FloatArray:
    """Say that the price stays as it is: N returns of zero, as points."""
    check_days(returns, origins, split, horizon)
    return np.zeros(len(origins))


def drift(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> FloatArray:
    """Say that the price grows as it did on average in training: N equal returns in percent, as points."""
    check_days(returns, origins, split, horizon)
    return np.full(len(origins), horizon * returns[1:split].mean())


def constant_t(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> StudentT:
    """Fit one Student-t to the training returns of `horizon` days and forecast it every day; N densities, percent.

    Raises:
        DataError: fewer than 60 training returns, a return that is missing, or returns that never vary.
    """
    check_days(returns, origins, split, horizon)
    fitted = fit_student(ahead(returns, np.arange(split - horizon), horizon))
    return fitted.scaled_by(np.ones(len(origins)))


def ewma_t(
    returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None, decay: float = 0.94
) -> StudentT:
    """Scale a Student-t by the exponentially weighted volatility up to each origin; N densities in percent.

    RiskMetrics' volatility (J.P. Morgan 1996, decay 0.94 for daily data) times √horizon; the Student-t is fitted to the
    training returns divided by it.

    Raises:
        DataError: fewer than 60 training returns, a return that is missing, or returns that never vary.
    """
    check_days(returns, origins, split, horizon)
    return scaled_t(returns, ewma_volatility(returns, decay), origins, split, horizon)


def har_t(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> StudentT:
    """Scale a Student-t by the volatility that a log-HAR regression expects; N densities in percent.

    Corsi (2009), J. Financial Econometrics 7(2), in logs: the log of the mean of a daily volatility proxy over the next
    `horizon` days is regressed, on the training span, on the logs of its means over the last 1, 5 and 22 days. One
    direct regression a horizon, nothing iterated. The Student-t is fitted to the training returns divided by the fitted
    volatility times √horizon, which also mends the bias of the log and of the proxy.

    Args:
        ranges: where they are nan, and on every day when they are None, the day's absolute return stands in.

    Raises:
        DataError: fewer than 60 training returns, a return that is missing, or returns that never vary.
    """
    check_days(returns, origins, split, horizon)
    return _log_regression(returns, proxy_of(returns, ranges), [], origins, split, horizon)


def lhar_t(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> StudentT:
    """Forecast as `har_t` does, with the falls of the last day, week and month as further regressors.

    Corsi & Renò (2012), J. Bus. Econ. Stat. 30(3), "leverage heterogeneous autoregressive". A fall is the mean return
    over 1, 5 or 22 days, if below 0, over the month's mean volatility, times the root of the days, no less than −6.
    """
    check_days(returns, origins, split, horizon)
    proxy = proxy_of(returns, ranges)
    month = _mean_of_last(proxy, HAR_DAYS[-1])
    falls = [np.clip(_mean_of_last(returns, days) * np.sqrt(days) / month, DEEPEST_FALL, 0) for days in HAR_DAYS]
    return _log_regression(returns, proxy, falls, origins, split, horizon)


def carr_t(returns: FloatArray, origins: IntArray, split: int, horizon: int = 1, ranges: Ranges = None) -> StudentT:
    """Scale a Student-t by a GARCH on the range with leverage, see rnnlab.scoring.carr; N densities in percent."""
    check_days(returns, origins, split, horizon)
    proxy = proxy_of(returns, ranges)
    fitted = carr.fit(returns[1:split], proxy[1:split])
    expected = fitted.ahead(returns[1:], proxy[1:], split - 1, horizon)
    return scaled_t(returns, expected, origins, split, horizon)


# Those that every back-test scores, and what to call them, and others, where people read.
TITLES = {"naive": "tomorrow = today", "drift": "today + mean change", "constant_t": "constant spread"}
TITLES |= {"ewma_t": "EWMA volatility", "har_t": "HAR", "lhar_t": "HAR with leverage", "carr_t": "range GARCH"}
TITLES |= {"garch_t": "GARCH(1,1)", "gjr_t": "GJR-GARCH", "linear_t": "linear head"}
BASELINES: dict[str, Baseline] = {"naive": naive, "drift": drift, "constant_t": constant_t}
BASELINES |= {"ewma_t": ewma_t, "har_t": har_t, "lhar_t": lhar_t, "carr_t": carr_t}


def ahead(returns: FloatArray, origins: IntArray, horizon: int = 1) -> FloatArray:
    """Sum of the `horizon` values that follow each origin, returns[i+1] + … + returns[i+horizon].

    (n,) and (N,) -> (N,), in the units of returns; nan where the sum would run past the end.
    """
    padded = np.concatenate([returns, np.full(horizon, np.nan)])
    total: FloatArray = padded[np.asarray(origins)[:, None] + np.arange(1, horizon + 1)].sum(axis=1)
    return total


def ewma_volatility(returns: FloatArray, decay: float = 0.94) -> FloatArray:
    """Root of the exponentially weighted mean of squared returns up to and including each day, percent.

    (n,) -> (n,): nan at day 0, the root mean square of the returns so far up to day 60, then
    b_i² = decay·b_{i−1}² + (1 − decay)·r_i². Never below 0.01 %. Day i depends on no later day.
    """
    squares = np.square(returns[1:])
    variance = np.cumsum(squares[:START_DAYS]) / np.arange(1, min(START_DAYS, squares.size) + 1)
    if squares.size > START_DAYS:
        state = [decay * variance[-1]]
        running, _ = signal.lfilter([1 - decay], [1, -decay], squares[START_DAYS:], zi=state)
        variance = np.concatenate([variance, running])
    return np.concatenate([[np.nan], np.maximum(np.sqrt(variance), VOLATILITY_FLOOR)])


def parkinson(high: FloatArray, low: FloatArray) -> FloatArray:
    """Daily volatility from the day's range, 100·log(H/L)/√(4 log 2), in percent; (n,) prices -> (n,), nan for nan.

    Parkinson (1980), J. Business 53(1). Never below 0.05 %: a day of a single trade has no range.
    """
    volatility: FloatArray = 100 * np.log(high / low) / np.sqrt(4 * np.log(2))
    return np.maximum(volatility, RANGE_FLOOR)


def _log_regression(
    returns: FloatArray, proxy: FloatArray, more: list[FloatArray], origins: IntArray, split: int, horizon: int
) -> StudentT:
    """Regress the log of the mean proxy ahead on those of the last day, week and month, and on more (n,) each."""
    past = [np.log(_mean_of_last(proxy, days)) for days in HAR_DAYS]
    design = np.column_stack([np.ones(len(returns)), *past, *more])
    train = _training_origins(split, horizon)
    target = np.log(ahead(proxy, train, horizon) / horizon)
    weights = np.linalg.lstsq(design[train], target, rcond=None)[0]
    # One dot product a row: a matrix product may round a row differently when there are more rows after it.
    expected = np.exp(np.sum(design * weights, axis=1))
    return scaled_t(returns, expected, origins, split, horizon)


def proxy_of(returns: FloatArray, ranges: Ranges) -> FloatArray:
    """A day's volatility in percent: its range, and where there is none its absolute return; (n,) each."""
    proxy = np.abs(returns)
    if ranges is not None:
        proxy = np.where(np.isnan(ranges), proxy, ranges)
    return np.maximum(proxy, RANGE_FLOOR)


def scaled_t(returns: FloatArray, volatility: FloatArray, origins: IntArray, split: int, horizon: int) -> StudentT:
    """Fit a Student-t to the training returns over volatility (n,)·√horizon, and scale it by each origin's."""
    expected = volatility * np.sqrt(horizon)
    train = _training_origins(split, horizon)
    return fit_student(ahead(returns, train, horizon) / expected[train]).scaled_by(expected[origins])


def _training_origins(split: int, horizon: int) -> IntArray:
    """Days with a month behind them and a target that ends before split."""
    return np.arange(HAR_DAYS[-1], split - horizon)


def _mean_of_last(values: FloatArray, days: int) -> FloatArray:
    """Mean of each day and the days − 1 before it; (n,) -> (n,), nan where there are too few."""
    means: FloatArray = sliding_window_view(values, days).mean(axis=1)
    return np.concatenate([np.full(days - 1, np.nan), means])


def check_days(returns: FloatArray, origins: IntArray, split: int, horizon: int) -> None:
    """Raise DataError unless a baseline can be fitted before `split` and forecast from the origins."""
    least = LEAST_TRAINING + horizon - 1
    if split - 1 < least:
        raise DataError(f"{split - 1} training returns are too few for a horizon of {horizon}; give at least {least}.")
    gaps = np.flatnonzero(~np.isfinite(returns[1:])) + 1
    if gaps.size:
        raise DataError(f"{gaps.size} returns are missing, the first at day {gaps[0]}; fill or drop those days.")
    if np.size(origins) and not (split - 1 <= np.min(origins) and np.max(origins) < len(returns)):
        days, ends = f"{np.min(origins)} to {np.max(origins)}", f"{split - 1} and {len(returns) - 1}"
        why = "an earlier day would be forecast from days after it"
        raise DataError(f"Forecast days {days} must lie between {ends}; {why}.")
