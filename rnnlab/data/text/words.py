"""A vocabulary of words: the frequent ones whole, all others spelt by their characters; independent of any model."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar

from rnnlab.data.code_points import alphabet_of, line_slices
from rnnlab.data.text.codec_fields import BOUNDARY_SHOWN, check_characters, damaged, read_fields, unknown_character
from rnnlab.data.text.strings import LONGEST, StringVocabulary, room_beside

# Distinct words counted at a time; a text of 50 MB has about 300,000, one of random letters millions.
_MOST_COUNTED = 1_000_000


@dataclass(frozen=True)
class WordVocabulary(StringVocabulary):
    """One id for each character in code-point order, one for each frequent word, then one for the boundary.

    Every id stands for a string and a text is these strings joined, so nothing needs a mark to be decoded: a word
    outside the vocabulary is the ids of its characters. The boundary is decoded as a line break.
    """

    kind: ClassVar[str] = "words"
    characters: str
    words: tuple[str, ...]
    has_boundary: bool

    def codec(self) -> dict[str, Any]:
        """All that `open_vocabulary` needs, as JSON."""
        strings = {"characters": self.characters, "words": list(self.words)}
        return {"kind": self.kind} | strings | {"boundary": self.has_boundary}

    @classmethod
    def from_codec(cls, codec: Mapping[str, Any]) -> WordVocabulary:
        """Open what `codec` gave; DataError if it is damaged."""
        fields = read_fields(codec, {"kind": str, "characters": str, "words": list, "boundary": bool})
        characters, words = fields["characters"], fields["words"]
        check_characters(characters)
        if not all(type(word) is str and 1 < len(word) <= LONGEST for word in words) or len(set(words)) < len(words):
            raise damaged(f"its words are not distinct texts of 2 to {LONGEST} characters")
        if not set(characters).issuperset("".join(words)):
            raise damaged("its words have characters that it lacks")
        return cls(characters, tuple(words), fields["boundary"])

    @cached_property
    def _strings(self) -> tuple[str, ...]:
        return (*self.characters, *self.words, *[BOUNDARY_SHOWN] * self.has_boundary)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {string: number for number, string in enumerate((*self.characters, *self.words))}

    def _encode_into(self, ids: list[int], text: str) -> None:
        known = self._ids
        try:
            for piece in split_words(text):
                if (number := known.get(piece)) is not None:
                    ids.append(number)
                else:
                    ids.extend([known[character] for character in piece])
        except KeyError as error:
            raise unknown_character(error.args[0]) from error


def build_words(
    texts: Iterable[str], *, most: int = 8000, boundary: bool = False, alphabet: str = ""
) -> WordVocabulary:
    """Learn the characters and the most frequent words of some texts; of words as frequent, the first in code points.

    A word that occurs once is always spelt: it would have a single example, and a model that never sees a
    spelt word in training could not spell one later.

    Args:
        texts, boundary: as of `build_characters`.
        most: number of ids at most, with the characters and the boundary.
        alphabet: further characters to know, such as those of a part of the text that is held out.

    Raises:
        DataError: the texts are empty, or have too many different characters for so small a vocabulary.
    """
    texts = list(texts)
    characters = alphabet_of([*texts, alphabet])
    room = room_beside(characters, most, boundary, "words")
    repeated = [(count, word) for word, count in _count(texts).items() if count > 1]
    repeated.sort(key=lambda pair: (-pair[0], pair[1]))
    return WordVocabulary(characters, tuple(word for _, word in repeated[:room]), boundary)


def split_words(text: str) -> Iterator[str]:
    """Cut a text into words, numbers, runs of one punctuation mark and of line breaks; joined they are the text.

    The space before a word belongs to it, as in GPT-2's tokenizer (Radford et al. 2019), so that spaces need no ids of
    their own; further spaces before it are a piece by themselves.
    """
    return (match.group() for match in pieces_pattern().finditer(text))


@cache
def pieces_pattern() -> re.Pattern[str]:
    """What `split_words` finds, one after the other."""
    # Python's \w leaves out combining marks, without which the words of Hindi, Thai or pointed Hebrew fall apart; the
    # zero-width joiners belong to words as well. Marks beyond the basic plane would make the pattern slow.
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)).startswith("M"))
    letters = rf"[^\W\d_]++(?:[{marks}\u200c\u200d]++[^\W\d_]*+)*+"
    word = rf" ?{letters}(?:['’]{letters})*+"
    return re.compile(rf"{word}| ?\d+| ?([^\w\s]|_)\1*|\n+| +(?= \S)| +|\s")


def _count(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        for part in line_slices(text):
            counts.update(piece for piece in split_words(part) if 1 < len(piece) <= LONGEST)
            if len(counts) > _MOST_COUNTED:
                counts = Counter({word: count for word, count in counts.items() if count > 1})
    return counts
