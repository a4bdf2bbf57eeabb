"""What a writer copies, beside what its author's held-out pages do: figures for a record, a sentence and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnlab.data.kinds import FLAG, Kind, maybe, number, record, whole
from rnnlab.scoring.originality.copying import LENGTHS, Baseline, copied_lengths, is_copying, summed
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.summary import THIS_MODEL, Table

DIGITS = 6
_FIGURES = {"characters": whole(), "longest": whole(), "p99": maybe(number(0))}
_SHARES = record({}, {str(length): number(0, 1) for length in LENGTHS})
ORIGINALITY: Kind = record(
    {"copying": FLAG, "typical_longest": whole()}
    | {side: record(_FIGURES | {"shares": _SHARES}) for side in ("written", "held_out")}
)


def originality(texts: Sequence[str], fingerprint: Fingerprint | None) -> dict[str, Any] | None:
    """Measure what texts of a writer copy, as JSON of the kind ORIGINALITY; None without held-out pages beside it.

    written, held_out: characters, the longest copied span, the 99th percentile of the spans that end at each character
    (None below what the fingerprint sees), shares of runs of 20, 30 and 50 characters that are copied.
    typical_longest: span of a stretch of the author's held-out pages of about the same length. copying: `is_copying`.
    """
    if fingerprint is None or fingerprint.baseline is None:
        return None
    human: Baseline = fingerprint.baseline
    found = summed(np.concatenate([copied_lengths(fingerprint, text) for text in texts]), fingerprint.least)
    told = {
        name: {
            "characters": one.characters,
            "longest": one.longest,
            "p99": None if one.p99 is None else round(one.p99, DIGITS),
            "shares": {str(length): round(share, DIGITS) for length, share in one.shares.items()},
        }
        for name, one in (("written", found), ("held_out", human.whole))
    }
    return {"copying": is_copying(found, human), "typical_longest": human.longest(found.characters), **told}


def originality_words(told: Mapping[str, Any]) -> str:
    """A sentence on what `originality` told."""
    written, held_out = told["written"], told["held_out"]
    if told["copying"]:
        return (
            f"It copies the text it was trained on: more than one in a hundred of its characters end a copied span "
            f"longer than {held_out['longest']:,} characters, the longest that the author's held-out pages share."
        )
    length = f"{written['longest']:,} characters" if written["longest"] else "too short to be seen"
    return (
        f"It is not taken to copy: fewer than one in a hundred of its characters end a longer span than any in the "
        f"author's held-out pages ({held_out['longest']:,}). Its longest copied span is {length}, where held-out pages "
        f"of about that length share {told['typical_longest']:,}."
    )


def originality_table(told: Mapping[str, Any], least: int = Fingerprint.least) -> Table:
    """The figures in words; spans under `least` characters are not seen."""
    sides = [told["written"], told["held_out"]]

    def cells(value: str) -> list[str]:
        return [_span(side[value], least) for side in sides]

    rows = [("longest copied span", *cells("longest")), ("99th percentile of the spans", *cells("p99"))]
    lengths = [str(length) for length in LENGTHS if all(str(length) in side["shares"] for side in sides)]
    for length in lengths:
        rows.append((f"runs of {length} characters", *(f"{100 * side['shares'][length]:.2f} %" for side in sides)))
    written, held_out = (f"{side['characters']:,}" for side in sides)
    caption = f"Copied from the training part: of {written} characters that it wrote, and of {held_out} held-out ones."
    return Table(caption, ("", THIS_MODEL, "author, held out"), tuple(rows))


def _span(value: float | None, least: int) -> str:
    return f"under {least}" if not value or value < least else f"{value:,.0f}"
