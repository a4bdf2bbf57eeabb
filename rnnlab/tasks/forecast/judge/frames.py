"""A back-test as tables for a program or a spreadsheet: the scores of each model, and every day's forecast."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rnnlab.tasks.forecast.judge.panel import MODEL
from rnnlab.tasks.forecast.judge.walk import Backtest

# The columns of score_frame and their units; the JSON calls them the same.
SCORES = {"rmse": "price", "crps": "percent log return", "log_score": "nats"}
SCORES |= {"coverage80": "share of days", "coverage95": "share of days"}
SCORES |= {"dm_p": "p-value", "qlike": "no unit"}
# Those of each level of value at risk, the level behind their names.
TAILS = {"breaches": "days", "kupiec_p": "p-value", "independence_p": "p-value", "conditional_p": "p-value"}
TAILS |= {"quantile_score": "percent log return", "joint_score": "no unit", "joint_p": "p-value"}
DAYS = dict.fromkeys(("return", "location", "scale", "crps"), "percent log return")
DAYS |= {"dof": "degrees of freedom", "pit": "probability"}
PRICE = "price"


def score_frame(result: Backtest) -> pd.DataFrame:
    """The scores (docs/forecasting.md), a row a model, this model first.

    Index `model`: "model", "naive" … Columns: n, those of SCORES, and those of TAILS for both levels of value at risk,
    as breaches_95; nan where a model has no such score. attrs["units"] names each column's unit.
    """
    rows = {MODEL: result.summary()} | {name: one.summary() for name, one in result.baselines.items()}
    table = pd.DataFrame({name: _row(row) for name, row in rows.items()}).T.astype(float).rename_axis("model")
    table.insert(0, "n", result.scores.n)
    units = {"n": "days"} | SCORES | {f"{name}_{level}": unit for level in (95, 99) for name, unit in TAILS.items()}
    table.attrs["units"] = {str(name): units[str(name)] for name in table.columns}
    return table


def _row(scores: dict[str, Any]) -> dict[str, float | None]:
    tails = scores["value_at_risk"] or {}
    levels = ((name, level) for level in ("95", "99") for name in TAILS)
    return {name: scores.get(name) for name in SCORES} | {
        f"{name}_{level}": tails[level][name] if tails else None for name, level in levels
    }


def daily_frame(result: Backtest) -> pd.DataFrame:
    """What was forecast for each day and what came, a row a day; attrs["units"] names each column's unit.

    Index `date`, the target day. Columns: from, the close on the day of forecast; close; return, from the one to the
    other; location, scale and dof of the return's Student-t; median, lower80 … upper95 and calibrated_lower80 …
    calibrated_upper95, prices; pit, the probability of a return of at most the one that came; crps.
    """
    density, days = result.density, result.days
    came = 100 * np.log((days["close"] / days["naive"]).to_numpy())
    table = days[["naive", "close"]].rename(columns={"naive": "from"})
    table = table.assign(**{"return": came}, location=density.location, scale=density.scale, dof=density.dof)
    bands = days.drop(columns=["close", "naive"])
    table = pd.concat([table, bands, result.calibrated.add_prefix("calibrated_")], axis=1).rename_axis("date")
    table = table.assign(pit=density.cdf(came), crps=result.losses)
    table.attrs["units"] = {str(name): DAYS.get(str(name), PRICE) for name in table.columns}
    return table
