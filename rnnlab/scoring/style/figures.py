"""The figures of a report from counts in blocks: shares, distances of distributions, Cosine Delta, attribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.scoring.style.counts import BUCKETS, SIZE, Ints, part, scalar
from rnnlab.scoring.style.profile import Profile

Floats = NDArray[np.float64]

SHARES = {
    "spelling": ("known", "words"),
    "bigrams": ("known_bigrams", "bigrams"),
    "trigrams": ("known_trigrams", "trigrams"),
    "distinct_2": ("distinct_bigrams", "bigrams"),
    "distinct_3": ("distinct_trigrams", "trigrams"),
    "balanced": ("balanced", "paired"),
    "proper": ("proper", "sentences"),
    "repetition": ("repeated", "fourgrams"),
    "topic": ("again", "later"),
    "copied_20": ("copied_20", "runs_20"),
    "copied_30": ("copied_30", "runs_30"),
    "copied_50": ("copied_50", "runs_50"),
}
DISTANCES = ("word_lengths", "sentence_lengths", "line_lengths", "marks")
SHARED = 50  # of the common words that another author must use, too, to be of any help in telling them apart


@dataclass(frozen=True)
class Ruler:
    """Measures counts against an author, beside the other authors at hand."""

    author: Profile
    others: tuple[Profile, ...]
    weights: tuple[Floats, Floats] | None  # of the classifier: (BUCKETS,) and its constant

    @classmethod
    def of(cls, author: Profile, others: Sequence[Profile]) -> Ruler:
        """Train the classifier; only others that use the author's common words count."""
        near = tuple(one for one in others if int(np.isin(author.habits.common, one.listed).sum()) >= SHARED)
        return cls(author, near, _trained(author, near) if near else None)

    def measure(self, counts: Ints, draws: Ints) -> dict[str, Floats]:
        """(M, SIZE) counts in blocks, (R, M) how often each is drawn -> (R,) of each figure; nan where none follows."""
        # Whole numbers far below 2⁵³ add up exactly as floats, and a hundred times as fast.
        pooled = draws.astype(np.float64) @ counts[:, : SIZE - BUCKETS].astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            told = {name: scalar(pooled, up) / scalar(pooled, down) for name, (up, down) in SHARES.items()}
            told |= {name: distance(part(pooled, name), part(self.author.training, name)) for name in DISTANCES}
            turns = part(pooled, "speakers")
            told["speakers"] = turns[:, 1] / turns[:, 0]
            told["order"] = dependence(part(pooled, "order"))
            told["delta"] = self.delta(part(pooled, "common") / scalar(pooled, "words")[:, None])
            told["longest_copied"] = _longest(counts, draws)
            told["attribution"] = (draws @ self.probabilities(part(counts, "grams"))) / draws.sum(axis=1)
        return told

    def delta(self, frequencies: Floats) -> Floats:
        """(R, COMMON) relative frequencies -> (R,) Cosine Delta to the author; nan if no other author is at hand.

        Evert et al. (2017), Digital Scholarship in the Humanities 32(2): one minus the cosine of the z-scores, whose
        mean and deviation are those of all authors' slices of 2,500 words together, each author counting alike.
        """
        number = len(self.author.habits.common)
        if not self.others:
            return np.full(len(frequencies), np.nan)
        means = np.array([_on(one, self.author.habits.common) for one in (self.author, *self.others)])
        middle = means[:, 0].mean(axis=0)
        deviation = np.sqrt((means[:, 1] ** 2).mean(axis=0) + means[:, 0].var(axis=0))
        own, text = (means[0, 0] - middle) / deviation, (frequencies[:, :number] - middle) / deviation
        return np.asarray(1 - text @ own / (np.linalg.norm(text, axis=1) * np.linalg.norm(own)))

    def delta_of(self, other: Profile) -> float:
        """Cosine Delta of another author to this one."""
        return float(self.delta(_on(other, self.author.habits.common)[:1])[0])

    def probabilities(self, grams: Ints) -> Floats:
        """(M, BUCKETS) character grams of blocks -> (M,) probability of the author; nan if there is no other."""
        if self.weights is None:
            return np.full(len(grams), np.nan)
        weights, constant = self.weights
        return np.asarray(1 / (1 + np.exp(-(scaled(grams) @ weights + constant))))


def distance(counts: Ints | Floats, author: Ints) -> Floats:
    """(R, n), (n,) counts -> (R,) total variation distance of the two distributions: 0 alike, 1 with nothing shared."""
    shares = counts / counts.sum(axis=-1, keepdims=True)
    return np.asarray(np.abs(shares - author / author.sum()).sum(axis=-1) / 2)


def dependence(pairs: Ints | Floats) -> Floats:
    """(R, n²) how often each kind of word is followed by each -> (R,) total variation distance from pairs by chance.

    By chance is with the same kinds first and second, in any order: 0 of a shuffled text, but for its finite length.
    """
    kinds = math.isqrt(pairs.shape[-1])
    shares = (pairs / pairs.sum(axis=-1, keepdims=True)).reshape(-1, kinds, kinds)
    chance = shares.sum(axis=2, keepdims=True) * shares.sum(axis=1, keepdims=True)
    return np.asarray(np.abs(shares - chance).sum(axis=(1, 2)) / 2)


def _longest(counts: Ints, draws: Ints) -> Floats:
    """(R,) the longest copied span of the blocks that are drawn; nan if none were looked for."""
    longest = np.where(draws > 0, scalar(counts, "longest"), 0).max(axis=1, initial=0)
    return np.where(scalar(counts, "runs_20").any(), longest.astype(np.float64), np.nan)


def scaled(grams: Ints) -> Floats:
    """(M, BUCKETS) counts -> square roots of their shares (Hellinger), which have length 1."""
    return np.asarray(np.sqrt(grams / np.maximum(grams.sum(axis=1, keepdims=True), 1)))


def _on(one: Profile, words: NDArray[np.uint64]) -> Floats:
    """(2, n) an author's frequencies of some words and their spreads; 0 for words that are not among the commonest."""
    places = {int(number): place for place, number in enumerate(one.listed)}
    found = [places.get(int(word), -1) for word in words]
    both = np.array([np.append(one.frequencies, 0.0), np.append(one.spreads, 0.0)])
    return np.asarray(both[:, found])


def _trained(author: Profile, others: Sequence[Profile]) -> tuple[Floats, Floats]:
    """Weights that tell the author's blocks from the others', every author counting alike within its side."""
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    grams = [one.told_apart for one in (author, *others)]
    sides = np.concatenate([np.full(len(one), number == 0) for number, one in enumerate(grams)])
    share = [1.0] + [1 / len(others)] * len(others)
    heavy = np.concatenate([np.full(len(one), part / len(one)) for one, part in zip(grams, share, strict=True)])
    fitted = LogisticRegression(C=1000.0, max_iter=500).fit(
        scaled(np.concatenate(grams)), sides, sample_weight=heavy * len(sides) / 2
    )
    return np.asarray(fitted.coef_[0]), np.asarray(fitted.intercept_[0])
