"""Back-tests of several series, model and baselines fitted anew each year, judged together; trains nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.scoring.evidence import panel_test
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.judge.walk import Backtest

MODEL = "model"


def unsaid(rows: int) -> StudentT:
    """One-day densities (rows, 1) of which nothing is known yet."""
    return StudentT(*(np.full((rows, 1), np.nan) for _ in range(3)))


def say_year(said: StudentT, density: StudentT, table: pd.DataFrame, year: int) -> None:
    """Write into `said` what a year's model says of the year: of every day whose next session lies in it.

    Args:
        said: (N, 1), as `unsaid` makes it.
        density: (N, H) of all days by the model that learnt up to the year's eve.
        table: the N days.
    """
    dates = pd.DatetimeIndex(table.index)
    # The last day's next session is not known; it is taken for the next day.
    rows = np.append(dates.year[1:], (dates[-1] + pd.Timedelta(days=1)).year) == year
    own = density.at((rows, slice(0, 1)))
    said.location[rows], said.scale[rows], said.dof[rows] = own.location, own.scale, own.dof


def years_summary(results: Mapping[int, Mapping[str, Backtest]]) -> dict[str, Any]:
    """What one-day back-tests say by year and over all years, as plain JSON.

    Args:
        results: by year and series; the same baselines in all.

    Returns:
        years: {year: {series (how many), model, baseline …: mean CRPS over the series}}. all: the same over all days.
        against, by baseline: `wins` (series on which the model's CRPS over all years is lower), `years_won` (by the
        mean over series), `panel_statistic` and `panel_p` over all days.
    """
    losses = {year: _losses(found) for year, found in results.items()}
    names = list(next(iter(losses.values())))
    years = {year: {"series": len(results[year])} | _means(found) for year, found in losses.items()}
    whole = {name: pd.concat([found[name] for found in losses.values()]).sort_index() for name in names}
    against = {name: _against(whole, years, name) for name in names if name != MODEL}
    return {
        "years": {str(year): told for year, told in years.items()},
        "all": {"series": whole[MODEL].shape[1]} | _means(whole),
        "against": against,
    }


def by_year(found: Mapping[str, Backtest]) -> dict[str, dict[str, float]]:
    """One-day back-tests of several series cut by year: {year: {series (how many), model, baseline …: mean CRPS}}."""
    losses = _losses(found)
    told, years = {}, pd.DatetimeIndex(losses[MODEL].index).year
    for year in sorted(set(years)):
        of_year = {name: table[years == year].dropna(axis=1, how="all") for name, table in losses.items()}
        told[str(year)] = {"series": of_year[MODEL].shape[1]} | _means(of_year)
    return told


def _losses(found: Mapping[str, Backtest]) -> dict[str, pd.DataFrame]:
    """Daily CRPS of the model and of each baseline: index of days, a column a series."""
    names = list(next(iter(found.values())).baselines)
    daily = {MODEL: {name: pd.Series(one.losses, one.days.index) for name, one in found.items()}}
    for baseline in names:
        daily[baseline] = {
            name: pd.Series(one.baselines[baseline].losses, one.days.index) for name, one in found.items()
        }
    return {name: pd.DataFrame(columns) for name, columns in daily.items()}


def _means(losses: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Mean over the series of each series' mean over its days."""
    return {name: float(table.mean().mean()) for name, table in losses.items()}


def _against(
    whole: Mapping[str, pd.DataFrame], years: Mapping[int, Mapping[str, float]], name: str
) -> dict[str, float | int]:
    test = panel_test((whole[MODEL] - whole[name]).to_numpy())
    return {
        "wins": int((whole[MODEL].mean() < whole[name].mean()).sum()),
        "years_won": sum(year[MODEL] < year[name] for year in years.values()),
        "panel_statistic": test.statistic,
        "panel_p": test.p_value,
    }
