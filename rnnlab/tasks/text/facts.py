"""What a writing checkpoint tells of its text, its training and its scores, read strictly; opens nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rnnlab import options
from rnnlab.data.kinds import is_number
from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.text.data import open_writing
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.tasks.text.writer import Writer
from rnnlab.train.checkpoint.checkpoint import Checkpoint

SCORES = ("nats_per_char_windows", "ngram_nats_per_char")
READ_BY = ("documents", "marker", "fold_case", "validation")  # later settings are absent from earlier checkpoints
MOST_NATS = 100.0  # a character; a uniform guess among all characters there are has 14
NOT_MEASURED = "How good it is has not been measured, as its training has not ended."
LONGEST_LINE = 1000  # characters of a title or an opening


def text_learnt(checkpoint: Checkpoint) -> tuple[str, str]:
    """Title and sha256 of the text that it learnt from.

    Raises:
        CheckpointError: they are not told.
    """
    data = checkpoint.provenance.get("data")
    first = data[0] if isinstance(data, list) and data else None
    if not isinstance(first, dict) or not all(_is_line(first.get(name)) for name in ("title", "sha256")):
        raise _damaged("data of its provenance")
    return first["title"], first["sha256"]


def reading(checkpoint: Checkpoint) -> TextConfig:
    """How its text was read, cut and encoded.

    Raises:
        CheckpointError: a setting is missing or none that a training could have had.
    """
    for name in READ_BY:
        if checkpoint.train.get(name) is None:
            raise _damaged(f"{name} of its train")
    try:
        return options.from_mapping(TextConfig, checkpoint.train)
    except RnnlabError as error:
        raise CheckpointError(f"The checkpoint's settings cannot be those of a training: {error}") from error


def openings(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Prompts that suit it; none before its training has ended.

    Raises:
        CheckpointError: they are no lines of text.
    """
    found = checkpoint.metrics.get("openings", [])
    if not isinstance(found, list) or not all(map(_is_line, found)):
        raise _damaged("openings of its metrics")
    return tuple(found)


def measured(checkpoint: Checkpoint) -> tuple[float, float] | None:
    """Its own and the 5-gram's nats a character on what was held out; None before its training has ended.

    Raises:
        CheckpointError: they are no such numbers.
    """
    if not set(SCORES) & set(checkpoint.metrics):
        return None
    return _nats(checkpoint, SCORES[0]), _nats(checkpoint, SCORES[1])


def writing_verdict(nats: tuple[float, float] | None) -> str:
    """One sentence on a writer's and the 5-gram's nats a character, as `measured` tells them."""
    if nats is None:
        return NOT_MEASURED
    model, ngram = map(math.exp, nats)
    return f"Perplexity {model:.1f} per character on held-out pages; a 5-gram: {ngram:.1f} (lower is better)."


def _nats(checkpoint: Checkpoint, name: str) -> float:
    value: Any = checkpoint.metrics.get(name)
    if not is_number(value) or not 0 <= value <= MOST_NATS:
        raise _damaged(f"{name} of its metrics")
    return float(value)


def _is_line(value: Any) -> bool:
    """Whether a value is a text of some characters, all of which UTF-8 can say."""
    if not isinstance(value, str) or len(value) > LONGEST_LINE:
        return False
    return not any("\ud800" <= one < "\ue000" for one in value)


def _damaged(what: str) -> CheckpointError:
    return CheckpointError(
        f"The checkpoint's config.json is damaged: {what} is missing or wrong; fetch or train the checkpoint anew."
    )


@dataclass(frozen=True)
class Voice:
    """A writer's own words on itself.

    title: whose style. verdict: one sentence on how well it foretells its author beside the 5-gram. openings: prompts
    that suit it. size: what the network is, in half a line.
    """

    name: str
    title: str
    verdict: str
    openings: tuple[str, ...]
    size: str


def voice(model: str, *, caller: Caller = OWNER) -> Voice:
    """Ask a writing checkpoint about itself; raises RnnlabError as `open_writing` does."""
    return voice_of(open_writing(model, caller=caller), model)


def voice_of(writer: Writer, model: str) -> Voice:
    """What a writer that is open tells of itself; CheckpointError if its record is damaged."""
    checkpoint, config = writer.checkpoint, writer.checkpoint.model
    unit = "characters" if isinstance(writer.vocabulary, CharacterVocabulary) else "words"
    return Voice(
        name=model,
        title=text_learnt(checkpoint)[0],
        verdict=writing_verdict(measured(checkpoint)),
        openings=openings(checkpoint),
        size=f"{config.cell.upper()} of {unit}, {config.layers} × {config.hidden} units, "
        f"{writer.model.parameter_count() / 1e6:.1f} million weights",
    )
