"""The n-gram that goes on counting: each id of a text predicted from a training text and all of this text before it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.integer[Any]]
FloatArray = NDArray[np.float64]


def adaptive_log_probabilities(training: IntArray, ids: IntArray, order: int, vocabulary: int) -> FloatArray:
    """Score a text by an interpolated Witten–Bell n-gram (`rnnlab.scoring.ngrams`) that counts each id it has scored.

    No gram reaches from one text into the other. As an id's counts are those of the places before it, all of them are
    ranks within sorted grams, so that the texts are counted once and not anew for every id.

    Args:
        training: (M,) ids that are counted before.
        ids: (N,) ids to be predicted.
        order: the length of the longest gram.
        vocabulary: V; ids are below it.

    Returns:
        (N,) log-probabilities, in nats; the first is predicted without a context.
    """
    both = np.concatenate([training, ids]).astype(np.int64)
    shares = np.full(len(both), 1 / vocabulary)
    # Of each place that has a context of this length: the context's number.
    places, contexts = np.arange(len(both)), np.zeros(len(both), np.int64)
    for _ in range(order):
        _, grams = np.unique(contexts * vocabulary + both[places], return_inverse=True)
        count, total = _before(grams), _before(contexts)
        types = _before(contexts, count == 0)
        followed = types > 0
        mixed = (count + types * shares[places])[followed] / (total + types)[followed]
        shares[places[followed]] = mixed
        # The next place's context is the gram that ends here, unless the next place begins the other text.
        on = (places + 1 < len(both)) & (places + 1 != len(training))
        places, contexts = places[on] + 1, grams[on]
    found: FloatArray = np.log(shares[len(training) :])
    return found


def _before(groups: NDArray[np.int64], counted: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """(P,) the group of each place -> (P,) how many earlier places of its group there are, or of those that count."""
    order = np.argsort(groups, kind="stable")
    ones = np.ones(len(groups), np.int64) if counted is None else counted[order].astype(np.int64)
    earlier = np.cumsum(ones) - ones
    ranked = groups[order]
    firsts = np.flatnonzero(np.diff(ranked, prepend=-1))
    sizes = np.diff(np.append(firsts, len(groups)))
    found = np.empty(len(groups), np.int64)
    found[order] = earlier - np.repeat(earlier[firsts], sizes)
    return found
