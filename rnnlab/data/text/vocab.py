"""Text as ids and back: what every vocabulary offers, and how one is kept in a checkpoint; independent of any model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import batches, line_slices
from rnnlab.data.text.characters import CharacterVocabulary, build_characters
from rnnlab.data.text.codec_fields import damaged
from rnnlab.data.text.subwords import SubwordVocabulary, build_subwords
from rnnlab.data.text.words import WordVocabulary, build_words
from rnnlab.errors import DataError

__all__ = ["VOCABULARIES", "CharacterVocabulary", "SubwordVocabulary", "Vocabulary", "WordVocabulary"]
__all__ += ["build_characters", "build_subwords", "build_words"]
__all__ += ["encode_compactly", "encode_documents", "open_vocabulary", "widen", "widened_ids"]


class Vocabulary(Protocol):
    """Ids for the text of one model; it never changes once it is built.

    kind: what its ids stand for, a key of VOCABULARIES.
    """

    kind: ClassVar[str]

    @property
    def size(self) -> int:
        """Number of ids."""

    @property
    def boundary(self) -> int | None:
        """The id of the boundary between two documents, if it was learnt; no text is encoded to it."""

    @property
    def alphabet(self) -> str:
        """The characters that it knows, sorted by code point."""

    def encode(self, text: str) -> NDArray[np.int32]:
        """(N,) ids; `decode` gives the text back, but for characters that became the unknown symbol.

        Raises DataError if a character is not known and no symbol stands for it; `prompts.adapt` avoids that.
        """

    def encode_all(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """(N,) ids of several short texts, with the boundary's id between each two; errors as `encode`."""

    def decode(self, ids: Sequence[int] | NDArray[Any]) -> str:
        """The text of (N,) ids; the boundary is a line break, the unknown symbol U+FFFD."""

    def codec(self) -> dict[str, Any]:
        """All that `open_vocabulary` needs, as JSON."""


Kind = type[CharacterVocabulary] | type[SubwordVocabulary] | type[WordVocabulary]
VOCABULARIES: dict[str, Kind] = {one.kind: one for one in (CharacterVocabulary, SubwordVocabulary, WordVocabulary)}


def open_vocabulary(codec: Mapping[str, Any]) -> Vocabulary:
    """Open the vocabulary that a checkpoint's codec describes; DataError if that is damaged or of an unknown kind."""
    if not isinstance(codec, Mapping):
        raise damaged("it is no JSON object")
    kind = codec.get("kind")
    if not isinstance(kind, str) or kind not in VOCABULARIES:
        raise damaged(f"its kind {kind!r:.50} is not one of {', '.join(VOCABULARIES)}")
    return VOCABULARIES[kind].from_codec(codec)


def widen(vocabulary: Vocabulary, alphabet: str, *, boundary: bool, unknown: bool = False) -> Vocabulary:
    """The same vocabulary, one of VOCABULARIES, with further characters, and with the symbols that it may lack.

    boundary, unknown: whether it must have one, and, if it is one of characters, a symbol for unknown characters.
    """
    assert isinstance(vocabulary, (CharacterVocabulary, SubwordVocabulary, WordVocabulary))
    characters = "".join(sorted({*vocabulary.characters, *alphabet}))
    wide = dataclasses.replace(vocabulary, characters=characters, has_boundary=vocabulary.has_boundary or boundary)
    if isinstance(wide, CharacterVocabulary):
        return dataclasses.replace(wide, has_unknown=wide.has_unknown or unknown)
    return wide


def widened_ids(old: Vocabulary, new: Vocabulary) -> NDArray[np.int64]:
    """(V,) the new id of each id of a vocabulary that `widen` made the new one from."""
    place = {one: number for number, one in enumerate(new.alphabet)}
    known = [place[one] for one in old.alphabet]
    # Words, subwords, or the symbol of unknown characters, follow the characters; the boundary is the last.
    between = old.size - len(old.alphabet) - (old.boundary is not None)
    known += range(len(new.alphabet), len(new.alphabet) + between)
    return np.array(known + ([] if old.boundary is None else [new.boundary]), np.int64)


def encode_documents(vocabulary: Vocabulary, documents: Sequence[str]) -> NDArray[np.int32]:
    """(N,) ids of all documents, the boundary's between each two; DataError as `encode`, or if it has no boundary."""
    return np.concatenate(list(_encode_parts(vocabulary, documents)))


def encode_compactly(vocabulary: Vocabulary, documents: Sequence[str]) -> NDArray[np.uint8 | np.uint16 | np.int32]:
    """(N,) ids and errors of `encode_documents`, in the smallest type that holds them: a byte a character, usually."""
    smallest = np.uint8 if vocabulary.size <= 2**8 else np.uint16 if vocabulary.size <= 2**16 else np.int32
    return np.concatenate([part.astype(smallest) for part in _encode_parts(vocabulary, documents)])


def _encode_parts(vocabulary: Vocabulary, documents: Sequence[str]) -> Iterator[NDArray[np.int32]]:
    if len(documents) > 1 and vocabulary.boundary is None:
        cannot = f"The model has learnt no boundary between documents and can't take {len(documents):,}"
        raise DataError(f"{cannot}; give one text.")
    between = np.array([vocabulary.boundary or 0], np.int32)
    yield np.empty(0, np.int32)  # no documents have ids too: none
    for index, batch in enumerate(batches(documents)):
        yield from [between] if index else []
        if len(batch) > 1:
            yield vocabulary.encode_all(batch)
        else:
            yield from map(vocabulary.encode, line_slices(batch[0]))
