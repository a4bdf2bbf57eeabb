"""Takes a distributor's header and footer off a text (Project Gutenberg's, in its wordings since 1991).

Only what surely is the distributor's goes: what lies above a mark that opens a text, below one that closes it, or
between two of them, and is no longer than a header or a licence is. A text may come in parts that end with lines; it is
then gone through twice, for where it has to be cut is known at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from rnnlab.data.text.cleaning import how_many

# The licence has 19,000 characters, the longest header with its legal small print 15,000.
MOST_CHARACTERS = 40_000
# An old header holds two marks that open: its own, and the end of its small print.
_SAME_HEADER = 20_000

# Words of which every mark holds one; finding them costs milliseconds where a pattern over 50 MB costs a second.
_TELLTALES = ("Gutenberg", "GUTENBERG", "SMALL PRINT!")
_MARK = re.compile(
    r"(?m)^[^\S\n]*+(?:"
    r"(?P<opens>(?i:\*\*\*[^\S\n]*+START OF TH(?:E|IS)(?: COPYRIGHTED)? PROJECT GUTENBERG"
    r"|\*++END\*?[^\S\n]?THE SMALL PRINT!))"
    r"|\*\*\*[^\S\n]*+END OF TH(?:E|IS)(?: COPYRIGHTED)? PROJECT GUTENBERG"
    r"|(?:End|END) (?:of|OF) (?:(?:the|The|this|THE|THIS) )?(?:Project|PROJECT) (?:Gutenberg|GUTENBERG)(?:'s)?\b"
    r"|(?:Ende dieses|Fin de) Proje[ck]t Gutenberg\b"
    r")[^\n]{0,300}"
)
# A mark's long title runs over up to three further lines, until its closing asterisks.
_WRAPPED, _LONGEST_TITLE = re.compile(r"(\n[^\n*]+){0,3}\*\*\*"), 400
# The paragraph below the mark that says who typed the text.
_CREDIT = re.compile(
    r"\s*(\[?(This |HTML version |E-?text |E-?book )*(was )?"
    r"(produced|prepared|transcribed|scanned|digitized) (by|from) )[^\n]*(\n[^\n]+){0,12}\n\s*\n",
    re.IGNORECASE,
)
_LONGEST_CREDIT = 2000

# Old editions of the complete Shakespeare repeat a notice between the plays.
_AMID, _LONGEST_AMID = re.compile(r"<<THIS ELECTRONIC VERSION OF[^<>]{0,2000}>>\n?"), 2100
_AMID_BEGINS = "<<THIS ELECTRONIC VERSION"
_AHEAD = 1000  # characters after a place by which it is known whether a mark stands there, and where it ends


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    opens: bool


@dataclass(frozen=True)
class Stretches:
    """What of a text is the author's: places (start, end) in its characters, and what else is known of it."""

    kept: tuple[tuple[int, int], ...]
    length: int
    lines: int
    named: bool  # whether its beginning names the distributor

    @property
    def whole(self) -> bool:
        """Whether no mark cuts it."""
        return self.kept == ((0, self.length),)

    def notices(self, lines: int) -> tuple[str, ...]:
        """A sentence on what went, or why it stayed, where so many lines are left."""
        if lines != self.lines or not self.whole:
            gone = how_many(self.lines - lines, "line")
            return (f"The header and licence of Project Gutenberg ({gone}) were left out.",)
        if self.named:
            return ("Project Gutenberg's header was kept, as no mark says where it ends; delete it by hand.",)
        return ()


def strip_headers(text: str) -> tuple[str, tuple[str, ...]]:
    """Take headers, licences and footers of Project Gutenberg off a text, which may hold several of its books.

    Line ends are \\n. Gives the text, and a sentence on how many lines went or why they stayed; none if none is due.
    """
    found = find_stretches([text])
    stripped = text if found.whole and _AMID_BEGINS not in text else "".join(authors_own([text], found))
    return stripped, found.notices(stripped.count("\n"))


def find_stretches(parts: Iterable[str]) -> Stretches:
    """Find what of a text is the author's; its parts end with lines, and their line ends are \\n."""
    length, lines, head = 0, 0, ""

    def counted() -> Iterator[str]:
        nonlocal length, lines, head
        for part in parts:
            length, lines, head = length + len(part), lines + part.count("\n"), head + part[: 2000 - len(head)]
            yield part

    kept, start, licence = _kept(_marks(counted()))
    if start is None and length - licence > MOST_CHARACTERS:
        start = kept.pop()[0]
    found = kept if start is None else [*kept, (start, length)]
    return Stretches(tuple(found), length, lines, "Project Gutenberg" in head)


def authors_own(parts: Iterable[str], found: Stretches) -> Iterator[str]:
    """The author's stretches of a text that is gone through once more, in parts.

    Where something is cut, a blank line stands between two stretches and a line break at the end.
    """
    return _without_notices(parts if found.whole else _joined(parts, found))


def _joined(parts: Iterable[str], found: Stretches) -> Iterator[str]:
    between = ""
    for number, own in groupby(_stretches(parts, found.kept), key=lambda one: one[0]):
        stretch = (part for _, part in own)
        first = between
        for part in _stripped(_without_credit(stretch) if found.kept[number][0] else stretch):
            yield first + part
            first, between = "", "\n\n"
    yield "\n"


def _kept(marks: Iterable[_Mark]) -> tuple[list[tuple[int, int]], int | None, int]:
    """The stretches that are the author's, where the last one that has no end begins, and the last licence."""
    kept: list[tuple[int, int]] = []
    start: int | None = 0  # of the author's stretch; None within a licence
    licence = opened = 0  # where the licence began, where the last header ended
    for mark in marks:
        if start is not None:
            if not mark.opens:
                kept.append((start, mark.start))
                start, licence = None, mark.start
            elif mark.start - opened < (_SAME_HEADER if opened else MOST_CHARACTERS):
                start = opened = mark.end
        elif mark.opens:
            # More than a licence lies between; whatever it is, the author may have written it.
            start = mark.end if mark.start - licence < MOST_CHARACTERS else kept.pop()[0]
            opened = mark.end
    return kept, start, licence


def _marks(parts: Iterable[str]) -> Iterator[_Mark]:
    """The lines that open or close a book, from top to bottom."""
    base, past, held = 0, 0, ""  # held: the last part's end from the place `base` on, whose mark may not be whole
    for part in chain(parts, [None]):
        text = held + (part or "")
        known = len(text) if part is None else max(0, len(text) - _AHEAD)
        for found in _MARK.finditer(text) if any(word in text for word in _TELLTALES) else ():
            if past <= base + found.start() < base + known:
                past = base + _wrapped_end(text, found)
                yield _Mark(base + found.start(), past, found["opens"] is not None)
        kept = text.rfind("\n", 0, known) + 1
        base, held = base + kept, text[kept:]


def _wrapped_end(text: str, found: re.Match[str]) -> int:
    line, end = found.group(), found.end()
    if not line.lstrip().startswith("***") or line.rstrip().endswith("*"):
        return end
    wrapped = _WRAPPED.match(text[end : end + _LONGEST_TITLE])
    return end + wrapped.end() if wrapped else end


def _stretches(parts: Iterable[str], kept: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """What of each part lies in which stretch."""
    places = ((number, place) for number, place in enumerate(kept) if place[0] < place[1])
    number, (start, end) = next(places, (0, (0, 0)))
    base = 0
    for part in parts:
        while start < base + len(part) and start < end:
            yield number, part[max(0, start - base) : end - base]
            if end > base + len(part):
                break
            number, (start, end) = next(places, (0, (0, 0)))
        base += len(part)


def _without_credit(parts: Iterator[str]) -> Iterator[str]:
    head = ""
    for part in parts:
        head += part
        if len(head) >= _LONGEST_CREDIT:
            break
    credit = _CREDIT.match(head[:_LONGEST_CREDIT])
    yield head[credit.end() :] if credit else head
    yield from parts


def _stripped(parts: Iterable[str]) -> Iterator[str]:
    """Parts without the line breaks before the first letter and after the last."""
    breaks: int | None = None  # at the end of what was given; None at the beginning
    for part in parts:
        own = part.lstrip("\n") if breaks is None else part
        body = own.rstrip("\n")
        if body:
            yield "\n" * (breaks or 0) + body
            breaks = len(own) - len(body)
        elif breaks is not None:
            breaks += len(own)


def _without_notices(parts: Iterable[str]) -> Iterator[str]:
    """Parts without the notices between the plays, which may begin in one and end in the next."""
    held = ""
    for part in parts:
        text = held + part
        place = text.rfind(_AMID_BEGINS, max(0, len(text) - _LONGEST_AMID))
        end = len(text) if place < 0 or ">>" in text[place:-2] else place
        yield _AMID.sub("", text[:end]) if _AMID_BEGINS in text else text[:end]
        held = text[end:] if end < len(text) else ""
    if held:
        yield _AMID.sub("", held)
