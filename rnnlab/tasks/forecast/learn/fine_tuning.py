"""The checkpoint that a fine-tuning begins with, and what it proposes; trains nothing itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import locate, open_located
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.tasks.forecast.judge.walk import Backtest
from rnnlab.tasks.forecast.learn import density
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.features import WIDE
from rnnlab.tasks.forecast.recipes import open_forecaster
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig

# Small steps: what was learned from a pool of stocks is adapted to one, not forgotten.
TRAIN, DENSITY = dataclasses.replace(density.TRAIN, lr=1e-3), DensityConfig(epochs=20, near=1.0)
AS_SCORED = ("crps", "log_score", "coverage80")
LEAST_COMPARED = 60  # days, to judge whether fine-tuning has helped
SHAPE = ("cell", "hidden", "layers", "wide")


@dataclass(frozen=True)
class Base:
    """What a fine-tuning begins with."""

    name: str
    made: Checkpoint

    @property
    def until(self) -> str:
        """Its last training day."""
        return str(self.made.provenance["until"])

    @property
    def names(self) -> tuple[str, ...]:
        """Of the features that it reads."""
        return tuple(self.made.codec["features"])

    def scored_after(self, prices: Prices, last_day: pd.Timestamp) -> pd.Timestamp:
        """The day after which both are scored: the later last training day of the two, if that leaves enough days.

        Else it is the last day of the new training, unless the old one was trained on this very series: then none is
        left.
        """
        known = max(last_day, pd.Timestamp(self.until))
        names = {str(one["name"]) for one in self.made.provenance["data"]}
        enough = int((prices.table.index > known).sum()) >= LEAST_COMPARED
        return known if enough or prices.name in names else last_day

    def known_days(self, prices: Prices, last_day: pd.Timestamp) -> str:
        """A sentence on a series scored on days that the old training knew from other series; "" if there is none."""
        if self.scored_after(prices, last_day) >= pd.Timestamp(self.until):
            return ""
        return (
            f"{self.name} was trained on other series up to {self.until}, so the scores of {prices.name} from "
            f"{last_day:%Y-%m-%d} on are of days that it knew from those series."
        )

    def settings(self) -> tuple[TrainConfig, DensityConfig]:
        """Small steps, and no recurrence where it was trained without."""
        recurrence = self.made.train.get("recurrence", True) is True
        return TRAIN, dataclasses.replace(DENSITY, recurrence=recurrence, wide=self.names == WIDE)

    def record(self) -> dict[str, Any]:
        """What the new checkpoint records of it: its name, its series and their last day."""
        names = [str(one["name"]) for one in self.made.provenance["data"]]
        return {"from": {"name": self.name, "until": self.until, "data": names}}


def compared(before: Backtest | None, after: Backtest) -> dict[str, float | None]:
    """What it began with on the same days: `crps`, `log_score`, `coverage80`, and `dm_p` of the difference in CRPS."""
    assert before is not None, "the same days were scored"
    summary = before.summary()
    test = diebold_mariano(after.losses, before.losses)
    return {name: summary[name] for name in AS_SCORED} | {"dm_p": test.p_value}


def open_base(model: str, given: Mapping[str, Any], seeds: int, caller: Caller) -> Base:
    """Open the checkpoint that a fine-tuning begins with.

    Raises:
        RnnlabError: there is none, it is of another recipe, or settings or seeds are given that would undo it.
    """
    found = locate(model, caller=caller)
    made = open_located(found)
    if made.task != "forecast" or made.codec.get("recipe") != "density":
        raise RnnlabError("Only a checkpoint of the density recipe can be fine-tuned; give --from another, as stocks.")
    open_forecaster(made)
    if shaped := [name for name in SHAPE if name in given]:
        raise RnnlabError(f"A fine-tuned checkpoint keeps its shape; leave out --{shaped[0]}.")
    if seeds > 1:
        raise RnnlabError("Several seeds fine-tuned from one checkpoint would be much alike; leave out --seeds.")
    return Base(found.pinned(model) if found.commit else found.name, made)
