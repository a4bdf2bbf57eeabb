"""What somebody asks to be trained on a text, made into a training; its checkpoint calibrated and scored at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab.data.text.corpus import Corpus, on_size
from rnnlab.data.text.documents import split_at
from rnnlab.data.text.shards import Shards
from rnnlab.data.text.vocab import Vocabulary, build_characters, build_subwords, build_words, encode_compactly
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import SequenceModel, new_model
from rnnlab.runtime.provenance import origin
from rnnlab.runtime.resuming import command_as_begun, settings_as_begun
from rnnlab.scoring.openings import openings
from rnnlab.tasks.kind import Request, Round
from rnnlab.tasks.text.data import text_record
from rnnlab.tasks.text.judge.fingerprinting import fingerprint_of
from rnnlab.tasks.text.judge.reporting import compared
from rnnlab.tasks.text.judge.score import all_scores
from rnnlab.tasks.text.learn.calibrate import FEWEST, Ids, output_scale, scaled
from rnnlab.tasks.text.learn.notices import best_at_last, too_little
from rnnlab.tasks.text.learn.samples import card_samples, sample
from rnnlab.tasks.text.learn.settings import TextConfig, proposed
from rnnlab.tasks.text.learn.sharded import ShardedTask
from rnnlab.tasks.text.learn.sharded_text import sharded_record, sharded_task
from rnnlab.tasks.text.learn.source import TextSource, several
from rnnlab.tasks.text.learn.task import TextTask, shape_of
from rnnlab.tasks.text.learn.taught import TaughtTask
from rnnlab.tasks.text.learn.teaching import Teaching
from rnnlab.tasks.text.learn.tuning import tuned_settings
from rnnlab.tasks.text.writer import open_writer
from rnnlab.train import sizes
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.progress import Snapshot
from rnnlab.train.weights import halved

# At least and, unless the held-out part is long, at most: a short text's epoch takes a moment, a long one's hours.
STEPS_BETWEEN_REPORTS = 50, 250
# At least, for as much held-out text as a step reads: scoring it took a fifth of the time.
STEPS_PER_SCORED_STEP = 4


def prepare(source: TextSource, request: Request) -> TextTraining:
    """Settle a training on a text: its settings, and the text cut up and encoded.

    Raises:
        RnnlabError: it is too short, or the model would be too large.
    """
    given, command, base = dict(request.settings), request.command, source.base
    if request.begun is not None:
        command = command_as_begun(request.begun, given, command)
        given = settings_as_begun(request.begun, given)
    teaching = Teaching.of(request, given)
    size = round(source.size * (1 + teaching.config.teacher_text))
    if request.begun is None and base is not None:
        model, train, text = tuned_settings(base, source.corpus, size, given)
    else:
        model, train, text = proposed(size, given)
    task, calibrating = _task(source, text, train.batch)
    teaching.check(source, text, task.vocabulary)
    shape = shape_of(task.vocabulary, model)
    checkpoint.check_size(shape)
    sizes.check_training(shape, train, text.window, request.most_bytes)
    learnt = teaching.task(task, train) if isinstance(task, TextTask) else task
    steps = train.steps if "steps" in given else text.epochs * learnt.steps_per_epoch
    least, most = STEPS_BETWEEN_REPORTS
    most = max(most, STEPS_PER_SCORED_STEP * len(task.validation) // (train.batch * text.window))
    every = train.report_every if "report_every" in given else min(max(least, learnt.steps_per_epoch), most)
    train = dataclasses.replace(train, steps=steps, report_every=min(every, steps))
    longer = f"--steps {2 * steps}" if "steps" in given else f"--epochs {2 * text.epochs}"
    rounds = (Round(learnt, shape, train),)
    return TextTraining(source, rounds, task, text, calibrating, command, longer, teaching)


@dataclass(frozen=True)
class TextTraining:
    """A writer's training. calibrating: ids that only set how sure it is. longer: the setting for twice the steps.

    task: what is learnt, its teachers aside.
    """

    source: TextSource
    rounds: tuple[Round, ...]
    task: TextTask | ShardedTask
    text: TextConfig
    calibrating: Ids
    command: str
    longer: str
    teaching: Teaching
    resumable = True

    @property
    def settings(self) -> dict[str, Any]:
        """Every one, by name."""
        return vars(self.rounds[0].model) | vars(self.rounds[0].train) | vars(self.text) | self.teaching.settings()

    @property
    def warnings(self) -> Sequence[str]:
        """All notices but the one on the text's size."""
        return [notice for notice in self.notices if notice not in on_size(self.source.size)]

    @property
    def notices(self) -> Sequence[str]:
        """On how the text was read, and on one too short or new to the writer that is fine-tuned."""
        base, corpus = self.source.base, self.source.corpus
        begun = too_little(corpus.characters) if base is None else base.notices(corpus)
        return [*corpus.notices, *begun, *self.teaching.notices(corpus.sha256)]

    def baseline(self) -> tuple[str, float]:
        """The 5-gram of the rest of the text."""
        return "5-gram", float(self.source.ngram(self.text)["ngram_nats_per_char"])

    def record(self, round: Round) -> Checkpoint:
        """What the checkpoint says of itself before the first step; of fine-tuning, what the base scored."""
        corpus = self.source.corpus
        data = sharded_record(corpus) if isinstance(corpus, Shards) else text_record(corpus)
        begun = Checkpoint(
            task="text",
            model=round.model,
            codec=round.task.codec(),
            train=dataclasses.asdict(round.train) | dataclasses.asdict(self.text) | self.teaching.settings(),
            metrics={},
            provenance=origin(self.command) | {"data": [data]} | self._from(),
            weights={},
        )
        if self.source.base is None:
            return begun
        before = self.source.base.scored(begun, self.task.vocabulary, round.train.seed, self.task.validation)
        return dataclasses.replace(begun, metrics={"before": before})

    def model(self, round: Round, *, resumed: bool) -> SequenceModel:
        """A new model, or the base's with the characters that are new to it; teachers have read the text then."""
        if isinstance(round.task, TaughtTask):
            round.task.read()  # before the clock of the first steps starts
        model = new_model(round.model, round.train.seed)
        if self.source.base is not None and not resumed:
            weights = self.source.base.weights(self.task.vocabulary, round.model, round.train.seed)
            model.load_state_dict(weights)
        return model

    def sample(self, round: Round, snapshot: Snapshot) -> str:
        """A text by the newest weights."""
        return sample(round.model, self.task.vocabulary, snapshot, round.train.seed)

    def finished(self, made: Sequence[Checkpoint]) -> Checkpoint:
        """The checkpoint calibrated, its weights halved, with their scores on what was held out, and samples."""
        [one] = made
        one = calibrated(one, self.calibrating)
        one = dataclasses.replace(one, weights=halved(one.weights))
        writer, corpus = open_writer(one), self.source.corpus
        scores = all_scores(writer, self.task.validation) | self.source.ngram(self.text)
        scores |= {"openings": openings(corpus.documents)} if isinstance(corpus, Corpus) else {}
        scores |= {"samples": card_samples(writer)}
        prints = fingerprint_of(corpus, self.text.validation) if isinstance(corpus, Corpus) else None
        one = dataclasses.replace(one, metrics=one.metrics | scores, fingerprint=prints)
        return one if isinstance(corpus, Shards) else compared(one, writer, corpus.documents, self.text.validation)

    def result(self, made: Checkpoint) -> dict[str, Any]:
        """Its figures, as JSON; `advice` is on training longer."""
        train, metrics = self.rounds[0].train, made.metrics
        figures = {"recipe": "text", "parameters": sum(one.numel() for one in made.weights.values())}
        figures |= {"steps": made.provenance["steps"], "best_step": metrics["validation"].get("step", 0)}
        figures |= {"seconds": made.provenance["seconds"]} | metrics | self._from()
        ahead = metrics["nats_per_char_streamed"] < metrics["ngram_nats_per_char"]
        return figures | {"advice": [*best_at_last(metrics["curve"], train.steps, self.longer, ahead=ahead)]}

    def _from(self) -> dict[str, Any]:
        """Where the weights that it began with come from, and who taught it."""
        base = {} if self.source.base is None else {"from": self.source.base.told}
        return base | self.teaching.record()


def calibrated(made: Checkpoint, ids: Ids) -> Checkpoint:
    """The checkpoint, no surer than it may be by ids that it was never trained on, if they are enough to tell."""
    if len(ids) < FEWEST:
        return made
    scale = output_scale(build_model(made), ids)
    metrics = made.metrics | {"output_scale": scale}
    return dataclasses.replace(made, weights=scaled(made.weights, scale), metrics=metrics)


def _task(source: TextSource, text: TextConfig, batch: int) -> tuple[TextTask | ShardedTask, Ids]:
    """The text cut up and encoded, and the ids that calibrate; an alphabet tells nothing, so it is the whole's."""
    corpus, base = source.corpus, source.base
    if isinstance(corpus, Shards):
        return sharded_task(corpus, text, batch, base)
    first, held_out = split_at(corpus.documents, 1 - text.validation)
    if not (first and held_out):
        raise RnnlabError(f"{corpus.characters:,} characters are too few to hold some out; give a longer text.")
    share = text.calibration
    # Its beginning: what lies next to the held-out part is most like it, and is missed (docs/experiments.md).
    kept, first = split_at(first, share if share * sum(map(len, first)) >= FEWEST else 0)
    vocabulary = _vocabulary(corpus, first, text)
    if base is not None:
        unknown = getattr(vocabulary, "unknown", None) is not None
        vocabulary = base.widened(vocabulary.alphabet, boundary=several(corpus), unknown=unknown)
    ids = encode_compactly(vocabulary, first), encode_compactly(vocabulary, held_out)
    task = TextTask(*ids, vocabulary, window=text.window, forget=text.forget, batch=batch)
    return task, encode_compactly(vocabulary, kept) if kept else np.zeros(0, np.uint8)


def _vocabulary(corpus: Corpus, first: Sequence[str], text: TextConfig) -> Vocabulary:
    """The vocabulary of a level; first: what is trained on, of which words and subwords are."""
    boundary, alphabet = several(corpus), corpus.alphabet
    if text.level == "char":
        return build_characters(corpus.documents, least=text.rare, boundary=boundary)
    if text.level == "subword":
        return build_subwords(first, most=text.subwords, boundary=boundary, alphabet=alphabet)
    return build_words(first, most=text.words, boundary=boundary, alphabet=alphabet)
