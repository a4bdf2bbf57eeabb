"""A forecaster for a Python program: loaded once by name, then asked."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.data.prices.tables import frame_text
from rnnlab.errors import DataError
from rnnlab.runtime.opening import Located, open_located
from rnnlab.tasks.forecast.data import PriceReading, open_prices
from rnnlab.tasks.forecast.judge.reports import BacktestReport
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.outlook.distribution import PriceDistribution
from rnnlab.tasks.forecast.outlook.forecast import Forecast
from rnnlab.tasks.forecast.use import forecast

Prices = str | Path | pd.DataFrame | pd.Series


@dataclass(frozen=True)
class ForecastModel:
    """A checkpoint that forecasts.

    name: as it was asked for. folder: where its files lie; of a repository of the Hub, the one commit that was pulled,
    whatever is pushed later. card: the model card, Markdown.
    """

    name: str
    task: str
    folder: Path
    card: str

    @classmethod
    def of(cls, name: str, found: Located) -> ForecastModel:
        """A checkpoint that was found under a name; CheckpointError if it is damaged."""
        made = open_located(found)
        return cls(name, made.task, found.folder.resolve(), made.card)

    def __getattr__(self, name: str) -> Any:
        has = "forecast(), distribution() and backtest()"
        raise AttributeError(f"A checkpoint that forecasts has no {name}(); it has {has}.")

    def forecast(
        self,
        prices: Prices,
        horizon: int = 20,
        *,
        device: str = "auto",
        ticker: str | None = None,
        dates: str | None = None,
        encoding: str | None = None,
        calibrated: bool = False,
        market: Prices | None = None,
    ) -> pd.DataFrame:
        """Forecast the sessions after the last day.

        Args:
            prices: a bundled ticker, the path of a price file, "yahoo:NVDA" for Yahoo Finance's, a table with a column
                Close (Open, High, Low and Volume are used if there) and an index or a column of dates, or a series of
                closes with an index of dates.
            horizon: sessions to forecast, 1 to 20.
            device: "cpu", "cuda", "mps" or "auto".
            ticker: which one, if the file or table holds several.
            dates: "iso", "us" or "day-first" if dates can be read in two ways.
            encoding: in which the file is written, as "shift_jis"; found if None.
            calibrated: whether the bands are calibrated day by day, by how often they held before.
            market: an index that is known beside the prices, as these are given; "SP500" is bundled. Only a checkpoint
                that was trained with one reads it.

        Returns:
            A row a session, the index its date: median, lower80, upper80, lower95, upper95, in the price's currency.
            What was mended or looks odd in the prices is warned of, and listed in its attrs["notices"]; attrs also has
            name, currency ("" where a file does not say it), units (by column), last_date, last_close, calibrated, and
            source, where fetched prices came from and how old they are ("" for others).

        Raises:
            RnnlabError: the checkpoint is no forecaster, or something of the above cannot be used as it is.
        """
        reading = PriceReading(ticker or "", dates or "", encoding or "")
        made = _forecast(self.folder, prices, reading, horizon, device, calibrated, market)
        return _described(made.outlook.fan(), made)

    def distribution(
        self,
        prices: Prices,
        horizon: int = 20,
        *,
        device: str = "auto",
        ticker: str | None = None,
        dates: str | None = None,
        encoding: str | None = None,
        calibrated: bool = False,
        market: Prices | None = None,
    ) -> PriceDistribution:
        """Forecast the whole distribution of the price for each of the sessions after the last day.

        Arguments, warnings and errors are those of `forecast`; calibrated: whether all that the distribution is asked
        follows the calibrated bands.

        Returns:
            What answers in tables with a row a session: fan(), quantile(0.01), value_at_risk(0.99, short=True),
            expected_shortfall(0.99), volatility(), above(180, "5%"), below(150), highest_density(0.8), paths(1000).
        """
        reading = PriceReading(ticker or "", dates or "", encoding or "")
        made = _forecast(self.folder, prices, reading, horizon, device, calibrated, market)
        return made.outlook

    def backtest(
        self,
        prices: Prices,
        start: str | None = None,
        *,
        horizon: int = 1,
        garch: bool = False,
        device: str = "auto",
        ticker: str | None = None,
        dates: str | None = None,
        encoding: str | None = None,
        market: Prices | None = None,
    ) -> BacktestReport:
        """Score the forecasts of past days, each made from the days up to it, beside the baselines.

        Args:
            prices: as of `forecast`.
            start: first day that is scored, as 2015-08-13; None for the last fifth, less the days trained on.
            horizon: sessions from forecast to outcome, 1 to 20.
            garch: whether to score GARCH(1,1) and GJR-GARCH, too; takes seconds and the package arch.
            device, ticker, dates, encoding, market: as of `forecast`.

        Returns:
            table, the scores by model, and daily, every day's forecast and what came, both DataFrames whose
            attrs["units"] names the columns' units; verdict, in words; notices, which are also warned of; json(), what
            the command prints with --json.

        Raises:
            RnnlabError: something of the above cannot be used as it is, or the series is too short.
        """
        reading, name = PriceReading(ticker or "", dates or "", encoding or ""), str(self.folder)
        opened = open_prices(_as_data(prices, reading.encoding), reading, _as_market(market))
        made = backtest(name, opened, start=start, horizons=(horizon,), garch=garch, device=device)
        for notice in made.notices:
            warnings.warn(notice, stacklevel=2)
        return made


def _forecast(
    folder: Path,
    prices: Prices,
    reading: PriceReading,
    horizon: int,
    device: str,
    calibrated: bool,
    market: Prices | None,
) -> Forecast:
    """Ask for a forecast on behalf of a program, which is warned of the notices."""
    data, name = _as_data(prices, reading.encoding), str(folder)
    index = _as_market(market)
    made = forecast(name, data, horizon=horizon, device=device, reading=reading, calibrated=calibrated, market=index)
    for notice in made.notices:
        warnings.warn(notice, stacklevel=3)
    return made


def _described(table: pd.DataFrame, made: Forecast) -> pd.DataFrame:
    """The table with what its figures are, in its attrs."""
    currency = made.outlook.currency
    table.attrs |= {
        "notices": list(made.notices),
        "name": made.name,
        "currency": currency,
        "units": dict.fromkeys(table.columns, currency or "the file's currency"),
        "last_date": made.last_date,
        "last_close": made.last_close,
        "calibrated": made.outlook.calibrated,
        "source": made.source,
    }
    return table


def _as_market(market: Prices | None) -> str | Path | bytes:
    return "" if market is None else _as_data(market, "")


def _as_data(prices: Any, encoding: str) -> str | Path | bytes:
    """A name or path as it is; a table as the price file that it would be, so that it is read as strictly."""
    if isinstance(prices, str | Path):
        return prices
    if not isinstance(prices, pd.DataFrame | pd.Series):
        raise DataError(
            f"Prices cannot be a {type(prices).__name__}; give a bundled ticker, a file's path, a pandas DataFrame "
            "with dates, or a pandas Series with an index of dates."
        )
    if encoding:
        raise DataError("A table has no encoding; leave it out.")
    return frame_text(prices, "the table").encode()
