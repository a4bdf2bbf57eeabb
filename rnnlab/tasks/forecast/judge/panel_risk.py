"""Value at risk and calm and stormy days over several series together; independent of any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.scoring.evidence import LEAST_DAYS, panel_test
from rnnlab.scoring.record import Tercile
from rnnlab.scoring.value_at_risk import TailRecord
from rnnlab.tasks.forecast.judge.walk import SURE, Backtest


@dataclass(frozen=True)
class PanelTail:
    """One level of value at risk over several series.

    days, breaches: of all series together; share: the one over the other. rejected: series whose share Kupiec's test
    rejects (p < 0.05). joint_score: mean over the series; panel_statistic (below 0 for the model) and panel_p: of the
    mean daily difference of the model's joint loss from a baseline's. None where a series has none, or of the model.
    """

    days: int
    breaches: int
    share: float
    rejected: int
    joint_score: float | None
    panel_statistic: float | None
    panel_p: float | None


def panel_tails(results: Mapping[str, Backtest], baseline: str | None = None) -> dict[str, dict[str, Any]] | None:
    """The records of the model, or of a baseline, by level as plain JSON; None where a series has none."""
    found = [_tails(result, baseline) for result in results.values()]
    if any(one is None for one in found):
        return None
    levels = list(found[0] or {})
    return {level: asdict(_together(results, [(one or {})[level] for one in found], level)) for level in levels}


def panel_terciles(results: Mapping[str, Backtest]) -> list[dict[str, float]]:
    """Means over the series of the coverages by tercile, the calmest first; none where a series has no terciles."""
    records = [result.record.terciles if result.record else () for result in results.values()]
    if not all(records):
        return []
    names = [one.name for one in fields(Tercile) if one.name.startswith(("coverage", "calibrated"))]
    return [
        {name: float(np.mean([getattr(one[number], name) for one in records])) for name in names} for number in range(3)
    ]


def _tails(result: Backtest, baseline: str | None) -> dict[str, TailRecord] | None:
    return result.day.tails if baseline is None else result.baselines[baseline].tails


def _together(results: Mapping[str, Backtest], tails: Sequence[TailRecord], level: str) -> PanelTail:
    days = sum(result.scores.n for result in results.values())
    breaches = sum(tail.breaches for tail in tails)
    scores = [tail.joint_score for tail in tails]
    known = [score for score in scores if score is not None]
    statistic, p_value = _test(results, tails, level)
    return PanelTail(
        days=days,
        breaches=breaches,
        share=breaches / days,
        rejected=sum(tail.kupiec_p < SURE for tail in tails),
        joint_score=float(np.mean(known)) if len(known) == len(scores) else None,
        panel_statistic=statistic,
        panel_p=p_value,
    )


def _test(
    results: Mapping[str, Backtest], tails: Sequence[TailRecord], level: str
) -> tuple[float | None, float | None]:
    differences = []
    for result, tail in zip(results.values(), tails, strict=True):
        own = (result.day.tails or {})[level]
        if own is tail or own.losses is None or tail.losses is None:
            return None, None
        differences.append(pd.Series(own.losses - tail.losses, index=result.days.index))
    table = pd.concat(differences, axis=1).sort_index().to_numpy()
    if len(table) < LEAST_DAYS:
        return None, None
    test = panel_test(table)
    return test.statistic, test.p_value
