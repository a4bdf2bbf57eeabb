"""The density recipe trained on the pooled days before a date, saved as it goes, back-tested on the days after."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnlab import hub
from rnnlab.data.prices import Prices
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.service.records import provenance, read_day
from rnnlab.service.reports import TrainReport, TrainResult, report
from rnnlab.tasks.forecast import features, judge
from rnnlab.tasks.forecast.density import DensityConfig, DensityTask
from rnnlab.tasks.forecast.recipes import Forecaster, open_forecaster
from rnnlab.train import checkpoint
from rnnlab.train.checkpoint import Checkpoint
from rnnlab.train.loop import fit
from rnnlab.train.progress import Progress, Snapshot, TrainConfig

TRAIN_SHARE = 0.8  # of all days, when no last training day is given; the back-test takes the last fifth
LEAST_BACKTEST = 250  # days after training that make a stock's back-test worth printing on the card


@dataclasses.dataclass(frozen=True)
class DensityRun:
    """What to train: prices, the three groups of settings, the last day to learn from, and where the model goes.

    given: names of the settings that were asked for; steps and report_every follow from the epochs unless they were.
    """

    prices: list[Prices]
    model: ModelConfig
    train: TrainConfig
    density: DensityConfig
    given: frozenset[str]
    until: str | None
    out: Path | None
    command: str

    def reports(self, resume: Snapshot | None = None) -> Iterator[TrainReport | TrainResult]:
        """Train, reporting and saving once an epoch; an interrupted training keeps what it has for resuming."""
        last_day = self._last_day()
        panels, notices = self._panels(last_day)
        task = DensityTask(panels, self.density, self.train.batch)
        train = self._train(task)
        model = new_model(self.model, train.seed)
        record = _Record(self, task, train, last_day, resume)
        snapshot = resume
        for progress in fit(model, task, train, resume):
            snapshot = progress.snapshot
            record.add(progress)
            record.save(record.unfinished(snapshot))
            yield report(progress, train.seed)
        assert snapshot is not None, "a training has steps, and one that is resumed has a snapshot"
        made = record.finished(snapshot, checkpoint.cpu_weights(model))
        record.save(made)
        summary = {"recipe": "density", "parameters": model.parameter_count(), "steps": snapshot.numbers["step"]}
        summary |= {"seconds": made.provenance["seconds"], "until": made.provenance["until"]} | made.metrics
        yield TrainResult(summary | {"notices": notices}, None if self.out is None else str(self.out))

    def _last_day(self) -> pd.Timestamp:
        """The last day that is learnt from: a day that there is, at or before the one asked for."""
        days = np.sort(np.concatenate([prices.table.index.to_numpy() for prices in self.prices]))
        if self.until is None:
            return pd.Timestamp(days[max(0, int(TRAIN_SHARE * len(days)) - 1)])
        asked = read_day(self.until, "--until")
        return pd.Timestamp(days[max(0, int(days.searchsorted(asked.to_datetime64(), side="right")) - 1)])

    def _panels(self, last_day: pd.Timestamp) -> tuple[list[features.Panel], list[str]]:
        """The series' features up to the last day, and sentences on the series and on those too short to be used."""
        panels, notices = [], []
        for prices in self.prices:
            notices += [f"{prices.name}: {notice}" for notice in prices.notices]
            table = prices.table[:last_day]
            if len(table) > features.FIRST_DAY:
                panels.append(features.build_panel(table))
            else:
                notices.append(f"{prices.name} has {len(table)} days up to {last_day:%Y-%m-%d}, too few to learn from.")
        if not panels:
            raise DataError(
                f"No series has more than {features.FIRST_DAY} days up to {last_day:%Y-%m-%d}; "
                f"give a longer history or a later --until."
            )
        return panels, notices

    def _train(self, task: DensityTask) -> TrainConfig:
        epoch = task.steps_per_epoch
        steps = self.train.steps if "steps" in self.given else self.density.epochs * epoch
        every = self.train.report_every if "report_every" in self.given else epoch
        return dataclasses.replace(self.train, steps=steps, report_every=min(every, steps))


class _Record:
    """The checkpoint of one training, as it goes and at its end."""

    def __init__(
        self, run: DensityRun, task: DensityTask, train: TrainConfig, last_day: pd.Timestamp, resume: Snapshot | None
    ) -> None:
        self.run, self.task, self.train, self.last_day = run, task, train, last_day
        numbers = {} if resume is None else resume.numbers
        self.seconds, self.began = float(numbers.get("seconds", 0.0)), time.monotonic()
        self.curve: list[dict[str, Any]] = list(numbers.get("curve", []))

    def add(self, progress: Progress) -> None:
        """Note a report for the curve; what is no number is noted as none."""
        point = {"step": progress.step, "training_loss": progress.loss}
        point |= {"validation_loss" if name == "loss" else name: value for name, value in progress.scores.items()}
        self.curve.append({name: value if math.isfinite(value) else None for name, value in point.items()})

    def unfinished(self, snapshot: Snapshot) -> Checkpoint:
        """The best weights so far, with all that resuming needs."""
        names = [name for name, _ in new_model(self.run.model, 0).named_parameters()]
        weights = dict(zip(names, snapshot.best_weights(), strict=True))
        numbers = snapshot.numbers | {"seconds": self._elapsed(), "curve": self.curve}
        made = self._checkpoint(snapshot, weights)
        return dataclasses.replace(made, resume=Snapshot(snapshot.tensors, numbers))

    def finished(self, snapshot: Snapshot, weights: dict[str, Any]) -> Checkpoint:
        """The best weights of all, judged on the days after training."""
        made = self._checkpoint(snapshot, weights)
        forecaster = open_forecaster(made)
        tests = [self._backtest(forecaster, prices) for prices in self.run.prices]
        metrics = made.metrics | {"backtests": [test for test in tests if test is not None], "curve": self.curve}
        return dataclasses.replace(made, metrics=metrics)

    def save(self, made: Checkpoint) -> None:
        """Write the folder, with its card, if one was asked for."""
        if self.run.out is not None:
            checkpoint.save(dataclasses.replace(made, card=hub.card(made)), self.run.out)

    def _checkpoint(self, snapshot: Snapshot, weights: dict[str, Any]) -> Checkpoint:
        settings = dataclasses.asdict(self.train) | dataclasses.asdict(self.run.density)
        origin = provenance(self.run.prices, self.last_day, self.run.command)
        numbers = snapshot.numbers
        best = next((point for point in self.curve if point["step"] == numbers["best_step"]), {})
        return Checkpoint(
            task="forecast",
            model=self.run.model,
            codec=self.task.codec(),
            train={"recipe": "density", **settings},
            metrics={"validation": best},
            provenance=origin
            | {"steps": numbers["step"], "seconds": round(self._elapsed(), 1)}
            | {"device": numbers["device"], "precision": numbers["precision"]},
            weights=weights,
        )

    def _backtest(self, forecaster: Forecaster, prices: Prices) -> dict[str, Any] | None:
        after = prices.table.index[prices.table.index > self.last_day]
        if len(after) < LEAST_BACKTEST or len(prices.table) - len(after) < LEAST_BACKTEST:
            return None
        densities = forecaster.densities(prices.table)
        result = judge.backtest(densities, prices.table, after[0], forecaster.rows_needed)
        return {"name": prices.name} | result.summary()

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self.began
