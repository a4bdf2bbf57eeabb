"""An author's profile made of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import code_points, text_of
from rnnlab.errors import DataError
from rnnlab.scoring.ngrams import fit_ngrams
from rnnlab.scoring.originality.copying import Index
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.style import words
from rnnlab.scoring.style.counts import COMMON, Habits, character_grams
from rnnlab.scoring.style.known import Known
from rnnlab.scoring.style.leaving import left_out
from rnnlab.scoring.style.profile import Floats, Profile
from rnnlab.scoring.style.words import BLOCK, Block, blocks_of

MOST_READ = 5_000_000  # characters of the training part, from all over it
MOST_BLOCKS = 3_600  # of words that are taken in: 900,000, so that a profile stays below 5 MB in any script
RUNS = 20  # that a longer one is read in
COUNTED, IMITATED, TOLD_APART = 400, 40, 120  # blocks at most
LISTED = 1000  # of the commonest words
SLICE = 10  # blocks: 2,500 words, over which a word's frequency scatters
ORDER = 5
VOCABULARY_BITS = 20
CASED = 0.003  # share of capitals among letters from which on a script or a text is taken to have them


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
    blocks = list(islice(blocks_of(read), MOST_BLOCKS))
    if not blocks:
        few = sum(map(words.count_words, read))
        raise DataError(f"{few} words are too few for an author's profile; give a text of at least {BLOCK}.")
    text = "\n\n".join(read)
    common = Counter(chain.from_iterable(block.words for block in blocks)).most_common(LISTED)
    listed = words.hashes([word for word, _ in common])
    habits = _habits(text, blocks, listed[:COMMON])
    frequencies, spreads = _frequencies(blocks, [word for word, _ in common])
    counts = habits.count_all(_spread(blocks, COUNTED))
    left = left_out(habits, [*blocks, *blocks_of(_bounded(held_out))])
    free = [blocks[place] for place in sorted(set(range(len(blocks))) - set(left.places.tolist()))] or blocks
    told = np.array([character_grams(block.text) for block in _spread(free, TOLD_APART)])
    few = min(IMITATED, len(blocks))
    found = Fingerprint.of(training) if index is None else index
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
        held_out=left.counts,
        run=left.run,
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
