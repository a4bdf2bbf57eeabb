"""An exact index of a text that is at hand: a suffix array (Manber & Myers 1993) of the text read backwards."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import CODE_POINTS, code_points
from rnnlab.scoring.originality.copying import Spans
from rnnlab.scoring.originality.grams import BASE, powers, sums

Ints = NDArray[np.int64]


class ExactIndex:
    """Finds every span of a text; memory about 30 bytes a character."""

    least = 1

    def __init__(self, text: str | Sequence[str]) -> None:
        """Index a text, or several documents, over whose ends no span runs."""
        documents = [text] if isinstance(text, str) else text
        points = np.concatenate([np.append(code_points(one), np.uint32(CODE_POINTS)) for one in (*documents, "")])
        self._points = np.ascontiguousarray(points[::-1]).astype(np.uint32)
        self._order = suffix_array(self._points)
        self._sums = sums(self._points)

    def longest_spans(self, text: str) -> Spans:
        """A text of N characters -> (N,) the length of the longest span of the index that ends at each."""
        query = np.ascontiguousarray(code_points(text)[::-1])
        if not len(query):
            return np.zeros(0, np.int32)
        search = _Search(self._points, self._sums, query)
        starts = np.arange(len(query))
        low, high = np.zeros(len(query), np.int64), np.full(len(query), len(self._order), np.int64)
        longest = np.zeros(len(query), np.int64)
        while bool((low < high).any()):  # where each suffix of the query would stand in the order
            middle = np.minimum((low + high) // 2, len(self._order) - 1)
            shared, greater = search.compare(starts, self._order[middle])
            longest = np.maximum(longest, shared)
            open_ = low < high
            low = np.where(open_ & greater, middle + 1, low)
            high = np.where(open_ & ~greater, middle, high)
        for beside in (low - 1, low):
            shared, _ = search.compare(starts, self._order[np.clip(beside, 0, len(self._order) - 1)])
            longest = np.maximum(longest, shared)
        return longest[::-1].astype(np.int32)


class _Search:
    """Compares suffixes of a query with those of an indexed text by the numbers of their beginnings."""

    def __init__(self, points: NDArray[np.uint32], added: NDArray[np.uint64], query: NDArray[np.uint32]) -> None:
        self._points, self._query = points, query
        self._sums, self._query_sums = added, sums(query)
        self._powers = powers(BASE, max(len(points), len(query)) + 1)

    def compare(self, starts: Ints, places: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """(N,) starts in the query, (N,) in the text -> (N,) characters shared, and whether the query's is greater."""
        room = np.minimum(len(self._query) - starts, len(self._points) - places)
        shared = np.zeros(len(starts), np.int64)
        step = 1
        going = np.arange(len(starts))
        while len(going):  # doubling, until the first difference is passed
            going = going[shared[going] + step <= room[going]]
            going = going[self._alike(starts[going] + shared[going], places[going] + shared[going], step)]
            shared[going] += step
            step *= 2
        while step > 1:  # and halving, up to it
            step //= 2
            going = np.flatnonzero(shared + step <= room)
            going = going[self._alike(starts[going] + shared[going], places[going] + shared[going], step)]
            shared[going] += step
        ended = shared >= room
        mine = self._query[np.minimum(starts + shared, len(self._query) - 1)]
        theirs = self._points[np.minimum(places + shared, len(self._points) - 1)]
        # A text that has ended comes first; of the indexed one that is only its very end, which no query reaches.
        return shared, np.where(ended, starts + shared < len(self._query), mine > theirs)

    def _alike(self, starts: Ints, places: Ints, length: int) -> NDArray[np.bool_]:
        mine = (self._query_sums[starts + length] - self._query_sums[starts]) * self._powers[places]
        theirs = (self._sums[places + length] - self._sums[places]) * self._powers[starts]
        return np.asarray(mine == theirs)


def suffix_array(points: NDArray[np.uint32]) -> Ints:
    """(N,) code points -> (N,) where their suffixes begin, in order; by pydivsufsort if that is installed."""
    distinct, ranks = np.unique(points, return_inverse=True)
    if len(distinct) <= 256 and importlib.util.find_spec("pydivsufsort") is not None:
        sort = importlib.import_module("pydivsufsort").divsufsort
        return np.asarray(sort(ranks.astype(np.uint8)), np.int64)
    return doubled(ranks.astype(np.int64))


def doubled(ranks: Ints) -> Ints:
    """(N,) ranks of characters -> (N,) the suffix array by prefix doubling, in O(N log² N)."""
    count, length = len(ranks), 1
    while True:
        following = np.zeros(count, np.int64)
        following[: max(count - length, 0)] = ranks[length:] + 1
        keys = ranks * (count + 1) + following
        order = np.argsort(keys, kind="stable")
        new = np.concatenate([[0], np.cumsum(np.diff(keys[order]) != 0)])
        ranks = np.empty(count, np.int64)
        ranks[order] = new
        if int(new[-1]) == count - 1:
            return np.asarray(order, np.int64)
        length *= 2
