"""Mends what price files get wrong about a day's Open, High and Low, and adjusts for dividends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rnnlab.data.prices.checks.checks import Notices, first_of, rows_of

# A price this far below or above the day's others is a slip (a Low of 0.01 turned a whole volatility fit into NaN).
_TOO_LOW, _TOO_HIGH = 0.6, 1.67
# Files of adjusted prices round each column by itself; this much is not worth a notice.
_ROUNDING = 1e-4
_MOST_EMPTY = 0.5
BARS = ("Open", "High", "Low")
MOST = 0.5  # of the days: above it closes are used alone
# Of days whose High is their Low a stock has a few, of single trades; of the 40 bundled ones none has any. Days that
# close at one end and open at the other are 7 % of the bundled ones' first 500 days at most.
_MANY_FLAT, _LEAST_FLAT = 0.05, 10
_MANY_HOLLOW = 0.3


def mend(table: pd.DataFrame) -> tuple[pd.DataFrame, Notices]:
    """Mend Open, High and Low, note zero volumes, and scale prices by Adj Close / Close where there is an Adj Close.

    Takes and gives (N, fields) float64 by date; Open, High and Low come back holding Open and Close between them, all
    three NaN on days without a range where there are many; Volume may hold NaN, Adj Close is gone. A column that is
    mostly empty is left out.
    """
    table, notices = _without_hollow_columns(table)
    flat, what = days_without_range(table)
    if flat.mean() > MOST:
        table, flat = without_flat_bars(table, flat, what, notices), flat & False
    _mend_open(table, notices)
    _mend_extremes(table, notices)
    if "Volume" in table:
        silent = table.index[table["Volume"] == 0]
        if len(silent) == len(table):
            table = table.drop(columns="Volume")
            notices.append("Volume is always zero, so it is not used.")
        elif len(silent):
            notices.append(f"{rows_of(len(silent))} with a volume of zero, {first_of(silent)}.")
    return without_flat_bars(_adjust(table, notices), flat, what, notices), notices


def _without_hollow_columns(table: pd.DataFrame) -> tuple[pd.DataFrame, Notices]:
    table, notices = table.copy(), []
    for field in [field for field in ("Open", "High", "Low", "Volume") if field in table]:
        if field in ("Open", "High"):
            table[field] = table[field].where(table[field] != 0)
        empty = float(table[field].isna().mean())
        if empty > _MOST_EMPTY:
            table = table.drop(columns=field)
            notices.append(f"{field} is empty on {empty:.0%} of the days, so it is not used.")
    return table, notices


def _mend_open(table: pd.DataFrame, notices: Notices) -> None:
    """Put the previous close where an Open is empty, zero or far from both that close and the day's own."""
    if "Open" not in table:
        return
    before = table["Close"].shift(1).fillna(table["Close"])
    lowest, highest = np.minimum(before, table["Close"]), np.maximum(before, table["Close"])
    empty = table["Open"].isna()
    wild = (table["Open"] < _TOO_LOW * lowest) | (table["Open"] > _TOO_HIGH * highest)
    table["Open"] = table["Open"].where(~(empty | wild), before)
    _note(notices, table.index[empty], "an empty Open; the previous close was put there")
    _note(notices, table.index[wild], "an Open far from the closes around it; the previous close was put there")


def _mend_extremes(table: pd.DataFrame, notices: Notices) -> None:
    """Replace empty, impossible and crossed Highs and Lows, and widen the rest to hold Open and Close."""
    body = table[[field for field in ("Open", "Close") if field in table]]
    bounds = {"High": body.max(axis=1), "Low": body.min(axis=1)}
    given = [field for field in ("High", "Low") if field in table]
    for field in given:
        bound = bounds[field]
        empty = table[field].isna()
        wild = table[field] > _TOO_HIGH * bound if field == "High" else table[field] < _TOO_LOW * bound
        table[field] = table[field].where(~(empty | wild), bound)
        _note(notices, table.index[empty], f"an empty {field}; it was taken from the day's other prices")
        _note(notices, table.index[wild], f"a {field} far from the day's other prices; it was replaced by them")
    if len(given) == 2:
        _mend_crossed(table, bounds, notices)
    for field in given:
        bound = bounds[field]
        short = (bound - table[field]) * (1 if field == "High" else -1) / bound
        table[field] = np.maximum(table[field], bound) if field == "High" else np.minimum(table[field], bound)
        side = "below" if field == "High" else "above"
        _note(notices, table.index[short > _ROUNDING], f"a {field} {side} the Open or Close; it was widened to them")


def _mend_crossed(table: pd.DataFrame, bounds: dict[str, pd.Series], notices: Notices) -> None:
    """Replace a High and a Low of which the High is the lower; where most are, the columns are each other's."""
    crossed = table["High"] < table["Low"]
    if crossed.mean() > _MOST_EMPTY:
        table[["High", "Low"]] = table[["Low", "High"]].to_numpy()
        notices.append(f"High is below Low in {rows_of(int(crossed.sum()))}, so the two columns were exchanged.")
        crossed = table["High"] < table["Low"]
    if not crossed.any():
        return
    day = table.index[crossed][0]
    what = f"a High below its Low ({table['High'].loc[day]:.10g} and {table['Low'].loc[day]:.10g})"
    for field in ("High", "Low"):
        table[field] = table[field].where(~crossed, bounds[field])
    _note(notices, table.index[crossed], f"{what}; both were taken from the day's other prices")


def _note(notices: Notices, days: pd.Index, what: str) -> None:
    if len(days):
        notices.append(f"{rows_of(len(days))} with {what}, {first_of(days)}.")


def _adjust(table: pd.DataFrame, notices: Notices) -> pd.DataFrame:
    """Scale the day's prices by Adj Close / Close, so that dividends and splits do not look like moves."""
    if "Adj Close" not in table:
        return table
    adjusted = table.pop("Adj Close")
    unusable = table.index[~(adjusted > 1e-15)]
    if len(unusable):
        notices.append(f"Adj Close is not used, since it is empty or not above zero {first_of(unusable)}.")
        return table
    factor = adjusted / table["Close"]
    for field in ("Open", "High", "Low"):
        if field in table:
            table[field] = table[field] * factor
    moved = bool(((factor - 1).abs() > _ROUNDING).any())
    table["Close"] = adjusted
    if moved:
        # Rounding in the products may leave a High a hair below the Close that it has to hold.
        for field, widen in (("High", np.maximum), ("Low", np.minimum)):
            if field in table:
                for other in ("Open", "Close"):
                    table[field] = widen(table[field], table[other]) if other in table else table[field]
        why = "so that dividends and splits do not look like moves"
        notices.append(f"All prices were scaled by Adj Close / Close, {why}.")
    return table


def days_without_range(table: pd.DataFrame) -> tuple[pd.Series, str]:
    """The days, (N,) of bool, whose High and Low say nothing, where they are too many for chance; and what they are.

    Takes (N, fields) float64 by date, as read.
    """
    none = pd.Series(False, index=table.index)
    if not {"High", "Low"} <= set(table):
        return none, ""
    flat = table["High"] == table["Low"]
    hollow = flat
    if "Open" in table:
        body = table[["Open", "Close"]]
        hollow = (table["High"] == body.max(axis=1)) & (table["Low"] == body.min(axis=1)) | flat
    if hollow.mean() >= _MANY_HOLLOW and hollow.sum() > 2 * flat.sum() and hollow.sum() >= _LEAST_FLAT:
        return hollow, "High and Low are no more than Open and Close"
    return _many(flat), "High equals Low"


def without_flat_bars(table: pd.DataFrame, flat: pd.Series, what: str, notices: Notices) -> pd.DataFrame:
    """Use closes alone on days that have no range, or on all days if those are most; adds a notice."""
    if not flat.any():
        return table
    bars = [field for field in BARS if field in table]
    words = f"{what} on {int(flat.sum()):,} of {len(table):,} days, {first_of(table.index[flat])}"
    most = bool(flat.mean() > MOST)
    used = "the closes are used alone" if most else "on those days the close is used alone"
    notices.append(f"{words}; a day without a range is not a calm one, so {used}.")
    if most:
        return table.drop(columns=bars)
    table = table.copy()
    table.loc[flat, bars] = np.nan
    return table


def _many(flat: pd.Series) -> pd.Series:
    """Those days, or of few only those that stand close together: a source of closes alone was used for a while."""
    if flat.sum() < _LEAST_FLAT or flat.mean() >= _MANY_FLAT:
        return flat & (flat.sum() >= _LEAST_FLAT)
    return flat & (flat.rolling(2 * _LEAST_FLAT + 1, center=True, min_periods=1).sum() >= _LEAST_FLAT)
