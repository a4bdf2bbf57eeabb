"""Ids that stand for strings, a text being its ids' strings joined: what vocabularies of words and subwords share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import line_slices
from rnnlab.errors import DataError

# No string of a vocabulary is longer than this, for no word is: rulers of hyphens, blanks and chains of letters are.
LONGEST = 40


def encode_texts(
    texts: Sequence[str], boundary: int | None, encode_into: Callable[[list[int], str], None]
) -> NDArray[np.int32]:
    """(N,) ids of several texts, each appended by `encode_into`, with the boundary's id between each two."""
    ids: list[int] = []
    for index, text in enumerate(texts):
        if index:
            assert boundary is not None, "several texts need a boundary between them"
            ids.append(boundary)
        encode_into(ids, text)
    return np.array(ids, np.int32)


def encode_long(text: str, encode_all: Callable[[Sequence[str]], NDArray[np.int32]]) -> NDArray[np.int32]:
    """(N,) ids of a text of any length, encoded part by part."""
    parts = [encode_all([part]) for part in line_slices(text)]
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def decode_strings(strings: Sequence[str], ids: Sequence[int] | NDArray[Any]) -> str:
    """The text of (N,) ids, each of which stands for one of the strings."""
    numbers = ids.tolist() if isinstance(ids, np.ndarray) else ids
    assert all(0 <= number < len(strings) for number in numbers), "an id outside the vocabulary"
    return "".join([strings[number] for number in numbers])


def room_beside(characters: str, most: int, boundary: bool, what: str) -> int:
    """How many of `most` ids are left beside the characters and the boundary for `what`, "words" say.

    Raises:
        DataError: none, or there are no characters.
    """
    room = most - len(characters) - boundary
    if not characters:
        raise DataError(f"There is no text to learn {what} from; give a text.")
    if room < 1:
        full = f"A vocabulary of {most:,} has no room for {what} beside the text's {len(characters):,} characters"
        raise DataError(f"{full}; give at least {len(characters) + boundary + 1:,}, or use characters alone.")
    return room
