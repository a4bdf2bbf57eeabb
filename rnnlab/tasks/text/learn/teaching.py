"""Learning from teachers: the mean of what trained writers predict, mixed with the character that follows in the text.

Soft targets: Hinton, Vinyals & Dean 2015, arXiv 1503.02531. A student of its own size: Furlanello et al. 2018, arXiv
1805.04770. What the teachers predict is computed once, for every place of the training text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab import options
from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.data.text.shards import Shards
from rnnlab.data.text.vocab import Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelState, SequenceModel
from rnnlab.runtime.opening import locate, open_located
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.learn.settings import TeacherConfig, TextConfig
from rnnlab.tasks.text.learn.source import TextSource
from rnnlab.tasks.text.learn.task import Ids, TextTask
from rnnlab.tasks.text.learn.tuning import HELD_OUT_AS
from rnnlab.tasks.text.writer import check_record, reading, text_learnt
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.devices import choose_device, choose_precision, forward_seconds
from rnnlab.train.progress import Batch

STREAMS, CHUNK = 32, 256  # read side by side, and steps at once
WARM = 256  # ids that a stream reads before its own, so that it predicts none without a past
MOST_BYTES = 4e9  # of what is predicted


@dataclass(frozen=True)
class Teacher:
    """A writer that teaches. told: its record, one of `teachers` of the provenance."""

    told: dict[str, Any]
    made: Checkpoint

    @property
    def name(self) -> str:
        """Its folder's or repository's."""
        return str(self.told["name"])


@dataclass(frozen=True)
class Teaching:
    """The teachers of a training, none or several, and how much they count."""

    teachers: tuple[Teacher, ...]
    config: TeacherConfig

    @classmethod
    def of(cls, request: Request, settings: Mapping[str, Any]) -> Teaching:
        """Open the teachers that a training names.

        Args:
            request: its argument `teacher` lists them.
            settings: all that are given, of a training that is resumed those that it began with among them.

        Raises:
            RnnlabError: one cannot be opened or is no writer, or it is resumed with other ones than it began with.
        """
        teachers = tuple(_opened(model, request) for model in request.arguments.get("teacher", ()))
        if request.begun is not None:
            _check_begun(teachers, request.begun)
        for name in ("teacher_weight", "teacher_temperature"):
            if not teachers and name in request.settings:
                flag = f"--{name.replace('_', '-')}"
                raise RnnlabError(f"{flag} belongs to a training with --teacher; leave it out, or give one too.")
        return cls(teachers, options.from_mapping(TeacherConfig, settings))

    def check(self, source: TextSource, text: TextConfig, vocabulary: Vocabulary) -> None:
        """Raise RnnlabError if a teacher cannot teach a training on this text."""
        if self.teachers and isinstance(source.corpus, Shards):
            raise RnnlabError("A text in shards is learnt without teachers; leave out --teacher.")
        for one in self.teachers:
            its = check_record(one.made)
            if its.codec() != vocabulary.codec():
                what = f"{one.name} predicts {_alphabet(its)} and this training another {_alphabet(vocabulary)}"
                raise RnnlabError(f"{what}; give --teacher a writer of the same alphabet and --level.")
            learnt, same = reading(one.made), one.told["sha256"] == source.corpus.sha256
            other = [name for name in HELD_OUT_AS if getattr(learnt, name) != getattr(text, name)]
            if same and other:
                flag = f"--{other[0].replace('_', '-')}"
                what = f"{one.name} was trained on this text with another {flag}, so part of what is held out is known"
                raise RnnlabError(f"{what} to it; give {flag} {getattr(learnt, other[0])}, or another --teacher.")

    def notices(self, sha256: str) -> tuple[str, ...]:
        """Sentences on who teaches, and on a teacher of another text than the one of this sum."""
        if not self.teachers:
            return ()
        names = ", ".join(one.name for one in self.teachers)
        return (
            f"Before the first step the training text is read once by the teachers: {names}.",
            *(
                f"The teacher {one.name} was trained on “{one.told['title']}”; where that overlaps with what is held "
                f"out here, the scores are too good to be true."
                for one in self.teachers
                if one.told["sha256"] != sha256
            ),
        )

    def record(self) -> dict[str, Any]:
        """What the provenance says of them; nothing where there are none."""
        return {"teachers": [one.told for one in self.teachers]} if self.teachers else {}

    def settings(self) -> dict[str, Any]:
        """Those of `TeacherConfig` by name; nothing where there are no teachers."""
        return dict(vars(self.config)) if self.teachers else {}

    def task(self, task: TextTask, device: str) -> TextTask | TaughtTask:
        """The task with the teachers' targets; the very task where no teacher counts.

        Raises:
            RnnlabError: what they predict would take too much memory.
        """
        if not self.teachers or self.config.teacher_weight == 0:
            return task
        size = 2 * len(task.training) * task.vocabulary.size
        if size > MOST_BYTES:
            what = f"What the teachers predict takes {size / 1e9:.1f} GB of memory, of which {MOST_BYTES / 1e9:g}"
            raise RnnlabError(f"{what} are allowed; give a shorter text or fewer --words.")
        return TaughtTask(task, self, device)


class TaughtTask:
    """A TextTask whose targets are the next id and the teachers' distribution of it."""

    def __init__(self, task: TextTask, teaching: Teaching, device: str) -> None:
        """Prepare; `read` has the teachers read the text.

        Args:
            task: what is learnt without teachers; its windows are kept.
            teaching: the teachers.
            device: where they compute; "auto" takes the fastest.
        """
        self.task, self.teaching, self.device = task, teaching, device
        self.steps_per_epoch = task.steps_per_epoch
        self._table: NDArray[np.float16] | None = None

    def read(self) -> NDArray[np.float16]:
        """(N, V) what the teachers predict after each training id; they read once."""
        if self._table is None:
            models = [build_model(one.made) for one in self.teaching.teachers]
            device = choose_device(self.device, forward_seconds(models[0].config))
            self._table = predicted(models, self.task.training, self.teaching.config.teacher_temperature, device)
        return self._table

    def codec(self) -> dict[str, Any]:
        """The vocabulary."""
        return self.task.codec()

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """The task's windows; y (B, T, 1 + V) holds the next id and the teachers' probabilities of every id."""
        table = self.read()
        for places, fresh in self.task.places(seed, start):
            ids = self.task.training[places].astype(np.int64)
            y = np.concatenate([ids[:, 1:, None], table[places[:, :-1]]], axis=2, dtype=np.float32)
            yield Batch(torch.from_numpy(ids[:, :-1]), torch.from_numpy(y), fresh)

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, V) logits, (B, T, 1 + V) targets -> (1 − w)·loss + w·T²·cross-entropy with the teachers, nats an id.

        Both distributions of the second part are at temperature T; T² keeps its gradients as large (Hinton et al.,
        section 2).
        """
        config = self.teaching.config
        weight, temperature = config.teacher_weight, config.teacher_temperature
        hard = self.task.loss(output, y[..., 0].long())
        soft = -(y[..., 1:] * (output / temperature).log_softmax(-1)).sum(-1).mean()
        return (1 - weight) * hard + weight * temperature**2 * soft

    def counted(self, y: Tensor) -> float:
        """(B, T, 1 + V) targets -> how many."""
        return float(y[..., 0].numel())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Nats an id (`loss`) and a character on what is held out, without any teacher; see TextTask."""
        return self.task.evaluate(model)


@torch.no_grad()
def predicted(
    models: Sequence[SequenceModel], ids: Ids, temperature: float, device: torch.device | str = "cpu"
) -> NDArray[np.float16]:
    """The mean distribution of the next id after each id, by models that read the whole text.

    Args:
        models: of ids, in evaluation mode.
        ids: (N,) ids.
        temperature: of each model's distribution.
        device: where to compute, in the precision that a training there has.

    Returns:
        (N, V) probabilities.
    """
    device = torch.device(device)
    streams = max(1, min(STREAMS, len(ids) // (4 * WARM)))
    length = len(ids) if streams == 1 else -(-len(ids) // streams) + WARM
    # Streams overlap by WARM ids or more, which the later one only reads.
    firsts = np.arange(streams) * (len(ids) - length) // max(1, streams - 1)
    table = np.empty((len(ids), models[0].config.outputs), np.float16)
    states: list[ModelState | None] = [None] * len(models)
    for start in range(0, length, CHUNK):
        steps = np.arange(start, min(start + CHUNK, length))
        places = firsts[:, None] + steps
        x = torch.from_numpy(ids[places].astype(np.int64)).to(device)
        mean: Tensor | float = 0.0
        for number, model in enumerate(models):
            dtype = choose_precision("auto", device, model.config)
            with torch.autocast(device.type, dtype=dtype, enabled=dtype != torch.float32):
                output, states[number] = model.to(device)(x, states[number])
            mean = mean + (output.float() / temperature).softmax(-1) / len(models)
        assert isinstance(mean, Tensor), "there are models"
        own = (steps >= WARM) | (np.arange(streams) == 0)[:, None]
        table[places[own]] = mean.half().cpu().numpy()[own]
    return table


def _opened(model: str, request: Request) -> Teacher:
    found = locate(model, caller=request.caller)
    made = open_located(found)
    name = found.pinned(model) if found.commit else found.name
    if made.task != "text":
        raise RnnlabError(f"{name} is no writer, so it cannot teach one; give --teacher another, as shakespeare.")
    check_record(made)
    title, sha256 = text_learnt(made)
    return Teacher({"name": name, "title": title, "sha256": sha256, "weights": _digest(made)}, made)


def _digest(made: Checkpoint) -> str:
    """A sha256 of a checkpoint's weights."""
    found = hashlib.sha256()
    for name in sorted(made.weights):
        found.update(name.encode() + made.weights[name].contiguous().numpy().tobytes())
    return found.hexdigest()


def _check_begun(teachers: Sequence[Teacher], begun: Checkpoint) -> None:
    """Raise RnnlabError unless a training that is resumed has the teachers that it began with."""
    before = begun.provenance.get("teachers", [])
    if [one.told["weights"] for one in teachers] == [one["weights"] for one in before]:
        return
    if not before:
        raise RnnlabError("This training began without a teacher; leave out --teacher to resume it.")
    names = " ".join(one["name"] for one in before)
    raise RnnlabError(f"This training began with the teachers {names}; give the same --teacher to resume it.")


def _alphabet(vocabulary: Vocabulary) -> str:
    spelt = "" if isinstance(vocabulary, CharacterVocabulary) else " and characters"
    return f"{vocabulary.size:,} {vocabulary.kind}{spelt}"
