"""Where a day's volatility stands among the days before it, and the score of a predicted variance."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnlab.scoring.baselines import IntArray, Ranges
from rnnlab.scoring.student import FloatArray, StudentT

RANK_DAYS = 504  # two years: shorter ones take a whole storm for usual, longer ones a decade's calm


def ranks(volatility: FloatArray, origins: IntArray) -> FloatArray:
    """The rank of each origin's volatility among the last 504 days up to it: −1 the lowest, 1 the highest.

    Args:
        volatility: (n,) as known at each day's close.
        origins: (N,) days.

    Returns:
        (N,); nan where fewer days are known.
    """
    found = np.full(len(origins), np.nan)
    enough = origins >= RANK_DAYS - 1
    if enough.any():
        last = volatility[origins[enough], None]
        windows = sliding_window_view(volatility, RANK_DAYS)[origins[enough] - RANK_DAYS + 1]
        rank = (windows < last).mean(axis=1) + (windows <= last).mean(axis=1) - 1
        found[enough] = np.where(np.isnan(windows).any(axis=1), np.nan, rank)
    return found


def thirds(volatility: FloatArray) -> tuple[IntArray, FloatArray]:
    """The tercile of each day by its volatility (N,): 0 calm, 1, 2 stormy; and the bounds of the terciles, (4,)."""
    bounds = np.quantile(volatility, [0, 1 / 3, 2 / 3, 1])
    return np.searchsorted(bounds[1:3], volatility, side="left"), bounds


def variance_of_range(returns: FloatArray, ranges: Ranges, split: int) -> FloatArray | None:
    """The variance of each day by its range, (n,), percent squared; None where the training span has no range.

    The range leaves the night out. So its variance is multiplied by what makes its mean that of the squared returns on
    the days before `split` (Hansen & Lunde 2005, J. Financial Econometrics 3(4), who do so for realised variance).
    """
    if ranges is None:
        return None
    squares, before = np.square(ranges), slice(1, split)
    known = np.isfinite(squares[before])
    if not known.any():
        return None
    return cast(FloatArray, squares * (np.square(returns[before])[known].mean() / squares[before][known].mean()))


def variance(density: StudentT) -> FloatArray:
    """Variances of densities, (N,), in squared units; needs over 2 degrees of freedom, infinite otherwise."""
    dof = np.where(density.dof > 2, density.dof, np.nan)
    return cast(FloatArray, np.nan_to_num(np.square(density.scale) * dof / (dof - 2), nan=np.inf))


def qlike(predicted: FloatArray, measured: FloatArray) -> float | None:
    """Mean of m/p − log(m/p) − 1 over the days with a measure, (N,) each; at least 0, lower is better; None for no day.

    Patton (2011), J. Econometrics 160(1): as a loss of variances it ranks forecasts alike whatever the noise of an
    unbiased measure.
    """
    ratio = (measured / predicted)[np.isfinite(measured) & np.isfinite(predicted)]
    return float(np.mean(ratio - np.log(ratio) - 1)) if ratio.size else None
