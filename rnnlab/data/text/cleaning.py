"""Makes a text uniform: line ends, composed characters, nothing invisible; independent of any file or distributor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnnlab.data.code_points import alphabet_of, line_slices

_LINE_ENDS = "\r\v\f\x85\u2028\u2029"
_CONTROLS = frozenset(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) - frozenset("\n\t" + _LINE_ENDS)
# Soft hyphen, zero-width space, word joiner, byte-order mark, and marks of writing direction. The zero-width joiner and
# non-joiner stay: Persian, the scripts of India and emoji are misspelt without them.
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")

# The signs of Windows-1252 by the control characters that a program makes of them which takes them for Latin-1, as web
# pages are read (WHATWG, Encoding Standard).
SIGNS = {one: bytes([one]).decode("cp1252") for one in range(0x80, 0xA0) if one not in b"\x81\x8d\x8f\x90\x9d"}
_NEXT_LINE = "\x85"  # a line end, unless other such control characters are there

# What a typewriter or a terminal was told, \b being its backspace: a letter struck twice is bold, one over or under _
# underlined; ESC [ … m is a colour.
_BOLD, _UNDERLINED = re.compile(r"([^\n\x08])(?:\x08\1)+"), re.compile(r"_\x08(?=[^\n\x08])|\x08_")
_TERMINAL = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b\][^\n\x07\x1b]{0,200}(?:\x07|\x1b\\)")

# Unicode's stream-safe format (UAX 15, section 13) allows 30 combining marks in a row; putting a run of them in order
# takes time quadratic in its length (a second for 32,000, an hour for two million).
MOST_MARKS = 30

_TOLD = {
    "controls": ("control character", "", "left out"),
    "invisible": ("invisible formatting mark", "", "left out"),
    "marks": ("combining mark", f" beyond {MOST_MARKS} in a row", "left out"),
    "terminal": ("code", " of a terminal, such as a colour,", "left out"),
    "restored": ("control character", "", "read as the letters and signs that they are in Windows-1252"),
    "line_ends": ("line end", " with two carriage returns", "read as one each"),
    "overstrikes": ("letter", " struck twice or underlined", "made plain"),
}


@dataclass(frozen=True)
class Cleaned:
    """A uniform text, and how many characters of each kind were taken out of it.

    line_ends: line ends \\r\\r\\n, which a second conversion makes, read as one each. overstrikes: letters struck twice
    or underlined on a printer, made plain. terminal: codes of a terminal, such as colours, taken out. restored: control
    characters that are signs of Windows-1252, put in their place.
    """

    text: str
    controls: int
    invisible: int
    marks: int
    line_ends: int = 0
    overstrikes: int = 0
    terminal: int = 0
    restored: int = 0


def clean(text: str) -> Cleaned:
    """Make line ends \\n and characters composed (NFC); take out what cannot be seen, and combining marks beyond 30.

    The control characters \\n and \\t stay; those that end a line or a page become \\n.
    """
    text, restored = restore_signs(text)
    text, line_ends = plain_line_ends(text)
    alphabet = alphabet_of([text])
    text, terminal = _TERMINAL.subn("", text) if "\x1b" in alphabet else (text, 0)
    text, overstrikes = _unstruck(text) if "\b" in alphabet else (text, 0)
    text, controls = _without(text, _CONTROLS.intersection(alphabet))
    text, invisible = _without(text, _INVISIBLE.intersection(alphabet))
    text, marks = compose(text)
    return Cleaned(text, controls, invisible, marks, line_ends, overstrikes, terminal, restored)


def restore_signs(text: str) -> tuple[str, int]:
    """Put the signs of Windows-1252 in the place of control characters; gives how many they were."""
    if text.isascii():
        return text, 0
    found = {byte: count for byte in SIGNS if (count := text.count(chr(byte)))}
    if not found.keys() - {ord(_NEXT_LINE)}:
        return text, 0
    for byte in found:
        text = text.replace(chr(byte), SIGNS[byte])
    return text, sum(found.values())


def plain_line_ends(text: str) -> tuple[str, int]:
    """Make all line ends \\n; gives how many of them were \\r\\r\\n, if most of those of several characters were."""
    twice = text.count("\r\r\n")
    if twice and twice >= text.count("\n") / 2:
        text = text.replace("\r\r\n", "\n")
    else:
        twice = 0
    text = text.replace("\r\n", "\n")
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    return text, twice


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


def changes_told(changes: Mapping[str, int]) -> tuple[str, ...]:
    """Sentences on what cleaning changed, by the names of `Cleaned`'s counts; none on what occurs nowhere."""
    return tuple(
        f"{how_many(count, what)}{more} {was(count)} {done}."
        for name, (what, more, done) in _TOLD.items()
        if (count := changes.get(name, 0))
    )


def how_many(count: int, what: str) -> str:
    """Write a number with its noun: "1 line", "1,200 lines"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def was(count: int) -> str:
    """The verb that goes with so many."""
    return "was" if count == 1 else "were"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Write words as a sentence lists them: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _unstruck(text: str) -> tuple[str, int]:
    """Take back what was struck over the same letter, or over and under a line; gives how many letters it was."""
    text, underlined = _UNDERLINED.subn("", text)
    text, bold = _BOLD.subn(r"\1", text)
    return text, underlined + bold


def _without(text: str, characters: Iterable[str]) -> tuple[str, int]:
    whole = len(text)
    for character in sorted(characters):
        text = text.replace(character, "")
    return text, whole - len(text)
