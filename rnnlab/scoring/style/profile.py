"""An author in plain figures: what a text is compared with when the author's own is not at hand.

Counted in the training part, in pages that are left out, and in what a character 5-gram of the training part writes.
Words are kept as hashes; the order of the text and its words cannot be read out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import DataError
from rnnlab.scoring.style.counts import BUCKETS, COMMON, PARTS, SIZE, Habits, Ints, part, places_of
from rnnlab.scoring.style.known import Known
from rnnlab.scoring.style.words import BLOCK

FORMAT = 3
ADDED = {"order": 2, "speakers": 3}  # parts of the counts, and the format from which on a profile has them

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """An author's habits, and how they show in blocks of words.

    title: whose. words, characters: of the training part. habits: what counting needs. listed: (L,) hashes of the
    commonest words; frequencies, spreads: (L,) of the words, and over slices of 2,500 words. training: (SIZE,) counts
    of blocks of the training part, all together. told_apart: (N, BUCKETS) character grams of such blocks. held_out:
    (M, SIZE) counts of pages that were left out of all other counts, `run` blocks in a row at a time (leaving.py).
    ngram: (M, SIZE) those of the 5-gram's pages. uncounted: parts that are zeros, as an earlier version did not count
    them.
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
    run: int
    ngram: Ints
    uncounted: tuple[str, ...] = ()

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
            "run": self.run,
            "ngram": self.ngram.tolist(),
            "uncounted": list(self.uncounted),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Profile:
        """Open what `json` gave; DataError if it is damaged or of another version."""
        try:
            return _opened(value)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise DataError("The author's profile (profile.json) is damaged; make it anew with --data.") from error


def _opened(value: Mapping[str, Any]) -> Profile:
    if value["format"] not in range(1, FORMAT + 1) or value["block"] != BLOCK:
        raise DataError("The author's profile is of another version of rnnlab; make it anew with --data.")
    common = np.array(value["common"], np.float64).reshape(-1, 3)
    if not len(common) or (common < 0).any() or (common[:, 0] > 2**53).any() or (common[:, 1:] > 1).any():
        raise ValueError("frequencies that are none")
    known, two, three = (Known.from_json(value["known"][name]) for name in ("known", "bigrams", "trigrams"))
    listed = common[:, 0].astype(np.uint64)
    lacking = [name for name, since in ADDED.items() if value["format"] < since]
    uncounted = lacking or value["uncounted"]
    if not set(uncounted) <= set(ADDED):
        raise ValueError("parts that are none")
    held_out, ngram = (_blocks(value[name], lacking) for name in ("held_out", "ngram"))
    run = value["run"]
    if type(run) is not int or run < 1 or len(held_out) % run:
        raise ValueError("runs that are none")
    return Profile(
        title=_text(value["title"]),
        words=int(value["words"]),
        characters=int(value["characters"]),
        habits=Habits(known, two, three, listed[:COMMON], _text(value["stops"]), bool(value["cased"])),
        listed=listed,
        frequencies=common[:, 1],
        spreads=common[:, 2],
        training=_training(value["training"], lacking),
        told_apart=_counts(value["told_apart"], BUCKETS),
        held_out=held_out,
        run=run,
        ngram=ngram,
        uncounted=tuple(uncounted),
    )


def _training(value: Mapping[str, Any], lacking: Sequence[str]) -> Ints:
    """(SIZE,) counts by part; zeros for the parts that it lacks."""
    told = {**value, **{name: [0] * PARTS[name] for name in lacking}}
    return np.concatenate([_counts([told[name]], PARTS[name])[0] for name in PARTS])


def _blocks(value: Any, lacking: Sequence[str]) -> Ints:
    """(N, SIZE) counts; zeros for the parts that they lack."""
    there = np.ones(SIZE, bool)
    for name in lacking:
        there[places_of(name)] = False
    bare = _counts(value, int(there.sum()))
    whole = np.zeros((len(bare), SIZE), np.int64)
    whole[:, there] = bare
    return whole


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
