"""Pages of an author counted against all other pages: what new pages by the author share with them, all over a text.

The held-out end alone does not tell how far an author's pages lie apart: a book's chapters differ more than the pages
of one do. So the text is cut into ten parts, and a run of pages of each is held to the nine others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rnnlab.scoring.originality.copying import Spans
from rnnlab.scoring.originality.grams import gram_hashes
from rnnlab.scoring.style import words
from rnnlab.scoring.style.counts import SIZE, Habits, Ints
from rnnlab.scoring.style.words import Block

TENTHS = 10
RUN = 20  # blocks of each part at most: 5,000 words
SHORTEST = 20  # characters of a copied span
SEVERAL = -1


@dataclass(frozen=True)
class Owners:
    """Numbers of words or phrases, (D,) ascending, and the part of a text that has each, (D,), or SEVERAL."""

    numbers: NDArray[np.uint64]
    part: NDArray[np.int16]

    @classmethod
    def of(cls, numbers: NDArray[np.uint64], parts: Ints) -> Owners:
        """(N,) numbers and (N,) the parts that they are in."""
        order = np.argsort(numbers, kind="stable")
        numbers, parts = numbers[order], parts[order]
        firsts = np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]])[: len(numbers)])
        if not len(firsts):
            return cls(numbers, parts.astype(np.int16))
        least, most = np.minimum.reduceat(parts, firsts), np.maximum.reduceat(parts, firsts)
        return cls(numbers[firsts], np.where(least == most, least, SEVERAL).astype(np.int16))


@dataclass(frozen=True)
class Outside:
    """What of a text lies outside of one of its parts, asked as `Known` is."""

    owners: Owners
    part: int

    def holds(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """(N,) numbers -> (N,) whether another part has each."""
        known = self.owners.numbers
        if not len(known):
            return np.zeros(len(numbers), bool)
        places = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
        return np.asarray((known[places] == numbers) & (self.owners.part[places] != self.part))


@dataclass(frozen=True)
class OutsideText:
    """An index of all but one part of a text; a longer span is a chain of runs of 20 characters."""

    runs: Outside
    least = SHORTEST

    def longest_spans(self, text: str) -> Spans:
        """A text of N characters -> (N,) the longest span that ends at each, 0 if under 20."""
        held = self.runs.holds(gram_hashes(text, SHORTEST))
        places = np.arange(len(held))
        chained = places - np.maximum.accumulate(np.where(held, -1, places))
        spans = np.zeros(len(text), np.int32)
        spans[SHORTEST - 1 :] = np.where(held, chained + SHORTEST - 1, 0)
        return spans


@dataclass(frozen=True)
class LeftOut:
    """Pages counted so. counts: (M, SIZE), run after run. run: blocks in each. places: (M,) of the text's blocks."""

    counts: Ints
    run: int
    places: Ints


def left_out(habits: Habits, blocks: Sequence[Block]) -> LeftOut:
    """Count runs of pages from all over a text's blocks, each against the parts that it does not lie in."""
    parts = min(TENTHS, len(blocks))
    if parts < 2:
        return LeftOut(np.zeros((0, SIZE), np.int64), 1, np.zeros(0, np.int64))
    which = np.arange(len(blocks)) * parts // len(blocks)
    length = min(RUN, len(blocks) // parts)
    numbers = words.hashes(list(chain.from_iterable(block.words for block in blocks)))
    of_words = np.repeat(which, [len(block.words) for block in blocks])
    phrases = numbers, words.grams(numbers, 2), words.grams(numbers, 3)
    owners = [Owners.of(found, of_words[: len(found)]) for found in phrases]
    runs = [gram_hashes(block.text, SHORTEST) for block in blocks]
    copied = Owners.of(np.concatenate(runs), np.repeat(which, [len(one) for one in runs]))
    counts, places = [], []
    for number in range(parts):
        inside = np.flatnonzero(which == number)
        some = inside[(len(inside) - length) // 2 :][:length]
        known, two, three = (Outside(one, number) for one in owners)
        own = replace(habits, known=known, bigrams=two, trigrams=three)
        counts.append(own.count_all([blocks[place] for place in some], OutsideText(Outside(copied, number))))
        places.append(some)
    return LeftOut(np.concatenate(counts), length, np.concatenate(places))
