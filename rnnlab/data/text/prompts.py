"""Prompts, stops and banned characters in those that a model knows, and what became what; independent of any ids."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnlab.data.code_points import count_characters, text_of
from rnnlab.data.text.cleaning import compose, listed, was

# Signs that stand for each other, the usual one first; an unknown one becomes the first of its family that is known,
# or else what follows the family.
_FAMILIES = (('"“”„‟«»″', "'"), ("'’‘`´‚‛′ʼ‹›", '"'), ("-–—‐‑‒―−⁃", ""), (" \n\t", ""))
# Letters and signs that Unicode doesn't take apart but printers always did.
_SPELLED = (
    "ß ss, ẞ SS, æ ae, Æ AE, œ oe, Œ OE, ø o, Ø O, đ d, Đ D, ð d, Ð D, þ th, Þ Th, ł l, Ł L, ħ h, ı i, ĸ k, ŋ ng, ſ s, "
    "• *, · ., × x, ÷ /, ⁄ /, … ..., & and"
)
_SPELLINGS = dict(pair.split(" ") for pair in _SPELLED.split(", "))

_NAMES = {"\n": "a line break", "\t": "a tab", " ": "a space", "\u00a0": "a no-break space"}
# Notices name so many characters; a prompt in another script would list its whole alphabet.
_MOST_NAMED = 8

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


def adapt(known: Collection[str], text: str) -> tuple[str, tuple[str, ...]]:
    """Write a text with known characters only: each unknown one as its nearest known form, or left out.

    The nearest form is the same sign in another shape (“ as "), the letter in the other case, its parts (ﬁ as fi), the
    letter without its accents (é as e), or its usual spelling (ß as ss). Composed and decomposed characters (NFC) and
    kinds of line ends are the same text and change without a word.

    Returns the text to encode, possibly empty, and at most two sentences: what became what, and what was left out.
    """
    text, cut = _plain(text)
    forms = _forms_of(frozenset(known), text)
    return text.translate({ord(one): form for one, form in forms.items()}), _on_forms(forms, cut)


@dataclass(frozen=True)
class Adapted:
    """Texts in known characters: how many characters were written as another form, and how many left out."""

    texts: tuple[str, ...]
    rewritten: int
    left_out: int
    notices: tuple[str, ...]


def adapt_all(known: Collection[str], texts: Sequence[str]) -> Adapted:
    """The same of cleaned texts, whatever their number, with how much it changed."""
    counts = count_characters(texts)
    forms = _forms_of(frozenset(known), text_of(np.flatnonzero(counts).astype(np.uint32)))
    written = sum(int(counts[ord(one)]) for one, form in forms.items() if form)
    dropped = sum(int(counts[ord(one)]) for one, form in forms.items() if not form)
    notices = _on_forms(forms, 0)
    if forms:
        total = int(counts.sum())
        notices += (f"Of {total:,} characters, {written:,} were written otherwise and {dropped:,} left out.",)
    table = {ord(one): form for one, form in forms.items()}
    return Adapted(tuple(text.translate(table) for text in texts), written, dropped, notices)


def all_forms(known: Collection[str]) -> dict[str, str]:
    """The nearest known form of every character of Unicode that is unknown and has one, as `adapt` writes it."""
    known = frozenset(known)
    signs = (one for one in map(chr, range(sys.maxunicode + 1)) if one not in known and _may_have_forms(one))
    forms = ((one, _nearest(known, one)) for one in signs)
    return {one: form for one, form in forms if form}


def _may_have_forms(character: str) -> bool:
    """False of the many that have none: what is unassigned or private, and letters without case, which keep theirs."""
    category = unicodedata.category(character)
    return category not in ("Cn", "Co", "Cs") and (category != "Lo" or unicodedata.decomposition(character) != "")


def _forms_of(known: Collection[str], text: str) -> dict[str, str]:
    """The nearest known form of each unknown character of a text."""
    return {one: _nearest(known, one) for one in dict.fromkeys(text) if one not in known}


def _on_forms(forms: Mapping[str, str], cut: int) -> tuple[str, ...]:
    """Sentences on what became what, and what was left out."""
    written = [f"{_shown(one)} was written as {_shown(form)}" for one, form in forms.items() if form]
    dropped = [_shown(one) for one, form in forms.items() if not form]
    notices = []
    if written:
        notices.append(f"{_listed(written)}.")
    if dropped:
        now = "is" if len(dropped) == 1 else "are"
        notices.append(f"{_listed(dropped)} {now} unknown to this model and {was(len(dropped))} left out.")
    if cut:
        notices.append(f"{cut:,} combining marks too many in a row were left out.")
    return tuple(notices)


def _unknown_signs(known: Collection[str], text: str) -> str:
    """The characters of a text that are unknown in every form, so that `adapt` leaves them out."""
    known = frozenset(known)
    return "".join(one for one in dict.fromkeys(_plain(text)[0]) if one not in known and not _nearest(known, one))


def _same_sign(known: Collection[str], character: str) -> str:
    """The known shape of the same quotation mark, apostrophe or dash, or nothing."""
    family = next((family for family, _ in _FAMILIES if character in family and not character.isspace()), "")
    return next((one for one in family if one in known), "")


def _plain(text: str) -> tuple[str, int]:
    """A text with composed characters and line ends of one kind, and how many combining marks too many it had."""
    return compose(text.replace("\r\n", "\n").replace("\r", "\n"))


def _nearest(known: Collection[str], character: str) -> str:
    """The first form of a character that is made of known ones, or nothing."""
    for form in _forms(character):
        if form and all(one in known for one in form):
            return form
        other = "".join(one if one in known else one.swapcase() for one in form)
        if other and all(one in known for one in other):
            return other
    return ""


def _forms(character: str) -> Iterator[str]:
    other = character.swapcase()
    yield other if len(other) == 1 else ""  # the capitals of ß and ﬁ are SS and FI
    yield from _family(character)
    yield _SPELLINGS.get(character, "")
    parts = unicodedata.normalize("NFKD", character)
    yield parts
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    yield bare
    # What is left may itself be a sign of a family or a letter with a spelling: ǽ is æ with an accent.
    yield "".join(_SPELLINGS.get(one, one) for one in bare)
    if character.isdecimal():
        yield str(unicodedata.decimal(character))
    if character.isspace():
        yield from (" ", "\n")
    if bare != character and len(bare) == 1:
        yield from _family(bare)


def _family(character: str) -> str:
    return next((family + instead for family, instead in _FAMILIES if character in family), "")


def _shown(text: str) -> str:
    """A text as it can stand in a sentence: visible, or by its name."""
    if text in _NAMES:
        return _NAMES[text]
    visible = text.isprintable() and not unicodedata.combining(text[0]) and not text.isspace()
    return text if visible else " ".join(f"U+{ord(one):04X}" for one in text)


def named_characters(characters: str) -> str:
    """Some characters as a sentence lists them: visible ones as they are, others by name; at most eight of them."""
    return _listed([_shown(one) for one in characters])


def _listed(items: list[str]) -> str:
    if len(items) > _MOST_NAMED:
        items = [*items[:_MOST_NAMED], f"{len(items) - _MOST_NAMED:,} more"]
    return listed(items)


def unescaped(text: str) -> str:
    r"""Read \n as a line break, \t as a tab and \\ as one backslash; any other backslash stands for itself."""
    return re.sub(r"\\[nt\\]", lambda found: _ESCAPES[found.group()], text)


def escaped(text: str) -> str:
    """Write a text on one line, so that `unescaped` reads it again."""
    return "".join(next((sign for sign, one in _ESCAPES.items() if one == mark), mark) for mark in text)


def read_lines(text: str) -> tuple[str, ...]:
    """The stops of a field, one a line, escapes read; empty lines are none."""
    return tuple(unescaped(line) for line in text.splitlines() if line)


def adapt_stops(known: Collection[str], stops: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write stops, none of them empty, with known characters, as a prompt's: curly quotes as straight ones, é as e, …

    Returns the stops that can appear, and a sentence on each that was changed or can never appear.
    """
    readable, notices = [], []
    for stop in stops:
        text, changed = adapt(known, stop)
        # Of blanks alone the nearest form would be another blank: a tab's a space, which ends any text at once.
        if _unknown_signs(known, stop) or (changed and stop.isspace()):
            notices.append(f"The stop “{escaped(stop)}” can never appear, as this model does not know all of it.")
            continue
        if changed:
            notices.append(
                f"The stop “{escaped(stop)}” was read as “{escaped(text)}”, in characters that this model knows."
            )
        readable.append(text)
    return tuple(readable), tuple(notices)


def adapt_banned(known: Collection[str], banned: str) -> tuple[str, tuple[str, ...]]:
    """Ban the known shape of a sign as well: ’ bans ' where only that is known.

    A letter bans no other letter, and a sign none that the model uses for something else: what the model does not know
    it never writes. Returns the characters to ban, and a sentence on each sign that bans another.
    """
    notices, signs = [], list(dict.fromkeys(banned))
    for sign in signs:
        other = "" if sign in known else _same_sign(known, sign)
        if other and other not in signs:
            signs.append(other)
            notices.append(f"{sign} is unknown to this model, so {other} is never written in its place.")
    return "".join(signs), tuple(notices)
