"""Tells a close that is a slip of the decimal point from a split: it comes back; independent of any file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data.prices.checks.checks import Notices

# Moves in logs: of what is no ordinary day's, of how far a close may be after the spike from where it was before.
_SPIKE, _BACK = 0.5, 0.25
_POINT_MOVED = np.log([10, 100, 1000])
_NEAR = 0.12  # what the price itself may have moved on that day
_LONGEST = 3  # days


@dataclass(frozen=True)
class Spike:
    """A run of days far from those around it: rows [first, last], and how many times their closes the first is."""

    first: int
    last: int
    times: float

    @property
    def is_slip(self) -> bool:
        """Whether only the decimal point has moved."""
        return bool((np.abs(abs(np.log(self.times)) - _POINT_MOVED) < _NEAR).any())


def spikes_of(close: NDArray[np.float64]) -> list[Spike]:
    """Find closes (N,) that leave the price of the day before and come back to it within three days."""
    logs = np.log(close)
    found: list[Spike] = []
    for first in (np.flatnonzero(np.abs(np.diff(logs)) > _SPIKE) + 1).tolist():
        if not (found and first <= found[-1].last + 1) and (spike := _spike_at(logs, first)):
            found.append(spike)
    return found


def without_slips(table: pd.DataFrame) -> tuple[pd.DataFrame, Notices]:
    """Leave out days whose close is ten, a hundred or a thousand times too large or too small, with a notice.

    Takes and gives (N, fields) float64 by ascending date. Other spikes stay, which rnnlab.data.prices.notices tells.
    """
    columns = [field for field in ("Close", "Adj Close") if field in table and (table[field] > 0).all()]
    slips = [(field, spike) for field in columns for spike in spikes_of(table[field].to_numpy()) if spike.is_slip]
    slips += [("Close", spike) for spike in _beside_their_bars(table)]
    if not slips:
        return table, []
    keep = np.ones(len(table), bool)
    for _, spike in slips:
        keep[spike.first : spike.last + 1] = False
    days = int((~keep).sum())
    what = "that day was left out as a slip" if days == 1 else f"that and the like, {days} days, were left out as slips"
    return table[keep], [f"{told(table[slips[0][0]], slips[0][1])}; {what} of the decimal point."]


def told(close: pd.Series, spike: Spike) -> str:
    """Say where a spike is: "The close of 2023-04-04, 1067.5, is 10 times those around it and comes back after it"."""
    days = " to ".join(f"{close.index[row]:%Y-%m-%d}" for row in sorted({spike.first, spike.last}))
    times = f"{spike.times:.3g} times" if spike.times > 1 else f"1/{1 / spike.times:.3g} of"
    after = " and comes back after it" if spike.first > 0 and spike.last < len(close) - 1 else ""
    return f"The close of {days}, {close.iloc[spike.first]:.10g}, is {times} those around it{after}"


def _beside_their_bars(table: pd.DataFrame) -> list[Spike]:
    """Slips at the ends, where nothing comes back: of a close whose own day's Open, High and Low are ordinary."""
    bars = [field for field in ("Open", "High", "Low") if field in table]
    if len(bars) < 2 or len(table) < 2:
        return []
    found = []
    for row, beside in ((0, 1), (len(table) - 1, len(table) - 2)):
        own, close = table[bars].iloc[row].to_numpy(), table["Close"].iloc[row]
        ordinary = bool((np.abs(np.log(np.maximum(own, 1e-15) / table["Close"].iloc[beside])) < _BACK).all())
        spike = Spike(row, row, float(close / np.exp(np.log(np.maximum(own, 1e-15)).mean())))
        if ordinary and spike.is_slip:
            found.append(spike)
    return found


def _spike_at(logs: NDArray[np.float64], first: int) -> Spike | None:
    """The spike that begins at a row; None if the price does not come back soon."""
    before, jump = logs[first - 1], logs[first] - logs[first - 1]
    for after in range(first + 1, min(first + _LONGEST + 1, len(logs))):
        level = (before + logs[after]) / 2
        if abs(logs[after] - before) < _BACK * abs(jump) and abs(logs[after] - logs[after - 1]) > _SPIKE:
            return Spike(first, after - 1, float(np.exp(logs[first] - level)))
    return None
