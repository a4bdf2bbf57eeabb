"""How much of a text an index finds in an author's, and what the author's own held-out pages share with the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.kinds import listed, maybe, number, record, whole
from rnnlab.scoring.style.words import name_places

Spans = NDArray[np.int32]

LENGTHS = (10, 15, 20, 30, 50)  # characters of the runs whose shares are told
FEWEST = 200  # characters of held-out text from which a baseline is measured
BASELINE = record(
    {
        "characters": whole(FEWEST),
        "longest": whole(),
        "median": maybe(number(0)),
        "p99": maybe(number(0)),
        "shares": record({}, {str(length): number(0, 1) for length in LENGTHS}),
        "windows": listed(listed(whole(), 2, 2), 1),
    }
)


class Index(Protocol):
    """Finds spans of an author's text; those shorter than `least` characters it does not see."""

    @property
    def least(self) -> int:
        """Characters of the shortest span that is seen."""
        ...

    def longest_spans(self, text: str) -> Spans:
        """A text of N characters -> (N,) the length of the longest copied span that ends at each, 0 if none is seen."""
        ...


@dataclass(frozen=True)
class Copying:
    """What of a text is found in an author's.

    characters: of the text. longest: span, in characters. median, p99: of the spans that end at each character; None
    where they are shorter than the index sees. shares: of the text's runs of 10, 15, 20, 30 and 50 characters, those
    that the author's text has; lengths that the index does not see or the text does not have are left out.
    """

    characters: int
    longest: int
    median: float | None
    p99: float | None
    shares: Mapping[int, float]

    def json(self) -> dict[str, Any]:
        """As JSON."""
        shares = {str(length): share for length, share in self.shares.items()}
        return {**vars(self), "shares": shares}


def copied(index: Index, text: str) -> Copying:
    """Measure what of a text an index finds."""
    return summed(copied_lengths(index, text), index.least)


def copied_lengths(index: Index, text: str) -> Spans:
    """A text of N characters -> (N,) the length of the longest copied span that ends at each, less names of speakers.

    Who speaks in a play is no quotation: of a span, the characters of headings that name a speaker do not count.
    """
    return less_names(text, index.longest_spans(text))


def less_names(text: str, spans: Spans) -> Spans:
    """(N,) spans by where they end, each less the characters within it that name a speaker."""
    named = np.zeros(len(text), np.int32)
    for begin, end in name_places(text):
        named[begin:end] = 1
    before = np.concatenate([[0], named.cumsum()])
    ends = np.arange(1, len(text) + 1)
    told: Spans = (spans - before[ends] + before[np.maximum(ends - spans, 0)]).astype(np.int32)
    return told


def summed(spans: Spans, least: int = 1) -> Copying:
    """(N,) spans of a text by where they end -> what `copied` tells of it."""
    count = len(spans)
    middle, high = (float(np.percentile(spans, share)) if count else 0.0 for share in (50, 99))
    told = [length for length in LENGTHS if least <= length <= count]
    return Copying(
        characters=count,
        longest=int(spans.max(initial=0)),
        median=middle if middle >= least else None,
        p99=high if high >= least else None,
        shares={length: float((spans >= length).sum() / (count - length + 1)) for length in told},
    )


@dataclass(frozen=True)
class Baseline:
    """What the author's held-out pages share with the rest: how much a text by the author would.

    whole: all the pages. windows: for lengths that double, the longest span of a typical (median) stretch of so many
    characters, as the longest grows with the length.
    """

    whole: Copying
    windows: Mapping[int, int]

    def longest(self, characters: int) -> int:
        """The longest span of a typical stretch of about so many characters."""
        near = min(self.windows, key=lambda length: abs(np.log(length / max(characters, 1))))
        return self.windows[near]

    def json(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.whole.json(), "windows": [list(pair) for pair in self.windows.items()]}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Baseline:
        """Undo `json`; told: of the kind BASELINE."""
        shares = {int(length): float(share) for length, share in told["shares"].items()}
        whole = Copying(told["characters"], told["longest"], told["median"], told["p99"], shares)
        return cls(whole, dict(told["windows"]))


def baseline(index: Index, held_out: Sequence[str]) -> Baseline | None:
    """Measure the held-out documents of an author whose other text is indexed; None if they are too short."""
    found = [copied_lengths(index, document) for document in held_out if document]
    spans = np.concatenate(found) if found else np.zeros(0, np.int32)
    if len(spans) < FEWEST:
        return None
    lengths, length = [], FEWEST
    while length <= len(spans):
        lengths.append(length)
        length *= 2
    return Baseline(summed(spans, index.least), {length: _typical(spans, length) for length in lengths})


def is_copying(found: Copying, human: Baseline) -> bool:
    """Whether a writer's texts copy as no author repeats themselves.

    More than one in a hundred of their characters must end a longer span than any in the author's held-out pages.
    """
    return found.p99 is not None and found.p99 > human.whole.longest


def _typical(spans: Spans, length: int) -> int:
    count = len(spans) // length
    # What a stretch shares is no longer than from its beginning.
    stretches = np.minimum(spans[: count * length].reshape(count, length), np.arange(1, length + 1))
    return int(np.median(stretches.max(axis=1)))
