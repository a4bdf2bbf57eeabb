"""The teachers of a training: which trained writers they are, whether they can teach it, and how much they count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab import options
from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.data.text.shards import Shards
from rnnlab.data.text.vocab import Vocabulary, widen, widened_ids
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import SequenceModel
from rnnlab.runtime.opening import locate, open_located
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.learn.settings import TeacherConfig, TextConfig
from rnnlab.tasks.text.learn.source import TextSource
from rnnlab.tasks.text.learn.task import TextTask, shape_of
from rnnlab.tasks.text.learn.taught import TaughtTask, written_count
from rnnlab.tasks.text.learn.tuning import HELD_OUT_AS, widened_weights
from rnnlab.tasks.text.writer import check_record, reading, text_learnt
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.progress import TrainConfig

MOST_BYTES = 4e9  # of what is predicted
NEVER = -1e4  # logit of what a teacher does not know


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
            _check_begun(teachers, request)
        for name in vars(TeacherConfig()):
            if not teachers and name in request.settings:
                flag = f"--{name.replace('_', '-')}"
                raise RnnlabError(f"{flag} belongs to a training with --teacher; leave it out, or give one too.")
        if settings.get("teacher_text") and request.together > 1:
            raise RnnlabError("--teacher-text is of a training in one process; leave it out, or start one process.")
        return cls(teachers, options.from_mapping(TeacherConfig, settings))

    def check(self, source: TextSource, text: TextConfig, vocabulary: Vocabulary) -> None:
        """Raise RnnlabError if a teacher cannot teach a training on this text."""
        if self.teachers and isinstance(source.corpus, Shards):
            raise RnnlabError("A text in shards is learnt without teachers; leave out --teacher.")
        for one in self.teachers:
            its = check_record(one.made)
            if _widened(its, vocabulary).codec() != vocabulary.codec():
                what = f"{one.name} predicts {_alphabet(its)} and this training another {_alphabet(vocabulary)}"
                raise RnnlabError(f"{what}; give --teacher a writer of the same --level and no other characters.")
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
        text = self.config.teacher_text
        more = f", and write {text:g} times as much, which takes longer than reading" if text else ""
        return (
            f"Before the first step the teachers read the training text once{more}: {names}.",
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

    def task(self, task: TextTask, train: TrainConfig) -> TextTask | TaughtTask:
        """The task with the teachers' targets and their own text; the very task where no teacher counts.

        Raises:
            RnnlabError: what they predict would take too much memory.
        """
        config = self.config
        if not self.teachers or config.teacher_weight == config.teacher_text == 0:
            return task
        ids = len(task.training) + written_count(len(task.training), config.teacher_text)
        size = 2 * ids * task.vocabulary.size
        if size > MOST_BYTES:
            less = "a smaller --teacher-text, a shorter text" if config.teacher_text else "a shorter text"
            what = f"What the teachers predict takes {size / 1e9:.1f} GB of memory, of which {MOST_BYTES / 1e9:g}"
            raise RnnlabError(f"{what} are allowed; give {less} or fewer --words.")
        return TaughtTask(task, config, train, lambda: [_model(one.made, task.vocabulary) for one in self.teachers])


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


def _widened(its: Vocabulary, vocabulary: Vocabulary) -> Vocabulary:
    """A teacher's vocabulary with the characters and symbols of a training's that it lacks."""
    unknown = getattr(vocabulary, "unknown", None) is not None
    return widen(its, vocabulary.alphabet, boundary=vocabulary.boundary is not None, unknown=unknown)


def _model(made: Checkpoint, vocabulary: Vocabulary) -> SequenceModel:
    """A teacher's model with a training's ids, in evaluation mode; it never predicts one that is new to it."""
    model, known = build_model(made), widened_ids(check_record(made), vocabulary)
    if len(known) == vocabulary.size:
        return model
    shape = shape_of(vocabulary, made.model)
    weights = widened_weights(model.state_dict(), shape, known, made.train["seed"])
    weights["tied_bias" if shape.tied else "head.bias"][np.setdiff1d(np.arange(vocabulary.size), known)] = NEVER
    wide = SequenceModel(shape)
    wide.load_state_dict(weights)
    return wide.eval()


def _check_begun(teachers: Sequence[Teacher], request: Request) -> None:
    """Raise RnnlabError unless a training that is resumed has the teachers, and their text, that it began with."""
    assert request.begun is not None
    before, train = request.begun.provenance.get("teachers", []), request.begun.train
    for name in ("teacher_text", "seed") if train.get("teacher_text") else ("teacher_text",):
        if request.settings.get(name, train.get(name, 0)) != train.get(name, 0):
            flag = f"--{name.replace('_', '-')}"
            raise RnnlabError(f"This training began with another {flag}; leave {flag} out to resume it.")
    if [one.told["weights"] for one in teachers] == [one["weights"] for one in before]:
        return
    if not before:
        raise RnnlabError("This training began without a teacher; leave out --teacher to resume it.")
    names = " ".join(one["name"] for one in before)
    raise RnnlabError(f"This training began with the teachers {names}; give the same --teacher to resume it.")


def _alphabet(vocabulary: Vocabulary) -> str:
    spelt = "" if isinstance(vocabulary, CharacterVocabulary) else " and characters"
    return f"{vocabulary.size:,} {vocabulary.kind}{spelt}"
