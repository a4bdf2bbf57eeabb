"""The density recipe trained on the pooled days before a date, saved as it goes, back-tested on the days after."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError
from rnnlab.nn.averaging import average
from rnnlab.nn.model import ModelConfig, new_model, weight_count
from rnnlab.runtime.provenance import provenance, read_day
from rnnlab.runtime.reports import TrainReport, TrainResult, report
from rnnlab.runtime.resuming import check_reached
from rnnlab.runtime.run_log import Record, save_with_card
from rnnlab.runtime.zero_gpu import fit_anywhere
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.years import by_year
from rnnlab.tasks.forecast.learn import features
from rnnlab.tasks.forecast.learn.density import DensityConfig, DensityTask, without_recurrence
from rnnlab.tasks.forecast.learn.fine_tuning import LEAST_COMPARED, Begun, compared
from rnnlab.tasks.forecast.learn.unseen import Unseen
from rnnlab.tasks.forecast.recipes import Forecaster, open_forecaster
from rnnlab.train import memory
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.loop import Watch
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import Snapshot, TrainConfig
from rnnlab.train.weights import cpu_weights

TRAIN_SHARE = 0.8  # of all days, when no last training day is given; the back-test takes the last fifth
LEAST_BACKTEST = 250  # days after training that make one of many stocks' back-test worth printing on the card


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
    seeds: int = 1
    scored: bool = True
    begun: Begun | None = None
    unseen: Unseen = dataclasses.field(default_factory=Unseen)
    watch: Watch | None = None
    processes: Processes = ALONE
    most_bytes: float = math.inf

    def reports(self, resume: Snapshot | None = None) -> Iterator[TrainReport | TrainResult]:
        """Train, reporting and saving once an epoch; an interrupted training keeps what it has for resuming.

        Several seeds are trained one after the other and saved at the end, as the one network that says their mean.
        """
        self._check_memory()
        last_day = self._last_day()
        panels, notices = self._panels(last_day)
        notices += self.cautions()
        self.unseen.check(last_day)
        if self.begun is not None:
            notices += [words for one in self.prices if (words := self.begun.known_days(one, last_day))]
        task = DensityTask(panels, self.density, self.train.batch)
        train = self._train(task)
        check_reached(resume, train)
        if self.seeds == 1:
            made = yield from self._learnt(task, train, last_day, self.out, resume)
        else:
            made = yield from self._several(task, train, last_day)
        if not self.processes.first:
            return
        made = self._judged(made, last_day) if self.scored else made
        save_with_card(made, self.out)
        summary = {"recipe": "density", "parameters": weight_count(made.model), "seeds": self.seeds}
        summary |= {"steps": made.provenance["steps"], "seconds": made.provenance["seconds"]}
        if "from" in made.provenance:
            summary |= {"from": made.provenance["from"]}
        summary |= {"until": made.provenance["until"]} | made.metrics
        yield TrainResult(summary | {"notices": notices}, None if self.out is None else str(self.out))

    def rehearsed(self) -> tuple[DensityTask, ModelConfig, TrainConfig]:
        """What would be trained, for whoever wants to know how long that takes."""
        self._check_memory()
        task = DensityTask(self._panels(self._last_day())[0], self.density, self.train.batch)
        return task, self.model, self._train(task)

    def cautions(self) -> list[str]:
        """A sentence on the series that have too few days to be scored after the training; none if all have enough."""
        last_day, short = self._last_day(), []
        for prices in self.prices if self.scored else ():
            after, least = self._days_to_score(prices, last_day)
            before = len(prices.table) - len(after)
            if len(after) < least or before < LEAST_BACKTEST:
                short.append((prices.name, before, len(after), least))
        if not short:
            return []
        name, before, count, least = short[0]
        others = f" and {len(short) - 1} more" if len(short) > 1 else ""
        return [
            f"{name}{others} will not be scored: that needs {LEAST_BACKTEST} days to {last_day:%Y-%m-%d} and {least} "
            f"after, and {name} has {before} and {count}; a longer file would be."
        ]

    def _check_memory(self) -> None:
        memory.check_training(self.model, self.train, self.density.lead + self.density.window, self.most_bytes)

    def _learnt(
        self, task: DensityTask, train: TrainConfig, last_day: pd.Timestamp, out: Path | None, resume: Snapshot | None
    ) -> Generator[TrainReport, None, Checkpoint]:
        """One seed's training; gives its best weights."""
        model = new_model(self.model, train.seed)
        if self.begun is not None:
            model.load_state_dict(checkpoint.build_model(self.begun.made).state_dict())
        if not self.density.recurrence:
            model = without_recurrence(model)
        record = Record(model, self._begun(task, train, last_day), out if self.processes.first else None, resume)
        snapshot = resume
        for progress in fit_anywhere(model, task, train, resume, self.watch, self.processes):
            snapshot = progress.snapshot
            record.report(progress)
            if self.processes.first:
                yield report(progress, train.seed)
        assert snapshot is not None, "a training has steps, and one that is resumed has a snapshot"
        return record.finished(snapshot)

    def _several(
        self, task: DensityTask, train: TrainConfig, last_day: pd.Timestamp
    ) -> Generator[TrainReport, None, Checkpoint]:
        """Several seeds' trainings; gives their mean as one network, with the curve of the first."""
        made = []
        for seed in range(train.seed, train.seed + self.seeds):
            seeded = dataclasses.replace(train, seed=seed)
            made.append((yield from self._learnt(task, seeded, last_day, None, None)))
        mean = average([checkpoint.build_model(one) for one in made])
        seconds = round(sum(one.provenance["seconds"] for one in made), 1)
        return dataclasses.replace(
            made[0],
            model=mean.config,
            resume=None,
            weights=cpu_weights(mean),
            train=made[0].train | {"seeds": self.seeds},
            provenance=made[0].provenance | {"seconds": seconds},
        )

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

    def _begun(self, task: DensityTask, train: TrainConfig, last_day: pd.Timestamp) -> Checkpoint:
        settings = dataclasses.asdict(train) | dataclasses.asdict(self.density)
        return Checkpoint(
            task="forecast",
            model=self.model,
            codec=task.codec(),
            train={"recipe": "density", **settings},
            metrics={},
            provenance=self._origin(last_day),
            weights={},
        )

    def _origin(self, last_day: pd.Timestamp) -> dict[str, Any]:
        """Where it comes from; what it began with may have learnt from later days of other series."""
        if self.begun is None:
            return provenance(self.prices, last_day, self.command)
        until = max(last_day, pd.Timestamp(self.begun.until))
        return provenance(self.prices, until, self.command) | self.begun.record()

    def _judged(self, made: Checkpoint, last_day: pd.Timestamp) -> Checkpoint:
        """The checkpoint with its back-tests on the days after training, by year, and on series never learnt from."""
        forecaster = open_forecaster(made)
        tests = {prices.name: self._backtest(forecaster, prices, last_day) for prices in self.prices}
        found = {name: test for name, test in tests.items() if test is not None}
        metrics = made.metrics | {"backtests": [{"name": name} | test.summary() for name, test in found.items()]}
        if found:
            metrics |= {"years": by_year(found)}
        if self.begun is not None:
            before = open_forecaster(self.begun.made)
            first = {one.name: self._backtest(before, one, last_day) for one in self.prices}
            metrics |= {"before": {name: compared(first[name], test) for name, test in found.items()}}
        unseen = self.unseen.judged(forecaster, last_day)
        return dataclasses.replace(made, metrics=metrics if unseen is None else metrics | {"unseen": unseen})

    def _backtest(self, forecaster: Forecaster, prices: Prices, last_day: pd.Timestamp) -> walk.Backtest | None:
        after, least = self._days_to_score(prices, last_day)
        if len(after) < least or len(prices.table) - len(after) < LEAST_BACKTEST:
            return None
        return walk.backtest(forecaster.densities(prices.table), prices.table, after[0], forecaster.rows_needed)

    def _days_to_score(self, prices: Prices, last_day: pd.Timestamp) -> tuple[pd.Index, int]:
        """The days that neither training has seen of a series, and how many a score needs."""
        known = last_day if self.begun is None else self.begun.scored_after(prices, last_day)
        least = LEAST_BACKTEST if self.begun is None and len(self.prices) > 1 else LEAST_COMPARED
        return prices.table.index[prices.table.index > known], least
