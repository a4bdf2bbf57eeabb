"""The ways to forecast a price, behind one call; a new recipe is a module and a line in RECIPES."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.errors import CheckpointError
from rnnlab.nn.model import SequenceModel
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast import density, features, tutorial
from rnnlab.train.checkpoint import Checkpoint, build_model

LONGEST_HORIZON = density.LONGEST_HORIZON


@dataclass(frozen=True)
class Recipe:
    """How one kind of checkpoint is used."""

    rows_needed: Callable[[dict[str, Any]], int]
    is_codec: Callable[[dict[str, Any]], bool]
    densities: Callable[[SequenceModel, dict[str, Any], pd.DataFrame], StudentT]
    latest: Callable[[SequenceModel, dict[str, Any], Sequence[pd.DataFrame]], StudentT]


@dataclass(frozen=True)
class Forecaster:
    """An opened forecasting checkpoint."""

    model: SequenceModel
    codec: dict[str, Any]
    recipe: Recipe

    @property
    def rows_needed(self) -> int:
        """The fewest days from which one forecast can be made."""
        return self.recipe.rows_needed(self.codec)

    def densities(self, table: pd.DataFrame) -> StudentT:
        """Densities (N, 20) of the percent log return from each of N days to 1 … 20 days later.

        Args:
            table: index of dates; column Close, and any of Open, High, Low, Volume; at least `rows_needed` rows.
        """
        return self.recipe.densities(self.model, self.codec, table)

    def latest(self, tables: Sequence[pd.DataFrame]) -> StudentT:
        """Densities (S, 20) from the last day of each of S tables; of one table, the last row of `densities`."""
        return self.recipe.latest(self.model, self.codec, tables)


def open_forecaster(checkpoint: Checkpoint) -> Forecaster:
    """Make a checkpoint ready to forecast.

    Raises:
        CheckpointError: it was trained for something else, or its codec is none that this version reads.
    """
    if checkpoint.task != "forecast":
        raise CheckpointError(
            f"This checkpoint was trained for {checkpoint.task!r}, not for forecasting; open another."
        )
    recipe = RECIPES.get(str(checkpoint.codec.get("recipe")))
    if recipe is None or not recipe.is_codec(checkpoint.codec):
        raise CheckpointError(
            f"The checkpoint's recipe {checkpoint.codec.get('recipe')!r} has settings that this version of rnnlab does "
            f"not read; train it again or open another."
        )
    if not _tells_its_data(checkpoint.provenance):
        raise CheckpointError("The checkpoint does not say from which days it learnt; train it again or open another.")
    return Forecaster(build_model(checkpoint), checkpoint.codec, recipe)


def _tells_its_data(provenance: dict[str, Any]) -> bool:
    series = provenance.get("data")
    if not isinstance(series, list) or not series or not all(isinstance(one, dict) for one in series):
        return False
    dates = [provenance.get("until"), *(one.get("start") for one in series)]
    return all(map(_is_date, dates)) and all(isinstance(one.get("name"), str) for one in series)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _density(model: SequenceModel, codec: dict[str, Any], table: pd.DataFrame) -> StudentT:
    return density.forecast(model, features.build_panel(table))


def _density_latest(model: SequenceModel, codec: dict[str, Any], tables: Sequence[pd.DataFrame]) -> StudentT:
    return density.latest(model, [features.build_panel(table) for table in tables])


def _tutorial_latest(model: SequenceModel, codec: dict[str, Any], tables: Sequence[pd.DataFrame]) -> StudentT:
    last = [_tutorial(model, codec, table).at(-1) for table in tables]
    return StudentT(
        *(np.stack(part) for part in zip(*((one.location, one.scale, one.dof) for one in last), strict=True))
    )


def _tutorial(model: SequenceModel, codec: dict[str, Any], table: pd.DataFrame) -> StudentT:
    return tutorial.forecast(model, codec, table["Close"].to_numpy(float), LONGEST_HORIZON)


def _is_density(codec: dict[str, Any]) -> bool:
    return codec == density.CODEC


def _is_tutorial(codec: dict[str, Any]) -> bool:
    residual = codec.get("residual")
    if set(codec) != {"recipe", "lookback", "low", "high", "leak", "residual"} or not isinstance(residual, dict):
        return False
    numbers = [codec["low"], codec["high"], residual.get("scale"), residual.get("dof")]
    if not all(isinstance(number, float) and math.isfinite(number) for number in numbers):
        return False
    low, high, scale, dof = numbers
    lookback = codec["lookback"]
    return type(lookback) is int and 3 <= lookback <= 500 and 0 < low < high and scale > 0 and dof > 1


RECIPES: dict[str, Recipe] = {
    "density": Recipe(lambda codec: features.FIRST_DAY + 1, _is_density, _density, _density_latest),
    "tutorial": Recipe(lambda codec: int(codec["lookback"]) - 1, _is_tutorial, _tutorial, _tutorial_latest),
}
