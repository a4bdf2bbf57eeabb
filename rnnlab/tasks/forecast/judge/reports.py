"""What back-tests answer, typed; JSON begins where `json()` is called, at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rnnlab.tasks.forecast.judge.frames import daily_frame, score_frame
from rnnlab.tasks.forecast.judge.panel import panel_summary, years_summary
from rnnlab.tasks.forecast.judge.walk import Backtest


@dataclass(frozen=True)
class LeakCheck:
    """Of so many days, those and the baselines whose forecast has seen what came after."""

    days: int
    leaks: tuple[str, ...]


@dataclass(frozen=True)
class BacktestReport:
    """The back-tests of one series, a horizon each, in the order that they were asked for.

    name: of the series; model: as it was asked for. notices: sentences on the prices and on the test's fairness.
    decimals: of a file's closes, None for a bundled series. source: where fetched prices are from and how old.
    """

    name: str
    model: str
    results: tuple[Backtest, ...]
    verdict: str
    notices: tuple[str, ...]
    decimals: int | None
    source: str = ""
    leak_check: LeakCheck | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The scores of the first horizon, a row a model, see `frames.score_frame`."""
        return self._described(score_frame(self.results[0]))

    @property
    def daily(self) -> pd.DataFrame:
        """The forecasts of the first horizon, a row a day, see `frames.daily_frame`."""
        return self._described(daily_frame(self.results[0]))

    def _described(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with whose it is in its attrs."""
        own = {"name": self.name, "model": self.model, "horizon": self.results[0].horizon, "source": self.source}
        table.attrs |= own | {"notices": list(self.notices)}
        return table

    def json(self) -> dict[str, Any]:
        """All but the days, as plain JSON values (docs/forecasting.md lists the keys and units)."""
        answer = {"name": self.name, "model": self.model} | self.results[0].summary()
        answer |= {"verdict": self.verdict, "notices": list(self.notices), "decimals": self.decimals}
        answer |= {"source": self.source} if self.source else {}
        if self.leak_check is not None:
            answer["leak_check"] = {"days": self.leak_check.days, "leaks": list(self.leak_check.leaks)}
        if len(self.results) > 1:
            answer["horizons"] = {str(result.horizon): result.summary() for result in self.results}
        return answer


@dataclass(frozen=True)
class PanelReport:
    """The back-tests of several series by one model, by horizon and by the series' name. notices: with that name."""

    model: str
    results: dict[int, dict[str, Backtest]]
    notices: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """{model, horizons: {h: {series: [{name, …the scores of one series}], mean, against}}, notices}.

        `mean` and `against` are those of `panel_summary`.
        """
        by_horizon = {
            str(horizon): {"series": [{"name": name} | one.summary() for name, one in series.items()]}
            | panel_summary(series)
            for horizon, series in self.results.items()
        }
        return {"model": self.model, "horizons": by_horizon, "notices": list(self.notices)}


@dataclass(frozen=True)
class YearsReport:
    """One-day back-tests of a recipe that was trained anew for each year, by year and series."""

    model: str
    start: str
    results: dict[int, dict[str, Backtest]]

    def json(self) -> dict[str, Any]:
        """{model, start} and what `years_summary` says."""
        return {"model": self.model, "start": self.start} | years_summary(self.results)


@dataclass(frozen=True)
class Comparison:
    """Two checkpoints on the same days: the back-test of each by its pinned name, and whether they differ.

    dm_p: two-sided Diebold–Mariano on daily CRPS. currency: of the prices, "" if unknown.
    """

    name: str
    models: tuple[str, str]
    results: tuple[Backtest, Backtest]
    dm_p: float
    verdict: str
    notices: tuple[str, ...]
    decimals: int | None
    currency: str
