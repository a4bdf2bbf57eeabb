"""A made-up series on the sessions of an exchange, and the plain CSV file of it, for tests of the price reader."""

from functools import lru_cache

import numpy as np
import pandas as pd
from exchange_calendars import get_calendar

from rnnlab.data.prices.series import Prices

FIELDS = ["Open", "High", "Low", "Close", "Volume"]
BARS = FIELDS[:3]


@lru_cache
def sessions(exchange: str = "XNYS", days: int = 320, start: str = "2019-01-02") -> pd.DatetimeIndex:
    """So many sessions from a day on."""
    calendar = get_calendar(exchange, start=start, end=str(pd.Timestamp(start) + pd.Timedelta(days=2 * days))[:10])
    return pd.DatetimeIndex(calendar.sessions[:days], name="Date")


def walk(days: int = 320, digits: int = 2, exchange: str = "XNYS", level: float = 1500) -> pd.DataFrame:
    """Prices of so many digits and whole volumes, by date."""
    random = np.random.default_rng(13)
    close = level * np.exp(np.cumsum(random.normal(0, 0.012, days)))
    opened = close * np.exp(random.normal(0, 0.004, days))
    table = {
        "Open": opened,
        "High": np.maximum(opened, close) * np.exp(np.abs(random.normal(0, 0.006, days)) + 0.001),
        "Low": np.minimum(opened, close) / np.exp(np.abs(random.normal(0, 0.006, days)) + 0.001),
        "Close": close,
    }
    prices = pd.DataFrame(table).round(digits)
    prices["Volume"] = random.integers(100_000, 9_000_000, days).astype(float)
    return prices.set_index(sessions(exchange, days))


def csv(table: pd.DataFrame) -> bytes:
    """The table as the plainest file."""
    return table.rename_axis("Date").to_csv(date_format="%Y-%m-%d").encode()


def dated(days: list[str], table: pd.DataFrame) -> bytes:
    """The file of a table whose dates are written so."""
    return table.set_axis(pd.Index(days, name="Date")).to_csv().encode()


def swapped(days: pd.DatetimeIndex, where: np.ndarray | None = None) -> list[str]:
    """The days with those up to the twelfth written as year, day, month."""
    chosen = np.ones(len(days), bool) if where is None else where
    return [
        f"{day:%Y-%d-%m}" if day.day <= 12 and one else f"{day:%Y-%m-%d}" for day, one in zip(days, chosen, strict=True)
    ]


def with_days(table: pd.DataFrame, days: pd.DatetimeIndex, **cells: float) -> pd.DataFrame:
    """The table with more days, each with the close of the day before and the cells that are given."""
    more = table.reindex(table.index.union(days))
    more["Close"] = more["Close"].ffill()
    for field in [field for field in table if field != "Close"]:
        more.loc[days, field] = cells.get(field, more["Close"][days] if field in BARS else 0.0)
    return more


def holidays(table: pd.DataFrame) -> pd.DatetimeIndex:
    """The weekdays that the table leaves out."""
    weekdays = pd.bdate_range(table.index[0], table.index[-1])
    return weekdays[~weekdays.isin(table.index)]


def flat(table: pd.DataFrame, days: pd.Index) -> pd.DataFrame:
    """The table without a range on some days."""
    found = table.copy()
    for field in BARS:
        found.loc[days, field] = found.loc[days, "Close"]
    return found


def told(prices: Prices, words: str) -> str:
    """The one notice that holds some words."""
    found = [notice for notice in prices.notices if words in notice]
    assert len(found) == 1, prices.notices
    return found[0]
