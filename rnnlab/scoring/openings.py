"""How a text's paragraphs begin, for prompts that suit it; independent of any model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

MOST_READ = 2_000_000  # characters; habits show in far fewer
LONGEST = 24  # characters of an opening


def openings(documents: Sequence[str], count: int = 5) -> list[str]:
    """The commonest first words of paragraphs: a whole short line, such as a speaker's name, or else two words.

    Args:
        documents: the text.
        count: how many at most; none of them begins another.

    Returns:
        The commonest first; those that occur once are no habit and left out.
    """
    counts: Counter[str] = Counter()
    left = MOST_READ
    for document in documents:
        counts.update(map(_opening, _first_lines(document[:left])))
        left -= len(document)
        if left <= 0:
            break
    found: list[str] = []
    for opening, times in counts.most_common(20 * count):
        words = {word.strip("\"'“”‘’") for word in opening.split()}
        known = {word.strip("\"'“”‘’") for one in found for word in one.split()}
        if times > 1 and opening and not words & known:
            found.append(opening)
        if len(found) == count:
            break
    return found


def _first_lines(text: str) -> Iterator[str]:
    """The first line of each paragraph, from its first letter on; the first paragraph's only if it is not indented."""
    first, *lines = text.split("\n")
    if first.lstrip() == first != "":
        yield first
    blank = False
    for line in lines:
        stripped = line.lstrip()
        if stripped and blank:
            yield stripped
        blank = not stripped


def _opening(line: str) -> str:
    line = line.rstrip()
    if len(line) <= LONGEST and not line.endswith((",", ";")):
        return line
    words = " ".join(line.split()[:2])
    return words if len(words) <= LONGEST else ""
