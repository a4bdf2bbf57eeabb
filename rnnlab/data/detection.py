"""Tells in which encoding bytes that are not UTF-8 were saved, by the letters that each encoding makes of them.

Every encoding that can read a sample gives a text; the likeliest in one of its languages wins (rnnlab.data.languages).
Measured on 60 to 2,000 characters in 38 languages this is right far more often than `charset-normalizer`, whose guess
is asked for only where nothing here fits (docs/experiments.md).
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import charset_normalizer

from rnnlab.data.languages import EASTERN, LATIN, Counted, is_known

_CENTRAL = ("Polish", "Czech", "Slovak", "Hungarian", "Romanian", "Croatian", "German")
_BALTIC = ("Lithuanian", "Latvian", "Estonian")
_WESTERN = tuple(one for one in LATIN if one not in (*_CENTRAL[:-1], *_BALTIC, "Turkish", "Vietnamese", "drawings"))
_CYRILLIC = ("Russian", "Ukrainian", "Belarusian", "Bulgarian", "Serbian")

# Encodings by Python's names, after the languages that were written in them, and how much less likely each is than
# Windows-1252 before a byte is seen, in nats. Where two give the same text, the first is named.
_WRITTEN_IN: tuple[tuple[tuple[str, ...], str], ...] = (
    (_WESTERN, "cp1252 0"),
    (_CENTRAL, "cp1250 4, iso8859_2 5"),
    (_CYRILLIC, "cp1251 4"),
    (("Russian", "Bulgarian"), "koi8_r 4"),
    (("Ukrainian", "Belarusian"), "koi8_u 5"),
    (("Russian", "Belarusian"), "cp866 5"),
    (_CYRILLIC, "iso8859_5 5, mac_cyrillic 6"),
    (("Greek",), "cp1253 4, iso8859_7 8, cp737 6, mac_greek 6"),
    (("Turkish",), "cp1254 4, cp857 6, mac_turkish 6"),
    (("Hebrew",), "cp1255 4, cp862 6"),
    (("Arabic", "Persian"), "cp1256 4"),
    (("Arabic",), "iso8859_6 6"),
    (_BALTIC, "cp1257 5, iso8859_13 6, cp775 6"),
    (("Vietnamese",), "cp1258 6"),
    (("Thai",), "cp874 4"),
    (_WESTERN, "cp850 5"),
    ((*_WESTERN, "drawings"), "cp437 5"),
    (_WESTERN, "mac_roman 5"),
    (_CENTRAL, "cp852 6, mac_latin2 6"),
    (("Chinese", "Chinese, traditional"), "gb18030 4"),
    (("Chinese, traditional",), "big5hkscs 4"),
    (("Japanese",), "cp932 4, euc_jp 4"),
    (("Korean",), "cp949 4"),
)
CANDIDATES = {
    name: (languages, float(nats))
    for languages, encodings in _WRITTEN_IN
    for name, nats in (one.split() for one in encodings.split(", "))
}
SURE = 4.0  # nats by which the likeliest reading must be likelier than the next: odds of 55 to 1
_TYPED = frozenset("’“”‘–—…•£€©®™°½¼§\xa0")  # in English; elsewhere in these places are letters of DOS and the Mac
_ENGLISH = re.compile(r"(?i)\b(?:the|and|to|that|with|you)\b")  # in no other language are they common
_ENGLISH_EVERY = 80  # characters, about, in which English has one of those words at least
_ASCII = 3.0  # nats of a character of ASCII, which some readings take for half of another

# Nats a character above which a text is in none of a reading's languages: what is written in them has 1.5 to 4 (East
# Asia 6 to 9), letters at random 5 and more (10); a short text may have the second number more over the root of its
# length.
_FITS = {"Latin": (4.8, 3.0), "other": (4.1, 3.0), "East Asia": (9.0, 0.0)}

_PIECES, _PIECE = 16, 1500  # of a sample: places in the content, bytes of each
_HEAD = 4000  # bytes by which UTF-16 is told
_CONTROLS = bytes([*range(9), *range(0x0E, 0x20)])  # that no text holds, but many a half of a character
_WIDE = 0.9  # share of its characters that must be known


@dataclass(frozen=True)
class Guess:
    """How bytes may be read: `rivals` are encodings that are nearly as likely and give another text.

    encoding, rivals: by Python's names. fits: whether the text is in one of the encoding's languages.
    """

    encoding: str
    rivals: tuple[str, ...]
    fits: bool


@dataclass(frozen=True)
class _Reading:
    encoding: str
    text: str
    nats: float
    fits: bool


def guess(content: bytes) -> Guess:
    """Tell how bytes that are no Unicode are read most likely; Windows-1252 where nothing fits."""
    sample = _sample(content)
    if typed := _typed_in_english(sample):
        return Guess(typed, (), True)
    fitting = [one for one in _readings(sample) if one.fits]
    if not fitting:
        return Guess("cp1252", (), False)
    best, *others = fitting
    rivals = tuple(one.encoding for one in others if one.nats < best.nats + SURE)
    return Guess(best.encoding, rivals, True)


def _typed_in_english(pieces: Sequence[bytes]) -> str:
    """The encoding in which a sample is English, with no more beyond ASCII than English has; "" if it is in none.

    Letters alone cannot tell it: in Mac-Roman an apostrophe of Windows is the commonest of Spanish letters.
    """
    for encoding in ("cp1252", "mac_roman"):
        text = "\n".join(_decoded(piece, encoding) or "\ufffd" for piece in pieces)
        if all(_is_typed(one, how) for one, how in Counted.of(text).found):
            return encoding if len(text) <= _ENGLISH_EVERY * len(_ENGLISH.findall(text)) else ""
    return ""


def _is_typed(one: str, how: str) -> bool:
    known = one in _TYPED or one.lower() in LATIN["English"]
    return known and (how != "misplaced" or one in "–—")


def guess_of_others(content: bytes) -> str | None:
    """What charset-normalizer takes bytes for that fit nothing here; None if it does not know either."""
    best = charset_normalizer.from_bytes(b"\n".join(_sample(content))).best()
    return None if best is None or best.encoding in CANDIDATES else best.encoding


def wide_encoding(content: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, by Python's name: its characters are known ones, and only in one byte order."""
    head = content[: _HEAD - _HEAD % 4]
    if b"\0" in head and len(content) % 4 == 0:
        for name, high, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
            if len(head) >= 8 and not any(head[high::4]) and max(head[plane::4]) <= 0x10:
                return name
    zeros = [half.count(0) / max(1, len(half)) for half in (head[1:2000:2], head[0:2000:2])]
    for name, share in zip(("utf-16-le", "utf-16-be"), zeros, strict=True):
        if len(head) >= 4 and share > 0.8:
            return name
    controls = len(head) - len(head.translate(None, delete=_CONTROLS))
    if controls <= len(head) / 20 and b"\0" not in head and _decoded(head, "utf-8") is not None:
        return None
    shares = {name: _known(_decoded(head, name) or "") for name in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > _WIDE and min(shares.values()) < shares[best] - 0.2 else None


def _known(text: str) -> float:
    """Share of a text's characters that are of ASCII, of a language here, or of the one alphabet that is met most."""
    alphabets, known = Counter[str](), 0
    for one, count in Counter(text).items():
        if one in "\n\r\t" or (one.isascii() and one.isprintable()) or is_known(one):
            known += count
        elif one.isalpha() or unicodedata.category(one)[0] == "M":
            alphabets[unicodedata.name(one, "").split(" ")[0]] += count
    for east in ("CJK", "HANGUL", "YI", "EGYPTIAN", ""):
        alphabets.pop(east, None)
    return (known + max(alphabets.values(), default=0)) / max(4, len(text))


def _readings(pieces: Sequence[bytes]) -> list[_Reading]:
    """All ways to read a sample that give different texts, the likeliest first."""
    found: dict[str, _Reading] = {}
    for encoding, (languages, prior) in CANDIDATES.items():
        texts = [_decoded(piece, encoding) for piece in pieces]
        if None in texts:
            continue
        text = "\n".join(filter(None, texts))
        counted = Counted.of(text)
        nats, language = min((counted.surprise(one), one) for one in languages)
        most, short = _FITS["East Asia" if language in EASTERN else "Latin" if language in LATIN else "other"]
        fits = nats <= len(counted) * most + short * math.sqrt(len(counted))
        reading = _Reading(encoding, text, prior + nats + _ASCII * (len(text) - len(counted)), fits)
        if text not in found or found[text].nats > reading.nats:
            found[text] = reading
    return sorted(found.values(), key=lambda one: one.nats)


def _decoded(sample: bytes, encoding: str) -> str | None:
    """A sample's text, a character that the end of a piece cuts in two left out; None if it is in another encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample, len(sample) < _PIECE)
    except UnicodeDecodeError:
        return None


def _sample(content: bytes) -> list[bytes]:
    """Pieces from all over the content that begin with a line, those of ASCII alone left out."""
    step = max(_PIECE, len(content) // _PIECES)
    starts = (_line_start(content, place, place + step) for place in range(0, len(content), step))
    pieces = (content[start : start + _PIECE] for start in starts if start is not None)
    if found := [piece for piece in pieces if not piece.isascii()]:
        return found
    # The line of the first byte beyond ASCII, which is too rare to be met by chance.
    place = len(content) - len(content.lstrip(bytes(range(128))))
    start = max(content.rfind(b"\n", 0, place), content.rfind(b" ", 0, max(0, place - 40))) + 1
    return [content[start : start + _PIECE]]


def _line_start(content: bytes, start: int, end: int) -> int | None:
    """Where a line begins; if none does, a place after a blank, which is no part of a character in any encoding."""
    places = (content.find(sign, start, end) + 1 for sign in (b"\n", b"\r", b" "))
    return 0 if start == 0 else next(filter(None, places), None)
