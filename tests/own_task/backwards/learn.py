"""What a training on a list of words is: read, settled, taken step by step."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rnnlab import options
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.options import Option, option
from rnnlab.runtime.provenance import origin
from rnnlab.runtime.resuming import FILLED, command_as_begun, settings_as_begun
from rnnlab.tasks.kind import Request, Round
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.progress import Batch, Snapshot, TrainConfig

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TURN = len(LETTERS)  # the id between a word and its reverse
MODEL = ModelConfig(cell="gru", hidden=32, inputs=0, vocabulary=TURN + 1, outputs=TURN + 1)
TRAIN = TrainConfig(steps=200, batch=32, lr=0.01, report_every=20)


@dataclass(frozen=True)
class BackwardsConfig:
    """What the task lets one choose beside the model and the training."""

    epochs: int = option(20, "passes over the words", 1, 10_000)
    held: float = option(0.2, "share of the words that is held out", 0.05, 0.5)
    least: int = option(1, "letters that a word must have", 1, 20)


@dataclass(frozen=True)
class Words:
    """Words that were read, a line each."""

    name: str
    words: tuple[str, ...]
    notices: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.words)

    @property
    def sentences(self) -> Sequence[str]:
        return [f"{self.name}: {len(self.words)} words."]


def settings() -> dict[str, list[Option]]:
    parts = (MODEL, TRAIN, BackwardsConfig())
    return {"settings": [one for part in parts for one in options.describe(part) if one.name not in FILLED]}


def read(request: Request) -> Words:
    try:
        lines = Path(request.data[0]).read_text().split()
    except OSError as error:
        raise DataError(f"{Path(request.data[0]).name} cannot be read; give a file of words.") from error
    least = request.settings.get("least", 1)
    words = tuple(line for line in lines if len(line) >= least and set(line) <= set(LETTERS))
    if len(words) < 10:
        raise DataError(f"{len(words)} words are too few; give at least 10.")
    return Words(Path(request.data[0]).stem, words)


def prepare(source: Words, request: Request) -> "BackwardsTraining":
    given, command = dict(request.settings), request.command
    if request.begun is not None:
        command = command_as_begun(request.begun, given, command)
        given = settings_as_begun(request.begun, given)
    model = options.from_mapping(ModelConfig, given, MODEL)
    own = options.from_mapping(BackwardsConfig, given)
    train = options.from_mapping(TrainConfig, given, TRAIN)
    task = BackwardsTask(source.words, own.held, train.batch)
    steps = train.steps if "steps" in given else own.epochs * task.steps_per_epoch
    train = dataclasses.replace(train, steps=steps, report_every=min(train.report_every, steps))
    return BackwardsTraining(source, (Round(task, model, train),), own, command)


class BackwardsTask:
    """Predict the reverse after a word, a letter a step; words are padded to the longest."""

    def __init__(self, words: Sequence[str], held: float, batch: int) -> None:
        split = max(1, round((1 - held) * len(words)))
        self.longest = max(map(len, words))
        self.rows = np.array([self._row(word) for word in words])
        self.training, self.held_out, self.batch = self.rows[:split], self.rows[split:], batch
        self.steps_per_epoch = max(1, split // batch)

    def _row(self, word: str) -> list[int]:
        ids = [LETTERS.index(letter) for letter in word]
        row = [*ids, TURN, *reversed(ids)]
        return row + [-1] * (2 * self.longest + 1 - len(row))

    def codec(self) -> dict[str, Any]:
        return {"letters": LETTERS}

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        number = start
        while True:
            chosen = np.random.default_rng([seed, number]).integers(len(self.training), size=self.batch)
            yield self._batch(self.training[chosen])
            number += 1

    def _batch(self, rows: Any) -> Batch:
        ids = torch.from_numpy(rows)
        after = (ids == TURN).cumsum(1).bool()[:, :-1]  # only what follows the turn is to be predicted
        return Batch(ids[:, :-1].clamp(min=0), ids[:, 1:].where(after, -1))

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        return functional.cross_entropy(output.flatten(0, 1), y.flatten(), ignore_index=-1)

    def counted(self, y: Tensor) -> float:
        return float((y >= 0).sum())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        batch = self._batch(self.held_out)
        with torch.no_grad():
            output = model(batch.x.to(model.head.weight.device))[0].cpu()
        known = batch.y >= 0
        right = (output.argmax(-1) == batch.y)[known].float().mean()
        return {"loss": float(self.loss(output, batch.y)), "right": float(right)}


@dataclass(frozen=True)
class BackwardsTraining:
    source: Words
    rounds: tuple[Round, ...]
    own: BackwardsConfig
    command: str
    warnings: Sequence[str] = ()
    notices: Sequence[str] = ()
    resumable = True

    @property
    def settings(self) -> dict[str, Any]:
        return vars(self.rounds[0].model) | vars(self.rounds[0].train) | vars(self.own)

    def baseline(self) -> tuple[str, float]:
        return "any letter", float(np.log(len(LETTERS)))

    def record(self, round: Round) -> Checkpoint:
        data = [{"name": self.source.name, "words": self.source.size}]
        train = dataclasses.asdict(round.train) | dataclasses.asdict(self.own)
        return Checkpoint(
            "backwards", round.model, round.task.codec(), train, {}, origin(self.command) | {"data": data}, {}
        )

    def model(self, round: Round, *, resumed: bool) -> SequenceModel:
        return new_model(round.model, round.train.seed)

    def sample(self, round: Round, snapshot: Snapshot) -> str:
        return ""

    def finished(self, made: Sequence[Checkpoint]) -> Checkpoint:
        scores = self.rounds[0].task.evaluate(build_model(made[0]))
        return dataclasses.replace(made[0], metrics=made[0].metrics | {"right": scores["right"]})

    def result(self, made: Checkpoint) -> dict[str, Any]:
        return {"steps": made.provenance["steps"], "seconds": made.provenance["seconds"]} | made.metrics
