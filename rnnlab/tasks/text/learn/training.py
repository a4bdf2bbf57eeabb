"""A writer trained on a text, saved as it goes, with samples on the way, scored on what was held out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab import options
from rnnlab.data.text.corpus import Corpus, on_size
from rnnlab.data.text.documents import split_at
from rnnlab.data.text.shards import Shards
from rnnlab.data.text.vocab import Vocabulary, build_characters, build_words, encode_compactly
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.options import Option
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.provenance import origin
from rnnlab.runtime.reports import TrainReport, TrainResult, report, tell_once
from rnnlab.runtime.resuming import FILLED, begun_training, check_reached, command_as_begun, settings_as_begun
from rnnlab.runtime.run_log import Record
from rnnlab.runtime.zero_gpu import fit_anywhere
from rnnlab.scoring.openings import openings
from rnnlab.tasks.text.data import open_learnable, text_record
from rnnlab.tasks.text.facts import text_learnt
from rnnlab.tasks.text.judge import protocols
from rnnlab.tasks.text.learn.calibrate import FEWEST, Ids, output_scale, scaled
from rnnlab.tasks.text.learn.notices import best_at_last, too_little
from rnnlab.tasks.text.learn.samples import card_samples, sample
from rnnlab.tasks.text.learn.settings import MODEL, TRAIN, TextConfig, proposed
from rnnlab.tasks.text.learn.sharded import ShardedTask
from rnnlab.tasks.text.learn.sharded_text import sharded_record, sharded_scores, sharded_task
from rnnlab.tasks.text.learn.task import TextTask, shape_of
from rnnlab.tasks.text.learn.tuning import TextBegun, check_settled, open_text_begun, resumed_text_begun, tuned_settings
from rnnlab.tasks.text.writer import open_writer
from rnnlab.train import memory
from rnnlab.train.checkpoint import checkpoint, metadata
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.checkpoint.claims import claimed
from rnnlab.train.loop import Watch
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import Snapshot, TrainConfig
from rnnlab.train.weights import halved

STEPS_BETWEEN_REPORTS = 50, 250  # at least and at most: a short text's epoch takes a moment, a long one's hours
NOT_SET = (*FILLED, "skip")


def text_settings() -> list[Option]:
    """Every setting of a writer's training that a person may choose; the text's size changes some defaults."""
    parts = (MODEL, TRAIN, TextConfig())
    return [known for part in parts for known in options.describe(part) if known.name not in NOT_SET]


def train_text(
    data: str | Sequence[str],
    *,
    out: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    command: str = "",
    watch: Watch | None = None,
    processes: Processes = ALONE,
    overwrite: bool = False,
    most_bytes: float = math.inf,
    base: str | None = None,
    caller: Caller = OWNER,
    tell: Callable[[str], None] | None = None,
) -> Iterator[TrainReport | TrainResult]:
    """Train a writer; whoever stops asking stops the training.

    Args:
        data: a text of the catalog or a dataset of the Hub that has been fetched, or the path of a text file, of a
            folder of text files or of a folder of shards; several, but for shards, are one text.
        out: folder for the checkpoint; none is written if None.
        settings: by name, of ModelConfig, TrainConfig and TextConfig; None and absent ones follow the text's size.
        resume: go on with the training that `out` holds; settings that are not given are those it began with.
        command: the command line that asked, for the checkpoint's record.
        watch: see rnnlab.train.loop.fit.
        processes: those that train together; only the first of them writes anything and yields.
        overwrite: whether a checkpoint or a stopped training that `out` holds may be replaced.
        most_bytes: of memory that the training may take, by an estimate from its sizes.
        base: a writer to go on from, whose shape and vocabulary it keeps; characters new to it are added. It is scored
            on the same held-out part before.
        caller: who asks for `base`.
        tell: is told, before the first step, how the text was read and what speaks against it.

    Yields:
        TrainReports with a sample each, then one TrainResult.

    Raises:
        RnnlabError: anything of the above cannot be used as it is.
    """
    with claimed(out, overwrite=overwrite, resume=resume, processes=processes) as folder:
        run, snapshot = text_run(
            data, out=folder, settings=settings, resume=resume, command=command, watch=watch, base=base, caller=caller
        )  # fmt: skip
        tell_once(run.told_before(), tell, processes)
        yield from dataclasses.replace(run, processes=processes, most_bytes=most_bytes).reports(snapshot)


def text_run(
    data: str | Sequence[str], *, out: str | Path | None = None, settings: Mapping[str, Any] | None = None,
    resume: bool = False, command: str = "", watch: Watch | None = None, base: str | None = None,
    caller: Caller = OWNER,
) -> tuple[TextRun, Snapshot | None]:  # fmt: skip
    """What `train_text` would train, and what it would go on from; arguments and errors as there."""
    given = {name: value for name, value in (settings or {}).items() if value is not None}
    for name in set(given) - {known.name for known in text_settings()}:
        raise RnnlabError(f"A writer has no setting --{name.replace('_', '-')}; leave it out.")
    if resume and base:
        raise RnnlabError("--resume goes on from what the folder of --out holds; leave out --from.")
    folder = None if out is None else checkpoint.check_place(out)
    if base is not None:
        begun = open_text_begun(base, given, caller)
        corpus = begun.opened(data, given)
        chosen = tuned_settings(begun, corpus, given)
        return TextRun(corpus, *chosen, frozenset(given), folder, command, watch, begun=begun), None
    began = begun_training(folder) if resume else None
    if began is not None:
        if began.task != "text":
            raise CheckpointError("The folder of --out holds another kind of training; resume it with its own command.")
        check_settled(began, given)
        command = command_as_begun(began, given, command)
        given = settings_as_begun(began, given)
    corpus = open_learnable(data, options.from_mapping(TextConfig, given))
    if began is not None and text_learnt(began)[1] != corpus.sha256:
        raise RnnlabError("This training began with another text; give the same --data to resume it.")
    run = TextRun(
        corpus, *proposed(corpus.characters, given), frozenset(given), folder, command, watch,
        begun=None if began is None else resumed_text_begun(began),
    )  # fmt: skip
    return run, None if began is None else began.resume


def calibrated(made: Checkpoint, kept: Ids) -> Checkpoint:
    """The checkpoint, no surer than it may be by ids that it never learnt from, if they are enough to tell."""
    if len(kept) < FEWEST:
        return made
    scale = output_scale(build_model(made), kept)
    metrics = made.metrics | {"output_scale": scale}
    return dataclasses.replace(made, weights=scaled(made.weights, scale), metrics=metrics)


@dataclasses.dataclass(frozen=True)
class TextRun:
    """What to train: a text, the three groups of settings, and where the model goes.

    given: names of the settings that were asked for; steps and report_every follow from the epochs unless they were.
    begun: the checkpoint that it goes on from, if it does.
    """

    corpus: Corpus | Shards
    model: ModelConfig
    train: TrainConfig
    text: TextConfig
    given: frozenset[str]
    out: Path | None
    command: str
    watch: Watch | None = None
    processes: Processes = ALONE
    most_bytes: float = math.inf
    begun: TextBegun | None = None

    def rehearsed(self) -> tuple[TextTask | ShardedTask, ModelConfig, TrainConfig]:
        """What would be trained, for whoever wants to know how long that takes."""
        task, _ = self._task()
        return task, self._shape(task), self._train(task)

    def reports(self, resume: Snapshot | None = None) -> Iterator[TrainReport | TrainResult]:
        """Train, reporting and saving as it goes; an interrupted training keeps what it has for resuming."""
        task, kept = self._task()
        train = self._train(task)
        check_reached(resume, train)
        shape = self._shape(task)
        model = new_model(shape, train.seed)
        begun = self._begun(task, train, shape)
        if self.begun is not None:
            before = self.begun.scored(begun, task.vocabulary, train.seed, task.validation)
            begun = dataclasses.replace(begun, metrics={"before": before})
            if resume is None:
                model.load_state_dict(self.begun.weights(task.vocabulary, shape, train.seed))
        record = Record(model, begun, self.out, resume)
        snapshot = resume
        for progress in fit_anywhere(model, task, train, resume, self.watch, self.processes):
            if not self.processes.first:
                continue
            snapshot = progress.snapshot
            record.report(progress)
            text = sample(begun, task.vocabulary, snapshot, train.seed)
            yield dataclasses.replace(report(progress, train.seed), sample=text)
        if not self.processes.first:
            return
        assert snapshot is not None, "a training has steps, and one that is resumed has a snapshot"
        made = calibrated(record.finished(snapshot), kept)
        made = self._judged(dataclasses.replace(made, weights=halved(made.weights)), task)
        record.save(made)
        summary: dict[str, Any] = {"recipe": "text", "parameters": model.parameter_count()}
        summary |= {"steps": snapshot.numbers["step"], "best_step": snapshot.numbers["best_step"]}
        summary |= {"seconds": made.provenance["seconds"]} | made.metrics | self._from()
        ahead = made.metrics["nats_per_char_streamed"] < made.metrics["ngram_nats_per_char"]
        advice = best_at_last(record.curve, train.steps, self._longer(train), ahead=ahead)
        summary |= {"notices": [*self.notices(), *advice], "advice": [*advice]}
        yield TrainResult(summary, None if self.out is None else str(self.out))

    def cautions(self) -> tuple[str, ...]:
        """Sentences on a text that is too short, or on what it is to the checkpoint that the training goes on from."""
        return too_little(self.corpus.characters) if self.begun is None else self.begun.notices(self.corpus)

    def told_before(self) -> list[str]:
        """The sentences that a person should know before the first step: all but the one on the text's size."""
        return [notice for notice in self.notices() if notice not in on_size(self.corpus.characters)]

    def notices(self) -> list[str]:
        """Sentences on how the text was read, and the cautions."""
        return [*self.corpus.notices, *self.cautions()]

    def _task(self) -> tuple[TextTask | ShardedTask, Ids]:
        """The text cut up and encoded, and the ids that calibrate; an alphabet tells nothing, so it is the whole's."""
        if isinstance(self.corpus, Shards):
            return sharded_task(self.corpus, self.text, self.train.batch, self.begun)
        documents = self.corpus.documents
        learnt, held_out = split_at(documents, 1 - self.text.validation)
        if not (learnt and held_out):
            raise RnnlabError(
                f"{self.corpus.characters:,} characters are too few to hold some out; give a longer text."
            )
        share = self.text.calibration
        # Its beginning: what lies next to the held-out part is most like it, and is missed (docs/experiments.md).
        kept, learnt = split_at(learnt, share if share * sum(map(len, learnt)) >= FEWEST else 0)
        several = len(documents) > 1
        vocabulary: Vocabulary
        if self.text.level == "char":
            vocabulary = build_characters(documents, least=self.text.rare, boundary=several)
        else:
            vocabulary = build_words(
                learnt, most=self.text.words, boundary=several, alphabet=self.corpus.alphabet
            )  # fmt: skip
        if self.begun is not None:
            unknown = getattr(vocabulary, "unknown", None) is not None
            vocabulary = self.begun.widened(vocabulary.alphabet, boundary=several, unknown=unknown)
        ids = encode_compactly(vocabulary, learnt), encode_compactly(vocabulary, held_out)
        text = self.text
        task = TextTask(*ids, vocabulary, window=text.window, forget=text.forget, batch=self.train.batch)
        return task, encode_compactly(vocabulary, kept) if kept else np.zeros(0, np.uint8)

    def _shape(self, task: TextTask | ShardedTask) -> ModelConfig:
        """The model's shape for the text's vocabulary; RnnlabError if it is too large."""
        shape = shape_of(task.vocabulary, self.model)
        metadata.check_size(shape)
        memory.check_training(shape, self.train, self.text.window, self.most_bytes)
        return shape

    def _train(self, task: TextTask | ShardedTask) -> TrainConfig:
        epoch = task.steps_per_epoch
        steps = self.train.steps if "steps" in self.given else self.text.epochs * epoch
        least, most = STEPS_BETWEEN_REPORTS
        every = self.train.report_every if "report_every" in self.given else min(max(least, epoch), most)
        return dataclasses.replace(self.train, steps=steps, report_every=min(every, steps))

    def _begun(self, task: TextTask | ShardedTask, train: TrainConfig, model: ModelConfig) -> Checkpoint:
        corpus = self.corpus
        record = sharded_record(corpus) if isinstance(corpus, Shards) else text_record(corpus)
        return Checkpoint(
            task="text",
            model=model,
            codec=task.codec(),
            train=dataclasses.asdict(train) | dataclasses.asdict(self.text),
            metrics={},
            provenance=origin(self.command) | {"data": [record]} | self._from(),
            weights={},
        )

    def _longer(self, train: TrainConfig) -> str:
        """The setting that would train twice as long."""
        return f"--steps {2 * train.steps}" if "steps" in self.given else f"--epochs {2 * self.text.epochs}"

    def _from(self) -> dict[str, Any]:
        """Where the weights that it began with come from."""
        return {} if self.begun is None else {"from": self.begun.told}

    def _judged(self, made: Checkpoint, task: TextTask | ShardedTask) -> Checkpoint:
        """The checkpoint with the scores of its stored weights on what was held out, and samples."""
        writer = open_writer(made)
        scores = protocols.scores(writer, task.validation)
        if isinstance(self.corpus, Shards):
            scores |= sharded_scores(self.corpus, self.text)
        else:
            scores |= protocols.ngram_score(*split_at(self.corpus.documents, 1 - self.text.validation))
            scores |= {"openings": openings(self.corpus.documents)}
        scores |= {"samples": card_samples(writer)}
        return dataclasses.replace(made, metrics=made.metrics | scores)
