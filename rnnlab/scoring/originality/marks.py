"""The places where a text copies longer runs than its author's own held-out pages do, as people are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnlab.scoring.originality.copying import copied_lengths
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
    spans = fingerprint.longest_spans(text)[prompt:].astype(np.int64)
    told = copied_lengths(fingerprint, text)[prompt:]
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


def ends_copied(fingerprint: Fingerprint, text: str, added: int) -> bool:
    """Whether a span of the limit's length or more, counted as `copied_spans` does, ends in the last characters."""
    return bool(len(copied_spans(fingerprint, text, len(text) - added).places))


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
