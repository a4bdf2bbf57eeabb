"""A series as a page shows it: its forecast, its back-test and a verdict, within the limits of the caller."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.errors import DataError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.forecast.data import AS_WRITTEN, PriceReading
from rnnlab.tasks.forecast.judge.diagnostics import closely
from rnnlab.tasks.forecast.judge.walk import Backtest
from rnnlab.tasks.forecast.outlook.distribution import PriceDistribution
from rnnlab.tasks.forecast.outlook.forecast import calibrated_outlook, raw_outlook
from rnnlab.tasks.forecast.prepared import Prepared, fairness, knew, prepared, verdict, whole_horizon
from rnnlab.tasks.forecast.recipes import LONGEST_HORIZON


@dataclass(frozen=True)
class Study:
    """A series, its forecast and its back-test: all that a page shows of them.

    history: index of dates, column Close. fan: the next sessions, columns median, lower80, upper80, lower95, upper95.
    days: the back-test's target dates, columns close, naive and those of fan; None where the file is too short for
    one. scores: the JSON of the back-test and `decimals`, or None; details: what the module judge.diagnostics says of
    it. notices: sentences on the file and on the test's fairness. decimals: of a file's closes, None for a bundled
    series. outlook: the distribution that fan is of. source: of fetched prices, where they
    came and how old they are. until: the last day that the model was trained on. known: whether it was trained on test
    days.
    """

    name: str
    model: str
    history: pd.DataFrame
    fan: pd.DataFrame
    days: pd.DataFrame | None
    scores: dict[str, Any] | None
    verdict: str
    notices: tuple[str, ...]
    details: dict[str, Any] | None = None
    decimals: int | None = None
    outlook: PriceDistribution | None = None
    source: str = ""
    until: str = ""
    known: bool = False

    @property
    def currency(self) -> str:
        """Of the prices; "" where a file does not say it."""
        return self.outlook.currency if self.outlook else ""


def study(
    model: str,
    data: str | Path,
    *,
    horizon: int = LONGEST_HORIZON,
    start: str | None = None,
    ahead: int = 1,
    calibrated: bool = False,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    device: str = "auto",
) -> Study:
    """Forecast the sessions after the last day and back-test forecasts from `start` on.

    Args:
        model: a folder or a bundled name.
        data: a bundled ticker, or the path of a price file.
        horizon: sessions to forecast, 1 … 20.
        start: first day of the back-test, as 2015-08-13; if None the last fifth of the days, less those that the
            model was trained on.
        ahead: days from forecast to target in the back-test, 1 … 20.
        calibrated: whether the bands are those calibrated day by day, from the back-test's first day on.
        reading: which ticker of the file, how it writes dates, and its encoding.
        caller: who asks; only the person at this machine may open its folders.
        device: "cpu", "cuda", "mps", or "auto" for the one on which this model forecasts fastest.

    Raises:
        RnnlabError: anything of the above cannot be used as it is; one sentence says why.
    """
    asked = prepared(model, data, caller, device, reading)
    checkpoint, prices, densities = asked.checkpoint, asked.prices, asked.densities
    outlook = raw_outlook(densities.at(-1), prices, whole_horizon(horizon))
    shown = Study(
        name=prices.name,
        model=asked.pinned,
        history=prices.table[["Close"]],
        fan=outlook.fan(),
        days=None,
        scores=None,
        verdict="This forecast has no back-test, so its quality is unknown.",
        notices=prices.notices,
        decimals=prices.decimals,
        outlook=outlook,
        source=prices.source,
        until=str(checkpoint.provenance["until"]),
    )
    try:
        [result] = asked.walked(start, [ahead])
    except DataError as error:
        if start is not None:
            raise
        return dataclasses.replace(shown, notices=(*prices.notices, f"There is no back-test: {error}"))
    found = dataclasses.replace(
        shown,
        days=result.days,
        scores=result.summary() | {"decimals": prices.decimals},
        verdict=verdict(checkpoint, result, calibrated=calibrated),
        notices=prices.notices + fairness(checkpoint, prices, result),
        details=closely(result),
        known=knew(checkpoint, result.first_day),
    )
    return _calibrated(found, asked, result) if calibrated else found


def _calibrated(found: Study, asked: Prepared, result: Backtest) -> Study:
    """The same with calibrated bands, in the picture and in the shares held; all else is the network's own."""
    scores = dict(found.scores or {})
    if result.record is not None:
        scores |= {f"coverage{name}": band.calibrated.share for name, band in result.record.bands.items()}
    outlook = calibrated_outlook(asked.densities, asked.prices, result.first_day, len(found.fan))
    days = result.days.assign(**result.calibrated)
    return dataclasses.replace(found, fan=outlook.fan(), outlook=outlook, days=days, scores=scores)
