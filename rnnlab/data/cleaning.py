"""Makes a text uniform: line ends, composed characters, nothing invisible; knows no file and no distributor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rnnlab.data.code_points import alphabet_of, line_slices

_LINE_ENDS = "\r\v\f\x85\u2028\u2029"
_CONTROLS = frozenset(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) - frozenset("\n\t" + _LINE_ENDS)
# Soft hyphen, zero-width space, word joiner, byte-order mark, and marks of writing direction. The zero-width joiner and
# non-joiner stay: Persian, the scripts of India and emoji are misspelt without them.
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")

# Unicode's stream-safe format (UAX 15, section 13) allows 30 combining marks in a row; putting a run of them in order
# takes time quadratic in its length (a second for 32,000, an hour for two million).
MOST_MARKS = 30


@dataclass(frozen=True)
class Cleaned:
    """A uniform text, and how many characters of each kind were taken out of it."""

    text: str
    controls: int
    invisible: int
    marks: int


def clean(text: str) -> Cleaned:
    """Make line ends \\n and characters composed (NFC); take out what cannot be seen, and combining marks beyond 30.

    The control characters \\n and \\t stay; those that end a line or a page become \\n.
    """
    text = text.replace("\r\n", "\n")
    alphabet = alphabet_of([text])
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    text, controls = _without(text, _CONTROLS.intersection(alphabet))
    text, invisible = _without(text, _INVISIBLE.intersection(alphabet))
    text, marks = compose(text)
    return Cleaned(text, controls, invisible, marks)


def compose(text: str) -> tuple[str, int]:
    """Compose the characters of a text (NFC), each run of combining marks cut to 30; gives the text and the cut."""
    if text.isascii():
        return text, 0
    whole = len(text)
    marks = "".join(one for one in alphabet_of([text]) if unicodedata.combining(one))
    if marks:
        text = re.sub(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+", r"\1", text)
    removed = whole - len(text)
    # In parts, as both calls may need four bytes a character for what they are given.
    if not all(unicodedata.is_normalized("NFC", part) for part in line_slices(text)):
        text = "".join(unicodedata.normalize("NFC", part) for part in line_slices(text))
    return text, removed


def how_many(count: int, what: str) -> str:
    """Write a number with its noun: "1 line", "1,200 lines"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _without(text: str, characters: Iterable[str]) -> tuple[str, int]:
    whole = len(text)
    for character in sorted(characters):
        text = text.replace(character, "")
    return text, whole - len(text)
