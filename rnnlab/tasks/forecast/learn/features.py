"""Prices -> what a density network sees and what it is to predict, each known at its day's close; no torch.

The recipe is the one of docs/forecasting.md: returns divided by a running volatility, volatilities over several spans,
Parkinson's range, the overnight move and the volume's surprise. Groups that a file has no columns for are hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.scoring.baselines import START_DAYS, ewma_volatility, parkinson

Floats = NDArray[np.float64]

FIRST_DAY = START_DAYS + 1  # first day with all features: its move is measured in the volatility of the day before
SPANS = (5, 22, 252)  # a week, a month and a year of trading days
TAIL_DAYS = 1000  # days whose surprises tell how heavy this stock's tails are
SURPRISE = 2.0  # a move of more than this many times the running volatility
RETURNS = ("return", "fall", "size", "week", "month", "year", "level", "tail")
GROUPS: dict[str, tuple[str, ...]] = {
    "range": ("range", "range_week", "range_month"),
    "overnight": ("overnight",),
    "volume": ("volume",),
}
NAMES = (*RETURNS, *(name for group in GROUPS.values() for name in group), *(f"has_{group}" for group in GROUPS))


@dataclass(frozen=True)
class Panel:
    """One stock, day by day. Rows before FIRST_DAY hold zeros and no targets."""

    dates: pd.DatetimeIndex  # N days
    close: Floats  # (N,) prices
    volatility: Floats  # (N,) running volatility b, percent a day, up to and including the day
    x: NDArray[np.float32]  # (N, I) features in the order of NAMES

    def __len__(self) -> int:
        return len(self.dates)

    def returns_ahead(self, horizons: Sequence[int]) -> Floats:
        """(N, H) percent log returns from each day to `horizon` days later; nan where they lie beyond the last day."""
        levels = 100 * np.log(self.close)
        ahead = np.full((len(self), len(horizons)), np.nan)
        for column, horizon in enumerate(horizons):
            ahead[:-horizon, column] = levels[horizon:] - levels[:-horizon]
        return ahead

    def scales(self, horizons: Sequence[int]) -> Floats:
        """(N, H) the unit in which a return over each horizon is predicted: b·√h, percent."""
        roots: Floats = np.sqrt(np.asarray(horizons, float))
        return self.volatility[:, None] * roots


def build_panel(table: pd.DataFrame) -> Panel:
    """Compute a stock's features.

    Args:
        table: index of dates; column Close, and any of Open, High, Low, Volume; more than FIRST_DAY rows.
    """
    close = table["Close"].to_numpy(float)
    returns = np.diff(100 * np.log(close), prepend=np.nan)
    volatility = ewma_volatility(returns)
    x = np.zeros((len(close), len(NAMES)), dtype=np.float32)
    for name, values in _features(table, close, returns, volatility).items():
        x[FIRST_DAY:, NAMES.index(name)] = values[FIRST_DAY:]
    return Panel(pd.DatetimeIndex(table.index), close, volatility, x)


def hide(x: NDArray[np.float32], group: str) -> None:
    """Make features (…, I) look, in place, as if the file had no columns for the group."""
    for name in (*GROUPS[group], f"has_{group}"):
        x[..., NAMES.index(name)] = 0


def _features(table: pd.DataFrame, close: Floats, returns: Floats, volatility: Floats) -> dict[str, Floats]:
    before = np.concatenate([volatility[:1], volatility[:-1]])
    scaled = np.clip(returns / before, -6, 6)
    spans = [np.log(_root_mean_square(returns, span) / volatility + 1e-3) for span in SPANS]
    found = {
        "return": scaled,
        "fall": np.minimum(scaled, 0),
        "size": np.log(np.abs(returns) / volatility + 0.1) + 0.5,
        "week": spans[0],
        "month": spans[1],
        "year": spans[2],
        "level": np.log(volatility) - 0.3,
        "tail": np.log(_root_mean_square(np.maximum(np.abs(scaled) - SURPRISE, 0), TAIL_DAYS) + 0.05) + 1.5,
    }
    return found | _optional(table, close, volatility, before)


def _optional(table: pd.DataFrame, close: Floats, volatility: Floats, before: Floats) -> dict[str, Floats]:
    """Compute the groups that the table has columns for; each day has a flag, 0 where a cell it needs is empty."""
    found: dict[str, Floats] = {}
    columns = {name: table[name].to_numpy(float) for name in table.columns}
    if {"High", "Low"} <= set(columns):
        day = parkinson(columns["High"], columns["Low"])
        found["range"] = np.log(day / volatility)
        found["range_week"] = np.log(_root_mean_square(day, 5) / volatility)
        found["range_month"] = np.log(_root_mean_square(day, 22) / volatility)
    if "Open" in columns:
        previous = np.concatenate([close[:1], close[:-1]])
        found["overnight"] = np.clip(100 * np.log(columns["Open"] / previous) / before, -6, 6)
    if "Volume" in columns:
        volume = np.log(np.where(columns["Volume"] > 0, columns["Volume"], np.nan))
        usual = pd.Series(volume).rolling(20, min_periods=5).mean().to_numpy()
        found["volume"] = np.clip(volume - usual, -3, 3)
    known = {name: np.isfinite(values) for name, values in found.items()}
    flags = {f"has_{group}": known[group].astype(float) for group in GROUPS if group in known}
    return {name: np.where(known[name], values, 0.0) for name, values in found.items()} | flags


def _root_mean_square(values: Floats, span: int) -> Floats:
    """Over the last `span` days, or as many as there are; an empty cell counts for nothing."""
    return np.asarray(np.sqrt(pd.Series(values**2).rolling(span, min_periods=1).mean().clip(lower=0).to_numpy()))
