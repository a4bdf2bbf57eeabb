"""A fingerprint of a text that travels in its place: a Bloom filter (Bloom 1970) over its runs of 20 and 32 characters.

What it sees: every span of 20 characters or more, none is missed; a run that the text does not have is taken for
one of it once in ten thousand at most. Shorter spans it does not see. A longer span is a chain of runs of 20, of
which every eighth run of 32, on average, is checked too: so a chain of two places of the text is mostly told apart.

What it reveals: whether a run of 20 characters that somebody already has is in the text. Whoever has 19 characters
of it can try every next one, and so the text from there: the fingerprint of a secret text is not for others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.kinds import DIGEST, maybe, record
from rnnlab.scoring.originality.copying import BASELINE, Baseline, Spans
from rnnlab.scoring.originality.grams import Hashes, gram_hashes, mix

SHORT, LONG = 20, 32  # characters
SAMPLED = 8  # of the longer runs, one in so many, by its own number
BITS, PROBES = 20, 13  # for each run: a filter that is so full gives 6.8e-5 false alarms
NUMBERS = record({"sha256": DIGEST, "baseline": maybe(BASELINE)})
NO_TEXT = "0" * 64  # as a sha256
MOST_CHARACTERS = 10_000_000  # of a text that a fingerprint is made of: 28 MB


@dataclass(frozen=True)
class Fingerprint:
    """The filter.

    bits: (M / 8,) uint8, the lowest bit first. baseline: of the held-out pages, if they were enough. text: the sha256
    of the whole text.
    """

    bits: NDArray[np.uint8]
    baseline: Baseline | None = None
    text: str = NO_TEXT

    least = SHORT

    @classmethod
    def of(cls, documents: str | Sequence[str], baseline: Baseline | None = None, text: str = NO_TEXT) -> Fingerprint:
        """Take in a text, or several documents, over whose ends no run goes."""
        texts = [documents] if isinstance(documents, str) else documents
        members = np.unique(np.concatenate([np.zeros(0, np.uint64), *map(_members, texts)]))
        size = 8 * max(1, math.ceil(BITS * len(members) / 8))
        flags = np.zeros(size, np.uint8)
        for probe in range(PROBES):
            flags[_places(members, probe, size)] = 1
        return cls(np.packbits(flags, bitorder="little"), baseline, text)

    @classmethod
    def read(cls, bits: NDArray[np.uint8], numbers: Mapping[str, Any]) -> Fingerprint:
        """Undo `numbers`, which are of the kind NUMBERS."""
        told = numbers["baseline"]
        return cls(bits, None if told is None else Baseline.of_json(told), numbers["sha256"])

    def numbers(self) -> dict[str, Any]:
        """All but the bits, as JSON."""
        return {"sha256": self.text, "baseline": None if self.baseline is None else self.baseline.json()}

    @property
    def limit(self) -> int:
        """Characters of a span from which it is called copied.

        One more than the 99th percentile of the author's held-out pages, but no fewer than the filter sees.
        """
        human = None if self.baseline is None else self.baseline.whole.p99
        return SHORT if human is None else max(SHORT, math.floor(human) + 1)

    def holds(self, numbers: Hashes) -> NDArray[np.bool_]:
        """(N,) numbers of runs -> (N,) whether the text may have them; False is certain."""
        size, found = 8 * len(self.bits), np.ones(len(numbers), bool)
        for probe in range(PROBES):
            left = np.flatnonzero(found)
            places = _places(numbers[left], probe, size)
            found[left] = (self.bits[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)) & 1
        return found

    def longest_spans(self, text: str) -> Spans:
        """A text of N characters -> (N,) the length of the longest span that ends at each; 0 if under 20.

        Never less than the exact length, where that is 20 or more.
        """
        places = np.arange(len(text))
        missed, cut = np.full(len(text), -1), np.full(len(text), -LONG)
        missed[: SHORT - 1] = places[: SHORT - 1]
        short = self.holds(gram_hashes(text, SHORT))
        missed[SHORT - 1 :][~short] = places[SHORT - 1 :][~short]
        long = gram_hashes(text, LONG)
        asked = np.flatnonzero(is_sampled(long))
        absent = asked[~self.holds(long[asked])] + LONG - 1
        cut[absent] = absent
        after_miss = places - np.maximum.accumulate(missed)
        after_cut = places - np.maximum.accumulate(cut)
        spans = np.minimum(SHORT - 1 + after_miss, LONG - 1 + after_cut)
        return np.where(after_miss > 0, spans, 0).astype(np.int32)


def is_sampled(numbers: Hashes) -> NDArray[np.bool_]:
    """(N,) numbers of runs of 32 -> (N,) whether the filter knows of them at all."""
    return np.asarray(numbers % np.uint64(SAMPLED) == 0)


def _members(text: str) -> Hashes:
    long = gram_hashes(text, LONG)
    return np.concatenate([gram_hashes(text, SHORT), long[is_sampled(long)]])


def _places(numbers: Hashes, probe: int, size: int) -> Hashes:
    """(N,) numbers -> (N,) bits of one probe (Kirsch & Mitzenmacher 2006, double hashing)."""
    return (numbers + np.uint64(probe) * (mix(numbers) | np.uint64(1))) % np.uint64(size)
