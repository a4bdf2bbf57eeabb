"""Learning from teachers: their mean prediction as a target beside the text, and text that they write for it.

Soft targets: Hinton, Vinyals & Dean 2015, arXiv 1503.02531. A student of its own size: Furlanello et al. 2018, arXiv
1805.04770. What the teachers predict is computed once, for every place of the text.

Teachers are overconfident on a text that they were trained on. Of text that they have drawn from their own distribution
that distribution is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab.nn.model import ModelState, SequenceModel
from rnnlab.tasks.text.learn.settings import TeacherConfig
from rnnlab.tasks.text.learn.task import Ids, TextTask
from rnnlab.train.devices import available_devices, choose_precision
from rnnlab.train.progress import Batch, TrainConfig

Table = NDArray[np.float16]

STREAMS, CHUNK = 32, 256  # read side by side, and steps at once
WARM = 256  # ids that a stream reads before its own, so that it predicts none without a past
PASSAGE, LEAD = 2048, 128  # ids of a passage that teachers write, and of the text before it that it continues


class TaughtTask:
    """A TextTask whose targets are the next id and the teachers' distribution of it; their own text comes first."""

    def __init__(
        self, task: TextTask, config: TeacherConfig, train: TrainConfig, teachers: Callable[[], list[SequenceModel]]
    ) -> None:
        """Prepare; `read` has the teachers write and read.

        Args:
            task: what is learnt without teachers; its windows are kept if the teachers write nothing.
            config: how much they count.
            train: of the student. "auto" has the teachers compute on an accelerator if there is one, not on what is
                fastest this time: what they write depends on the device, and a resumed training needs the same text.
            teachers: builds them, in evaluation mode.
        """
        self.config, self.train, self.teachers, self.text = config, train, teachers, task.training
        self.written = written_count(len(self.text), config.teacher_text)
        training = np.concatenate([np.zeros(self.written, self.text.dtype), self.text])
        sizes = {"window": task.window, "forget": task.forget, "batch": train.batch}
        self.task = TextTask(training, task.validation, task.vocabulary, **sizes)
        self.steps_per_epoch = self.task.steps_per_epoch
        self._table: Table | None = None

    def read(self) -> Table:
        """(N, V) what the teachers predict after each training id; they write and read once."""
        if self._table is None:
            device = available_devices()[-1] if self.train.device == "auto" else self.train.device
            team, temperature = Team(self.teachers(), device), self.config.teacher_temperature
            table = np.empty((len(self.task.training), self.task.vocabulary.size), np.float16)
            if self.written:
                ids = write(team, self.text, temperature, self.train.seed, table[: self.written])
                self.task.training[: self.written] = ids
            predict(team, self.text, temperature, table[self.written :])
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
            share = np.where(places[:, :-1] < self.written, 1.0, self.config.teacher_weight)
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


def written_count(text: int, times: float) -> int:
    """The number of ids that teachers write for a training text of so many."""
    return round(times * text)


class Team:
    """Models that read the same ids, each with its own state; of ids, in evaluation mode.

    They compute on `device`, in the precision that a training there has.
    """

    def __init__(self, models: Sequence[SequenceModel], device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self.models = [model.to(self.device) for model in models]
        self.forget()

    def forget(self) -> None:
        """Begin without a past."""
        self.states: list[ModelState | None] = [None] * len(self.models)

    @torch.no_grad()
    def predict(self, ids: Tensor, *temperatures: float) -> list[Tensor]:
        """Read (B, T) ids -> at each temperature, (B, T, V) the mean distribution of the id after each."""
        means: list[Tensor] = []
        for number, model in enumerate(self.models):
            dtype = choose_precision("auto", self.device, model.config)
            with torch.autocast(self.device.type, dtype=dtype, enabled=dtype != torch.float32):
                output, self.states[number] = model(ids.to(self.device), self.states[number])
            parts = [(output.float() / temperature).softmax(-1) / len(self.models) for temperature in temperatures]
            means = [mean + part for mean, part in zip(means, parts, strict=True)] if means else parts
        return means


def predict(team: Team, ids: Ids, temperature: float, table: Table) -> None:
    """Have models read a whole text, and note what they predict.

    Args:
        team: the models.
        ids: (N,) the text.
        temperature: of each model's distribution.
        table: (N, V), filled with the mean distribution of the next id after each id.
    """
    team.forget()
    streams = max(1, min(STREAMS, len(ids) // (4 * WARM)))
    length = len(ids) if streams == 1 else -(-len(ids) // streams) + WARM
    # Streams overlap by WARM ids or more, which the later one only reads.
    firsts = np.arange(streams) * (len(ids) - length) // max(1, streams - 1)
    for start in range(0, length, CHUNK):
        steps = np.arange(start, min(start + CHUNK, length))
        places = firsts[:, None] + steps
        [mean] = team.predict(torch.from_numpy(ids[places].astype(np.int64)), temperature)
        kept = (steps >= WARM) | (np.arange(streams) == 0)[:, None]
        table[places[kept]] = mean.half().cpu().numpy()[kept]


def write(team: Team, ids: Ids, temperature: float, seed: int, table: Table) -> Ids:
    """Have models write passages side by side, each drawn from their mean distribution, and note what they predict.

    A passage continues LEAD ids of a random place of the text, which are not part of it.

    Args:
        team: the models.
        ids: (N,) the text.
        temperature: of each model's distribution in the table; ids are drawn at temperature 1.
        seed: of places and ids.
        table: (M, V), filled with the mean distribution of the next id after each id that is written.

    Returns:
        (M,) ids, passage after passage.
    """
    team.forget()
    length, lead = min(PASSAGE, len(table)), min(LEAD, len(ids))
    passages = -(-len(table) // length)
    firsts = np.random.default_rng(seed).integers(len(ids) - lead + 1, size=passages)
    read = torch.from_numpy(ids[firsts[:, None] + np.arange(lead)].astype(np.int64))
    for column in read.unbind(1):  # not at once: only the last of all these predictions is needed
        [mean] = team.predict(column[:, None], 1.0)
    generator = torch.Generator(team.device).manual_seed(seed)
    found = np.empty((passages, length), ids.dtype)
    for step in range(length):
        drawn = torch.multinomial(mean[:, 0], 1, generator=generator)
        told, mean = team.predict(drawn, temperature, 1.0)
        places = np.arange(passages) * length + step
        kept = places < len(table)
        found[:, step] = drawn[:, 0].cpu().numpy()
        table[places[kept]] = told[:, 0].half().cpu().numpy()[kept]
    return found.reshape(-1)[: len(table)]
