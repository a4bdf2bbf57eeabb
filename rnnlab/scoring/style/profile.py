"""An author in plain figures: what a text is compared with when the author's own is not at hand.

Counted in the training part, in blocks of the held-out part and in blocks of what a character 5-gram of the training
part writes. Words are kept as hashes; the order of the text and its words cannot be read out of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import code_points, text_of
from rnnlab.errors import DataError
from rnnlab.scoring.ngrams import fit_ngrams
from rnnlab.scoring.originality.copying import Index
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.style import words
from rnnlab.scoring.style.counts import BUCKETS, COMMON, PARTS, SIZE, Habits, Ints, part
from rnnlab.scoring.style.known import Known
from rnnlab.scoring.style.words import BLOCK, Block, blocks_of

FORMAT = 1
MOST_READ = 5_000_000  # characters of the training part, from all over it
RUNS = 20  # that a longer one is read in
COUNTED, HELD_OUT, IMITATED, TOLD_APART = 400, 80, 40, 120  # blocks at most
LISTED = 1000  # of the commonest words
SLICE = 10  # blocks: 2,500 words, over which a word's frequency scatters
ORDER = 5
VOCABULARY_BITS = 20
CASED = 0.003  # share of capitals among letters from which on a script or a text is taken to have them

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """An author's habits, and how they show in blocks of words.

    title: whose. words, characters: of the training part. habits: what counting needs. listed: (L,) hashes of the
    commonest words; frequencies, spreads: (L,) of the words, and over slices of 2,500 words. training: (SIZE,) counts
    of blocks of the training part, all together. told_apart: (N, BUCKETS) character grams of such blocks. held_out,
    ngram: (M, SIZE) counts of blocks that were held out, and of the 5-gram's.
    """

    title: str
    words: int
    characters: int
    habits: Habits
    listed: NDArray[np.uint64]
    frequencies: Floats
    spreads: Floats
    training: Ints
    told_apart: Ints
    held_out: Ints
    ngram: Ints

    def json(self) -> dict[str, Any]:
        """As JSON; `from_json` undoes it."""
        return {
            "format": FORMAT,
            "title": self.title,
            "words": self.words,
            "characters": self.characters,
            "block": BLOCK,
            "stops": self.habits.stops,
            "cased": self.habits.cased,
            "training": {name: part(self.training, name).tolist() for name in PARTS},
            "common": [
                [int(one), round(mean, 8), round(spread, 8)]
                for one, mean, spread in zip(self.listed, self.frequencies, self.spreads, strict=True)
            ],
            "known": {name: getattr(self.habits, name).json() for name in ("known", "bigrams", "trigrams")},
            "told_apart": self.told_apart.tolist(),
            "held_out": self.held_out.tolist(),
            "ngram": self.ngram.tolist(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Profile:
        """Open what `json` gave; DataError if it is damaged or of another version."""
        try:
            return _opened(value)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise DataError("The author's profile (profile.json) is damaged; make it anew with --data.") from error


def _opened(value: Mapping[str, Any]) -> Profile:
    if (value["format"], value["block"]) != (FORMAT, BLOCK):
        raise DataError("The author's profile is of another version of rnnlab; make it anew with --data.")
    common = np.array(value["common"], np.float64).reshape(-1, 3)
    if not len(common) or (common < 0).any() or (common[:, 0] > 2**53).any() or (common[:, 1:] > 1).any():
        raise ValueError("frequencies that are none")
    known, two, three = (Known.from_json(value["known"][name]) for name in ("known", "bigrams", "trigrams"))
    listed = common[:, 0].astype(np.uint64)
    return Profile(
        title=_text(value["title"]),
        words=int(value["words"]),
        characters=int(value["characters"]),
        habits=Habits(known, two, three, listed[:COMMON], _text(value["stops"]), bool(value["cased"])),
        listed=listed,
        frequencies=common[:, 1],
        spreads=common[:, 2],
        training=np.concatenate([_counts([value["training"][name]], PARTS[name])[0] for name in PARTS]),
        told_apart=_counts(value["told_apart"], BUCKETS),
        held_out=_counts(value["held_out"], SIZE),
        ngram=_counts(value["ngram"], SIZE),
    )


def build(training: Sequence[str], held_out: Sequence[str], title: str, index: Index | None = None) -> Profile:
    """Measure an author.

    Args:
        training: documents of the training part.
        held_out: those that were held out.
        title: whose.
        index: of the training part; made of it if None.

    Raises:
        DataError: the training part has less than a block of words.
    """
    read = _bounded(training)
    blocks = list(blocks_of(read))
    if not blocks:
        few = sum(map(words.count_words, read))
        raise DataError(f"{few} words are too few for an author's profile; give a text of at least {BLOCK}.")
    text = "\n\n".join(read)
    common = Counter(chain.from_iterable(block.words for block in blocks)).most_common(LISTED)
    listed = words.hashes([word for word, _ in common])
    habits = _habits(text, blocks, listed[:COMMON])
    frequencies, spreads = _frequencies(blocks, [word for word, _ in common])
    counts = habits.count_all(_spread(blocks, COUNTED))
    told = part(_spread(counts, TOLD_APART), "grams")
    few = min(IMITATED, len(blocks))
    found = Fingerprint.of(training) if index is None else index
    kept = habits.count_all(_spread(list(blocks_of(held_out)), HELD_OUT), found)
    imitated = list(blocks_of([imitation(text, few)]))[:few]
    return Profile(
        title=title,
        words=len(blocks) * BLOCK,
        characters=len(text),
        habits=habits,
        listed=listed,
        frequencies=frequencies,
        spreads=spreads,
        training=counts.sum(axis=0),
        told_apart=told,
        held_out=kept,
        ngram=habits.count_all(imitated, found),
    )


def imitation(text: str, blocks: int, seed: int = 1) -> str:
    """What a character 5-gram of a text writes: about so many blocks of words."""
    letters, ids = np.unique(code_points(text), return_inverse=True)
    counted = fit_ngrams(ids.astype(np.int32), ORDER, len(letters))
    per_word = len(text) / max(1, words.count_words(text[:200_000]) * len(text) / min(len(text), 200_000))
    length = int(1.1 * blocks * BLOCK * per_word) + 100
    drawn = counted.sample(length, np.random.default_rng(seed), ids[: ORDER - 1].astype(np.int32))
    return text_of(letters[drawn].astype(np.uint32))


def _bounded(documents: Sequence[str]) -> list[str]:
    """The documents; of more than MOST_READ characters, runs from all over them."""
    if sum(map(len, documents)) <= MOST_READ:
        return list(documents)
    text = "\n\n".join(documents)
    size, step = MOST_READ // RUNS, (len(text) - MOST_READ // RUNS) // (RUNS - 1)
    return [text[run * step : run * step + size] for run in range(RUNS)]


def _habits(text: str, blocks: Sequence[Block], common: NDArray[np.uint64]) -> Habits:
    numbers = words.hashes(list(chain.from_iterable(block.words for block in blocks)))
    letters = [one for one in text[:500_000] if one.isalpha()]
    cased = sum(map(str.isupper, letters)) > CASED * len(letters)
    return Habits(
        known=Known.of(numbers, VOCABULARY_BITS),
        bigrams=Known.of(words.grams(numbers, 2)),
        trigrams=Known.of(words.grams(numbers, 3)),
        common=common,
        stops=words.STOPS + (words.GREEK if words.is_greek(text) else ""),
        cased=cased,
    )


def _frequencies(blocks: Sequence[Block], listed: Sequence[str]) -> tuple[Floats, Floats]:
    """Each word's mean frequency, and its standard deviation over slices of 2,500 words.

    It scatters by at least as much as counting a chance of that size 2,500 times does.
    """
    places = {word: place for place, word in enumerate(listed)}
    found = np.zeros((len(blocks), len(listed)))
    for row, block in zip(found, blocks, strict=True):
        for word in block.words:
            if (place := places.get(word)) is not None:
                row[place] += 1
    whole = len(blocks) // SLICE * SLICE
    mean = found.mean(axis=0) / BLOCK
    if whole >= 3 * SLICE:
        slices = found[:whole].reshape(-1, SLICE, len(listed)).sum(axis=1) / (SLICE * BLOCK)
        spread = slices.std(axis=0, ddof=1)
    else:
        spread = found.std(axis=0) / BLOCK / np.sqrt(SLICE)
    return mean, np.maximum(spread, np.sqrt(mean * (1 - mean) / (SLICE * BLOCK)))


def _spread(rows: Any, most: int) -> Any:
    """At most so many of them, evenly from all over."""
    if len(rows) <= most:
        return rows
    places = np.linspace(0, len(rows) - 1, most).astype(int)
    return rows[places] if isinstance(rows, np.ndarray) else [rows[place] for place in places.tolist()]


def _counts(value: Any, width: int) -> Ints:
    """(N, width) counts out of JSON."""
    found = np.array(value).reshape(-1, width) if value else np.zeros((0, width), np.int64)
    if found.dtype.kind != "i" or (found < 0).any() or (found > 10**9).any() or len(found) > 1000:
        raise ValueError("counts that are none")
    return found.astype(np.int64)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 2000:
        raise ValueError("no text")
    return value
