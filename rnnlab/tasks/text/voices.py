"""What a writing checkpoint tells of itself: whose voice it is, how good, and what to prompt it with."""

from __future__ import annotations

from dataclasses import dataclass

from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.text.data import open_writing
from rnnlab.tasks.text.facts import measured, openings, text_learnt, writing_verdict
from rnnlab.tasks.text.writer import Writer


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
