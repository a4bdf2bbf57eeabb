"""A copy of a writer that learns a page for as long as it is used; the checkpoint is never changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import count
from typing import Any

from rnnlab.data.text.prompts import adapt
from rnnlab.data.text.vocab import encode_compactly
from rnnlab.errors import DataError
from rnnlab.nn.stepping import open_engine
from rnnlab.tasks.text.judge.dynamic import PIECE, Steps, learnt, squared_gradients
from rnnlab.tasks.text.judge.score import characters_of, streamed_losses
from rnnlab.tasks.text.writer import Writer
from rnnlab.train.loop import Watch

SHORTEST, LONGEST = 500, 20_000  # characters of a page
KEPT_BACK = 0.2  # share of the page, its end, that tells whether the rest has helped
STEPS, PASSES = Steps(rate=5e-4, pull=1e-3), 2
TOO_SLOW = "Adapting to {:,} characters takes longer than is allowed here; give a shorter text, or try again later."


@dataclass(frozen=True)
class Adaptation:
    """What a page has done to a writer.

    before, after: nats a character on the page's end, which was not learnt, with what stands before it as the past.
    learnt, kept_back: characters. notices: sentences on characters that the writer does not know.
    """

    before: float
    after: float
    learnt: int
    kept_back: int
    notices: tuple[str, ...]

    @property
    def helped(self) -> bool:
        """Whether the page's end is predicted better than before."""
        return self.after < self.before

    @property
    def verdict(self) -> str:
        """One sentence on whether it has helped."""
        helped = "Adapting helped" if self.helped else "Adapting did not help"
        return (
            f"{helped}: {self.after:.3f} nats per character on the {self.kept_back:,} characters kept back, "
            f"{self.before:.3f} before; trained on {self.learnt:,} characters."
        )

    def answer(self) -> dict[str, Any]:
        """As JSON: {before, after, learnt, kept_back}."""
        return {name: value for name, value in vars(self).items() if name != "notices"}


def adapt_writer(writer: Writer, page: str, watch: Watch = lambda step, steps: True) -> tuple[Writer, Adaptation]:
    """Have a copy of a writer learn the first four fifths of a page: twice, piece by piece, as in dynamic evaluation.

    watch: is told at every piece how many were begun, and of how many; False ends the work.

    Raises:
        DataError: the page is too short or too long, or the work was ended.
    """
    known, notices = adapt(writer.vocabulary.alphabet, page)
    if not SHORTEST <= len(known) <= LONGEST:
        what = f"Of the text, {len(known):,} characters are known to the voice"
        raise DataError(f"{what}; give between {SHORTEST:,} and {LONGEST:,}.")
    ids = encode_compactly(writer.vocabulary, [known])
    first = len(ids) - int(KEPT_BACK * len(ids))
    begun, pieces = count(1), (1 + PASSES) * len(range(0, first - 1, PIECE))

    def begin_piece() -> None:
        if not watch(next(begun), pieces):
            raise DataError(TOO_SLOW.format(len(known)))

    squares = squared_gradients(writer.model, ids[:first], begin_piece)
    model, _ = learnt(writer.model, ids[:first], squares, STEPS, PASSES, begin_piece)
    kept = int(characters_of(writer.vocabulary)[ids[first:]].sum())
    before, after = (float(streamed_losses(one, ids)[first - 1 :].sum()) / kept for one in (writer.model, model))
    told = Adaptation(before, after, len(known) - kept, kept, tuple(notices))
    return dataclasses.replace(writer, model=model, engine=open_engine(model), adapted=told.verdict), told
