"""The distribution of a price over the next sessions, and what can be asked of it; independent of any model or file.

VaR and expected shortfall are losses of a position held from the last close to a session's, in percent of the last
close, by simple returns; docs/forecasting.md, "The whole distribution", defines both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnlab.errors import RnnlabError
from rnnlab.scoring.distribution import Distribution, growth
from rnnlab.scoring.student import FloatArray
from rnnlab.tasks.forecast.judge.walk import BANDS

FAN = {"median": 0.5} | BANDS
Bound = float | str  # a price, or a return since the last close as "5%"
_RETURN = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class PriceDistribution:
    """A distribution of the price for each of the next sessions. Each answer has a row a session, its index the dates.

    returns: of the percent log return since the last close, over 1 … H sessions. dates: of these sessions. close: the
    last one. sessions_per_year: by which volatility is annualised. currency: of the prices, "" where it is unknown.
    calibrated: whether the bands were calibrated by their past coverage, and all else with them.
    """

    returns: Distribution
    dates: pd.DatetimeIndex
    close: float
    sessions_per_year: float = 252
    currency: str = ""

    @property
    def calibrated(self) -> bool:
        """Whether all answers follow bands that were calibrated by their past coverage."""
        return self.returns.stretch is not None

    def fan(self) -> pd.DataFrame:
        """Median and the ends of the 80 and 95 % band, in currency: median, lower80, upper80, lower95, upper95."""
        return self._quantiles(list(FAN.values()), list(FAN))

    def quantile(self, *levels: float) -> pd.DataFrame:
        """Prices below which the close falls with each probability, a column a level, in currency."""
        return self._quantiles(list(levels), list(levels))

    def below(self, *bounds: Bound) -> pd.DataFrame:
        """Probabilities of a close of at most each bound, a column a bound: a price, or a return as "-5%"."""
        returns = np.array([self._log_return(bound) for bound in bounds])[:, None]
        return self._table(self.returns.cdf(returns), list(bounds))

    def above(self, *bounds: Bound) -> pd.DataFrame:
        """Probabilities of a close above each bound; 1 less those of `below`."""
        return 1 - self.below(*bounds)

    def value_at_risk(self, *levels: float, short: bool = False) -> pd.DataFrame:
        """The loss not exceeded with probability `level`, a column a level, percent of the last close; below 0 a gain.

        short: of a position that loses when the price rises.
        """
        ends = [self.returns.quantile(level if short else 1 - level) for level in levels]
        losses = 100 * (growth(np.array(ends)) - 1)
        return self._table(losses if short else -losses, list(levels))

    def expected_shortfall(self, *levels: float, short: bool = False) -> pd.DataFrame:
        """The mean loss where it exceeds the value at risk, a column a level, percent of the last close.

        A short position's mean simple loss is infinite, for a Student-t of log returns has no exponential moment: its
        column is the loss at the mean log return beyond the value at risk, that is at the geometric mean of the prices.
        """
        if short:
            means = [100 * (growth(self.returns.mean_beyond(level, upper=True)) - 1) for level in levels]
        else:
            means = [-self.returns.mean_simple_below(level) for level in levels]
        return self._table(np.array(means), list(levels))

    def volatility(self) -> pd.DataFrame:
        """Standard deviation of the log return, percent: over all sessions up to each, per session, and per year."""
        whole = self.returns.volatility()
        daily = whole / np.sqrt(np.arange(1, len(self.dates) + 1))
        columns = {"whole": whole, "daily": daily, "annual": daily * np.sqrt(self.sessions_per_year)}
        return pd.DataFrame(columns, index=self.dates)

    def highest_density(self, share: float = 0.8) -> pd.DataFrame:
        """The narrowest band of prices that holds the close with probability `share`: lower, upper, in currency."""
        ends = np.array(self.returns.narrowest(share))
        return self._table(self._prices(ends), ["lower", "upper"])

    def paths(self, count: int = 1000, seed: int = 0) -> pd.DataFrame:
        """Sample paths of the close, a column a path, in currency; each session's agree with its distribution.

        `rnnlab.scoring.distribution.Distribution.paths` says how the sessions of a path are tied together.
        """
        return self._table(self._prices(self.returns.paths(count, seed)), list(range(1, count + 1)))

    def _quantiles(self, levels: list[float], names: list[float] | list[str]) -> pd.DataFrame:
        return self._table(self._prices(self.returns.quantile(np.array(levels)[:, None])), names)

    def _prices(self, returns: FloatArray) -> FloatArray:
        return self.close * growth(returns)

    def _table(self, columns: FloatArray, names: list[float] | list[str] | list[int] | list[Bound]) -> pd.DataFrame:
        """A table of columns that are given as rows, (columns, H)."""
        return pd.DataFrame(columns.reshape(len(names), len(self.dates)).T, index=self.dates, columns=names)

    def _log_return(self, bound: Bound) -> float:
        """The percent log return at which a bound lies."""
        ratio = price_at(bound, self.close) / self.close
        if not 0 < ratio < np.inf:
            raise RnnlabError(f"No close can lie at {bound}; give a price above 0, or a return above -100%, as 5%.")
        return float(100 * np.log(ratio))


def price_at(bound: Bound, close: float) -> float:
    """The price at which a bound lies, with the last close."""
    return close * (1 + simple_return(bound) / 100) if isinstance(bound, str) else float(bound)


def simple_return(written: str) -> float:
    """A return written as 5% or -2.5%, in percent; RnnlabError for another text."""
    found = _RETURN.fullmatch(written.strip())
    if found is None:
        raise RnnlabError(f"{written[:40]!r} is no price and no return; write 180 for a price, 5% for a return.")
    return float(found[1])
