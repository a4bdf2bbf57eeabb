"""A writer's style report: texts that it writes, or that somebody has, beside its author's pages and a 5-gram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.nn.sampling import Sampling
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate, open_located
from rnnlab.scoring.originality.written import originality
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.report import StyleReport, report
from rnnlab.scoring.style.words import BLOCK, blocks_of
from rnnlab.tasks.text.generate import Writing, begin, read_prompt
from rnnlab.tasks.text.judge import profiling
from rnnlab.tasks.text.judge.presets import MIN_P, Presets, measure_presets
from rnnlab.tasks.text.judge.profiling import Author, author_of, measured_author, other_authors
from rnnlab.tasks.text.pieces import Wish
from rnnlab.tasks.text.seeds import HIGHEST_SEED
from rnnlab.tasks.text.use import MOST_TEXTS
from rnnlab.tasks.text.writer import Writer, open_located_writing, text_learnt
from rnnlab.train.checkpoint.checkpoint import Checkpoint

SAMPLES, MOST_SAMPLES = 20, 200  # of 250 words each: 5,000, from which on function words tell an author (Eder 2015)
ROOM = 1.15  # of a sample's characters over what 250 of the author's words take on average
FEWEST_LEFT_OUT = 40  # blocks, below which the ranges of the author's own pages are hardly known
SHORT_TEXTS, SHORT_TEXT = 4, 600  # texts, and characters of each, of a writer whose author cannot be reported on
ANOTHER = "The model was trained on another text; the figures are beside the author of the given one."
NOT_KEPT = "The data are another text than the checkpoint was trained on; leave out --keep."
LONGEST_TEXT = 2_000_000  # characters that a report reads


def report_of(
    model: str,
    *,
    data: Sequence[str] = (),
    text: str | None = None,
    samples: int = SAMPLES,
    temperature: float | None = None,
    min_p: float | None = None,
    seed: int = 1,
    against: Sequence[str] = (),
    caller: Caller = OWNER,
    device: str = "auto",
    encoding: str = "",
    column: str = "",
    keep: bool = False,
    author: Author | None = None,
) -> StyleReport:
    """Report on what a writer writes, or on a text.

    Args:
        model: a folder, a bundled name or a repository of the Hub.
        data: the author's text, as of a training; by default what the checkpoint keeps of it is used.
        text: what to report on; None has the writer write `samples` texts of 250 words.
        samples: how many.
        temperature, min_p: that they are written with; None is the default.
        seed: of the first of them, the next having the next seeds.
        against: further writers, whose authors the author is told apart from; the bundled ones
            and those of fetched texts are always among them.
        caller: who asks.
        device: "cpu", "cuda", "mps" or "auto".
        encoding, column: of the data.
        keep: whether the checkpoint's folder is given the author's profile, and the report on what the writer wrote.
        author: of the data, if they have been measured.

    Raises:
        RnnlabError: anything of the above cannot be used as it is.
    """
    if not 1 <= samples <= MOST_SAMPLES:
        raise RnnlabError(f"Between 1 and {MOST_SAMPLES} samples can be reported on, not {samples}.")
    if not 0 <= seed <= HIGHEST_SEED - samples:
        raise RnnlabError(f"The seed must be between 0 and {HIGHEST_SEED - samples:,}, not {seed:,}.")
    if text is not None and len(text) > LONGEST_TEXT:
        raise RnnlabError(f"The text has {len(text):,} characters; give at most {LONGEST_TEXT:,}.")
    found = locate(model, caller=caller)
    made = open_located(found)
    if author is None:
        author = author_of(made, data, encoding=encoding, column=column)
    if keep and author.another:
        raise RnnlabError(NOT_KEPT)
    others = other_authors(author.profile.title, against, caller=caller)
    texts = [text] if text is not None else None
    if texts is None:
        writer = open_located_writing(found, device=device)
        texts = list(_samples(writer, author.profile, samples, {"temperature": temperature, "min_p": min_p}, seed))
    told = report(author.profile, texts, others, index=author.index, generated=text is None, seed=seed)
    if author.another:
        told = replace(told, notices=(ANOTHER,))
    if keep:
        wrote = {} if text is not None else {"style": told.json()} | _originality(texts, made)
        profiling.keep(model, author.profile, wrote)
    return told


def presets_of(model: str, *, data: Sequence[str] = (), keep: bool = False, **others: Any) -> Presets:
    """Report on what a writer writes at several temperatures, and choose its presets (rnnlab.tasks.text.judge.presets).

    Args:
        model, data: as of `report_of`.
        keep: whether the checkpoint's folder is given the presets, and the author's profile.
        others: further arguments of `report_of`, without text, temperature and min_p.

    Raises:
        RnnlabError: anything of the above cannot be used as it is, or no temperature suits.
    """
    how = {name: others[name] for name in ("encoding", "column") if name in others}
    author = author_of(open_located(profiling.kept_here(model) if keep else locate(model)), data, **how)
    if keep and author.another:
        raise RnnlabError(NOT_KEPT)
    found = measure_presets(lambda heat: report_of(model, temperature=heat, min_p=MIN_P, author=author, **others))
    if keep:
        profiling.keep(model, author.profile, found.kept())
    return found


def compared(made: Checkpoint, writer: Writer, documents: Sequence[str], validation: float) -> Checkpoint:
    """A trained checkpoint with its author in plain figures, and how near and how original what it writes is.

    A text that is too short for a report on style is told of what is copied alone, from fewer texts.
    """
    title = text_learnt(made)[0]
    author = measured_author(documents, validation, title, made.fingerprint)
    if author is None or len(author.profile.held_out) < FEWEST_LEFT_OUT:
        texts = _texts(writer, range(1, 1 + SHORT_TEXTS), Wish(SHORT_TEXT), Sampling()) if made.fingerprint else []
        metrics = made.metrics
    else:
        texts = list(_samples(writer, author.profile, SAMPLES, {}, 1))
        style = report(author.profile, texts, other_authors(title), index=author.index)
        metrics = made.metrics | {"style": style.json()}
    metrics = metrics | _originality(texts, made)
    return replace(made, metrics=metrics, profile=None if author is None else author.profile.json())


def _originality(texts: Sequence[str], made: Checkpoint) -> dict[str, Any]:
    found = originality(texts, made.fingerprint)
    return {} if found is None else {"originality": found}


def _samples(writer: Writer, author: Profile, samples: int, how: Mapping[str, Any], seed: int) -> Iterator[str]:
    """Texts of a block of words each, sampled as given by name; one in which there are fewer is given whole."""
    wish = Wish(round(ROOM * BLOCK * author.characters / author.words) + 50)
    sampling = options.from_mapping(Sampling, how)
    for first in range(0, samples, MOST_TEXTS):
        seeds = range(seed + first, seed + min(first + MOST_TEXTS, samples))
        for whole in _texts(writer, seeds, wish, sampling):
            block = next(blocks_of([whole]), None)
            yield whole if block is None else block.text


def _texts(writer: Writer, seeds: range, wish: Wish, sampling: Sampling) -> list[str]:
    """A text of each seed."""
    places = begin(writer.model, read_prompt(writer.vocabulary, ""), seeds)
    texts: list[list[str]] = [[] for _ in seeds]
    for step in Writing(writer.engine, writer.vocabulary, places, sampling, wish):
        for text, pieces in zip(texts, step, strict=True):
            text += [piece.text for piece in pieces]
    return ["".join(text) for text in texts]
