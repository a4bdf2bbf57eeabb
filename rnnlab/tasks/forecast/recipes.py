"""The ways to forecast a price, behind one call; a new recipe is a module and a line in RECIPES."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.data.kinds import find_fault
from rnnlab.errors import CheckpointError
from rnnlab.nn.model import SequenceModel
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.opening import Located, open_located, stamp
from rnnlab.scoring.student import StudentT
from rnnlab.tasks.forecast.fields import FIELDS
from rnnlab.tasks.forecast.learn import density, features, tutorial
from rnnlab.train import devices
from rnnlab.train.checkpoint.checkpoint import CONFIG, Checkpoint, build_model
from rnnlab.train.checkpoint.files import refuse_fault

LONGEST_HORIZON = density.LONGEST_HORIZON
LARGEST_MOVE = 30_000.0  # percent of log return; far beyond it the squares of prices are more than a float holds
MOST_BYTES = 50_000_000  # of forecasters kept open, whoever asked for them; that of `stocks` holds 15 kB
WIDEST = 13.0  # scales from the middle to the end of a 95 % band, at one degree of freedom


@dataclass(frozen=True)
class Recipe:
    """How one kind of checkpoint is used."""

    rows_needed: Callable[[dict[str, Any]], int]
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

    @property
    def reads_market(self) -> bool:
        """Whether an index beside the series changes its forecasts."""
        return "has_market" in self.codec.get("features", ())

    def densities(self, table: pd.DataFrame) -> StudentT:
        """Densities (N, 20) of the percent log return from each of N days to 1 … 20 days later.

        Args:
            table: index of dates; column Close, and any of Open, High, Low, Volume, and those of an index, see
                features.MARKET_COLUMNS; at least `rows_needed` rows.

        Raises:
            CheckpointError: the weights give what is no price.
        """
        found = self.recipe.densities(self.model, self.codec, table)
        _check_prices(found.at(slice(self.rows_needed - 1, None)))
        return found

    def latest(self, tables: Sequence[pd.DataFrame]) -> StudentT:
        """Densities (S, 20) from the last day of each of S tables; of one table, the last row of `densities`."""
        found = self.recipe.latest(self.model, self.codec, tables)
        _check_prices(found)
        return found


def open_forecaster(checkpoint: Checkpoint) -> Forecaster:
    """Make a checkpoint ready to forecast.

    Raises:
        CheckpointError: it was trained for something else, or its record is none that this version reads.
    """
    check_record(checkpoint)
    return Forecaster(build_model(checkpoint), checkpoint.codec, RECIPES[checkpoint.codec["recipe"]])


def check_record(checkpoint: Checkpoint) -> None:
    """Raise CheckpointError unless a checkpoint's record, the weights aside, is a forecaster's in every field."""
    if checkpoint.task != "forecast":
        raise CheckpointError(
            f"This checkpoint was trained for {checkpoint.task!r:.40}, not for forecasting; open another."
        )
    recipe = checkpoint.codec.get("recipe")
    fields = FIELDS.get(recipe) if isinstance(recipe, str) else None
    if fields is None or find_fault(checkpoint.codec, fields.codec):
        raise CheckpointError(
            f"The checkpoint's recipe {recipe!r:.40} has settings that this version of rnnlab does not read; train it "
            f"again or open another."
        )
    model = checkpoint.model
    inputs = len(checkpoint.codec.get("features", ("close",)))
    if (model.inputs, model.outputs) != (inputs, fields.outputs):
        raise CheckpointError(
            f"The checkpoint's recipe reads {inputs} values a step and predicts {fields.outputs} where its "
            f"model has {model.inputs} and {model.outputs}; train it again or open another."
        )
    for part in ("provenance", "train", "metrics"):
        refuse_fault(CONFIG, find_fault(getattr(checkpoint, part), getattr(fields, part), part))


def _check_prices(found: StudentT) -> None:
    """Finite weights may still be so large that what they give is not, or is no price."""
    furthest = np.abs(found.location) + WIDEST * found.scale
    if not (np.isfinite(found.dof) & (furthest < LARGEST_MOVE)).all():  # a number that is none is not below either
        raise CheckpointError(
            "The checkpoint's weights are so large that its forecasts are no prices; train it again or open another."
        )


def _density(model: SequenceModel, codec: dict[str, Any], table: pd.DataFrame) -> StudentT:
    return density.forecast(model, features.build_panel(table, tuple(codec["features"])))


def _density_latest(model: SequenceModel, codec: dict[str, Any], tables: Sequence[pd.DataFrame]) -> StudentT:
    return density.latest(model, [features.build_panel(table, tuple(codec["features"])) for table in tables])


def _tutorial_latest(model: SequenceModel, codec: dict[str, Any], tables: Sequence[pd.DataFrame]) -> StudentT:
    last = [_tutorial(model, codec, table).at(-1) for table in tables]
    return StudentT(
        *(np.stack(part) for part in zip(*((one.location, one.scale, one.dof) for one in last), strict=True))
    )


def _tutorial(model: SequenceModel, codec: dict[str, Any], table: pd.DataFrame) -> StudentT:
    return tutorial.forecast(model, codec, table["Close"].to_numpy(float), LONGEST_HORIZON)


_OPEN: ByteLru[tuple[Checkpoint, Forecaster]] = ByteLru(MOST_BYTES)
RECIPES: dict[str, Recipe] = {
    "density": Recipe(lambda codec: features.FIRST_DAY + 1, _density, _density_latest),
    "tutorial": Recipe(lambda codec: int(codec["lookback"]) - 1, _tutorial, _tutorial_latest),
}


def open_forecasting(found: Located, *, device: str = "auto") -> tuple[Checkpoint, Forecaster]:
    """Open a forecasting checkpoint that was found, ready to use on a device (`devices.choose_device`), and keep it.

    Raises:
        RnnlabError: it is damaged or no forecaster, or the device is not there.
    """

    def opened() -> tuple[Checkpoint, Forecaster]:
        made = open_located(found)
        forecaster = open_forecaster(made)
        forecaster.model.to(devices.choose_device(device, devices.forward_seconds(made.model)))
        return made, forecaster

    return _OPEN.get((*stamp(found.folder), device), opened, _bytes)


def _bytes(opened: tuple[Checkpoint, Forecaster]) -> int:
    """What a forecaster holds: its weights as they were read, and in its model."""
    return sum(8 * tensor.numel() for tensor in opened[0].weights.values())
