"""The documents of one text: told apart by a rule, mixed by a seed, or told of where their end is unlike the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.code_points import code_points
from rnnlab.data.files import refusal
from rnnlab.data.text.cleaning import compose
from rnnlab.errors import DataError

RULES = ("whole", "blank-line", "marker", "line")


def check_rule(rule: str, marker: str | None) -> None:
    """Raise DataError unless the rule is known, and has a marker of one line if and only if it needs one."""
    if rule not in RULES:
        raise DataError(f"{rule!r:.50} is no rule for documents; choose {', '.join(RULES[:-1])} or {RULES[-1]}.")
    if rule == "marker" and marker is None:
        raise DataError("The rule 'marker' needs a marker, such as <|endoftext|>.")
    if rule != "marker" and marker is not None:
        raise DataError(f"A marker is used by the rule 'marker' only, not by {rule!r}; leave one of the two out.")
    if marker is not None and (not marker.strip() or "\n" in marker.strip()):
        raise DataError(f"The marker {marker!r:.50} is not one line of text; give one such as <|endoftext|>.")


def split_documents(text: str, label: str, rule: str, marker: str | None) -> tuple[str, ...]:
    """Cut a cleaned text into documents without line breaks at their ends; none is blank. "whole" keeps all as it is.

    Raises DataError if no line is the marker, or nothing but markers is there; messages call the text by its label.
    """
    if rule == "whole":
        return (text,)
    if rule == "line":
        pieces = text.split("\n")
    elif rule == "blank-line":
        pieces = re.split(r"\n(?:[^\S\n]*+\n)++", text)
    else:
        line = rf"(?m)^[^\S\n]*{re.escape(compose((marker or '').strip())[0])}[^\S\n]*$"
        pieces = re.split(line, text)
        if len(pieces) == 1:
            raise DataError(f"No line of {label} is the marker {marker!r:.50}; give the marker as it stands there.")
    kept = tuple(piece.strip("\n") for piece in pieces if piece and not piece.isspace())
    if not kept:
        raise refusal(label, f"holds nothing but the marker {marker!r:.50}; give a text between markers")
    return kept


def split_at(documents: Sequence[str], share: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut documents in two at the character that ends their first `share`, wherever it falls.

    The place is floor(share · N) of N characters, as the 90/10 split of tinyshakespeare is made: by position and not by
    document, so that the second part is what comes after the first.
    """
    place = int(share * sum(map(len, documents)))
    first: list[str] = []
    for number, document in enumerate(documents):
        if len(document) > place:
            parts = [document[:place], document[place:]]
            return tuple(first + parts[:1] * (place > 0)), (parts[1], *documents[number + 1 :])
        first.append(document)
        place -= len(document)
    return tuple(first), ()


FEWEST = 20  # documents or lines of which it can be told whether they are in an order
LOOKED_AT = 2_000  # of them, spread evenly
SORTED = 0.9  # share of neighbours in the same order; half of them are by chance
_MOSTLY = 0.8  # share of the documents that must begin alike
_LONGEST_ENTRY = 40  # characters of a line of a list, at the median; verses are not much longer, but not sorted either
_DATE = re.compile(r"\W{0,3}(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:\D{1,3}(\d{1,2}):(\d\d))?")

# The end is unlike the rest where its pairs of characters are further from those of the rest (Jensen–Shannon
# divergence, bits; Lin 1991, IEEE Trans. Inf. Theory 37(1)) than any other part's by the first number and than the
# median part's by the second; than a random draw's by the third, where there are documents to draw
# (docs/experiments.md).
_FURTHER, _FAR, _THAN_DRAWN = 2.5, 4.0, 5.0
_LEAST, _LEAST_OF_DOCUMENTS = 0.02, 0.1  # bits; below that nothing is unlike: the end of a book of plays has 0.04
_SAMPLED, _IN, _PAIRS = 200_000, 10, 1 << 16  # characters, in so many places
_DOCUMENTS, _DOCUMENT = 20_000, 2_000  # that are looked at, and characters of each


def shuffled(documents: Sequence[str], seed: int) -> tuple[str, ...]:
    """Mix documents by a seed; DataError if there is only one."""
    if len(documents) < 2:
        raise DataError("--shuffle mixes documents, but this text is one; say with --documents what a document is.")
    return tuple(documents[place] for place in np.random.default_rng(seed).permutation(len(documents)))


def order_notices(documents: Sequence[str], held_out: float) -> tuple[str, ...]:
    """A sentence where the last share of a text, which is held out, cannot stand for the rest."""
    whole = len(documents) == 1
    units = [line for line in documents[0].split("\n") if line.strip()] if whole else documents
    order = _order(units, listed=whole)
    what = "lines" if whole else "documents"
    remedy = "mix them with --documents line --shuffle" if whole else "mix them with --shuffle"
    if order == "sorted":
        why = "so what is held out, their end, is unlike the rest and its score says little"
        return (f"The {len(units):,} {what} are sorted, {why}; {remedy}.",)
    if order == "dated":
        why = "are in the order of their dates, so the latest are held out"
        return (f"The {len(units):,} {what} {why}; {remedy} unless it is they that the score is to be of.",)
    if not (_is_unlike(documents[0], held_out) if whole else _is_unlike_drawn(documents, held_out)):
        return ()
    remedy = "split it with --documents and mix it with --shuffle" if whole else remedy
    why = "which are held out, are unlike the rest, so their score says little of it"
    return (f"The last {100 * held_out:g} % of the text, {why}; {remedy}, or take out what is not the author's.",)


def _order(units: Sequence[str], *, listed: bool) -> str:
    """Whether documents are "sorted" by their first letters or "dated" in the order of their dates; "" if neither.

    listed: whether they are lines of one text, which may be a list and may be prose.
    """
    if len(units) < FEWEST:
        return ""
    some = _spread(units, LOOKED_AT)
    dates = [found.groups("0") for unit in some if (found := _DATE.match(unit))]
    if len(dates) >= _MOSTLY * len(some):
        days = [tuple(map(int, date)) for date in dates]
        turned = [(year, month, day, *time) for day, month, year, *time in days]
        american = [(year, month, day, *time) for month, day, year, *time in days]
        return "dated" if any(map(_is_ordered, (days, turned, american))) else ""
    # Without numbers, for numbered paragraphs are no list.
    entries = [re.sub(r"\d+", "", unit[:_LONGEST_ENTRY]).strip(" \t\"'“”«».:)-").casefold() for unit in some]
    words = sum(entry[:1].isalpha() for entry in entries) >= _MOSTLY * len(some)
    short = not listed or sorted(map(len, some))[len(some) // 2] <= _LONGEST_ENTRY
    return "sorted" if words and short and _is_ordered(entries) else ""


def _spread(units: Sequence[str], most: int) -> list[str]:
    """So many of them at most, spread evenly."""
    return [units[place] for place in np.linspace(0, len(units) - 1, min(len(units), most)).astype(int)]


def _is_ordered(keys: Sequence[object]) -> bool:
    unequal = [(one, other) for one, other in pairwise(keys) if one != other]
    rising = sum(one < other for one, other in unequal)  # type: ignore[operator]
    return len(unequal) >= FEWEST / 2 and not (1 - SORTED) * len(unequal) < rising < SORTED * len(unequal)


def _is_unlike(text: str, held_out: float) -> bool:
    """Whether the last share of one text is further from the rest than its other parts are."""
    count = max(3, round(1 / held_out))
    parts = [text[number * len(text) // count : (number + 1) * len(text) // count] for number in range(count)]
    counts = [_pairs(part) for part in parts]
    total = sum(counts, np.zeros(_PAIRS))
    *others, last = (_divergence(one, total - one) for one in counts)
    return last > max(_LEAST, _FURTHER * max(others), _FAR * float(np.median(others)))


def _is_unlike_drawn(documents: Sequence[str], held_out: float) -> bool:
    """Whether the last share of documents is further from the rest than shares drawn at random."""
    if len(documents) < FEWEST:
        return False
    some = [document[:_DOCUMENT] for document in _spread(documents, _DOCUMENTS)]
    last = _distance(some, held_out)
    drawn = [_distance(shuffled(some, seed), held_out) for seed in range(1, 4)]
    return last > max(_LEAST_OF_DOCUMENTS, _THAN_DRAWN * max(drawn))


def _distance(documents: Sequence[str], held_out: float) -> float:
    rest, end = split_at(documents, 1 - held_out)
    return _divergence(_pairs("\n".join(rest)), _pairs("\n".join(end)))


def _pairs(text: str) -> NDArray[np.float64]:
    """(_PAIRS,) how often each pair of characters occurs, several pairs sharing a place; of a long text in parts."""
    step = max(1, len(text) // _IN)
    parts = [text[start : start + min(_SAMPLED // _IN, step)] for start in range(0, len(text), step)]
    points = code_points("\n".join(parts)).astype(np.int64)
    places = (points[:-1] * 1_000_003 + points[1:]) % _PAIRS
    return np.bincount(places, minlength=_PAIRS).astype(np.float64)


def _divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Jensen–Shannon divergence of two counts, bits."""
    one, other = one / max(one.sum(), 1), other / max(other.sum(), 1)
    middle = (one + other) / 2
    seen = [(part[part > 0], middle[part > 0]) for part in (one, other)]
    return sum(float((part * np.log2(part / beside)).sum()) for part, beside in seen) / 2
