"""A text continued from one of its characters, with one of the model's alternatives in its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.tasks.text.manner import USUAL, Manner, rules
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.seeds import DRAWN, drawn_words, seeds_of
from rnnlab.tasks.text.use import BY_COPY, Draft, adapted, hand_for, written

GONE = "That character is not in the text that is shown; choose another."


@dataclass(frozen=True)
class Fork:
    """Where a text is branched: of which text, at which character after the prompt, to which of the alternatives."""

    row: int
    at: int
    choice: int


def branch(
    draft: Draft,
    fork: Fork,
    manner: Manner = USUAL,
    *,
    seed: int | None = None,
    caller: Caller = OWNER,
    device: str = "auto",
) -> Iterator[Draft]:
    """Write on from a draft's text up to a character, and what the model held likely in its place.

    The text is that which `drafts` writes with all that as its prompt.

    Args:
        draft: with the model's alternatives (Manner.explained).
        fork: where to branch.
        manner, caller, device: as of `rnnlab.tasks.text.use.drafts`.
        seed: of the text; that of the branched text if None.

    Returns:
        Drafts of the one text, its pieces those of the draft up to the character.

    Raises:
        RnnlabError: there is no such character or alternative, or as of `drafts`.
    """
    wish, sampling = rules(manner)
    kept, chosen = _chosen(draft, fork)
    found = locate(draft.model, caller=caller)
    hand, manner = hand_for(found, manner, caller, device)
    text = draft.prompt + "".join(piece.text for piece in kept) + chosen.text
    given = hand.prompt(text)
    wish, notices = adapted(wish, hand)
    earlier = [BY_COPY] if BY_COPY in draft.notices else []
    told = (*earlier, *hand.notices, *given.notices, *notices)
    seeds = (draft.seeds[fork.row],) if seed is None else seeds_of(seed, 1)
    same = given.text == text  # else a second voice that joins now does not know all of it
    begun = Draft(
        draft.model,
        hand.first.model.head.weight.device.type,
        draft.prompt if same else given.text,
        ((*kept, chosen),) if same else ((),),
        seeds,
        tuple(dict.fromkeys((*told, *([drawn_words(seeds)] if seed == DRAWN else [])))),
        0,
        0.0,
        False,
        tuple(hand.begin(given, seeds)),
        manner,
        begun=len(text) - len(draft.prompt) if same else 0,
    )
    yield from written(hand, begun, wish, sampling)


def _chosen(draft: Draft, fork: Fork) -> tuple[Sequence[Piece], Piece]:
    """The pieces before a fork, and the alternative as a piece."""
    if not 0 <= fork.row < len(draft.pieces):
        raise RnnlabError(GONE)
    place, pieces = 0, draft.pieces[fork.row]
    for number, piece in enumerate(pieces):
        if place == fork.at and 0 <= fork.choice < len(piece.likeliest):
            text, share = piece.likeliest[fork.choice]
            return pieces[:number], Piece(text, -math.log(max(share, 1e-300)), piece.likeliest)
        place += len(piece.text)
    raise RnnlabError(GONE)
