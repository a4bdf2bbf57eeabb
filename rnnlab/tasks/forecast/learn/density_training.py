"""The density recipe trained on the pooled days before a date, back-tested on the days after."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnnlab.data.prices.series import Prices
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, SequenceModel, average, new_model, weight_count
from rnnlab.tasks.forecast.data import provenance, read_day, series_record
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.judge.panel import by_year
from rnnlab.tasks.forecast.learn import features
from rnnlab.tasks.forecast.learn.density import WIDE_CODEC, DensityConfig, DensityTask, without_recurrence
from rnnlab.tasks.forecast.learn.fine_tuning import LEAST_COMPARED, Base, compared
from rnnlab.tasks.forecast.learn.linear_head import averaged, fit_linear_head
from rnnlab.tasks.forecast.learn.unseen import Unseen
from rnnlab.tasks.forecast.recipes import Forecaster, open_forecaster
from rnnlab.tasks.kind import Round
from rnnlab.train import sizes
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import Snapshot, TrainConfig
from rnnlab.train.weights import cpu_weights

TRAIN_SHARE = 0.8  # of all days, when no last training day is given; the back-test takes the last fifth
LEAST_BACKTEST = 250  # days after training that make one of many stocks' back-test worth printing on the card


@dataclass(frozen=True)
class Span:
    """The series, the last day to train on, and what is scored after it; base: the checkpoint that is fine-tuned.

    market: the index that stands beside each series, if one does.
    """

    prices: Sequence[Prices]
    last_day: pd.Timestamp
    base: Base | None
    scored: bool
    market: Prices | None = None

    @classmethod
    def of(
        cls,
        prices: Sequence[Prices],
        until: str | None,
        base: Base | None,
        *,
        scored: bool,
        market: Prices | None = None,
    ) -> Span:
        """The last day is one that there is, at or before the one asked for."""
        days = np.sort(np.concatenate([one.table.index.to_numpy() for one in prices]))
        last = max(0, int(TRAIN_SHARE * len(days)) - 1)
        if until is not None:
            asked = read_day(until, "--until").to_datetime64()
            last = max(0, int(days.searchsorted(asked, side="right")) - 1)
        return cls(prices, pd.Timestamp(days[last]), base, scored, market)

    def panels(self, names: tuple[str, ...]) -> tuple[list[features.Panel], list[str]]:
        """The series' features up to the last day, and sentences on the series and on those too short to be used."""
        panels, notices = [], []
        for prices in self.prices:
            notices += [f"{prices.name}: {notice}" for notice in prices.notices]
            table = prices.table[: self.last_day]
            if len(table) > features.FIRST_DAY:
                panels.append(features.build_panel(table, names))
            else:
                days = f"{len(table)} days up to {self.last_day:%Y-%m-%d}"
                notices.append(f"{prices.name} has {days}, too few to train on.")
        if not panels:
            raise DataError(
                f"No series has more than {features.FIRST_DAY} days up to {self.last_day:%Y-%m-%d}; "
                f"give a longer history or a later --until."
            )
        return panels, notices

    def warnings(self) -> list[str]:
        """A sentence on the series that have too few days to be scored after the training; none if all have enough."""
        short = []
        for prices in self.prices if self.scored else ():
            after, least = self._days_to_score(prices)
            before = len(prices.table) - len(after)
            if len(after) < least or before < LEAST_BACKTEST:
                short.append((prices.name, before, len(after), least))
        if not short:
            return []
        name, before, count, least = short[0]
        others = f" and {len(short) - 1} more" if len(short) > 1 else ""
        return [
            f"{name}{others} will not be scored: that needs {LEAST_BACKTEST} days to {self.last_day:%Y-%m-%d} and "
            f"{least} after, and {name} has {before} and {count}; give a longer file."
        ]

    def backtest(self, forecaster: Forecaster, prices: Prices) -> walk.Backtest | None:
        """Its score on the days after the training; None if they are too few."""
        after, least = self._days_to_score(prices)
        if len(after) < least or len(prices.table) - len(after) < LEAST_BACKTEST:
            return None
        return walk.backtest(forecaster.densities(prices.table), prices.table, after[0], forecaster.rows_needed)

    def _days_to_score(self, prices: Prices) -> tuple[pd.Index, int]:
        """The days of a series that no training has seen, and how many a score needs."""
        known = self.last_day if self.base is None else self.base.scored_after(prices, self.last_day)
        least = LEAST_BACKTEST if self.base is None and len(self.prices) > 1 else LEAST_COMPARED
        return prices.table.index[prices.table.index > known], least


@dataclass(frozen=True)
class DensityTraining:
    """A training of the density recipe, one round a seed; the rounds' networks become the one that gives their mean."""

    span: Span
    rounds: tuple[Round, ...]
    density: DensityConfig
    unseen: Unseen
    command: str
    warnings: Sequence[str]
    notices: Sequence[str]

    @classmethod
    def of(
        cls,
        span: Span,
        model: ModelConfig,
        train: TrainConfig,
        density: DensityConfig,
        *,
        given: frozenset[str],
        seeds: int,
        unseen: Unseen,
        command: str,
        most_bytes: float,
    ) -> DensityTraining:
        """Settle it; steps and report_every follow from the epochs unless they are among what was given."""
        sizes.check_training(model, train, density.lead + density.window, most_bytes)
        names = features.NAMES if span.base is None else span.base.names
        warnings, (panels, notices) = span.warnings(), span.panels(names)
        unseen.check(span.last_day)
        if span.base is not None:
            notices += [words for one in span.prices if (words := span.base.known_days(one, span.last_day))]
        task = DensityTask(panels, density, train.batch)
        steps = train.steps if "steps" in given else density.epochs * task.steps_per_epoch
        every = train.report_every if "report_every" in given else task.steps_per_epoch
        train = dataclasses.replace(train, steps=steps, report_every=min(every, steps))
        seeded = (dataclasses.replace(train, seed=seed) for seed in range(train.seed, train.seed + seeds))
        rounds = tuple(Round(task, model, one) for one in seeded)
        return cls(span, rounds, density, unseen, command, warnings, [*notices, *warnings])

    @property
    def resumable(self) -> bool:
        """Fine-tuning takes seconds and is not resumed."""
        return self.span.base is None

    @property
    def settings(self) -> dict[str, Any]:
        """Every one, by name."""
        return vars(self.rounds[0].model) | vars(self.rounds[0].train) | vars(self.density)

    def baseline(self) -> tuple[str, float]:
        """A spread that weighs the newest days most."""
        task = self.rounds[0].task
        assert isinstance(task, DensityTask)
        return "EWMA volatility", task.constant_loss()

    def record(self, round: Round) -> Checkpoint:
        """What the checkpoint says of itself before the first step."""
        return Checkpoint(
            task="forecast",
            model=round.model,
            codec=round.task.codec(),
            train={"recipe": "density"} | dataclasses.asdict(round.train) | dataclasses.asdict(self.density),
            metrics={},
            provenance=self._origin(),
            weights={},
        )

    def model(self, round: Round, *, resumed: bool) -> SequenceModel:
        """A new model, or the base's."""
        model = new_model(round.model, round.train.seed)
        if self.span.base is not None:
            model.load_state_dict(checkpoint.build_model(self.span.base.made).state_dict())
        return model if self.density.recurrence else without_recurrence(model)

    def sample(self, round: Round, snapshot: Snapshot) -> str:
        """A forecaster has none."""
        return ""

    def finished(self, made: Sequence[Checkpoint]) -> Checkpoint:
        """The checkpoint with its back-tests on the days after, by year, and on series never trained on."""
        found = made[0] if len(made) == 1 else _mean_of(made)
        if self.density.wide and self.span.base is None:
            found = self._widened(found)
        return self._judged(found) if self.span.scored else found

    def result(self, made: Checkpoint) -> dict[str, Any]:
        """Its figures, as JSON."""
        origin = made.provenance
        figures = {"recipe": "density", "parameters": weight_count(made.model), "seeds": len(self.rounds)}
        figures |= {"steps": origin["steps"], "seconds": origin["seconds"]}
        figures |= {"from": origin["from"]} if "from" in origin else {}
        return figures | {"until": origin["until"]} | made.metrics

    def _origin(self) -> dict[str, Any]:
        """Where it comes from; what it began with may have been trained on later days of other series."""
        span, base = self.span, self.span.base
        market = {} if span.market is None else {"market": series_record(span.market)}
        if base is None:
            return provenance(span.prices, span.last_day, self.command) | market
        until = max(span.last_day, pd.Timestamp(base.until))
        return provenance(span.prices, until, self.command) | market | base.record()

    def _widened(self, made: Checkpoint) -> Checkpoint:
        """The mean of the network and of the linear head on more features, fitted to all days of the training."""
        panels, _ = self.span.panels(features.WIDE)
        model = averaged(checkpoint.build_model(made), fit_linear_head(panels, self.density.hide))
        return dataclasses.replace(made, model=model.config, codec=WIDE_CODEC, resume=None, weights=cpu_weights(model))

    def _judged(self, made: Checkpoint) -> Checkpoint:
        span, forecaster = self.span, open_forecaster(made)
        tests = {one.name: test for one in span.prices if (test := span.backtest(forecaster, one)) is not None}
        metrics = made.metrics | {"backtests": [{"name": name} | test.summary() for name, test in tests.items()]}
        if tests:
            metrics |= {"years": by_year(tests)}
        if span.base is not None:
            before = open_forecaster(span.base.made)
            first = {one.name: span.backtest(before, one) for one in span.prices}
            metrics |= {"before": {name: compared(first[name], test) for name, test in tests.items()}}
        unseen = self.unseen.judged(forecaster, span.last_day)
        return dataclasses.replace(made, metrics=metrics if unseen is None else metrics | {"unseen": unseen})


def _mean_of(made: Sequence[Checkpoint]) -> Checkpoint:
    """Several seeds' mean as one network, with the curve of the first."""
    mean = average([checkpoint.build_model(one) for one in made])
    seconds = round(sum(one.provenance["seconds"] for one in made), 1)
    return dataclasses.replace(
        made[0],
        model=mean.config,
        resume=None,
        weights=cpu_weights(mean),
        train=made[0].train | {"seeds": len(made)},
        provenance=made[0].provenance | {"seconds": seconds},
    )
