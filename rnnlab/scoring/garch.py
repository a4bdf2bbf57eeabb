"""GARCH baselines through the package `arch`, refitted on a growing window; independent of networks, files or dates.

Arguments and days as in rnnlab.scoring.baselines. Bollerslev (1987), Review of Economics and Statistics 69(3), with a
Student-t; GJR: Glosten, Jagannathan & Runkle (1993), J. Finance 48(5). Over several days there is no closed form: days
are drawn from the residuals themselves (filtered historical simulation: Barone-Adesi, Giannopoulos & Vosper 1999,
J. Futures Markets 19(5)).
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.baselines import Baseline, IntArray, Ranges
from rnnlab.scoring.student import Draws, FloatArray, StudentT

REFIT_DAYS = 20
PATHS = 2000
SEED = 1
MISSING = "GARCH is fitted with the package arch, which is not here; pip install arch==8.0.0 adds it."


@dataclass(frozen=True)
class Fitted:
    """A fitted model: constant mean, and variance = omega + (alpha + gamma·[shock < 0])·shock² + beta·variance."""

    mean: float
    omega: float
    alpha: float
    gamma: float
    beta: float
    dof: float
    first_variance: float

    def variances(self, returns: FloatArray) -> FloatArray:
        """The variance expected of each day, and of the one after the last, from those before; (n,) -> (n + 1,)."""
        shocks = returns - self.mean
        pushes = self.omega + (self.alpha + self.gamma * (shocks < 0)) * shocks**2
        variances = np.empty(len(returns) + 1)
        variances[0] = self.first_variance
        for day, push in enumerate(pushes):
            variances[day + 1] = push + self.beta * variances[day]
        return variances


def garch_t(
    returns: FloatArray,
    origins: IntArray,
    split: int,
    horizon: int = 1,
    ranges: Ranges = None,
    *,
    asymmetric: bool = False,
    refit: int = REFIT_DAYS,
) -> StudentT | Draws:
    """Forecast by GARCH(1,1) with a Student-t, fitted anew every so many days on all days before.

    Args:
        returns, origins, split, horizon, ranges: as every baseline; ranges are not used.
        asymmetric: GJR, in which falls may stir more than rises.
        refit: days between two fits.

    Returns:
        One day ahead N densities; further ahead N times 2,000 drawn returns, percent.

    Raises:
        RnnlabError: `arch` is not installed.
        DataError: fewer than 250 days before the first forecast.
    """
    if split < 250:
        raise DataError(f"{split} days are too few to fit GARCH to; start the back-test after at least 250.")
    fits = _fits(returns, origins, asymmetric, refit)
    if horizon > 1:
        return Draws(np.concatenate([_drawn(fitted, returns, block, horizon) for fitted, block in fits]))
    parts = [_one_day(fitted, returns, block) for fitted, block in fits]
    return StudentT(*map(np.concatenate, zip(*parts, strict=True)))


GARCH: dict[str, Baseline] = {"garch_t": garch_t, "gjr_t": partial(garch_t, asymmetric=True)}


def need_arch() -> None:
    """Raise RnnlabError unless GARCH can be fitted here."""
    if importlib.util.find_spec("arch") is None:
        raise RnnlabError(MISSING)


def _fits(returns: FloatArray, origins: IntArray, asymmetric: bool, refit: int) -> Iterator[tuple[Fitted, IntArray]]:
    """A fit to all days up to the first origin of each block, and the block's origins."""
    start = None
    for first in range(0, len(origins), refit):
        block = origins[first : first + refit]
        start, fitted = _fit(returns[1 : block[0] + 1], asymmetric, start)
        yield fitted, block


def _fit(past: FloatArray, asymmetric: bool, start: FloatArray | None) -> tuple[FloatArray, Fitted]:
    """Maximise the likelihood of past returns, from the last fit's parameters on."""
    try:
        from arch import arch_model
        from arch.utility.exceptions import StartingValueWarning
    except ImportError as error:
        raise RnnlabError(MISSING) from error
    model = arch_model(past, mean="Constant", vol="GARCH", p=1, o=int(asymmetric), q=1, dist="t", rescale=False)
    with warnings.catch_warnings():
        # Parameters on the edge of what is allowed are not begun from; arch then takes its own.
        warnings.simplefilter("ignore", StartingValueWarning)
        found = model.fit(disp="off", show_warning=False, starting_values=start)
    named = {"gamma[1]": 0.0} | dict(found.params)
    parameters = [named[name] for name in ("mu", "omega", "alpha[1]", "gamma[1]", "beta[1]", "nu")]
    parameters.append(float(found.conditional_volatility[0] ** 2))
    return np.asarray(found.params), Fitted(*parameters)


def _one_day(fitted: Fitted, returns: FloatArray, block: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    expected = fitted.variances(returns[1 : block[-1] + 1])[block]
    # The fitted Student-t has variance 1; a scale is the root of the variance times (ν − 2)/ν.
    scale = np.sqrt(expected * (fitted.dof - 2) / fitted.dof)
    return np.full(len(block), fitted.mean), scale, np.full(len(block), fitted.dof)


def _drawn(fitted: Fitted, returns: FloatArray, block: IntArray, horizon: int) -> FloatArray:
    """Sums of `horizon` simulated days from each origin on, (N, PATHS); shocks are those before the block, rescaled."""
    variances = fitted.variances(returns[1 : block[-1] + 1])
    past = block[0]
    residuals = (returns[1 : past + 1] - fitted.mean) / np.sqrt(variances[:past])
    totals = np.zeros((len(block), PATHS))
    for place, origin in enumerate(block):
        draws = np.random.default_rng([SEED, int(origin)]).choice(residuals, (horizon, PATHS))
        variance = np.full(PATHS, variances[origin])
        for drawn in draws:
            shocks = drawn * np.sqrt(variance)
            totals[place] += fitted.mean + shocks
            variance = fitted.omega + (fitted.alpha + fitted.gamma * (shocks < 0)) * shocks**2 + fitted.beta * variance
    return totals
