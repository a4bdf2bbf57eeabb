"""A report's rows: what each is called, and what its figure says beside the author's and a rival's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab.scoring.style.figures import DISTANCES

WITHIN = "within the author's range"
BETWEEN = "between the 5-gram and the author"
NO_NEARER = "no nearer than a 5-gram"
OUTSIDE = "outside the author's range"
ALIKE = "within the author's range, as a 5-gram is"  # at any length that was tried
SHORT = "too short to say"
COPYING = ("longest_copied", "copied_20", "copied_30", "copied_50")  # of which less than the author is no fault
FLAIR = ("delta", "attribution")  # which tell the author from other authors rather than from a 5-gram
AS_GOOD = (*DISTANCES, "delta", "attribution")  # further on the author's side of the author's range is no fault


@dataclass(frozen=True)
class Label:
    """A row in words. group: of rows. percent: whether shown so. absent: why it may not apply. whole: as a number."""

    group: str
    words: str
    percent: bool
    absent: str = "the author's text has none of what it counts"
    whole: bool = False


NO_INDEX = "the checkpoint has no fingerprint of its text; give the text with --data"
EARLIER = "the author's profile was made by an earlier version; make it anew with --data"
LABELS = {
    "spelling": Label("words", "words that the author uses, too", True),
    "word_lengths": Label("words", "distance of word lengths (0 alike, 1 with nothing shared)", False),
    "bigrams": Label("phrases", "pairs of words that the author uses, too", True),
    "trigrams": Label("phrases", "runs of three words that the author uses, too", True),
    "distinct_2": Label("phrases", "distinct pairs of words in 250 words", True),
    "distinct_3": Label("phrases", "distinct runs of three words in 250 words", True),
    "sentence_lengths": Label("sentences", "distance of sentence lengths", False),
    "proper": Label("sentences", "sentences with a capital first and a stop last", True),
    "order": Label(
        "sentences",
        "how far the order of the 16 commonest words and the sentences' ends is from chance (0 as shuffled)",
        False,
    ),
    "balanced": Label(
        "sentences", "paragraphs whose quotation marks and brackets are all closed", True, "the author's text has none"
    ),
    "marks": Label("sentences", "distance of punctuation rates", False),
    "line_lengths": Label("sentences", "distance of line lengths", False),
    "repetition": Label("paragraphs", "runs of four words that repeat within 250 words", True),
    "topic": Label("paragraphs", "rarer words taken up again in the second half of 250 words", True),
    "speakers": Label(
        "paragraphs",
        "speeches by one of the last four speakers, but not the last",
        True,
        "the author's text has no line before a speech that names its speaker",
    ),
    "longest_copied": Label(
        "originality",
        "characters of the longest run copied from the training text within 250 words",
        False,
        NO_INDEX,
        True,
    ),
    "copied_20": Label("originality", "runs of 20 characters copied from the training text", True, NO_INDEX),
    "copied_30": Label("originality", "runs of 30 characters", True, NO_INDEX),
    "copied_50": Label("originality", "runs of 50 characters", True, NO_INDEX),
    "delta": Label(
        "flair",
        "Cosine Delta to the author on the 150 commonest words (0 alike)",
        False,
        "no other author of the same language is at hand",
    ),
    "attribution": Label(
        "flair",
        "probability of the author by runs of 3 and 4 characters",
        True,
        "no other author of the same language is at hand",
    ),
}


@dataclass(frozen=True)
class Spread:
    """A figure and the bounds of 95 % of its draws; the bounds are None of one block."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """A figure of the text, of the author's held-out pages and of the 5-gram, all at the same length.

    reading: what follows. enough: words from which on the author's pages and the 5-gram's are told apart, or of flair
    other authors'; None if no tried length does.
    """

    name: str
    text: Spread
    held_out: Spread | None
    ngram: Spread | None
    reading: str
    enough: int | None

    @property
    def label(self) -> Label:
        """The row in words."""
        return LABELS[self.name]

    def cells(self) -> tuple[str, str, str]:
        """The figures of the text, the held-out pages and the 5-gram, with their bounds, in words.

        Shares that all lie below 1 % have two places: 0.0 may be outside of 0.0 to 0.2.
        """
        spreads = (self.text, self.held_out, self.ngram)
        small = all(max(one.value, one.high or 0.0) < 0.01 for one in spreads if one)
        if self.label.percent:
            unit, scale, places = " %", 100, 2 if small else 1
        else:
            unit, scale, places = "", 1, 0 if self.label.whole else 3

        def shown(value: float) -> str:
            return f"{scale * value:.{places}f}"

        def told(spread: Spread | None) -> str:
            if spread is None:
                return "–"
            bounds = "" if spread.low is None or spread.high is None else f" ({shown(spread.low)}–{shown(spread.high)})"
            return f"{shown(spread.value)}{unit}{bounds}"

        return told(self.text), told(self.held_out), told(self.ngram)

    def json(self) -> dict[str, Any]:
        """As JSON: value, low, high, the same of held_out and ngram, reading, enough_words, group."""
        found: dict[str, Any] = {"group": self.label.group, "reading": self.reading, "enough_words": self.enough}
        for name, spread in (("", self.text), ("held_out", self.held_out), ("ngram", self.ngram)):
            before = f"{name}_" if name else ""
            found[name or "value"] = _rounded(spread.value) if spread else None
            found[f"{before}low"] = _rounded(spread.low) if spread else None
            found[f"{before}high"] = _rounded(spread.high) if spread else None
        return found

    @classmethod
    def from_json(cls, name: str, value: Mapping[str, Any]) -> Row:
        """Open what `json` gave; KeyError if something is missing."""
        spreads = []
        for part in ("", "held_out", "ngram"):
            before = f"{part}_" if part else ""
            own = value[part or "value"]
            spreads.append(None if own is None else Spread(own, value[f"{before}low"], value[f"{before}high"]))
        text, held_out, ngram = spreads
        return cls(name, text or Spread(float("nan")), held_out, ngram, value["reading"], value["enough_words"])


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 5)


def apart(held_out: Spread | None, rival: Spread | None) -> bool:
    """Whether 95 % of the author's samples and of the other's lie apart."""
    if held_out is None or rival is None or held_out.low is None or held_out.high is None:
        return False
    low = rival.value if rival.low is None else rival.low
    high = rival.value if rival.high is None else rival.high
    return held_out.high < low or high < held_out.low


def read(name: str, value: float, held_out: Spread | None, rival: Spread | None, enough: int | None) -> str:
    """What a figure says beside the author's and a rival's: the 5-gram's or, of flair, the nearest other author's."""
    if held_out is None or held_out.low is None or held_out.high is None:
        return SHORT
    if name in COPYING:
        return WITHIN if value <= held_out.high else OUTSIDE
    told = apart(held_out, rival)
    better = name in AS_GOOD and (value > held_out.value) == (name == "attribution")
    if better or held_out.low <= value <= held_out.high:
        return WITHIN if told else SHORT if enough else ALIKE
    if name in FLAIR or not told or rival is None or (value > held_out.value) != (rival.value > held_out.value):
        return OUTSIDE
    return BETWEEN if abs(value - held_out.value) < abs(rival.value - held_out.value) else NO_NEARER
