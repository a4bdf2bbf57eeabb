"""What the checked record of a writer (`writer.check_record`) tells of its text, its training and its scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rnnlab import options
from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.text.data import open_writing
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.tasks.text.writer import SCORES, Writer
from rnnlab.train.checkpoint.checkpoint import CONFIG, Checkpoint
from rnnlab.train.checkpoint.files import damaged

READ_BY = ("documents", "marker", "fold_case", "validation")  # later settings are absent from earlier checkpoints
NOT_MEASURED = "How good it is has not been measured, as its training has not ended."


def text_learnt(checkpoint: Checkpoint) -> tuple[str, str]:
    """Title and sha256 of the text that it learnt from."""
    first = checkpoint.provenance["data"][0]
    return first["title"], first["sha256"]


def reading(checkpoint: Checkpoint) -> TextConfig:
    """How its text was read, cut and encoded.

    Raises:
        CheckpointError: a setting is missing or none that a training could have had.
    """
    for name in READ_BY:
        if checkpoint.train.get(name) is None:
            raise damaged(CONFIG, f"{name} of its train is missing or wrong")
    try:
        return options.from_mapping(TextConfig, checkpoint.train)
    except RnnlabError as error:
        raise CheckpointError(f"The checkpoint's settings cannot be those of a training: {error}") from error


def measured(checkpoint: Checkpoint) -> tuple[float, float] | None:
    """Its own and the 5-gram's nats a character on what was held out; None before its training has ended."""
    if SCORES[0] not in checkpoint.metrics:
        return None
    return checkpoint.metrics[SCORES[0]], checkpoint.metrics[SCORES[1]]


def writing_verdict(nats: tuple[float, float] | None) -> str:
    """One sentence on a writer's and the 5-gram's nats a character, as `measured` tells them."""
    if nats is None:
        return NOT_MEASURED
    model, ngram = map(math.exp, nats)
    return f"Perplexity {model:.1f} per character on held-out pages; a 5-gram: {ngram:.1f} (lower is better)."


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
    """What a writer that is open tells of itself; its openings are none before its training has ended."""
    checkpoint, config = writer.checkpoint, writer.checkpoint.model
    unit = "characters" if isinstance(writer.vocabulary, CharacterVocabulary) else "words"
    return Voice(
        name=model,
        title=text_learnt(checkpoint)[0],
        verdict=writing_verdict(measured(checkpoint)),
        openings=tuple(checkpoint.metrics.get("openings", ())),
        size=f"{config.cell.upper()} of {unit}, {config.layers} × {config.hidden} units, "
        f"{writer.model.parameter_count() / 1e6:.1f} million weights",
    )
