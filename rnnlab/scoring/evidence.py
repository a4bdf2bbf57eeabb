"""Whether a forecast's record could be chance: tests on what came against what was said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from rnnlab.errors import DataError
from rnnlab.scoring.forecasts import Evidence, long_run_variance
from rnnlab.scoring.student import FloatArray

BoolArray = npt.NDArray[np.bool_]
PANEL_LAGS = 5  # days, of the average over stocks: what moves them all may last a week
LEAST_DAYS = 20


@dataclass(frozen=True)
class Share:
    """A share of days with the bounds that hold the true one with 95 % probability (Clopper & Pearson 1934)."""

    share: float
    low: float
    high: float


def share_held(held: BoolArray) -> Share:
    """How often a band held, and how sure that is if days are independent; (N,) -> shares between 0 and 1."""
    _need_days(len(held))
    found = stats.binomtest(int(held.sum()), len(held)).proportion_ci(0.95, method="exact")
    return Share(float(held.mean()), float(found.low), float(found.high))


def independence(held: BoolArray) -> Evidence:
    """Test whether a band's misses come alone rather than in clusters.

    Christoffersen (1998), International Economic Review 39(4), section 4: the likelihood ratio of a first-order Markov
    chain against independent misses, chi-squared with one degree of freedom. Without a miss, or without a day that
    held, nothing can be told: statistic 0, p-value 1.

    Raises:
        DataError: fewer than 20 days.
    """
    _need_days(len(held))
    counts = _transitions(held)
    alone = _share(counts[0][1] + counts[1][1], counts[0][0] + counts[1][0])
    return _ratio_test(_chain(counts) - sum(_log_likelihood(*row, alone) for row in counts), 1)


def unconditional_coverage(held: BoolArray, share: float) -> Evidence:
    """Test whether days are held as often as they should be; (N,) against a share between 0 and 1.

    Kupiec (1995), J. Derivatives 3(2): the likelihood ratio of independent misses, chi-squared with one degree of
    freedom.

    Raises:
        DataError: fewer than 20 days.
    """
    _need_days(len(held))
    kept, lost = int(held.sum()), int((~held).sum())
    return _ratio_test(_log_likelihood(kept, lost, lost / len(held)) - _log_likelihood(kept, lost, 1 - share), 1)


def conditional_coverage(held: BoolArray, share: float) -> Evidence:
    """Test at once whether days are held as often as they should be and whether misses come alone.

    Christoffersen (1998), section 4.3: the likelihood ratio of a first-order Markov chain against independent misses of
    probability 1 − share, given the first day; chi-squared with two degrees of freedom.

    Raises:
        DataError: fewer than 20 days.
    """
    _need_days(len(held))
    counts = _transitions(held)
    return _ratio_test(_chain(counts) - sum(_log_likelihood(*row, 1 - share) for row in counts), 2)


def histogram(probabilities: FloatArray, bins: int = 10) -> list[int]:
    """How many outcomes fell into each of equally likely parts of what was forecast; all alike if it was right."""
    counts, _ = np.histogram(probabilities, bins=bins, range=(0.0, 1.0))
    return [int(count) for count in counts]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for being several, in their order (Holm 1979): any below 0.05 may be claimed together."""
    order = np.argsort(p_values)
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def panel_test(differences: FloatArray, lags: int = PANEL_LAGS) -> Evidence:
    """Test whether losses differ on average over many series, which move together and cannot be counted as independent.

    The average over series of each day's loss difference, its mean against its standard error by Newey & West (1987)
    with Bartlett weights; a negative statistic speaks for the first forecast.

    Args:
        differences: (N days, S series) of losses, nan where a series has no such day.
        lags: days over which the averages may hang together.

    Raises:
        DataError: fewer than 20 days.
    """
    daily = differences[~np.isnan(differences).all(axis=1)]
    _need_days(len(daily))
    average = np.nanmean(daily, axis=1)
    variance = long_run_variance(average, lags)
    if variance <= 0:
        return Evidence(0.0, 1.0) if average.mean() == 0 else Evidence(math.copysign(math.inf, average.mean()), 0.0)
    statistic = float(average.mean() / math.sqrt(variance / len(average)))
    return Evidence(statistic, float(2 * special.ndtr(-abs(statistic))))


def _transitions(held: BoolArray) -> list[tuple[int, int]]:
    """Of days after one that was held, and of those after a miss, how many were held and missed."""
    before, now = held[:-1], held[1:]
    return [(int((now & (before == was)).sum()), int((~now & (before == was)).sum())) for was in (True, False)]


def _chain(counts: list[tuple[int, int]]) -> float:
    return sum(_log_likelihood(kept, lost, _share(lost, kept)) for kept, lost in counts)


def _ratio_test(gain: float, degrees: int) -> Evidence:
    """Of the log-likelihood that more parameters gain."""
    statistic = max(2 * gain, 0.0)
    return Evidence(statistic, float(special.chdtrc(degrees, statistic)))


def _log_likelihood(kept: int, lost: int, probability: float) -> float:
    return float(special.xlogy(lost, probability) + special.xlogy(kept, 1 - probability))


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else 0.0


def _need_days(days: int) -> None:
    if days < LEAST_DAYS:
        raise DataError(f"{days} days are too few to test a forecast's record; give at least {LEAST_DAYS}.")
