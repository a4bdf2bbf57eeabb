"""A vocabulary of subwords, characters and the strings that byte-pair encoding makes of them; independent of models.

Sennrich et al. 2016, arXiv 1508.07909, on characters and within words. The library `tokenizers` finds the merges and
applies them; a checkpoint keeps the merges alone, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

from tokenizers import Tokenizer, models, trainers

from rnnlab.data.code_points import alphabet_of, line_slices, slices
from rnnlab.data.text.codec_fields import BOUNDARY_SHOWN, check_characters, damaged, read_fields, unknown_character
from rnnlab.data.text.strings import LONGEST, StringVocabulary, room_beside
from rnnlab.data.text.words import split_words

_FEWEST = 2  # times that two strings stand side by side before they are merged
_MOST_MERGES = 65_536  # of a checkpoint that may come from anyone; a training has a sixteenth of it at most


@dataclass(frozen=True)
class SubwordVocabulary(StringVocabulary):
    """One id for each character in code-point order, one for each string that merges make, then one for the boundary.

    A text is the strings of its ids joined, so that every text of these characters can be encoded. The boundary is
    decoded as a line break.

    merges: pairs of strings that become one, the first to be applied first.
    """

    kind: ClassVar[str] = "subwords"
    characters: str
    merges: tuple[tuple[str, str], ...]
    has_boundary: bool

    def codec(self) -> dict[str, Any]:
        """All that `open_vocabulary` needs, as JSON."""
        strings = {"characters": self.characters, "merges": [list(pair) for pair in self.merges]}
        return {"kind": self.kind} | strings | {"boundary": self.has_boundary}

    @classmethod
    def from_codec(cls, codec: Mapping[str, Any]) -> SubwordVocabulary:
        """Open what `codec` gave; DataError if it is damaged."""
        fields = read_fields(codec, {"kind": str, "characters": str, "merges": list, "boundary": bool})
        check_characters(fields["characters"])
        _check_merges(fields["characters"], fields["merges"])
        return cls(fields["characters"], tuple((left, right) for left, right in fields["merges"]), fields["boundary"])

    @cached_property
    def _strings(self) -> tuple[str, ...]:
        # Two merges can make the same string, which has one id.
        return (*self.characters, *dict.fromkeys(map("".join, self.merges)), *[BOUNDARY_SHOWN] * self.has_boundary)

    @cached_property
    def _model(self) -> models.BPE:
        ids = {string: number for number, string in enumerate(self._strings[: self.boundary])}
        # ignore_merges: a piece that is a string of the vocabulary is one id, however its merges would meet.
        return models.BPE(vocab=ids, merges=list(self.merges), ignore_merges=True)

    def _encode_into(self, ids: list[int], text: str) -> None:
        if unknown := set(text).difference(self.characters):  # which the library would leave out
            raise unknown_character(next(one for one in text if one in unknown))
        known: dict[str, list[int]] = {}
        for piece in _pieces(text):
            if piece not in known:
                known[piece] = [token.id for token in self._model.tokenize(piece)]
            ids.extend(known[piece])


def build_subwords(
    texts: Iterable[str], *, most: int = 1024, boundary: bool = False, alphabet: str = ""
) -> SubwordVocabulary:
    """Learn the characters and the most frequent merges of some texts; ties go to the pair of lower ids.

    Args:
        texts, boundary: as of `build_characters`.
        most: number of ids at most, with the characters and the boundary.
        alphabet: further characters to know, such as those of a part of the text that is held out.

    Raises:
        DataError: the texts are empty, or have too many different characters for so small a vocabulary.
    """
    texts = list(texts)
    characters, own = alphabet_of([*texts, alphabet]), alphabet_of(texts)
    room = room_beside(characters, most, boundary, "subwords")
    learnt = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=len(own) + room, min_frequency=_FEWEST, max_token_length=LONGEST, show_progress=False
    )
    parts = chain.from_iterable(map(line_slices, texts))
    learnt.train_from_iterator(chain.from_iterable(map(_pieces, parts)), trainer)
    merges = json.loads(learnt.to_str())["model"]["merges"]
    return SubwordVocabulary(characters, tuple((left, right) for left, right in merges), boundary)


def _pieces(text: str) -> Iterator[str]:
    """Cut a text into what no merge reaches beyond: its words, of those too long their parts."""
    return chain.from_iterable(slices(piece, LONGEST) for piece in split_words(text))


def _check_merges(characters: str, merges: list[Any]) -> None:
    """Raise DataError unless these are distinct pairs of strings, each a character or made by an earlier merge."""
    if len(merges) > _MOST_MERGES:
        raise damaged(f"it has more than {_MOST_MERGES:,} merges")
    known, pairs = set(characters), set()
    for pair in merges:
        if type(pair) is not list or len(pair) != 2 or not all(type(one) is str for one in pair):
            raise damaged("its merges are not pairs of strings")
        if not known.issuperset(pair) or len(pair[0]) + len(pair[1]) > LONGEST:
            raise damaged(f"a merge of it is not of known strings, or of more than {LONGEST} characters")
        known.add(pair[0] + pair[1])
        pairs.add((pair[0], pair[1]))
    if len(pairs) < len(merges):
        raise damaged("its merges are not distinct")
