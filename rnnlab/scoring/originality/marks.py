"""The places where a text copies longer runs than its author's own held-out pages do, as people are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnlab.scoring.originality.copying import copied_lengths, less_names
from rnnlab.scoring.originality.fingerprint import SHORT, Fingerprint


@dataclass(frozen=True)
class CopiedSpans:
    """longest: span that ends after the prompt, 0 if it is too short to be seen. places: (begin, end) of the copied."""

    longest: int
    places: tuple[tuple[int, int], ...]


def copied_spans(fingerprint: Fingerprint, text: str, prompt: int = 0) -> CopiedSpans:
    """The spans of the limit's length or more in a text that begins with a prompt of so many characters.

    The places are of the text, the prompt's characters never in them; they are apart from each other, in order.
    Lengths are those of `copied_lengths`.
    """
    spans = fingerprint.longest_spans(text)
    told, spans = less_names(text, spans)[prompt:], spans[prompt:]
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


def copies_more(fingerprint: Fingerprint, text: str, added: str) -> bool:
    """Whether a text to which something is added has a span of the limit's length or more that it had not before."""
    before, after = (copied_lengths(fingerprint, one) >= fingerprint.limit for one in (text, text + added))
    return bool(after[len(text) :].any() or (after[: len(text)] & ~before).any())


def joined(spans: Sequence[CopiedSpans]) -> CopiedSpans:
    """What one text has copied of several authors; places that overlap or touch become one."""
    places: list[tuple[int, int]] = []
    for begin, end in sorted(place for one in spans for place in one.places):
        if places and begin <= places[-1][1]:
            begin, end = places[-1][0], max(end, places.pop()[1])
        places.append((begin, end))
    return CopiedSpans(max(one.longest for one in spans), tuple(places))


def copying_words(copied: Sequence[CopiedSpans], limit: int | None) -> list[str]:
    """A sentence on the longest copied span of some texts, with the limit; no sentence if nothing was measured."""
    if not copied:
        return []
    longest = max(one.longest for one in copied)
    told = f"{longest:,} characters ({limit} or more count as copied)" if longest else f"under {SHORT} characters"
    return [f"longest copied span: {told}"]
