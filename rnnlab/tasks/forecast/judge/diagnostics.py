"""A back-test in detail: coverage by month, skill against each baseline, and the worst days."""

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
    """Coverage of the 80 % band by the month of the target day: [{month, days, raw, calibrated}], shares."""
    days, daily = result.days, pd.DataFrame(index=result.days.index)
    for name, bands in (("raw", days), ("calibrated", result.calibrated)):
        daily[name] = (bands["lower80"] <= days["close"]) & (days["close"] <= bands["upper80"])
    months = daily.groupby(pd.DatetimeIndex(daily.index).to_period("M"))
    return [{"month": str(month), "days": len(inside), **inside.mean()} for month, inside in months]


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
    order = np.argsort(-result.losses, kind="stable")[:count]
    worst = result.days.iloc[order].rename(columns={"naive": "from"})[["from", "close", "lower80", "upper80"]]
    worst = worst.assign(change=100 * (worst["close"] / worst["from"] - 1), crps=result.losses[order])
    return [
        {"date": f"{day:%Y-%m-%d}", **{str(name): value for name, value in values.items()}}
        for day, values in zip(worst.index, worst.to_dict("records"), strict=True)
    ]
