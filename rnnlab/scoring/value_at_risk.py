"""Value at risk of a long position back-tested: its breaches, their tests, and the scores of quantile and tail mean.

The value at risk of level c is the loss that the day's return exceeds with probability 1 − c; the expected shortfall is
the mean loss of those days (McNeil, Frey & Embrechts 2015, Quantitative Risk Management, section 2.2). Both as percent
log return.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rnnlab.scoring.distribution import Distribution
from rnnlab.scoring.evidence import LEAST_DAYS, conditional_coverage, independence, unconditional_coverage
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.scoring.student import FloatArray, StudentT

LEVELS = (95, 99)  # percent


@dataclass(frozen=True)
class TailRecord:
    """How value at risk and expected shortfall of one level did over n days, one day ahead.

    breaches: days whose loss was greater than the value at risk, and their share; kupiec_p, independence_p,
    conditional_p: of Kupiec's test on their number, Christoffersen's on their independence, and his of both together.
    value_at_risk, expected_shortfall: mean losses in percent. quantile_score: mean pinball loss in percent.
    joint_score: the mean of `joint_loss`, no unit; None where an expected shortfall is no loss. Both: lower is better.
    joint_p: of Diebold–Mariano on it, the model's against a baseline's; None of the model itself. losses: (N,) daily.
    """

    breaches: int
    share: float
    kupiec_p: float
    independence_p: float
    conditional_p: float
    value_at_risk: float
    expected_shortfall: float
    quantile_score: float
    joint_score: float | None
    joint_p: float | None = None
    losses: FloatArray | None = field(default=None, repr=False, compare=False)

    def summary(self) -> dict[str, float | None]:
        """All but the daily losses, as plain JSON values."""
        return {name: value for name, value in vars(self).items() if name != "losses"}


Tails = dict[str, TailRecord]  # by level in percent, "95" and "99"


def tails_of(density: StudentT, actual: FloatArray, beside: Tails | None = None) -> Tails | None:
    """The record of one-day densities (N,) of percent log returns at each level; None for fewer than 20 days.

    beside: the model's, if these are a baseline's.
    """
    if len(actual) < LEAST_DAYS:
        return None
    return {str(level): _tail(density, actual, level / 100, (beside or {}).get(str(level))) for level in LEVELS}


def summary(tails: Tails | None) -> dict[str, dict[str, float | None]] | None:
    """The records as plain JSON values."""
    return None if tails is None else {level: tail.summary() for level, tail in tails.items()}


def quantile_loss(quantile: FloatArray, actual: FloatArray, probability: float) -> FloatArray:
    """The pinball loss of quantiles (N,) below which an outcome falls with a probability, in their units.

    Koenker & Bassett (1978), Econometrica 46(1).
    """
    return (probability - (actual < quantile)) * (actual - quantile)


def joint_loss(quantile: FloatArray, tail_mean: FloatArray, actual: FloatArray, probability: float) -> FloatArray:
    """The loss of quantiles and means below them together, (N,) each, the means below 0; no unit, lower is better.

    Fissler & Ziegel (2016), Annals of Statistics 44(4), in the form of degree 0 of Patton, Ziegel & Chen (2019),
    J. Econometrics 211(2), equation 6.
    """
    beyond = (actual <= quantile) * (quantile - actual) / probability
    return (quantile - beyond) / tail_mean + np.log(-tail_mean) - 1


def _tail(density: StudentT, actual: FloatArray, level: float, model: TailRecord | None) -> TailRecord:
    quantile, shortfall = density.quantile(1 - level), -Distribution(density).mean_beyond(level, upper=False)
    held = actual >= quantile
    losses = joint_loss(quantile, -shortfall, actual, 1 - level) if (shortfall > 0).all() else None
    others = None if model is None else model.losses
    return TailRecord(
        breaches=int((~held).sum()),
        share=float((~held).mean()),
        kupiec_p=unconditional_coverage(held, level).p_value,
        independence_p=independence(held).p_value,
        conditional_p=conditional_coverage(held, level).p_value,
        value_at_risk=float(-quantile.mean()),
        expected_shortfall=float(shortfall.mean()),
        quantile_score=float(quantile_loss(quantile, actual, 1 - level).mean()),
        joint_score=None if losses is None else float(losses.mean()),
        joint_p=None if others is None or losses is None else diebold_mariano(others, losses).p_value,
        losses=losses,
    )
