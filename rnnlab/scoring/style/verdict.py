"""A report's verdict: two sentences made from its figures."""

from __future__ import annotations

from collections.abc import Sequence

from rnnlab.scoring.style.rows import BETWEEN, NO_NEARER, OUTSIDE, WITHIN, Row


def verdict(words: int, rows: Sequence[Row], others: Sequence[str]) -> str:
    """Two sentences: what is like the author's and what is not; and the flair."""
    readings = (WITHIN, BETWEEN, NO_NEARER, OUTSIDE)
    by = {reading: [row for row in rows if row.reading == reading] for reading in readings}
    decided = sum(map(len, by.values()))
    who = f"On {words:,} words"
    if not decided:
        first = f"{who} no figure tells the author from a 5-gram; a longer text is needed."
    else:
        off = [*by[NO_NEARER], *by[OUTSIDE]]
        worst = f"; furthest off: {_short(off)}" if off else ""
        first = (
            f"{who}, {len(by[WITHIN])} of {decided} figures that can tell lie within the range of the author's own "
            f"pages and {len(by[BETWEEN])} between those and a 5-gram{worst}."
        )
    return f"{first} {_flair(rows, others)}"


def _flair(found: Sequence[Row], others: Sequence[str]) -> str:
    rows = {row.name: row for row in found}
    copied = rows.get("trigrams")
    if copied and copied.reading == OUTSIDE and copied.held_out and copied.text.value > 1.5 * copied.held_out.value:
        return (
            f"It repeats the text it was trained on: {100 * copied.text.value:.0f} % of its runs of three words stand "
            f"there, where new pages by the author have {100 * copied.held_out.value:.0f} %."
        )
    if "attribution" not in rows or "delta" not in rows:
        return "Its flair cannot be told, as no other author of the same language is at hand."
    delta, given = rows["delta"], rows["attribution"]
    own = f"{delta.held_out.value:.2f}" if delta.held_out else "unknown"
    return (
        f"Told apart from {', '.join(others)}, it is the author's with {100 * given.text.value:.0f} % "
        f"probability, at a Cosine Delta of {delta.text.value:.2f} where the author's own pages have {own}."
    )


def _short(rows: Sequence[Row]) -> str:
    return ", ".join(row.name.replace("_", " ") for row in rows[:3])
