"""An interpolated Witten–Bell n-gram, the baseline of generated text; knows ids only, not what they stand for.

Order n means contexts of up to n − 1 ids, so order 1 counts ids alone. On tinyshakespeare's last tenth, in nats per
character, orders 2 to 9 score 2.486, 2.049, 1.774, 1.669, 1.698, 1.779, 1.876 and 1.970.

Every distinct run of k + 1 ids is a gram of level k: its number is its place among the sorted keys
(number of its first k ids as a gram of level k − 1) · V + its last id. The grams that share a context thus lie side by
side, keys never exceed N · V whatever the order, and a gram's number is the context's number one level up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import DataError

IntArray = NDArray[np.integer[Any]]
FloatArray = NDArray[np.float64]

HIGHEST_ORDER = 32
# Positions worked on at a time: some 70 MB, however long the text is.
CHUNK = 1 << 21
EMPTY: IntArray = np.empty(0, np.int32)


@dataclass(frozen=True)
class Level:
    """The grams of one length: G grams in the order of their keys, after C contexts of one id less.

    keys: (G,) int64, context · V + last id, ascending.
    below: (G + 1,) int64, how often the grams before this one occur, all together.
    starts: (C + 1,) int64, where each context's grams begin; a context nothing follows has none.
    """

    keys: NDArray[np.int64]
    below: NDArray[np.int64]
    starts: NDArray[np.int64]

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of the grams with these (N,) keys, −1 where there is none."""
        if self.keys.size == 0:
            return np.full(keys.shape, -1)
        places = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        places[self.keys[places] != keys] = -1
        return places

    def types(self, contexts: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many different ids follow each of the (N,) contexts."""
        return self.starts[contexts + 1] - self.starts[contexts]

    def total(self, contexts: NDArray[np.int64]) -> NDArray[np.int64]:
        """How often each of the (N,) contexts is followed by an id."""
        return self.below[self.starts[contexts + 1]] - self.below[self.starts[contexts]]

    def count(self, grams: NDArray[np.int64]) -> NDArray[np.int64]:
        """How often each of the (N,) grams occurs; none for −1."""
        return np.where(grams < 0, 0, self.below[grams + 1] - self.below[grams])


@dataclass(frozen=True)
class Ngrams:
    """A fitted n-gram: one level for each length of context, 0 to order − 1, over a vocabulary of V ids.

    With n(h) the times a context h was followed by anything, T(h) the different ids that followed it, and h′ the
    context without its first id, P(w | h) = (count(h w) + T(h) · P(w | h′)) / (n(h) + T(h)); below the empty context
    stands 1 / V, and a context never seen passes P(w | h′) on. Witten & Bell (1991), IEEE Trans. Inf. Theory 37(4),
    method C, interpolated as in Chen & Goodman (1998), TR-10-98, section 2.4.
    """

    vocabulary: int
    levels: tuple[Level, ...]

    @property
    def order(self) -> int:
        """The length of the longest gram."""
        return len(self.levels)

    def log_probabilities(self, ids: IntArray, context: IntArray = EMPTY) -> FloatArray:
        """Score a text as it runs on from a context: (N,) ids -> (N,) log-probabilities, in nats.

        Args:
            ids: (N,) ids to be predicted, each from those before it.
            context: (M,) ids that came before; the last order − 1 count.

        Raises:
            DataError: no ids, or an id outside the vocabulary.
        """
        _check(ids, self.vocabulary)
        past = self._past(context)
        pieces = []
        for start in range(0, ids.size, CHUNK):
            piece = ids[start : start + CHUNK]
            pieces.append(self._score(np.concatenate([past, piece]).astype(np.int64))[past.size :])
            past = self._past(np.concatenate([past, piece]))
        return np.log(np.concatenate(pieces))

    def nats_per_token(self, ids: IntArray, context: IntArray = EMPTY) -> float:
        """Mean of −log P over (N,) ids that run on from a context, in nats. Raises as `log_probabilities` does."""
        return float(-np.mean(self.log_probabilities(ids, context)))

    def distribution(self, context: IntArray = EMPTY) -> FloatArray:
        """Foretell the id after a context: (M,) ids -> (V,) probabilities."""
        shares = np.full(self.vocabulary, 1 / self.vocabulary)
        for level, number in zip(self.levels, self._contexts(context), strict=True):
            if number < 0 or level.starts[number] == level.starts[number + 1]:
                break
            first, last = level.starts[number], level.starts[number + 1]
            total = level.below[last] - level.below[first]
            shares *= (last - first) / (total + last - first)
            counts = np.diff(level.below[first : last + 1])
            shares[level.keys[first:last] - number * self.vocabulary] += counts / (total + last - first)
        return shares

    def sample(self, length: int, generator: np.random.Generator, prompt: IntArray = EMPTY) -> NDArray[np.int32]:
        """Draw the (length,) int32 ids that follow a prompt, which is not among them.

        The interpolation is a mixture, so a draw walks down from the longest context: with n(h) / (n(h) + T(h)) it
        takes an id as often as it followed h, else it tries h′. That costs the order and not the vocabulary.

        Raises:
            DataError: a length below 0, or an id outside the vocabulary.
        """
        if length < 0:
            raise DataError(f"A text of {length} tokens cannot be drawn; give a length of 0 or more.")
        numbers = self._contexts(prompt)
        drawn = np.empty(length, np.int32)
        for place, chances in enumerate(generator.random((length, self.order + 1))):
            drawn[place] = one = self._draw(numbers, chances)
            numbers = self._follow(numbers, one)
        return drawn

    def _draw(self, numbers: list[int], chances: FloatArray) -> int:
        for level, number, chance in zip(self.levels[::-1], numbers[::-1], chances, strict=False):
            if number < 0:
                continue
            first, last = level.starts[number], level.starts[number + 1]
            low, high = level.below[first], level.below[last]
            drawn = low + int(chance * (high - low + last - first))
            if drawn < high:
                gram = np.searchsorted(level.below, drawn, side="right") - 1
                return int(level.keys[gram] - number * self.vocabulary)
        return int(chances[-1] * self.vocabulary)

    def _contexts(self, context: IntArray) -> list[int]:
        """The number of the context of each level, −1 where it was never seen."""
        numbers = [0] + [-1] * (self.order - 1)
        for one in self._past(context).tolist():
            numbers = self._follow(numbers, one)
        return numbers

    def _follow(self, numbers: list[int], one: int) -> list[int]:
        longer = [0]
        for level, number in zip(self.levels[:-1], numbers, strict=False):
            key = number * self.vocabulary + one
            gram = int(np.searchsorted(level.keys, key)) if number >= 0 else level.keys.size
            longer.append(gram if gram < level.keys.size and level.keys[gram] == key else -1)
        return longer

    def _past(self, context: IntArray) -> IntArray:
        if context.size:
            _check(context, self.vocabulary)
        return context[max(0, context.size - self.order + 1) :]

    def _score(self, ids: NDArray[np.int64]) -> FloatArray:
        """(N,) ids -> (N,) probabilities, level by level; the contexts of a level end where the last one's grams do."""
        shares = np.full(ids.size, 1 / self.vocabulary)
        contexts = np.zeros(ids.size, np.int64)
        for level in self.levels:
            seen = np.flatnonzero(contexts >= 0)
            known = contexts[seen]
            grams = level.find(known * self.vocabulary + ids[seen])
            types, total = level.types(known), level.total(known)
            followed = types > 0
            mixed = (level.count(grams) + types * shares[seen])[followed] / (total + types)[followed]
            shares[seen[followed]] = mixed
            contexts = np.full(ids.size, -1)
            contexts[seen[seen + 1 < ids.size] + 1] = grams[seen + 1 < ids.size]
        return shares


def fit_ngrams(ids: IntArray, order: int, vocabulary: int) -> Ngrams:
    """Count a text: (N,) ids below `vocabulary` -> the n-gram of this order.

    Takes the text in chunks and holds 4 bytes an id beside the ids, the grams and each chunk's own tally: 50 million
    characters at order 5 take half a gigabyte and half a minute, a million 20 MB and half a second.

    Raises:
        DataError: no ids, an id outside the vocabulary, or an order below 1 or above 32.
    """
    if not 1 <= order <= HIGHEST_ORDER:
        raise DataError(f"An n-gram cannot have the order {order}; give 1 to {HIGHEST_ORDER}.")
    _check(ids, vocabulary)
    levels: list[Level] = []
    contexts, how_many = np.zeros(ids.size, np.int32), 1
    for length in range(order):
        # The first `length` ids have too short a past for this level.
        level = _count(contexts, ids[length:], how_many, vocabulary)
        levels.append(level)
        if length + 1 < order:
            _renumber(contexts, level, ids[length:], vocabulary)
            contexts, how_many = contexts[:-1], level.keys.size
    return Ngrams(vocabulary, tuple(levels))


def _count(contexts: NDArray[np.int32], ids: IntArray, how_many: int, vocabulary: int) -> Level:
    keys, counts = EMPTY.astype(np.int64), EMPTY.astype(np.int64)
    pending: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for _, some in _keys(contexts, ids, vocabulary):
        pending.append(np.unique(some, return_counts=True))
        # Tallies of many chunks together would take more room than the text.
        if sum(one.size for one, _ in pending) > CHUNK:
            keys, counts, pending = *_merged([(keys, counts), *pending]), []
    if pending:
        keys, counts = _merged([(keys, counts), *pending])
    starts = np.searchsorted(keys, np.arange(how_many + 1, dtype=np.int64) * vocabulary)
    return Level(keys, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), starts.astype(np.int64))


def _merged(tallies: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One tally of several: distinct keys in ascending order, and how often each occurs."""
    keys, counts = (np.concatenate(parts) for parts in zip(*tallies, strict=True))
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[firsts], np.add.reduceat(counts, firsts)


def _renumber(contexts: NDArray[np.int32], level: Level, ids: IntArray, vocabulary: int) -> None:
    """Put the number of the gram that ends at each position in the place of its context's: no second array."""
    for place, keys in _keys(contexts, ids, vocabulary):
        contexts[place] = np.searchsorted(level.keys, keys)


def _keys(contexts: NDArray[np.int32], ids: IntArray, vocabulary: int) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    for start in range(0, ids.size, CHUNK):
        place = slice(start, start + CHUNK)
        yield place, contexts[place].astype(np.int64) * vocabulary + ids[place]


def _check(ids: IntArray, vocabulary: int) -> None:
    assert np.issubdtype(ids.dtype, np.integer), "ids are whole numbers"
    if ids.ndim != 1 or ids.size == 0:
        raise DataError("There is no text to count or score; give at least one token.")
    least, greatest = int(ids.min()), int(ids.max())
    if least < 0 or greatest >= vocabulary:
        wrong = least if least < 0 else greatest
        raise DataError(f"The id {wrong} is outside a vocabulary of {vocabulary}; encode the text with its own codec.")
