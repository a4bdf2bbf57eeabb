"""Series that a checkpoint is never trained on, scored when it is made; independent of any training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError, RnnlabError
from rnnlab.scoring.garch import GARCH, need_arch
from rnnlab.tasks.forecast.data import series_record
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.panel import panel_summary
from rnnlab.tasks.forecast.judge.walk import Backtest
from rnnlab.tasks.forecast.recipes import Forecaster

HORIZONS = (1, 5, 20)
LEAST_BEFORE, LEAST_AFTER = 300, 60  # days, for every baseline to be fitted and every test to say something
KEPT = ("n", "start", "end", "crps", "log_score", "coverage80", "coverage95")


@dataclass(frozen=True)
class Unseen:
    """Which series, and whether GARCH stands beside the other baselines."""

    prices: tuple[Prices, ...] = ()
    garch: bool = False

    @classmethod
    def of(cls, opened: Sequence[Prices], trained_on: Sequence[Prices], garch: bool) -> Unseen:
        """Take them; RnnlabError if one is among those that are trained on."""
        closes = {series_record(one)["closes_sha256"] for one in trained_on}
        names = {one.name for one in trained_on}
        for one in opened:
            if one.name in names or series_record(one)["closes_sha256"] in closes:
                raise RnnlabError(f"{one.name} is among the training data; --unseen is for series that are not.")
        if garch:
            need_arch()
        return cls(tuple(opened), garch)

    def check(self, last_day: pd.Timestamp) -> None:
        """Raise DataError, before anything is trained, unless every series can be scored after that day."""
        for one in self.prices:
            before = len(one.table[:last_day])
            after = len(one.table) - before
            if before < LEAST_BEFORE or after < LEAST_AFTER:
                raise DataError(
                    f"{one.name} has {before} days up to {last_day:%Y-%m-%d} and {after} after; --unseen needs "
                    f"{LEAST_BEFORE} and {LEAST_AFTER}."
                )

    def judged(self, forecaster: Forecaster, last_day: pd.Timestamp) -> dict[str, Any] | None:
        """Scores on the days after the last training day, as plain JSON; None where there is no series.

        Returns:
            {horizons: {h: {series: [{name, n, start, end, crps, log_score, coverage80, coverage95, baselines: {name:
            {crps}}}], mean, against}}}, as of `panel_summary`.
        """
        if not self.prices:
            return None
        start, more = last_day + pd.Timedelta(days=1), GARCH if self.garch else {}
        found: dict[int, dict[str, Backtest]] = {horizon: {} for horizon in HORIZONS}
        for prices in self.prices:
            densities = forecaster.densities(prices.table)
            for horizon in HORIZONS:
                found[horizon][prices.name] = walk.backtest(
                    densities, prices.table, start, forecaster.rows_needed, horizon, more
                )
        return {"horizons": {str(horizon): _told(results) for horizon, results in found.items()}}


def _told(results: dict[str, Backtest]) -> dict[str, Any]:
    series = []
    for name, result in results.items():
        summary = result.summary()
        baselines = {rival: {"crps": scores["crps"]} for rival, scores in summary["baselines"].items()}
        series.append({"name": name} | {key: summary[key] for key in KEPT} | {"baselines": baselines})
    return {"series": series} | panel_summary(results)
