"""Characters, one-hot characters, subwords and words at equal cost: one network, one text, so many CPU seconds each.

    python -m benchmarks.levels [TEXT] [--seconds 120] [--hidden 256] [--layers 1] [--only characters …]

TEXT is a file or a name of the catalog (doyle). The seconds are of training steps on one thread: the steps that fit in
are counted from some timed ones. Reports, calibration and scores are not counted. Samples of each come with it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from rnnlab.nn.model import SequenceModel
from rnnlab.tasks.kind import Request, Round
from rnnlab.tasks.text.judge.score import characters_of, score
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.tasks.text.learn.samples import card_samples
from rnnlab.tasks.text.learn.training import TextTraining, calibrated
from rnnlab.tasks.text.writer import Writer, open_writer
from rnnlab.terminal.commands import aligned
from rnnlab.train.loop import fit
from rnnlab.train.progress import Progress, TrainConfig
from rnnlab.train.weights import cpu_weights, halved

# Little dropout: nothing is read often enough to be overfitted.
SHARED: dict[str, Any] = {"lr": 4e-3, "ema": 0.99, "input_dropout": 0.0, "between_dropout": 0.1, "output_dropout": 0.1}
SHARED |= {"recurrent_dropout": 0.0, "device": "cpu", "seed": 1}
LEVELS: dict[str, dict[str, Any]] = {
    "characters": {"level": "char"},
    "one-hot": {"level": "char", "embedding": 0},
    "subwords": {"level": "subword"},
    "words": {"level": "word"},
}
FIRST, LAST = 3, 8  # steps between which a step is timed
HEAD = ["ids", "vocabulary", "weights", "steps", "CPU s", "characters/s", "characters/id", "windows", "streamed"]


@dataclass
class Clock:
    """CPU seconds of training steps alone: asked after every step, and told when a report is over."""

    used: float = 0.0
    mark: float = dataclasses.field(default_factory=time.process_time)

    def step(self) -> None:
        """Count what the step took."""
        now = time.process_time()
        self.used, self.mark = self.used + now - self.mark, now

    def reported(self) -> None:
        """Leave out what the report took."""
        self.mark = time.process_time()


def main(asked: argparse.Namespace) -> None:
    """Train each kind of ids and print samples of it, then the table."""
    torch.set_num_threads(1)
    rows = []
    for name in asked.only:
        shape = {"hidden": asked.hidden, "layers": asked.layers}
        request = Request.of(asked.text, SHARED | LEVELS[name] | shape)
        training = TEXT.prepare(TEXT.read(request), request)
        assert isinstance(training, TextTraining)
        row, writer = _trained(training, asked.seconds)
        rows.append([name, *row])
        print(*rows[-1], sep="  ")
        for one in card_samples(writer):
            print(f"\n--- {name}, temperature {one['temperature']}\n{one['text']}", flush=True)
    print(f"\nheld-out 5-gram: {training.baseline()[1]:.3f} nats per character\n")
    print(*aligned(HEAD, rows), sep="\n")


def _trained(training: TextTraining, seconds: float) -> tuple[list[str], Writer]:
    [round] = training.rounds
    steps = max(2, int(seconds / _seconds_a_step(training, round)))
    model, clock = training.model(round, resumed=False), Clock()
    settings = dataclasses.replace(round.train, steps=steps, report_every=steps)
    for _ in _fitted(round, settings, clock, model):
        clock.reported()
    made = dataclasses.replace(training.record(round), weights=cpu_weights(model))
    made = calibrated(made, training.calibrating)
    writer = open_writer(dataclasses.replace(made, weights=halved(made.weights)))
    return _row(training, settings, clock, writer), writer


def _fitted(
    round: Round, settings: TrainConfig, clock: Clock, model: SequenceModel, last: int = 0
) -> Iterator[Progress]:
    """Train to the end, or to step `last`, of which the clock then counts those after FIRST."""

    def watch(step: int, steps: int) -> bool:
        clock.step()
        if step == FIRST and last:
            clock.used = 0.0
        return step != last

    return fit(model, round.task, settings, watch=watch)


def _seconds_a_step(training: TextTraining, round: Round) -> float:
    """Mean CPU seconds of a step after the first ones."""
    clock, model = Clock(), training.model(round, resumed=False)
    settings = dataclasses.replace(round.train, steps=10_000, report_every=10_000)
    next(iter(_fitted(round, settings, clock, model, LAST)))
    return clock.used / (LAST - FIRST)


def _row(training: TextTraining, settings: TrainConfig, clock: Clock, writer: Writer) -> list[str]:
    task, vocabulary = training.task, writer.vocabulary
    found = score(writer.model, vocabulary, task.validation)
    an_id = float(characters_of(vocabulary)[task.validation].mean())
    read = settings.steps * settings.batch * training.text.window * an_id
    told = [f"{vocabulary.size:,}", f"{writer.model.parameter_count():,}", f"{settings.steps:,}", f"{clock.used:.0f}"]
    return [*told, f"{read / clock.used:,.0f}", f"{an_id:.2f}", f"{found.windows:.3f}", f"{found.streamed:.3f}"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", default="doyle")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=LEVELS, default=list(LEVELS), help="rows (default: all)")
    main(parser.parse_args())
