"""A vocabulary of characters: one id each, and one for all rare ones; independent of any words or model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import code_points, count_characters, slices, text_of
from rnnlab.data.text.codec_fields import BOUNDARY_SHOWN, check_characters, read_fields, unknown_character
from rnnlab.errors import DataError

_UNKNOWN_SHOWN = "\ufffd"


class WithCharacters(Protocol):
    """A vocabulary whose ids are those of its characters and of what else it has, the boundary last; see Vocabulary."""

    characters: str
    has_boundary: bool

    @property
    def size(self) -> int:
        """Number of ids."""

    @property
    def boundary(self) -> int | None:
        """The id of the boundary between two documents, if it was trained on."""
        return self.size - 1 if self.has_boundary else None

    @property
    def alphabet(self) -> str:
        """The characters, in code-point order."""
        return self.characters


@dataclass(frozen=True)
class CharacterVocabulary(WithCharacters):
    """One id for each character in code-point order, then one for all unknown ones, then one for the boundary.

    The last two exist only where they were learnt. The boundary is decoded as a line break and the unknown symbol as
    U+FFFD; neither is ever the id of a character.
    """

    kind: ClassVar[str] = "characters"
    characters: str
    has_unknown: bool
    has_boundary: bool

    @property
    def size(self) -> int:
        """Number of ids."""
        return len(self.characters) + self.has_unknown + self.has_boundary

    @property
    def unknown(self) -> int | None:
        """The id of every character that is not in the alphabet, if rare ones were learnt."""
        return len(self.characters) if self.has_unknown else None

    def encode(self, text: str) -> NDArray[np.int32]:
        """(N,) ids of N characters; DataError if one is not in the alphabet and no symbol stands for unknown ones."""
        ids = np.empty(len(text), np.int32)
        start = 0
        for part in slices(text):
            some = ids[start : start + len(part)]
            np.take(self._id_of, code_points(part), mode="clip", out=some)
            if self.unknown is None and some.min() < 0:
                raise unknown_character(part[int(some.argmin())])
            start += len(part)
        return ids

    def encode_all(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """(N,) ids of several texts, with the boundary's id between each two; errors as `encode`."""
        ids = self.encode("".join(texts))
        if len(texts) < 2:
            return ids
        assert self.boundary is not None, "several texts need a boundary between them"
        ends = np.cumsum([len(text) for text in texts])[:-1]
        return np.insert(ids, ends, self.boundary)

    def decode(self, ids: Sequence[int] | NDArray[Any]) -> str:
        """The text of (N,) ids, N characters."""
        array = np.asarray(ids, np.int64)
        assert array.size == 0 or (array.min() >= 0 and array.max() < self.size), "an id outside the vocabulary"
        return text_of(self._point_of[array])

    def codec(self) -> dict[str, Any]:
        """All that `open_vocabulary` needs, as JSON."""
        flags = {"unknown": self.has_unknown, "boundary": self.has_boundary}
        return {"kind": self.kind, "characters": self.characters} | flags

    @classmethod
    def from_codec(cls, codec: Mapping[str, Any]) -> CharacterVocabulary:
        """Open what `codec` gave; DataError if it is damaged."""
        fields = read_fields(codec, {"kind": str, "characters": str, "unknown": bool, "boundary": bool})
        check_characters(fields["characters"])
        return cls(fields["characters"], fields["unknown"], fields["boundary"])

    @cached_property
    def _id_of(self) -> NDArray[np.int32]:
        # One entry beyond the last character: `mode="clip"` sends every greater code point there.
        points = code_points(self.characters)
        ids = np.full(int(points[-1]) + 2, -1 if self.unknown is None else self.unknown, np.int32)
        ids[points] = np.arange(len(points))
        return ids

    @cached_property
    def _point_of(self) -> NDArray[np.uint32]:
        shown = _UNKNOWN_SHOWN * self.has_unknown + BOUNDARY_SHOWN * self.has_boundary
        return code_points(self.characters + shown)


def build_characters(texts: Iterable[str], *, least: int = 1, boundary: bool = False) -> CharacterVocabulary:
    """Learn the characters of some texts.

    Args:
        texts: the training text, whole or in documents.
        least: a character that occurs less often becomes the one unknown symbol; there is none if all occur so often.
        boundary: whether to learn an id for the boundary between documents.

    Raises:
        DataError: no character occurs so often.
    """
    counts = count_characters(texts)
    known = np.flatnonzero(counts >= max(least, 1))
    if not len(known):
        raise DataError(f"No character occurs at least {least:,} times; give a lower count or more text.")
    has_unknown = bool(len(known) < np.count_nonzero(counts))
    return CharacterVocabulary(text_of(known.astype(np.uint32)), has_unknown, boundary)
