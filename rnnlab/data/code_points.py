"""Text as code points in arrays, and a long text part by part; independent of any vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

# As many code points as Unicode has; a table of them with a count each is 9 MB.
CODE_POINTS = 0x110000

# Characters handled at a time: 4 MB as code points, enough that what each part costs extra is not seen.
PART = 1_000_000


def code_points(text: str) -> NDArray[np.uint32]:
    """(N,) code points of N characters; half a surrogate pair counts as a character, as it does in a str."""
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype="<u4")


def text_of(points: NDArray[np.uint32]) -> str:
    """The text of (N,) code points."""
    return points.astype("<u4", copy=False).tobytes().decode("utf-32-le", errors="surrogatepass")


def count_characters(texts: Iterable[str]) -> NDArray[np.int64]:
    """(CODE_POINTS,) how often each code point occurs in all texts together."""
    counts = np.zeros(CODE_POINTS, np.int64)
    for batch in batches(texts):
        for part in slices("".join(batch)):
            binned = np.bincount(code_points(part))
            counts[: len(binned)] += binned
    return counts


def alphabet_of(texts: Iterable[str]) -> str:
    """The distinct characters of all texts together, sorted by code point."""
    return text_of(np.flatnonzero(count_characters(texts)).astype(np.uint32))


def slices(text: str, size: int = PART) -> Iterator[str]:
    """Cut a text into parts of `size` characters, the last one shorter; joined they are the text."""
    return (text[start : start + size] for start in range(0, len(text), size))


def line_slices(text: str, size: int = PART) -> Iterator[str]:
    """Cut a text into parts of at least `size` characters that end with a line; joined they are the text.

    A part never ends within a run of line breaks. So neither a word nor a character with its combining marks nor the
    space before a paragraph is cut, and what is true of the parts is true of the whole.
    """
    start = 0
    while start < len(text):
        end = text.find("\n", start + size - 1) + 1
        while 0 < end < len(text) and text[end] == "\n":
            end += 1
        end = end or len(text)
        yield text[start:end]
        start = end


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """All texts in lists of about PART characters, a longer text alone: a million lines cost what one text does."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and characters + len(text) > PART:
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch
