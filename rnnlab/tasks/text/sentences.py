"""Where a sentence ends in a growing text; knows no ids and no length."""

from __future__ import annotations

import re

_LONGEST_END = 20  # characters of an end with its quotation marks: from there back a sentence may have ended
_TITLES = "".join(rf"(?<!\b{title})" for title in ("Mr", "Mrs", "Ms", "Dr", "St", "Prof"))
_END = re.compile(
    rf"{_TITLES}[.!?…]++[\"'”’»)\]]*+(?=\s)"  # what follows must be known: "3.5" and "..." go on
    r"|[。！？]++[”’」』）]*+(?=[\s\S])"
    r"|(?=\n[^\S\n]*\n)"  # a paragraph's end, whatever stands there
)


def sentence_end(text: str, least: int) -> int | None:
    """The first place at or after `least` where a sentence of the text has ended; None while there is none."""
    ends = (found.end() for found in _END.finditer(text, max(0, least - _LONGEST_END)))
    return next((end for end in ends if end >= least), None)
