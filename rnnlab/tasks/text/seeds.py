"""The seeds of texts: given, or drawn."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from rnnlab.errors import RnnlabError

HIGHEST_SEED = 2**31 - 1
DRAWN = -1  # as a seed: draw one, and say which


def seeds_of(seed: int | None, texts: int) -> tuple[int, ...]:
    """The consecutive seeds of so many texts; the first is drawn if None or -1. RnnlabError if they cannot be."""
    first = secrets.randbelow(1_000_000) if seed is None or seed == DRAWN else seed
    if not 0 <= first <= HIGHEST_SEED - texts:
        raise RnnlabError(
            f"The seed must be between 0 and {HIGHEST_SEED - texts:,}, or -1 to have one drawn, not {first:,}."
        )
    return tuple(range(first, first + texts))


def drawn_words(seeds: Sequence[int]) -> str:
    """What to tell of seeds that were drawn."""
    if len(seeds) == 1:
        return f"The seed {seeds[0]} was drawn."
    return f"The seeds {seeds[0]} to {seeds[-1]} were drawn."
