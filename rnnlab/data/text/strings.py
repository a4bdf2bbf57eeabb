"""Ids that stand for strings, a text being its ids' strings joined: what vocabularies of words and subwords share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import line_slices
from rnnlab.data.text.characters import WithCharacters
from rnnlab.errors import DataError

# No string of a vocabulary is longer than this, for no word is: rulers of hyphens, blanks and chains of letters are.
LONGEST = 40


class StringVocabulary(WithCharacters, Protocol):
    """A vocabulary whose ids are those of its characters, then of its strings; a frozen dataclass adds the strings."""

    @property
    def _strings(self) -> tuple[str, ...]:
        """What each id stands for."""

    def _encode_into(self, ids: list[int], text: str) -> None:
        """Append the ids of a text; DataError if a character is not known."""

    @property
    def size(self) -> int:
        """Number of ids."""
        return len(self._strings)

    def encode(self, text: str) -> NDArray[np.int32]:
        """(N,) ids of a text of any length, encoded part by part; DataError if a character is not known."""
        parts = [self.encode_all([part]) for part in line_slices(text)]
        return np.concatenate(parts) if parts else np.empty(0, np.int32)

    def encode_all(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """(N,) ids of several texts, with the boundary's id between each two; errors as `encode`."""
        ids: list[int] = []
        for index, text in enumerate(texts):
            if index:
                assert self.boundary is not None, "several texts need a boundary between them"
                ids.append(self.boundary)
            self._encode_into(ids, text)
        return np.array(ids, np.int32)

    def decode(self, ids: Sequence[int] | NDArray[Any]) -> str:
        """The text of (N,) ids."""
        numbers = ids.tolist() if isinstance(ids, np.ndarray) else ids
        assert all(0 <= number < self.size for number in numbers), "an id outside the vocabulary"
        return "".join([self._strings[number] for number in numbers])


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
