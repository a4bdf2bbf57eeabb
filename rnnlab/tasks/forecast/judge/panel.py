"""Back-tests of several series judged together: means, wins, and whether they could be chance; knows no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.scoring.evidence import LEAST_DAYS, holm, panel_test
from rnnlab.tasks.forecast.judge.walk import SURE, Backtest

MEANS = ("crps", "log_score", "coverage80", "coverage95")


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
        fewer than 20 days.
    """
    names = list(next(iter(results.values())).baselines)
    return {"mean": _means(results), "against": {name: _against(results, name) for name in names}}


def _means(results: Mapping[str, Backtest]) -> dict[str, float | None]:
    scores = [result.scores for result in results.values()]
    mean: dict[str, float | None] = {name: _mean([getattr(one, name) for one in scores]) for name in MEANS}
    mean |= {f"sd{percent}": _spread([getattr(one, f"coverage{percent}") for one in scores]) for percent in (80, 95)}
    bands = [result.record.bands for result in results.values() if result.record is not None]
    for percent in ("80", "95") if bands else ():
        held = [one[percent].calibrated.share for one in bands]
        mean |= {f"calibrated{percent}": _mean(held), f"calibrated_sd{percent}": _spread(held)}
    return mean


def _against(results: Mapping[str, Backtest], name: str) -> dict[str, float | int | None]:
    own = [result.scores.crps for result in results.values()]
    others = [result.baselines[name] for result in results.values()]
    better = np.array([mine < other.crps for mine, other in zip(own, others, strict=True)])
    found: dict[str, float | int | None] = {"crps": _mean([other.crps for other in others]), "wins": int(better.sum())}
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
