"""Which forecast a visitor asks for, read from the page's values; knows no layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnlab.data.fetch.listing import tickers
from rnnlab.errors import DataError
from rnnlab.tasks.forecast.page.reading import Reading
from rnnlab.widgets.events import filled

FIRST = "AAPL"
LONGEST_HORIZON = 20
AHEAD = {"One day ahead": 1, "5 days ahead": 5, "20 days ahead": 20}
# Prices without a currency; every other bundled series is in US dollars.
UNITS = {"SP500": "points"}


@dataclass(frozen=True)
class Source:
    """Whose prices: a bundled ticker, or an uploaded file with how to read it."""

    ticker: str | None = None
    file: str | None = None
    column: str | None = None
    dates: str | None = None
    encoding: str | None = None

    @property
    def unit(self) -> str:
        """The unit of the prices, "" where a file does not say it."""
        return "" if self.file else UNITS.get(str(self.ticker).upper(), "USD")

    @property
    def reading(self) -> Reading:
        """How a file is to be read; a bundled series needs no telling."""
        return Reading(self.column, self.dates, self.encoding) if self.file else Reading()

    def data(self) -> str:
        """What to hand to the service: never a path that a visitor wrote.

        Raises:
            DataError: the file has gone, or there is no such bundled ticker.
        """
        if self.file:
            if not Path(self.file).is_file():
                raise DataError("Your file is no longer here, as uploads are deleted after a while; drop it once more.")
            return self.file
        known = {ticker.upper() for ticker in tickers()}
        if not self.ticker or self.ticker.upper() not in known:
            shown = str(self.ticker or "")[:40]
            raise DataError(f"{shown!r} is no bundled ticker; choose one, {FIRST} for example, or give a CSV file.")
        return self.ticker.upper()


def source_of(
    ticker: str | None, file: str | None, column: str | None, dates: str | None, encoding: str | None = None
) -> Source:
    """Whose prices a visitor has chosen, as the page's choosers say it."""
    return Source(ticker, file, filled(column), filled(dates), filled(encoding))


@dataclass(frozen=True)
class Asked:
    """What a visitor asks for; ahead: days from forecast to target in the back-test, one of AHEAD."""

    source: Source
    model: str
    horizon: int = LONGEST_HORIZON
    start: str | None = None
    ahead: int = 1
    calibrated: bool = False
