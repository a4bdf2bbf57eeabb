"""The tutorial's model trained over several seeds, with its leak and without, beside repeating yesterday's close."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from rnnlab import hub
from rnnlab.data.prices.series import Prices
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.runtime.provenance import provenance
from rnnlab.runtime.reports import TrainReport, TrainResult, report
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig, TutorialTask
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.loop import fit
from rnnlab.train.progress import TrainConfig
from rnnlab.train.weights import cpu_weights

Trained = tuple[SequenceModel, dict[str, float]]


@dataclasses.dataclass(frozen=True)
class TutorialRun:
    """What to train: prices, the three groups of settings, how many seeds, and where the first one's model goes."""

    prices: Prices
    model: ModelConfig
    train: TrainConfig
    tutorial: TutorialConfig
    seeds: int
    out: Path | None
    command: str

    def reports(self) -> Iterator[TrainReport | TrainResult]:
        """Train every seed as taught, then every seed with the scaling learnt from the training closes alone."""
        close = self.prices.table["Close"].to_numpy(float)
        leaky, leak_free = (
            TutorialTask(close, dataclasses.replace(self.tutorial, leak=leak)) for leak in (True, False)
        )
        taught = yield from self._seeds(leaky, "")
        honest = yield from self._seeds(leak_free, "leak-free")
        summary = self._summary(leaky, [scores for _, scores in taught], [scores for _, scores in honest])
        kept, model = (leaky, taught[0][0]) if self.tutorial.leak else (leak_free, honest[0][0])
        if self.out is not None:
            self._save(kept, model, summary)
        notices = [f"{self.prices.name}: {notice}" for notice in self.prices.notices]
        yield TrainResult(summary | {"notices": notices}, None if self.out is None else str(self.out))

    def _seeds(self, task: TutorialTask, variant: str) -> Generator[TrainReport, None, list[Trained]]:
        """Train each seed, reporting; returns the models with their scores."""
        trained: list[Trained] = []
        for seed in range(self.train.seed, self.train.seed + self.seeds):
            model = new_model(self.model, seed)
            for progress in fit(model, task, dataclasses.replace(self.train, seed=seed)):
                yield report(progress, seed, variant)
            trained.append((model, progress.scores))
        return trained

    def _summary(
        self, task: TutorialTask, taught: list[dict[str, float]], honest: list[dict[str, float]]
    ) -> dict[str, Any]:
        test = [scores["test_rmse"] for scores in taught]
        leak_free = [scores["test_rmse"] for scores in honest]
        naive = task.naive()
        return {
            "recipe": "tutorial",
            "name": self.prices.name,
            "seeds": list(range(self.train.seed, self.train.seed + self.seeds)),
            "train_windows": task.split,
            "test_windows": len(task.windows) - task.split,
            "train_rmse": [scores["train_rmse"] for scores in taught],
            "test_rmse": test,
            "test_rmse_min": min(test),
            "test_rmse_mean": sum(test) / len(test),
            "test_rmse_max": max(test),
            "naive_rmse": naive["test_rmse"],
            "naive_train_rmse": naive["train_rmse"],
            "leak_free_test_rmse": sum(leak_free) / len(leak_free),
            "leak_free_test_rmse_each": leak_free,
        }

    def _save(self, task: TutorialTask, model: SequenceModel, summary: dict[str, Any]) -> None:
        assert self.out is not None
        task.fit_residual(model)
        last_training_row = task.split + self.tutorial.lookback - 2
        made = Checkpoint(
            task="forecast",
            model=self.model,
            codec=task.codec(),
            train={"recipe": "tutorial", **dataclasses.asdict(self.train), **dataclasses.asdict(self.tutorial)},
            metrics=summary,
            provenance=provenance([self.prices], self.prices.table.index[last_training_row], self.command),
            weights=cpu_weights(model),
        )
        checkpoint.save(dataclasses.replace(made, card=hub.card(made)), self.out)
