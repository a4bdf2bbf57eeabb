"""Takes a distributor's header and footer off a text (Project Gutenberg's, in its wordings since 1991); knows no file.

Only what surely is the distributor's goes: what lies above a mark that opens a text, below one that closes it, or
between two of them, and is no longer than a header or a licence is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rnnlab.data.cleaning import how_many

# The licence has 19,000 characters, the longest header with its legal small print 15,000.
MOST_CHARACTERS = 40_000
# An old header holds two marks that open: its own, and the end of its small print.
_SAME_HEADER = 20_000

# Words that every mark holds; finding them costs milliseconds where a pattern over 50 MB costs a second.
_TELLTALES = ("Gutenberg", "GUTENBERG", "SMALL PRINT!")
_OPENS = re.compile(
    r"\s*\*\*\*\s*START OF (THE|THIS)( COPYRIGHTED)? PROJECT GUTENBERG|\s*\*+END\*?\s?THE SMALL PRINT!", re.IGNORECASE
)
_CLOSES = re.compile(
    r"\s*\*\*\*\s*END OF (THE|THIS)( COPYRIGHTED)? PROJECT GUTENBERG"
    r"|\s*(End|END) (of|OF) ((the|The|this|THE|THIS) )?(Project|PROJECT) (Gutenberg|GUTENBERG)('s)?\b"
    r"|\s*(Ende dieses|Fin de) Proje[ck]t Gutenberg\b"
)
# The paragraph below the mark that says who typed the text.
_CREDIT = re.compile(
    r"\s*(\[?(This |HTML version |E-?text |E-?book )*(was )?"
    r"(produced|prepared|transcribed|scanned|digitized) (by|from) )[^\n]*(\n[^\n]+){0,12}\n\s*\n",
    re.IGNORECASE,
)


# Old editions of the complete Shakespeare repeat a notice between the plays.
_AMID = re.compile(r"<<THIS ELECTRONIC VERSION OF[^<>]{0,2000}>>\n?")
_LONGEST_MARK = 300


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    opens: bool


def strip_headers(text: str) -> tuple[str, tuple[str, ...]]:
    """Take headers, licences and footers of Project Gutenberg off a text that may hold several of its books.

    Args:
        text: with line ends \\n.

    Returns:
        The text, and a sentence on how many lines went or why they stayed; no sentence where there was nothing to say.
    """
    kept = _kept(text, list(_marks(text)))
    stripped = text if kept == [(0, len(text))] else _join(text, kept)
    if "<<THIS ELECTRONIC VERSION" in stripped:
        stripped = _AMID.sub("", stripped)
    if stripped is not text:
        lines = text.count("\n") - stripped.count("\n")
        return stripped, (f"The header and licence of Project Gutenberg ({how_many(lines, 'line')}) were left out.",)
    if "Project Gutenberg" in text[:2000]:
        return text, ("Project Gutenberg's header was kept, as no mark says where it ends; delete it by hand.",)
    return text, ()


def _join(text: str, kept: list[tuple[int, int]]) -> str:
    parts = [text[_past_credit(text, start) if start else 0 : end].strip("\n") for start, end in kept]
    return "\n\n".join(part for part in parts if part) + "\n"


def _marks(text: str) -> Iterator[_Mark]:
    """The lines that open or close a book, from top to bottom."""
    past = 0
    for at in sorted(_places(text)):
        # A mark is a short line; to look further would take quadratic time where a line of megabytes holds the words.
        start = text.rfind("\n", max(0, at - _LONGEST_MARK), at) + 1
        end = text.find("\n", at, at + _LONGEST_MARK)
        end = min(len(text), at + _LONGEST_MARK) if end < 0 else end
        if start < past or at - start > _LONGEST_MARK:
            continue
        line = text[start:end]
        opens = _OPENS.match(line) is not None
        if opens or _CLOSES.match(line):
            past = _wrapped_end(text, line, end)
            yield _Mark(start, past, opens)


def _places(text: str) -> Iterator[int]:
    for word in _TELLTALES:
        at = text.find(word)
        while at >= 0:
            yield at
            at = text.find(word, at + len(word))


def _wrapped_end(text: str, line: str, end: int) -> int:
    """The end of a mark whose long title runs over up to three further lines, until its closing asterisks."""
    if not line.lstrip().startswith("***") or line.rstrip().endswith("*"):
        return end
    wrapped = re.compile(r"(\n[^\n*]+){0,3}\*\*\*").match(text[end : end + 400])
    return end + wrapped.end() if wrapped else end


def _kept(text: str, marks: list[_Mark]) -> list[tuple[int, int]]:
    """The stretches of the text that are the author's."""
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
    if start is None and len(text) - licence > MOST_CHARACTERS:
        start = kept.pop()[0]
    return kept if start is None else [*kept, (start, len(text))]


def _past_credit(text: str, start: int) -> int:
    credit = _CREDIT.match(text[start : start + 2000])
    return start + credit.end() if credit else start
