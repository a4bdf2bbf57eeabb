"""Learning from teachers: the mean of what they predict beside what follows in the text, and text that they write.

Soft targets: Hinton, Vinyals & Dean 2015, arXiv 1503.02531. A student of its own size: Furlanello et al. 2018, arXiv
1805.04770. What the teachers predict is computed once, for every place of the text.

On a text that they have read many times teachers are too sure, and what they say of it is little more than the text
itself. Of text that they write they know just as much as they predict, and a student can learn it without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab.nn.model import ModelState, SequenceModel
from rnnlab.tasks.text.learn.settings import TeacherConfig
from rnnlab.tasks.text.learn.task import Ids, TextTask
from rnnlab.train.devices import choose_device, choose_precision, forward_seconds
from rnnlab.train.progress import Batch

Table = NDArray[np.float16]

STREAMS, CHUNK = 32, 256  # read side by side, and steps at once
WARM = 256  # ids that a stream reads before its own, so that it predicts none without a past
PAGE, LEAD = 2048, 128  # ids of a page that teachers write, and of the text before it that it goes on from


class TaughtTask:
    """A TextTask whose targets are the next id and the teachers' distribution of it; first of all stands their text."""

    def __init__(
        self, task: TextTask, config: TeacherConfig, teachers: Sequence[SequenceModel], *, device: str, seed: int
    ) -> None:
        """Prepare; `read` has the teachers write and read.

        Args:
            task: what is learnt without teachers; its windows are kept if the teachers write nothing.
            config: how much they count.
            teachers: of ids, in evaluation mode.
            device: where they compute; "auto" takes the fastest.
            seed: of what they write.
        """
        self.config, self.teachers, self.device, self.seed = config, teachers, device, seed
        self.own, self.author = written_ids(len(task.training), config.teacher_text), task.training
        training = np.concatenate([np.zeros(self.own, task.training.dtype), task.training])
        self.task = TextTask(
            training, task.validation, task.vocabulary, window=task.window, forget=task.forget, batch=task.streams
        )
        self.steps_per_epoch = self.task.steps_per_epoch
        self._table: Table | None = None

    def read(self) -> Table:
        """(N, V) what the teachers predict after each training id; they write and read once."""
        if self._table is None:
            device = choose_device(self.device, forward_seconds(self.teachers[0].config))
            temperature = self.config.teacher_temperature
            table = predicted(self.teachers, self.author, temperature, device)
            if self.own:
                ids, own = written(self.teachers, self.author, self.own // PAGE, temperature, self.seed, device)
                self.task.training[: self.own] = ids
                table = np.concatenate([own, table])
            self._table = table
        return self._table

    def codec(self) -> dict[str, Any]:
        """The vocabulary."""
        return self.task.codec()

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """The task's windows; y (B, T, 2 + V) holds the next id, the teachers' share and their probabilities."""
        table = self.read()
        for places, fresh in self.task.places(seed, start):
            ids = self.task.training[places].astype(np.int64)
            share = np.where(places[:, :-1] < self.own, 1.0, self.config.teacher_weight)
            parts = [ids[:, 1:, None], share[..., None], table[places[:, :-1]]]
            y = np.concatenate(parts, axis=2, dtype=np.float32)
            yield Batch(torch.from_numpy(ids[:, :-1]), torch.from_numpy(y), fresh)

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, V) logits, (B, T, 2 + V) targets -> mean of (1 − w)·loss + w·T²·cross-entropy with the teachers, nats.

        w is the teachers' share, 1 on what they wrote. Both distributions of the second part are at temperature T; T²
        keeps its gradients as large (Hinton et al., section 2).
        """
        share, temperature = y[..., 1], self.config.teacher_temperature
        hard = functional.cross_entropy(output.transpose(1, 2), y[..., 0].long(), reduction="none")
        soft = -(y[..., 2:] * (output / temperature).log_softmax(-1)).sum(-1)
        return ((1 - share) * hard + share * temperature**2 * soft).mean()

    def counted(self, y: Tensor) -> float:
        """(B, T, 2 + V) targets -> how many."""
        return float(y[..., 0].numel())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Nats an id (`loss`) and a character on what is held out, without any teacher; see TextTask."""
        return self.task.evaluate(model)


def written_ids(training: int, lengths: float) -> int:
    """How many ids teachers write beside so many of the training text: whole pages, one at least."""
    return PAGE * max(1, round(lengths * training / PAGE)) if lengths else 0


@torch.no_grad()
def predicted(
    models: Sequence[SequenceModel], ids: Ids, temperature: float, device: torch.device | str = "cpu"
) -> Table:
    """The mean distribution of the next id after each id, by models that read the whole text.

    Args:
        models: of ids, in evaluation mode.
        ids: (N,) ids.
        temperature: of each model's distribution.
        device: where to compute, in the precision that a training there has.

    Returns:
        (N, V) probabilities.
    """
    team = _Team(models, torch.device(device))
    streams = max(1, min(STREAMS, len(ids) // (4 * WARM)))
    length = len(ids) if streams == 1 else -(-len(ids) // streams) + WARM
    # Streams overlap by WARM ids or more, which the later one only reads.
    firsts = np.arange(streams) * (len(ids) - length) // max(1, streams - 1)
    table = np.empty((len(ids), models[0].config.outputs), np.float16)
    for start in range(0, length, CHUNK):
        steps = np.arange(start, min(start + CHUNK, length))
        places = firsts[:, None] + steps
        [mean] = team.after(torch.from_numpy(ids[places].astype(np.int64)), temperature)
        own = (steps >= WARM) | (np.arange(streams) == 0)[:, None]
        table[places[own]] = mean.half().cpu().numpy()[own]
    return table


@torch.no_grad()
def written(
    models: Sequence[SequenceModel],
    ids: Ids,
    pages: int,
    temperature: float,
    seed: int,
    device: torch.device | str = "cpu",
) -> tuple[Ids, Table]:
    """Pages drawn from the mean distribution of models, each going on from a place of a text drawn by chance.

    Args:
        models: of ids, in evaluation mode.
        ids: (N,) the text.
        pages: how many, of PAGE ids each; all are written side by side.
        temperature: of each model's distribution in the table; ids are drawn at temperature 1.
        seed: of places and ids.
        device: where to compute, in the precision that a training there has.

    Returns:
        (pages · PAGE,) ids, page after page; (pages · PAGE, V) probabilities of the id after each.
    """
    team, chance = _Team(models, torch.device(device)), torch.Generator(device).manual_seed(seed)
    lead = min(LEAD, len(ids))
    firsts = np.random.default_rng(seed).integers(len(ids) - lead + 1, size=pages)
    before = torch.from_numpy(ids[firsts[:, None] + np.arange(lead)].astype(np.int64))
    [mean] = team.after(before, 1.0)
    found = np.empty((pages, PAGE), ids.dtype)
    table = np.empty((pages, PAGE, models[0].config.outputs), np.float16)
    last = mean[:, -1]
    for step in range(PAGE):
        drawn = torch.multinomial(last, 1, generator=chance)
        told, mean = team.after(drawn, temperature, 1.0)
        found[:, step], table[:, step] = drawn[:, 0].cpu().numpy(), told[:, 0].half().cpu().numpy()
        last = mean[:, 0]
    return found.reshape(-1), table.reshape(pages * PAGE, -1)


class _Team:
    """Models that read the same ids, each with its own state."""

    def __init__(self, models: Sequence[SequenceModel], device: torch.device) -> None:
        self.models, self.device = [model.to(device) for model in models], device
        self.states: list[ModelState | None] = [None] * len(models)

    def after(self, ids: Tensor, *temperatures: float) -> list[Tensor]:
        """(B, T) ids -> at each temperature, (B, T, V) the mean distribution of the id after each."""
        means: list[Tensor] = []
        for number, model in enumerate(self.models):
            dtype = choose_precision("auto", self.device, model.config)
            with torch.autocast(self.device.type, dtype=dtype, enabled=dtype != torch.float32):
                output, self.states[number] = model(ids.to(self.device), self.states[number])
            parts = [(output.float() / temperature).softmax(-1) / len(self.models) for temperature in temperatures]
            means = [mean + part for mean, part in zip(means, parts, strict=True)] if means else parts
        return means
