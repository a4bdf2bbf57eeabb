"""A report's verdict: two sentences made from its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnlab.scoring.style.rows import BETWEEN, COPYING, NO_NEARER, OUTSIDE, WITHIN, Row

UNSEEN = 20  # characters of the shortest run that is looked for
TOO_MUCH = 2.0  # times the longest run that 95 % of the author's own samples share with the training part


def verdict(words: int, rows: Sequence[Row], others: Sequence[str]) -> str:
    """Two sentences: what is like the author's and what is not; and the flair."""
    readings = (WITHIN, BETWEEN, NO_NEARER, OUTSIDE)
    judged = [row for row in rows if row.name not in COPYING]  # of which a 5-gram has as little
    by = {reading: [row for row in judged if row.reading == reading] for reading in readings}
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
    if copied := _copied(rows):
        return copied
    if "attribution" not in rows or "delta" not in rows:
        return "Its flair cannot be told, as no other author of the same language is at hand."
    delta, given = rows["delta"], rows["attribution"]
    own = f"{delta.held_out.value:.2f}" if delta.held_out else "unknown"
    return (
        f"Told apart from {'; '.join(others)}, it is the author's with {100 * given.text.value:.0f} % "
        f"probability, at a Cosine Delta of {delta.text.value:.2f} where the author's own pages have {own}."
    )


def _copied(rows: Mapping[str, Row]) -> str:
    """A sentence on a text that repeats what it was trained on far more than the author does; "" of another."""
    longest, three = rows.get("longest_copied"), rows.get("trigrams")
    human = longest.held_out.high if longest and longest.held_out else None
    if longest and longest.held_out and human is not None and longest.text.value > TOO_MUCH * max(human, UNSEEN):
        own = longest.held_out.value
        return (
            f"It repeats the text it was trained on: a run of {longest.text.value:.0f} characters is copied, where as "
            f"many new pages by the author share {f'{own:.0f}' if own >= UNSEEN else f'fewer than {UNSEEN}'} with it."
        )
    if three and three.reading == OUTSIDE and three.held_out and three.text.value > 1.5 * three.held_out.value:
        return (
            f"It repeats the text it was trained on: {100 * three.text.value:.0f} % of its runs of three words stand "
            f"there, where new pages by the author have {100 * three.held_out.value:.0f} %."
        )
    return ""


def _short(rows: Sequence[Row]) -> str:
    return ", ".join(row.name.replace("_", " ") for row in rows[:3])
