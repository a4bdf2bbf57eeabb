"""The places where a text copies longer runs than its author's own held-out pages do, as people are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.scoring.originality.fingerprint import SHORT, Fingerprint
from rnnlab.scoring.style.words import name_places


@dataclass(frozen=True)
class CopiedSpans:
    """longest: span that ends after the prompt, 0 if it is too short to be seen. places: (begin, end) of the copied."""

    longest: int
    places: tuple[tuple[int, int], ...]


def copied_spans(fingerprint: Fingerprint, text: str, prompt: int = 0) -> CopiedSpans:
    """The spans of the limit's length or more in a text that begins with a prompt of so many characters.

    The places are of the text, the prompt's characters never in them; they are apart from each other, in order. A
    heading that names a speaker does not count towards a span's length: who speaks in a play is no quotation.
    """
    spans = fingerprint.longest_spans(text)[prompt:].astype(np.int64)
    told = _less_names(text, spans, prompt)
    ends = np.flatnonzero(told >= fingerprint.limit)
    places: list[tuple[int, int]] = []
    for end in ends.tolist():
        begin = max(0, end + 1 - int(spans[end]))
        while places and places[-1][1] >= begin:
            begin = min(begin, places.pop()[0])
        places.append((begin, end + 1))
    shown = tuple((begin + prompt, end + prompt) for begin, end in places)
    longest = int(told.max(initial=0))
    return CopiedSpans(longest if longest >= SHORT else 0, shown)


def _less_names(text: str, spans: NDArray[np.int64], prompt: int) -> NDArray[np.int64]:
    """(N,) lengths of the spans that end after the prompt, less the characters in them that name a speaker."""
    named = np.zeros(len(text), np.int64)
    for begin, end in name_places(text):
        named[begin:end] = 1
    before = np.concatenate([[0], named.cumsum()])
    ends = np.arange(prompt + 1, len(text) + 1)
    within: NDArray[np.int64] = before[ends] - before[np.maximum(ends - spans, 0)]
    return spans - within


def joined(spans: Sequence[CopiedSpans]) -> CopiedSpans:
    """What one text has copied of several authors; places that overlap or touch become one."""
    places: list[tuple[int, int]] = []
    for begin, end in sorted(place for one in spans for place in one.places):
        if places and begin <= places[-1][1]:
            begin, end = places[-1][0], max(end, places.pop()[1])
        places.append((begin, end))
    return CopiedSpans(max(one.longest for one in spans), tuple(places))


def copying_words(copied: Sequence[CopiedSpans]) -> list[str]:
    """A sentence on the longest copied span of some texts; none if nothing was measured."""
    if not copied:
        return []
    longest = max(one.longest for one in copied)
    return [f"longest copied span: {f'{longest:,} characters' if longest else f'under {SHORT} characters'}"]
