"""Prices -> what a density network sees and what it is to predict, each known at its day's close; no torch.

The recipe is the one of docs/forecasting.md: returns divided by a running volatility, volatilities over several spans,
Parkinson's range, the overnight move and the volume's surprise. Groups that a file has no columns for are hidden. The
wide set adds volatilities at more spans, moves of a week and a month, and the same of a market index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

DECAYS = (0.5, 0.8, 0.9, 0.96, 0.985, 0.995)  # of the wide set's running volatilities: from two days to a year
LONG = (66, 252, 1000)  # a quarter, a year and four years of trading days
MOVES = (5, 22)
MARKET_MOVES = (1, 5, 22)
MARKET_COLUMNS = {"Market Close": "Close", "Market High": "High", "Market Low": "Low"}  # beside a series' own
WIDE_RETURNS = (
    *(f"return_{decay}" for decay in DECAYS),
    *(f"return_{days}" for days in LONG),
    *(f"{kind}_{days}" for days in MOVES for kind in ("move", "fall")),
    *(f"bare_{decay}" for decay in DECAYS),
)
WIDE_GROUPS: dict[str, tuple[str, ...]] = {
    "range": (*(f"range_{decay}" for decay in DECAYS), *(f"range_{days}" for days in LONG)),
    "overnight": tuple(f"overnight_{decay}" for decay in DECAYS),
    "market": (
        *("market_range", "market_week", "market_month", "market_year", "market_level"),
        *(f"market_{decay}" for decay in DECAYS),
        *(f"market_{kind}_{days}" for days in MARKET_MOVES for kind in ("move", "fall")),
    ),
}
WITHOUT_MARKET = 0.5  # share of the training that sees no index, so that one network serves with and without
WIDE = (*NAMES, *WIDE_RETURNS, *(name for group in WIDE_GROUPS.values() for name in group), "has_market")


@dataclass(frozen=True)
class Panel:
    """One stock, day by day. Rows before FIRST_DAY hold zeros and no targets."""

    dates: pd.DatetimeIndex  # N days
    close: Floats  # (N,) prices
    volatility: Floats  # (N,) running volatility b, percent a day, up to and including the day
    x: NDArray[np.float32]  # (N, I) features in the order of their names
    names: tuple[str, ...] = NAMES

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


def build_panel(table: pd.DataFrame, names: tuple[str, ...] = NAMES) -> Panel:
    """Compute a stock's features.

    Args:
        table: index of dates; column Close, and any of Open, High, Low, Volume, and of MARKET_COLUMNS all or none;
            more than FIRST_DAY rows.
        names: NAMES or WIDE.
    """
    close = table["Close"].to_numpy(float)
    returns = np.diff(100 * np.log(close), prepend=np.nan)
    volatility = ewma_volatility(returns)
    found = _features(table, close, returns, volatility)
    if names == WIDE:
        found |= _wide(table, returns, volatility, found)
    x = np.zeros((len(close), len(names)), dtype=np.float32)
    for name, values in found.items():
        x[FIRST_DAY:, names.index(name)] = values[FIRST_DAY:]
    return Panel(pd.DatetimeIndex(table.index), close, volatility, x, names)


def hide(x: NDArray[np.float32], group: str, names: tuple[str, ...] = NAMES) -> None:
    """Make features (…, I) look, in place, as if the file had no columns for the group."""
    wide = WIDE_GROUPS.get(group, ()) if names == WIDE else ()
    if wide and group == "range":  # returns alone then speak for the volatility, in features of their own
        for decay in DECAYS:
            x[..., names.index(f"bare_{decay}")] = x[..., names.index(f"return_{decay}")]
    for name in (*GROUPS.get(group, ()), *wide, f"has_{group}"):
        x[..., names.index(name)] = 0


def without(x: NDArray[np.float32], groups: Iterable[str], names: tuple[str, ...]) -> NDArray[np.float32]:
    """A copy of features (…, I) with groups hidden."""
    hidden = x.copy()
    for group in groups:
        hide(hidden, group, names)
    return hidden


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
    means = pd.Series(values**2).rolling(span, min_periods=1).mean().to_numpy()
    return np.asarray(np.sqrt(np.maximum(means, 0)))  # a running sum may end a little below 0


def _wide(table: pd.DataFrame, returns: Floats, volatility: Floats, found: dict[str, Floats]) -> dict[str, Floats]:
    """Compute what WIDE has beyond NAMES; of groups that the table has no columns for, nothing."""
    close = table["Close"].to_numpy(float)
    before = np.concatenate([volatility[:1], volatility[:-1]])
    more = {f"return_{decay}": np.log(_running(returns, decay) / volatility + 0.1) for decay in DECAYS}
    bare = 1 - found.get("has_range", np.zeros(len(close)))
    more |= {f"bare_{decay}": more[f"return_{decay}"] * bare for decay in DECAYS}
    more |= {f"return_{days}": np.log(_root_mean_square(returns, days) / volatility + 1e-3) for days in LONG}
    more |= _moves(close, before, MOVES)
    if {"High", "Low"} <= set(table.columns):
        ranges = parkinson(table["High"].to_numpy(float), table["Low"].to_numpy(float))
        spans = {f"range_{decay}": _running(ranges, decay) for decay in DECAYS}
        spans |= {f"range_{days}": _root_mean_square(ranges, days) for days in LONG}
        more |= {name: _known(np.log(span / volatility), found["has_range"]) for name, span in spans.items()}
    if "Open" in table:
        overnight = 100 * np.log(table["Open"].to_numpy(float) / np.concatenate([close[:1], close[:-1]]))
        ratios = {f"overnight_{decay}": _running(overnight, decay) / volatility for decay in DECAYS}
        more |= {name: _known(np.log(ratio + 0.1), found["has_overnight"]) for name, ratio in ratios.items()}
    return more | _market(table)


def _market(table: pd.DataFrame) -> dict[str, Floats]:
    """The index's features on the days that it has, from its own days alone; 0 with its flag on all others."""
    if not set(MARKET_COLUMNS) <= set(table.columns):
        return {}
    index = table[list(MARKET_COLUMNS)].rename(columns=MARKET_COLUMNS).dropna()
    if len(index) <= FIRST_DAY:
        return {}
    close = index["Close"].to_numpy(float)
    returns = np.diff(100 * np.log(close), prepend=np.nan)
    volatility = ewma_volatility(returns)
    ranges = parkinson(index["High"].to_numpy(float), index["Low"].to_numpy(float))
    spans = {"range": ranges, "week": _root_mean_square(ranges, 5), "month": _root_mean_square(ranges, 22)}
    spans |= {str(decay): _running(ranges, decay) for decay in DECAYS}
    found = {f"market_{name}": np.log(span / volatility) for name, span in spans.items()}
    found["market_year"] = np.log(_root_mean_square(returns, 252) / volatility + 1e-3)
    found["market_level"] = np.log(volatility)
    moves = _moves(close, np.concatenate([volatility[:1], volatility[:-1]]), MARKET_MOVES)
    found |= {f"market_{name}": values for name, values in moves.items()} | {"has_market": np.ones(len(index))}
    own = pd.DataFrame(found, index=index.index)[FIRST_DAY:].reindex(table.index, fill_value=0.0)
    return {str(name): own[name].to_numpy(float) for name in own}


def _moves(close: Floats, before: Floats, spans: Sequence[int]) -> dict[str, Floats]:
    """Moves over spans of days in units of the volatility of the day before, within ±6, and their falls."""
    levels, found = 100 * np.log(close), {}
    for days in spans:
        move = np.zeros(len(close))
        move[days:] = levels[days:] - levels[:-days]
        found[f"move_{days}"] = np.clip(move / (before * np.sqrt(days)), -6, 6)
        found[f"fall_{days}"] = np.minimum(found[f"move_{days}"], 0)
    return found


def _running(values: Floats, decay: float) -> Floats:
    """Root of the exponentially weighted mean square up to and including each day; an empty cell counts for nothing."""
    squares = pd.Series(np.square(values))
    return np.asarray(np.sqrt(squares.ewm(alpha=1 - decay, ignore_na=True).mean().to_numpy()))


def _known(values: Floats, flags: Floats) -> Floats:
    return np.where((flags > 0) & np.isfinite(values), values, 0.0)
