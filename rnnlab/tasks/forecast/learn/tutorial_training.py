"""The tutorial's model trained over several seeds, with its leak and without, beside repeating yesterday's close."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rnnlab.data.prices.series import Prices
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.tasks.forecast.data import provenance
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig, TutorialTask
from rnnlab.tasks.kind import Round
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.progress import Snapshot, TrainConfig


@dataclass(frozen=True)
class TutorialTraining:
    """Every seed as taught, then every seed with the scaling of the training closes alone."""

    prices: Prices
    rounds: tuple[Round, ...]
    tutorial: TutorialConfig
    command: str
    warnings: Sequence[str] = ()
    resumable = False

    @classmethod
    def of(
        cls, prices: Prices, model: ModelConfig, train: TrainConfig, tutorial: TutorialConfig, seeds: int, command: str
    ) -> TutorialTraining:
        """Settle it."""
        close = prices.table["Close"].to_numpy(float)
        seeded = [dataclasses.replace(train, seed=seed) for seed in range(train.seed, train.seed + seeds)]
        rounds = []
        for leak, variant in ((True, ""), (False, "leak-free")):
            task = TutorialTask(close, dataclasses.replace(tutorial, leak=leak))
            rounds += [Round(task, model, one, variant) for one in seeded]
        return cls(prices, tuple(rounds), tutorial, command)

    @property
    def settings(self) -> dict[str, Any]:
        """Every one, by name."""
        return vars(self.rounds[0].model) | vars(self.rounds[0].train) | vars(self.tutorial)

    @property
    def notices(self) -> Sequence[str]:
        """On what was mended in the series or looks odd."""
        return [f"{self.prices.name}: {notice}" for notice in self.prices.notices]

    def baseline(self) -> tuple[str, float]:
        """Its loss is no likelihood, so no baseline has one."""
        return "none", float("nan")

    def record(self, round: Round) -> Checkpoint:
        """What the checkpoint says of itself before the first step."""
        task = _task(round)
        last_training_row = task.split + self.tutorial.lookback - 2
        return Checkpoint(
            task="forecast",
            model=round.model,
            codec=task.codec(),
            train={"recipe": "tutorial"} | dataclasses.asdict(round.train) | dataclasses.asdict(self.tutorial),
            metrics={},
            provenance=provenance([self.prices], self.prices.table.index[last_training_row], self.command),
            weights={},
        )

    def model(self, round: Round, *, resumed: bool) -> SequenceModel:
        """A new model."""
        return new_model(round.model, round.train.seed)

    def sample(self, round: Round, snapshot: Snapshot) -> str:
        """A forecaster has none."""
        return ""

    def finished(self, made: Sequence[Checkpoint]) -> Checkpoint:
        """The first seed's, with the scores of all of them and without a curve, as it has no validation."""
        seeds = len(self.rounds) // 2
        kept = 0 if self.tutorial.leak else seeds
        task = _task(self.rounds[kept])
        task.fit_residual(build_model(made[kept]))
        scores = [one.metrics["curve"][-1] for one in made]
        record = self.record(self.rounds[kept])
        metrics = self._figures(scores[:seeds], scores[seeds:])
        return dataclasses.replace(record, weights=made[kept].weights, codec=task.codec(), metrics=metrics)

    def result(self, made: Checkpoint) -> dict[str, Any]:
        """Its figures, as JSON."""
        return made.metrics

    def _figures(self, taught: Sequence[dict[str, float]], honest: Sequence[dict[str, float]]) -> dict[str, Any]:
        task = _task(self.rounds[0])
        (train, test), naive = ([one[name] for one in taught] for name in ("train_rmse", "test_rmse")), task.naive()
        leak_free = [scores["test_rmse"] for scores in honest]
        seeds = [one.train.seed for one in self.rounds[: len(taught)]]
        figures = {"recipe": "tutorial", "name": self.prices.name, "seeds": seeds, "train_windows": task.split}
        figures |= {"test_windows": len(task.windows) - task.split, "train_rmse": train, "test_rmse": test}
        figures |= {"test_rmse_min": min(test), "test_rmse_mean": sum(test) / len(test), "test_rmse_max": max(test)}
        figures |= {"naive_rmse": naive["test_rmse"], "naive_train_rmse": naive["train_rmse"]}
        mean = sum(leak_free) / len(leak_free)
        return figures | {"leak_free_test_rmse": mean, "leak_free_test_rmse_each": leak_free}


def _task(round: Round) -> TutorialTask:
    assert isinstance(round.task, TutorialTask)
    return round.task
