"""A copy of a writer that learns a page for as long as it is used; the checkpoint is never changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from rnnlab.data.text.prompts import adapt
from rnnlab.data.text.vocab import encode_compactly
from rnnlab.errors import DataError
from rnnlab.nn.stepping import open_engine
from rnnlab.tasks.text.judge.dynamic import Steps, learnt, squared_gradients
from rnnlab.tasks.text.judge.score import characters_of, streamed_losses
from rnnlab.tasks.text.writer import Writer, text_learnt

SHORTEST, LONGEST = 500, 20_000  # characters of a page
KEPT_BACK = 0.2  # share of the page, its end, that tells whether the rest has helped
STEPS, PASSES = Steps(rate=5e-4, pull=1e-3), 2


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


def adapt_writer(writer: Writer, page: str) -> tuple[Writer, Adaptation]:
    """Have a copy of a writer learn the first four fifths of a page: twice, piece by piece, as in dynamic evaluation.

    Raises:
        DataError: the page is too short or too long.
    """
    known, notices = adapt(writer.vocabulary.alphabet, page)
    if not SHORTEST <= len(known) <= LONGEST:
        what = f"The page has {len(known):,} characters that {text_learnt(writer.checkpoint)[0]} knows"
        raise DataError(f"{what}; give between {SHORTEST:,} and {LONGEST:,}.")
    ids = encode_compactly(writer.vocabulary, [known])
    first = len(ids) - int(KEPT_BACK * len(ids))
    squares = squared_gradients(writer.model, ids[:first])
    model, _ = learnt(writer.model, ids[:first], squares, STEPS, PASSES)
    kept = int(characters_of(writer.vocabulary)[ids[first:]].sum())
    before, after = (float(streamed_losses(one, ids)[first - 1 :].sum()) / kept for one in (writer.model, model))
    told = Adaptation(before, after, len(known) - kept, kept, tuple(notices))
    return dataclasses.replace(writer, model=model, engine=open_engine(model)), told
