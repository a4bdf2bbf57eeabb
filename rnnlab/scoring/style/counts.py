"""What is counted in a block of words: whole numbers that add up, from which every figure of a report follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import code_points
from rnnlab.scoring.originality.copying import Index, copied_lengths
from rnnlab.scoring.style import words
from rnnlab.scoring.style.words import Block

Ints = NDArray[np.int64]
Counts = TypeVar("Counts", NDArray[np.int64], NDArray[np.float64])  # of several blocks together they may be floats

COMMON = 150  # words whose frequencies tell an author (Evert et al. 2017)
ORDERED = 16  # of them, whose order is counted
EDGE = ORDERED + 1  # of a sentence; ORDERED itself stands for all other words
BUCKETS = 1024  # that runs of 3 and 4 characters are hashed into
SCALARS = (
    "words",
    "known",
    "bigrams",
    "known_bigrams",
    "trigrams",
    "known_trigrams",
    "distinct_bigrams",
    "distinct_trigrams",
    "sentences",
    "proper",
    "paired",
    "balanced",
    "fourgrams",
    "repeated",
    "later",
    "again",
    "runs_20",
    "copied_20",
    "runs_30",
    "copied_30",
    "runs_50",
    "copied_50",
    "longest",
)
RECENT = 4  # speeches, among whose speakers the next one is looked for
COPIED = (20, 30, 50)  # characters of the runs that are looked for in the training part
WORD_EDGES = tuple(range(2, 17))  # characters
SENTENCE_EDGES = (2, 3, 5, 8, 12, 17, 23, 30, 40, 55, 75)  # words
LINE_EDGES = (1, 10, 20, 30, 40, 50, 60, 70, 80, 120, 200, 400)  # characters
MARKS = (".。।۔", ",、，،", ";；·", ":：", "!！", "?？؟", "-‐‑", "–—―", "'’‘", '"“”„«»「」『』', "()[]{}（）", "…")
PARTS = {
    "scalars": len(SCALARS),
    "word_lengths": len(WORD_EDGES) + 1,
    "sentence_lengths": len(SENTENCE_EDGES) + 1,
    "line_lengths": len(LINE_EDGES) + 1,
    "marks": len(MARKS) + 1,  # the last are words, so that it is told how often marks are set
    "common": COMMON,
    "order": (ORDERED + 2) ** 2,
    "speakers": 2,  # speeches after a block's first two, and those of them that return to one of the last few speakers
    "grams": BUCKETS,
}
SIZE = sum(PARTS.values())
_STARTS = dict(zip(PARTS, np.cumsum([0, *PARTS.values()]).tolist(), strict=False))


def places_of(name: str) -> slice:
    """Where the counts of one part lie."""
    return slice(_STARTS[name], _STARTS[name] + PARTS[name])


def part(counts: Counts, name: str) -> Counts:
    """(…, SIZE) counts -> (…, n) those of one part."""
    return counts[..., places_of(name)]


def scalar(counts: Counts, name: str) -> Counts:
    """(…, SIZE) counts -> (…) one of the counts by its name."""
    return counts[..., SCALARS.index(name)]


class Members(Protocol):
    """A set of words or phrases by their numbers."""

    def holds(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """(N,) numbers -> (N,) whether each is a member."""
        ...


@dataclass(frozen=True)
class Habits:
    """What of an author is needed to count in a text.

    known, bigrams, trigrams: of their words. common: (≤ COMMON,) the hashes of the commonest, the commonest first.
    stops: what ends a sentence. cased: whether the script has capitals.
    """

    known: Members
    bigrams: Members
    trigrams: Members
    common: NDArray[np.uint64]
    stops: str
    cased: bool

    @cached_property
    def places(self) -> dict[int, int]:
        """Each common word's place."""
        return {int(number): place for place, number in enumerate(self.common)}

    def count(self, block: Block, index: Index | None = None) -> Ints:
        """(SIZE,) what is counted in a block; what is copied only if there is an index of the training part."""
        numbers = words.hashes(block.words)
        counts = np.zeros(SIZE, np.int64)
        told = self._scalars(block, numbers) | ({} if index is None else _copied(block.text, index))
        part(counts, "scalars")[:] = [told.get(name, 0) for name in SCALARS]
        lengths = [len(word) for word in block.words]
        part(counts, "word_lengths")[:] = _histogram(lengths, WORD_EDGES)
        spans = [words.count_words(one) for one in words.sentences(block.text, self.stops)]
        spans = [span for span in spans if span]
        part(counts, "sentence_lengths")[:] = _histogram(spans, SENTENCE_EDGES)
        part(counts, "line_lengths")[:] = _histogram([len(line) for line in block.text.split("\n")], LINE_EDGES)
        part(counts, "marks")[:] = [*_marks(block.text), len(block.words)]
        places = [place for one in numbers.tolist() if (place := self.places.get(one)) is not None]
        part(counts, "common")[:] = np.bincount(places, minlength=COMMON)
        part(counts, "order")[:] = self._order(numbers, spans)
        part(counts, "speakers")[:] = _turns(words.speakers(block.text))
        part(counts, "grams")[:] = character_grams(block.text)
        return counts

    def count_all(self, blocks: Sequence[Block], index: Index | None = None) -> Ints:
        """(N, SIZE) what is counted in N blocks."""
        return np.array([self.count(block, index) for block in blocks], np.int64).reshape(-1, SIZE)

    def _scalars(self, block: Block, numbers: NDArray[np.uint64]) -> dict[str, int]:
        two, three = words.grams(numbers, 2), words.grams(numbers, 3)
        four = words.grams(numbers, 4)
        spans = words.sentences(block.text, self.stops)
        whole = words.paragraphs(block.text)
        # A block begins and ends within a paragraph, whose other half it lacks.
        paired = [one for one in (whole[1:-1] if len(whole) > 2 else whole) if words.has_pairs(one)]
        later, again = self._topics(numbers)
        return {
            "words": len(numbers),
            "known": int(self.known.holds(numbers).sum()),
            "bigrams": len(two),
            "known_bigrams": int(self.bigrams.holds(two).sum()),
            "trigrams": len(three),
            "known_trigrams": int(self.trigrams.holds(three).sum()),
            "distinct_bigrams": len(np.unique(two)),
            "distinct_trigrams": len(np.unique(three)),
            "sentences": len(spans),
            "proper": sum(words.is_proper(one, self.stops, self.cased) for one in spans),
            "paired": len(paired),
            "balanced": sum(map(words.is_balanced, paired)),
            "fourgrams": len(four),
            "repeated": len(four) - len(np.unique(four)),
            "later": later,
            "again": again,
        }

    def _order(self, numbers: NDArray[np.uint64], spans: Sequence[int]) -> Ints:
        """(N,) words, in sentences of so many -> ((ORDERED + 2)²,) how often each follows each, edges included."""
        places = np.array([min(self.places.get(one, ORDERED), ORDERED) for one in numbers.tolist()], np.int64)
        ends = np.minimum(np.cumsum(spans[:-1], dtype=np.int64), len(places))
        row = np.insert(places, ends, EDGE)
        return np.bincount(row[:-1] * (ORDERED + 2) + row[1:], minlength=(ORDERED + 2) ** 2)

    def _topics(self, numbers: NDArray[np.uint64]) -> tuple[int, int]:
        """Of the words of the second half that are not common, how many there are and how many the first half has."""
        half = len(numbers) // 2
        first, second = (numbers[:half], numbers[half:])
        told = second[~np.isin(second, self.common)]
        return len(told), int(np.isin(told, first).sum())


def character_grams(text: str) -> Ints:
    """(BUCKETS,) how often runs of 3 and of 4 characters fall into each bucket; a run of blanks counts as one."""
    points = code_points(" ".join(text.split())).astype(np.uint64)
    found = [words.grams(points, length) % np.uint64(BUCKETS) for length in (3, 4)]
    return np.bincount(np.concatenate(found).astype(np.int64), minlength=BUCKETS)


def _copied(text: str, index: Index) -> dict[str, int]:
    """How many runs of characters there are, how many of them the index has, and how long its longest span is."""
    spans = copied_lengths(index, text)
    found = {"longest": int(spans.max(initial=0))}
    for length in COPIED:
        found |= {f"runs_{length}": max(0, len(spans) - length + 1), f"copied_{length}": int((spans >= length).sum())}
    return found


def _turns(speakers: Sequence[str]) -> tuple[int, int]:
    """Of the speeches after the first two, how many there are, and how many by a recent speaker but not the last."""
    later = [(speakers[place], speakers[max(0, place - RECENT) : place]) for place in range(2, len(speakers))]
    return len(later), sum(one in recent and one != recent[-1] for one, recent in later)


def _histogram(values: Sequence[int], edges: Sequence[int]) -> Ints:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)


def _marks(text: str) -> list[int]:
    counts = Counter(text)
    return [sum(counts[one] for one in kind) for kind in MARKS]
