"""Back-tests of several series judged together: means, wins, tests, and scores by year; independent of any model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.scoring.evidence import LEAST_DAYS, holm, panel_test
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.judge.panel_risk import panel_tails, panel_terciles
from rnnlab.tasks.forecast.judge.walk import SURE, Backtest

MEANS = ("crps", "log_score", "coverage80", "coverage95")
MODEL = "model"


def panel_summary(results: Mapping[str, Backtest]) -> dict[str, Any]:
    """What back-tests of one horizon say together, as plain JSON.

    Args:
        results: by the series' name, all by the same model and beside the same baselines.

    Returns:
        mean: of crps, log_score, coverage80, coverage95 over the series, and `sd80`, `sd95`, the spread of the
        coverages between them; `calibrated80`, `calibrated95` and their spreads. against, by baseline: its mean `crps`
        (and `log_score` if it has one), `wins` (series on which the model's CRPS is lower), for baselines with a
        density `wins_sure` and `losses_sure` (by Diebold–Mariano after Holm's correction over the series), and the
        panel test on the mean daily difference: `panel_statistic` (below 0 for the model) and `panel_p`, None for
        fewer than 20 days. One day ahead mean and against also have `value_at_risk`, by level, as of `panel_tails`
        (None of a point), and mean has `terciles`, as of `panel_terciles`.
    """
    names = list(next(iter(results.values())).baselines)
    mean, against = _mean_scores(results), {name: _beside(results, name) for name in names}
    mean |= {"value_at_risk": panel_tails(results), "terciles": panel_terciles(results)}
    for name, one in against.items():
        one["value_at_risk"] = panel_tails(results, name)
    return {"mean": mean, "against": against}


def _mean_scores(results: Mapping[str, Backtest]) -> dict[str, Any]:
    scores = [result.scores for result in results.values()]
    mean: dict[str, Any] = {name: _mean([getattr(one, name) for one in scores]) for name in MEANS}
    mean |= {f"sd{percent}": _spread([getattr(one, f"coverage{percent}") for one in scores]) for percent in (80, 95)}
    bands = [result.record.bands for result in results.values() if result.record is not None]
    for percent in ("80", "95") if bands else ():
        held = [one[percent].calibrated.share for one in bands]
        mean |= {f"calibrated{percent}": _mean(held), f"calibrated_sd{percent}": _spread(held)}
    return mean


def _beside(results: Mapping[str, Backtest], name: str) -> dict[str, Any]:
    own = [result.scores.crps for result in results.values()]
    others = [result.baselines[name] for result in results.values()]
    better = np.array([mine < other.crps for mine, other in zip(own, others, strict=True)])
    found: dict[str, Any] = {"crps": _mean([other.crps for other in others]), "wins": int(better.sum())}
    if all(other.coverage80 is not None for other in others):
        sure = np.array(holm([other.dm_p for other in others])) < SURE
        found |= {"wins_sure": int((sure & better).sum()), "losses_sure": int((sure & ~better).sum())}
    if all(other.log_score is not None for other in others):
        found["log_score"] = _mean([other.log_score for other in others])
    differences = pd.concat([result.against(name) for result in results.values()], axis=1).sort_index().to_numpy()
    test = panel_test(differences) if len(differences) >= LEAST_DAYS else None
    statistic, p_value = (test.statistic, test.p_value) if test else (None, None)
    return found | {"panel_statistic": statistic, "panel_p": p_value}


def _mean(values: list[Any]) -> float:
    return float(np.mean(values))


def _spread(values: list[float]) -> float | None:
    """Standard deviation between series; None for a single one."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def unsaid(rows: int) -> StudentT:
    """One-day densities (rows, 1) of which nothing is known yet."""
    return StudentT(*(np.full((rows, 1), np.nan) for _ in range(3)))


def say_year(said: StudentT, density: StudentT, table: pd.DataFrame, year: int) -> None:
    """Write into `said` a year's model's forecasts for the year: from every day whose next session lies in it.

    Args:
        said: (N, 1), as `unsaid` makes it.
        density: (N, H) of all days by the model trained up to the year's eve.
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
    overall = {"series": whole[MODEL].shape[1]} | _means(whole)
    return {"years": {str(year): means for year, means in years.items()}, "all": overall, "against": against}


def by_year(found: Mapping[str, Backtest]) -> dict[str, dict[str, float]]:
    """One-day back-tests of several series cut by year: {year: {series (how many), model, baseline …: mean CRPS}}."""
    losses = _losses(found)
    means, years = {}, pd.DatetimeIndex(losses[MODEL].index).year
    for year in sorted(set(years)):
        of_year = {name: table[years == year].dropna(axis=1, how="all") for name, table in losses.items()}
        means[str(year)] = {"series": of_year[MODEL].shape[1]} | _means(of_year)
    return means


def _losses(found: Mapping[str, Backtest]) -> dict[str, pd.DataFrame]:
    """Daily CRPS of the model and of each baseline: index of days, a column a series."""
    daily: dict[str, dict[str, pd.Series]] = {}
    for series, one in found.items():
        for name, scored in ({MODEL: one} | one.baselines).items():
            daily.setdefault(name, {})[series] = pd.Series(scored.losses, one.days.index)
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
