"""Densities by day -> the forecast of the next sessions, raw or calibrated; independent of any model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.data.prices.dates.exchanges import CALENDAR
from rnnlab.data.prices.dates.sessions import future_sessions, sessions_per_year
from rnnlab.data.prices.series import Prices
from rnnlab.scoring.baselines import ahead, ewma_volatility
from rnnlab.scoring.distribution import Distribution, Stretch
from rnnlab.scoring.record import PERCENT, calibrated_bands
from rnnlab.scoring.student import StudentT
from rnnlab.scoring.volatility import ranks
from rnnlab.tasks.forecast.data import currency_of
from rnnlab.tasks.forecast.judge.walk import of_days
from rnnlab.tasks.forecast.outlook.distribution import PriceDistribution

NEIGHBOURS = 5  # days of a fan over which its calibration is averaged


@dataclass(frozen=True)
class Forecast:
    """The forecast of one series.

    name, decimals: as of its Prices. closes: of the series by date, from whose last it was made. outlook: the
    distribution of each session. notices: sentences on the prices and the model. calibrated_from: the first day whose
    outcome calibrated bands go by, None where they are not calibrated. source: of fetched prices, where they are
    from and how old.
    """

    name: str
    closes: pd.Series
    outlook: PriceDistribution
    notices: tuple[str, ...]
    decimals: int | None
    calibrated_from: pd.Timestamp | None = None
    source: str = ""

    @property
    def last_date(self) -> pd.Timestamp:
        """The last day with a close."""
        return pd.Timestamp(self.closes.index[-1])

    @property
    def last_close(self) -> float:
        """The close of that day, in the price's currency."""
        return self.outlook.close

    def summary(self) -> dict[str, Any]:
        """The forecast as plain JSON values."""
        fan = self.outlook.fan()
        answer = {
            "name": self.name,
            "last_date": f"{self.last_date:%Y-%m-%d}",
            "last_close": self.last_close,
            "rows": [{"date": f"{day:%Y-%m-%d}"} | values for day, values in fan.to_dict("index").items()],
            "notices": list(self.notices),
            "decimals": self.decimals,
        } | ({"source": self.source} if self.source else {})
        if self.calibrated_from is None:
            return answer
        return answer | {"calibrated_from": f"{self.calibrated_from:%Y-%m-%d}"}


def raw_outlook(last: StudentT, prices: Prices, horizon: int) -> PriceDistribution:
    """The next `horizon` sessions as the model gives them.

    last: (H,) densities of the percent log return from the last day, H no less than the horizon.
    """
    return _outlook(Distribution(last.at(np.s_[:horizon])), prices)


def calibrated_outlook(densities: StudentT, prices: Prices, start: pd.Timestamp, horizon: int) -> PriceDistribution:
    """The next sessions, with bands calibrated for each of them by the outcomes from `start` on.

    How much wider a band became is averaged over neighbouring days (NEIGHBOURS), for each day's calibration has its own
    noise; and no band is narrower than that of the day before.

    Args:
        densities: (N, H) of all days, as `walk.backtest` takes them.
        prices: of the N days.
        start: first day whose return is an outcome to go by.
        horizon: days to forecast, no more than H.
    """
    last = densities.at(np.s_[-1, :horizon])
    _, returns, _ = of_days(prices.table)
    origins = np.arange(int(pd.DatetimeIndex(prices.table.index).searchsorted(start)) - 1, len(prices.table))
    standing = ranks(ewma_volatility(returns), origins)
    halves: dict[int, list[float]] = {percent: [] for percent in PERCENT}
    for days in range(1, horizon + 1):
        density = densities.at((origins, days - 1))
        actual = ahead(returns, origins[: len(origins) - days], days)
        for percent, (lower, upper) in calibrated_bands(density, actual, days, ranks=standing).items():
            halves[percent].append((upper[-1] - lower[-1]) / 2)
    given = np.array([np.subtract(*last.interval(percent / 100)[::-1]) / 2 for percent in PERCENT])
    ratios = pd.DataFrame(np.array(list(halves.values())).T / given.T)
    smooth = ratios.rolling(NEIGHBOURS, min_periods=1, center=True).mean().to_numpy().T
    return _outlook(Distribution(last, Stretch(given, np.maximum.accumulate(given * smooth, axis=1))), prices)


def _outlook(returns: Distribution, prices: Prices) -> PriceDistribution:
    dates = pd.DatetimeIndex(prices.table.index)
    days = future_sessions(dates, len(returns.density.location), prices.table.attrs.get(CALENDAR))
    close = float(prices.table["Close"].iloc[-1])
    return PriceDistribution(returns, days.rename("date"), close, sessions_per_year(dates), currency_of(prices))
