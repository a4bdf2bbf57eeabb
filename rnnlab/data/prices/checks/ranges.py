"""Days whose High and Low are no range: both one price, or no more than the Open and the Close; knows no file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rnnlab.data.prices.checks.checks import Notices, first_of

BARS = ("Open", "High", "Low")
MOST = 0.5  # of the days: above it closes are used alone
# Of days whose High is their Low a stock has a few, of single trades; of the 40 bundled ones none has any. Days that
# close at one end and open at the other are 7 % of the bundled ones' first 500 days at most.
_MANY_FLAT, _LEAST_FLAT = 0.05, 10
_MANY_HOLLOW = 0.3


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
