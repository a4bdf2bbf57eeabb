"""A back-test looked at closely: month by month, against each baseline, and on its worst days; knows no model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.scoring.forecasts import long_run_variance
from rnnlab.tasks.forecast.judge.walk import Backtest

WORST = 5
SURE = 1.96  # standard errors on either side, for 95 %


def closely(result: Backtest) -> dict[str, Any]:
    """All of it as plain JSON: {months, skill, worst}, as of the functions of this module."""
    return {"months": by_month(result), "skill": skill(result), "worst": worst_days(result)}


def by_month(result: Backtest) -> list[dict[str, Any]]:
    """How often the 80 % band held, by the month of the target day: [{month, days, raw, calibrated}], shares."""
    days, daily = result.days, pd.DataFrame(index=result.days.index)
    for name, bands in (("raw", days), ("calibrated", result.calibrated)):
        daily[name] = (bands["lower80"] <= days["close"]) & (days["close"] <= bands["upper80"])
    months = daily.groupby(pd.DatetimeIndex(daily.index).to_period("M"))
    return [
        {"month": str(month), "days": len(held), "raw": float(held["raw"].mean())}
        | {"calibrated": float(held["calibrated"].mean())}
        for month, held in months
    ]


def skill(result: Backtest) -> dict[str, dict[str, float]]:
    """By baseline, the share of its CRPS that the model saves, with 95 % bounds: {name: {skill, low, high}}.

    The bounds are those of the mean daily difference, whose standard error allows for the overlap of horizons over a
    day as Diebold & Mariano's test does (Newey & West 1987), over the baseline's CRPS, taken as known.
    """
    found = {}
    for name, baseline in result.baselines.items():
        if not baseline.crps > 0:
            continue
        saved = -result.against(name).to_numpy() / baseline.crps
        error = math.sqrt(max(long_run_variance(saved, result.horizon - 1), 0.0) / len(saved))
        mean = float(np.mean(saved))
        found[name] = {"skill": mean, "low": mean - SURE * error, "high": mean + SURE * error}
    return found


def worst_days(result: Backtest, count: int = WORST) -> list[dict[str, Any]]:
    """The days of greatest CRPS, the greatest first: [{date, from, close, lower80, upper80, change, crps}].

    date: the target day. from: the price on the day of forecast. lower80, upper80: the band. All in the price's
    currency but change, from `from` to close, and crps, in percent.
    """
    assert result.losses is not None
    order = np.argsort(-result.losses, kind="stable")[:count]
    return [
        {
            "date": f"{result.days.index[row]:%Y-%m-%d}",
            "from": float(day["naive"]),
            "close": float(day["close"]),
            "lower80": float(day["lower80"]),
            "upper80": float(day["upper80"]),
            "change": float(100 * (day["close"] / day["naive"] - 1)),
            "crps": float(result.losses[row]),
        }
        for row, day in ((int(place), result.days.iloc[int(place)]) for place in order)
    ]
