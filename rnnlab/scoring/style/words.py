"""A text as words, sentences and paragraphs, cut into blocks of equally many words; independent of any author.

Scripts that are written without blanks between words (Han, Kana, Thai, Lao, Burmese, Khmer) have no words that can be
told apart without a dictionary: each of their characters counts as one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.text.words import split_words

BLOCK = 250  # words: the unit of every figure, so that lengths always match
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
STOPS = ".!?…。！？।۔؟"
GREEK = ";"  # which is the question mark of a text in Greek letters
CLOSERS = "\"'”’»›)\\]」』"
_WORD = re.compile(rf"[{UNSPACED}]|[^{UNSPACED}]+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
_LOW = ("„", "“")  # which close with what opens elsewhere
# A line of its own before a speech: "ROMEO:", "First Citizen:"; with a point instead of the colon all in capitals.
_HEADING = re.compile(r"(?:^|\n[^\S\n]*\n)([^\W\d_][^\n.,;:!?]{0,39})([:.])(?=\n[^\S\n]*\S)")
_HEADING_BEGUN = re.compile(r"\n[^\S\n]*\n([^\W\d_][^\n.,;:!?]{0,39})[:.]?\n?\Z")
_LONGEST_HEADING = 60


@dataclass(frozen=True)
class Block:
    """So many words of a text: as they are written, and in lower case."""

    text: str
    words: tuple[str, ...]


def blocks_of(texts: Iterable[str], size: int = BLOCK) -> Iterator[Block]:
    """Cut texts, joined by blank lines, into blocks of so many words; what is left over at the end is left out."""
    held: list[str] = []
    words: list[str] = []
    for text in texts:
        for piece, own in _pieces(text):
            blanks = piece[: len(piece) - sum(map(len, own))]  # all of a piece that is no word
            for number, part in enumerate(own):
                if len(words) == size:
                    yield Block("".join(held), tuple(words))
                    held, words = [], []
                words.append(part.casefold())
                held.append(part if number else blanks + part)
            if not own:
                held.append(piece)
        held.append("\n\n")
    if len(words) == size:
        yield Block("".join(held), tuple(words))


def count_words(text: str) -> int:
    """How many words a text has."""
    return sum(len(own) for _, own in _pieces(text))


def _pieces(text: str) -> Iterator[tuple[str, list[str]]]:
    """The pieces that a text is made of, in order, and of each the words in it."""
    for piece in split_words(text):
        bare = piece.lstrip(" ")
        yield piece, _WORD.findall(bare) if bare[:1].isalpha() else []


def is_greek(text: str) -> bool:
    """Whether most letters are Greek ones."""
    letters = [one for one in text[:20_000] if one.isalpha()]
    return sum("\u0370" <= one <= "\u03ff" or "\u1f00" <= one <= "\u1fff" for one in letters) * 2 > len(letters)


def sentences(text: str, stops: str = STOPS) -> list[str]:
    """A text's sentences, each with its stop and what closes after it; a blank line ends one, too."""
    found: list[str] = []
    for paragraph in paragraphs(text):
        found += [one for part in _sentence(stops).findall(paragraph) if (one := part.strip())]
    return found


def paragraphs(text: str) -> list[str]:
    """What stands between blank lines; of a text without any, its lines."""
    cut = _BLANK_LINE.split(text.strip())
    if len(cut) == 1:
        cut = text.split("\n")
    return [one for one in cut if one.strip()]


@lru_cache(maxsize=8)
def _sentence(stops: str) -> re.Pattern[str]:
    # A point within "3.5" or "e.g." ends nothing; after one of the full-width stops there is no blank.
    wide = "".join(one for one in stops if one in "。！？")
    narrow = "".join(one for one in stops if one not in wide)
    end = rf"[{re.escape(narrow)}]+[{CLOSERS}]*(?=\s|$|[{UNSPACED}])|[{wide or '。'}]+[{CLOSERS}]*"
    return re.compile(rf"(?s).+?(?:{end}|$)")


def is_proper(sentence: str, stops: str, cased: bool) -> bool:
    """Whether a sentence ends with a stop and, in a script that has capitals, begins with one."""
    bare = sentence.rstrip(CLOSERS.replace("\\", ""))
    first = next((one for one in sentence if one.isalpha()), "")
    return bare[-1:] in tuple(stops) and (not cased or first.isupper() or first.istitle())


def has_pairs(text: str) -> bool:
    """Whether a text has quotation marks or brackets."""
    return any(mark in text for pair in _PAIRS for mark in pair) or '"' in text


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket that is opened is closed, and the other way round."""
    pairs = (*(one for one in _PAIRS if one != ("“", "”")), _LOW) if "„" in text else _PAIRS
    return text.count('"') % 2 == 0 and all(text.count(first) == text.count(last) for first, last in pairs)


def speakers(text: str) -> list[str]:
    """Who speaks, speech by speech, of a text in which a heading names the speaker; of any other text no one."""
    return [found[1] for found in _headings(text)]


def name_places(text: str) -> list[tuple[int, int]]:
    """(begin, end) of each heading that names a speaker, with the line breaks around it.

    A name's words all begin with a capital. A heading that the text ends in counts if there is a whole one before.
    """
    places = [(found.start(), found.end() + 1) for found in _headings(text) if _is_name(found[1])]
    if places and (begun := begun_name(text)):
        places.append(begun)
    return places


def begun_name(text: str) -> tuple[int, int] | None:
    """(begin, end) of what may become a heading that names a speaker and that the text ends in; None without any."""
    found = _HEADING_BEGUN.search(text, max(0, len(text) - _LONGEST_HEADING))
    return found.span() if found and _is_name(found[1]) else None


def _is_name(heading: str) -> bool:
    return all(word[0].isupper() for word in heading.split())


def _headings(text: str) -> Iterator[re.Match[str]]:
    for found in _HEADING.finditer(text):
        name, mark = found.groups()
        if name.isupper() if mark == "." else not name[0].islower():
            yield found


def hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """(N,) numbers that stand for words, the same on every machine."""
    return np.array([_hash(word) for word in words], np.uint64)


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "little")


def grams(numbers: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """(N,) numbers of words -> (N − length + 1,) numbers of the runs of so many words."""
    count = max(0, len(numbers) - length + 1)
    mixed = np.zeros(count, np.uint64)
    for place in range(length):
        mixed = mix(mixed * np.uint64(0x9E3779B97F4A7C15) + numbers[place : place + count])
    return mixed


def mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers over all 64 bits (splitmix64, Steele, Lea & Flood 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
