"""Whether a forecast has seen what came after it: the future replaced by noise, and whether anything changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from rnnlab.scoring.baselines import BASELINES, IntArray
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.tasks.forecast.judge.walk import of_days

DAYS = 25
SEED = 1
NOISE = 3.0  # percent a day: more than most stocks move, so that a look ahead would show
PLACEBO_DOF = 5.0


def leaking_days(
    densities: Callable[[pd.DataFrame], StudentT], table: pd.DataFrame, days: Iterable[int]
) -> list[pd.Timestamp]:
    """The days whose forecast is another, by as little as a bit, once all that follows them is noise.

    Args:
        densities: from a table of N days, (N, H) densities by day.
        table: the days; Close, and any of Open, High, Low, Volume.
        days: numbers of the days to try.
    """
    whole = densities(table)

    def leaks(day: int) -> bool:
        after = densities(with_noise_after(table, day))
        return not np.array_equal(_numbers(after, day), _numbers(whole, day), equal_nan=True)

    return [pd.Timestamp(table.index[day]) for day in days if leaks(day)]


def leaking_baselines(table: pd.DataFrame, split: int, days: Iterable[int]) -> list[str]:
    """The names of the baselines whose forecast of a day changes with what follows it."""
    chosen = np.asarray(list(days))
    whole = {name: _said(name, table, chosen, split) for name in BASELINES}
    found = set()
    for place, day in enumerate(chosen):
        noisy = with_noise_after(table, int(day))
        for name in BASELINES:
            if not np.array_equal(_said(name, noisy, chosen[place : place + 1], split)[:, 0], whole[name][:, place]):
                found.add(name)
    return sorted(found)


def days_to_try(first: int, last: int, most: int = DAYS) -> list[int]:
    """Days spread evenly from the first to the last, both included."""
    return sorted({int(day) for day in np.linspace(first, last, most).round()})


def with_noise_after(table: pd.DataFrame, day: int, seed: int = SEED) -> pd.DataFrame:
    """The same days, with prices and volumes after one of them drawn at random."""
    draws = np.random.default_rng([seed, day])
    noisy, left = table.copy(), len(table) - 1 - day
    closes = float(table["Close"].iloc[day]) * np.exp(np.cumsum(draws.normal(0, NOISE / 100, left)))
    later = noisy.index[day + 1 :]
    for column in table.columns:
        if column == "Volume":
            noisy[column] = noisy[column].astype(float)
            noisy.loc[later, column] = draws.uniform(1e3, 1e9, left)
        else:
            reach = {"High": 1 + draws.uniform(0.001, 0.2, left), "Low": 1 - draws.uniform(0.001, 0.2, left)}
            noisy.loc[later, column] = closes * reach.get(str(column).removeprefix("Market "), 1.0)
    return noisy


def placebo(table: pd.DataFrame, seed: int = SEED) -> pd.DataFrame:
    """Prices on the same days whose returns are independent draws of one Student-t, which nothing can predict."""
    returns = np.diff(np.log(table["Close"].to_numpy(float)))
    scale = float(returns.std()) * np.sqrt((PLACEBO_DOF - 2) / PLACEBO_DOF)
    drawn = np.random.default_rng(seed).standard_t(PLACEBO_DOF, len(returns)) * scale
    closes = float(table["Close"].iloc[0]) * np.exp(np.concatenate([[0.0], np.cumsum(drawn)]))
    return pd.DataFrame({"Close": closes}, index=table.index)


def _said(name: str, table: pd.DataFrame, origins: IntArray, split: int) -> FloatArray:
    """A baseline's numbers for days, (parts, N): location, scale and dof, or the points."""
    _, returns, ranges = of_days(table)
    said = BASELINES[name](returns, origins, split, 1, ranges)
    if isinstance(said, StudentT):
        return np.stack([np.broadcast_to(part, origins.shape) for part in (said.location, said.scale, said.dof)])
    assert isinstance(said, np.ndarray)
    return said[None, :]


def _numbers(density: StudentT, day: int) -> FloatArray:
    one = density.at(day)
    return np.stack([one.location, one.scale, one.dof])
