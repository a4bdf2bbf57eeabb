"""Back-tests of several series, model and baselines fitted anew each year, judged together; trains nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.scoring.evidence import panel_test
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.judge import Backtest

MODEL = "model"


def joined(table: pd.DataFrame, by_year: Mapping[int, StudentT]) -> StudentT:
    """Densities of every day by the model of the year that the next session lies in; (N, H), nan where there is none.

    Args:
        table: the N days.
        by_year: densities (N, H) of all days by the model that learnt up to the year's eve.
    """
    dates = pd.DatetimeIndex(table.index)
    # The last day's next session is not known; it is asked of the year that it would usually lie in.
    years = np.append(dates.year[1:], (dates[-1] + pd.Timedelta(days=1)).year)
    some = next(iter(by_year.values()))
    parts = [np.full_like(part, np.nan) for part in (some.location, some.scale, some.dof)]
    for year, density in by_year.items():
        rows = years == year
        for part, own in zip(parts, (density.location, density.scale, density.dof), strict=True):
            part[rows] = own[rows]
    return StudentT(*parts)


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
    whole = {name: _by_series([found[name] for found in losses.values()]) for name in names}
    against = {name: _against(whole, years, name) for name in names if name != MODEL}
    return {
        "years": {str(year): told for year, told in years.items()},
        "all": {"series": whole[MODEL].shape[1]} | _means(whole),
        "against": against,
    }


def _losses(found: Mapping[str, Backtest]) -> dict[str, pd.DataFrame]:
    """Daily CRPS of the model and of each baseline: index of days, a column a series."""
    names = list(next(iter(found.values())).baselines)
    daily = {MODEL: {name: pd.Series(one.losses, one.days.index) for name, one in found.items()}}
    for baseline in names:
        daily[baseline] = {
            name: pd.Series(one.baselines[baseline].losses, one.days.index) for name, one in found.items()
        }
    return {name: pd.DataFrame(columns) for name, columns in daily.items()}


def _by_series(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts).sort_index()


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
