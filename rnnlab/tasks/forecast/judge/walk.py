"""Forecasts beside outcomes: the walk-forward back-test and its verdict in words.

Knows densities by day and a table of prices; not what network made them, nor where the prices came from.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.errors import DataError
from rnnlab.scoring import value_at_risk
from rnnlab.scoring.baseline_scores import BaselineScores, DayScores, baseline_scores, day_scores, measured_variance
from rnnlab.scoring.baselines import LEAST_TRAINING, TITLES, Baseline, ahead, ewma_volatility, parkinson
from rnnlab.scoring.forecasts import Scores, score
from rnnlab.scoring.record import Bands, Record, calibrated_bands, record_of
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.scoring.volatility import ranks

BANDS = {"lower80": 0.1, "upper80": 0.9, "lower95": 0.025, "upper95": 0.975}
LEAST_TEST_DAYS = 20
SURE = 0.05  # p-value below which two forecasts differ significantly
LEAST_DIFFERENCE = 0.01  # of the RMSE, below which nobody would call it a difference


@dataclass(frozen=True)
class Backtest:
    """A walk forward over the test days, never refitted.

    days: index of target dates; columns close, naive, median, lower80, upper80, lower95, upper95 in the price's
    currency. calibrated: lower80 … upper95 again, calibrated day by day. first_day: the first session whose return is
    part of a score. losses: (N,) the model's daily CRPS, percent. density: (N,) of the percent log return from the day
    of forecast to the target. record: the bands' coverage. day: value at risk and QLIKE, one day ahead alone.
    """

    horizon: int
    first_day: pd.Timestamp
    scores: Scores
    baselines: dict[str, BaselineScores]
    days: pd.DataFrame
    calibrated: pd.DataFrame
    losses: FloatArray = field(repr=False, compare=False)
    density: StudentT = field(repr=False, compare=False)
    record: Record | None = None
    day: DayScores = field(default_factory=DayScores)

    def against(self, name: str) -> pd.Series:
        """By target day, the model's CRPS less a baseline's: below 0 where the model was better, percent."""
        others = self.baselines[name].losses
        assert others is not None
        return pd.Series(self.losses - others, index=self.days.index)

    def summary(self) -> dict[str, Any]:
        """The scores as plain JSON values."""
        baselines = {name: scores.summary() for name, scores in self.baselines.items()}
        start, end = (f"{day:%Y-%m-%d}" for day in (self.days.index[0], self.days.index[-1]))
        scores = {name: None if value != value else value for name, value in vars(self.scores).items()}
        rmses = [self.scores.rmse, *(baseline.rmse for baseline in self.baselines.values())]
        terciles = [dataclasses.asdict(one) for one in self.record.terciles] if self.record else []
        differs = self.baselines["naive"].rmse > (1 + LEAST_DIFFERENCE) * min(rmses)
        return {
            "start": start,
            "end": end,
            "horizon": self.horizon,
            **scores,
            "rmse_beats_naive": differs,
            "baselines": baselines,
            "record": dataclasses.asdict(self.record) | {"terciles": terciles} if self.record else None,
            "value_at_risk": value_at_risk.summary(self.day.tails),
            "qlike": self.day.qlike,
        }


def default_start(dates: pd.DatetimeIndex) -> pd.Timestamp:
    """The first day of the last fifth."""
    return pd.Timestamp(dates[len(dates) - max(1, len(dates) // 5)])


def backtest(
    densities: StudentT,
    table: pd.DataFrame,
    start: pd.Timestamp,
    rows_needed: int,
    horizon: int = 1,
    more: Mapping[str, Baseline] = MappingProxyType({}),
) -> Backtest:
    """Score the forecasts made at the close of each day for `horizon` days later, for targets from `start` on.

    Args:
        densities: (N, H) of the percent log return from each day over 1 … H days.
        table: the N days; Close, and High and Low if known.
        start: first day whose return is scored; baselines are fitted to the days before it.
        rows_needed: days that a first forecast needs.
        horizon: days from forecast to target.
        more: baselines by name, beside the usual ones.

    Raises:
        DataError: too few days before or after start.
    """
    dates = pd.DatetimeIndex(table.index)
    close, returns, ranges = of_days(table)
    split = first_scored_row(dates, start, rows_needed, horizon)
    origins = np.arange(split - 1, len(dates) - horizon)
    chosen = densities.at((origins, horizon - 1))
    actual, before, after = ahead(returns, origins, horizon), close[origins], close[origins + horizon]
    train_naive_mae = float(np.abs(np.diff(close[:split])).mean())
    volatility = ewma_volatility(returns)
    bands = calibrated_bands(chosen, actual, horizon, ranks=ranks(volatility, origins))
    measured = measured_variance(returns, origins, split, ranges)
    days = {"close": after, "naive": before} | _prices(chosen, before)
    return Backtest(
        horizon=horizon,
        first_day=pd.Timestamp(dates[split]),
        scores=score(chosen, actual, before, after, train_naive_mae),
        baselines=baseline_scores(chosen, returns, close, origins, split, horizon, ranges, more),
        days=pd.DataFrame(days, index=dates[origins + horizon]),
        calibrated=pd.DataFrame(_in_prices(bands, before), index=dates[origins + horizon]),
        record=record_of(chosen, actual, bands, horizon, volatility[origins]),
        losses=chosen.crps(actual),
        density=chosen,
        day=day_scores(chosen, actual, measured) if horizon == 1 else DayScores(),
    )


def first_scored_row(dates: pd.DatetimeIndex, start: pd.Timestamp, rows_needed: int, horizon: int = 1) -> int:
    """The row of the first day whose return is scored; arguments and DataError as of `backtest`."""
    split = int(dates.searchsorted(start))
    least = max(rows_needed, LEAST_TRAINING + 1) + horizon - 1
    if split < least:
        remedy = "give a longer file"
        if least + horizon + LEAST_TEST_DAYS <= len(dates) + 1:
            remedy = f"start it at {dates[least]:%Y-%m-%d} or later"
        raise DataError(f"A back-test needs {least} days before its start; {remedy}.")
    scored = max(0, len(dates) - horizon - split + 1)
    if scored < LEAST_TEST_DAYS:
        raise DataError(
            f"Only {scored} days can be scored from {start:%Y-%m-%d} on, too few to judge a forecast; start it "
            f"earlier, so that {LEAST_TEST_DAYS} can be scored, or give a longer file."
        )
    return split


def of_days(table: pd.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """What scores and baselines need of N days: closes, percent log returns, and Parkinson's volatility or None."""
    close = table["Close"].to_numpy(float)
    ranged = {"High", "Low"} <= set(table.columns)
    ranges = parkinson(table["High"].to_numpy(float), table["Low"].to_numpy(float)) if ranged else None
    return close, np.diff(100 * np.log(close), prepend=np.nan), ranges


def verdict(result: Backtest, *, calibrated: bool = False) -> str:
    """Two sentences on how good the forecast was, beside its baselines.

    calibrated: whether its bands are those that were calibrated day by day.
    """
    densities = {name: one for name, one in result.baselines.items() if one.coverage80 is not None}
    constant = _against(result.scores, densities.pop("constant_t"))
    best = min(densities, key=lambda name: densities[name].crps)
    covered, how = result.scores.coverage80, ""
    if calibrated and result.record is not None:
        covered, how = result.record.bands["80"].calibrated.share, ", calibrated day by day,"
    return (
        f"On these {result.scores.n:,} days its price errors {_errors(result.scores, result.baselines['naive'])}; its "
        f"80 % band{how} covered {100 * covered:.0f} % of days. Its CRPS is {constant} a constant spread and "
        f"{_against(result.scores, densities[best])} the best other baseline, {TITLES.get(best, best)}."
    )


def _errors(scores: Scores, naive: BaselineScores) -> str:
    ratio = scores.rmse / naive.rmse - 1 if naive.rmse > 0 else math.inf * (scores.rmse > 0)
    last = "those of repeating the last known close"
    if math.isnan(ratio) or abs(ratio) < LEAST_DIFFERENCE:
        return f"equal {last}"
    if naive.dm_p >= SURE:
        return f"do not differ significantly from {last} ({100 * ratio:+.1f} %, p = {naive.dm_p:.2f})"
    if math.isinf(ratio):
        return f"are larger than {last}, which has none"
    return f"are {percent(ratio)} {'larger' if ratio > 0 else 'smaller'} than {last}"


def _against(scores: Scores, baseline: BaselineScores) -> str:
    gain = 1 - scores.crps / baseline.crps if baseline.crps > 0 else -math.inf
    if baseline.dm_p >= SURE:
        return "not significantly different from that of"
    return f"{percent(gain)} {'lower' if gain > 0 else 'higher'} than that of"


def percent(share: float) -> str:
    """A share's size, as 3.1 %."""
    return f"{100 * abs(share):.1f} %"


def _in_prices(bands: Bands, close: FloatArray) -> dict[str, FloatArray]:
    """The ends of bands of returns, in prices."""
    found: dict[str, FloatArray] = {}
    for percent, (lower, upper) in bands.items():
        found |= {f"lower{percent}": close * np.exp(lower / 100), f"upper{percent}": close * np.exp(upper / 100)}
    return found


def _prices(density: StudentT, close: FloatArray) -> dict[str, FloatArray]:
    """Quantiles of the price: those of the return carried through the exponential, which keeps their order."""
    levels = {"median": 0.5} | BANDS
    return {name: close * np.exp(density.quantile(level) / 100) for name, level in levels.items()}
