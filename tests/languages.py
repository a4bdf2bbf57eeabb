"""The same small invented story in many languages, written in the encodings that each of them has had."""

import json
import unicodedata
from pathlib import Path

_FOUND = json.loads((Path(__file__).parent / "stories.json").read_text(encoding="utf-8"))
STORIES: dict[str, str] = {language: one["text"] for language, one in _FOUND.items()}
# The encodings in which files of a language are met, by Python's names.
ENCODINGS: dict[str, list[str]] = {language: one["encodings"] for language, one in _FOUND.items()}
PAIRS = [(language, encoding) for language, encodings in ENCODINGS.items() for encoding in encodings]

# Signs that an encoding may lack, as they were typed on its machines; letters of Persian as Windows-1256 has them.
_TYPED = str.maketrans("“”„«»‘’–—", '"""""\'\'--') | {ord("…"): "..."}
_PERSIAN = str.maketrans("\u06cc\u06a9", "\u064a\u0643")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def story(language: str, encoding: str) -> str:
    """A language's story as typed on the machines of an encoding."""
    text = STORIES[language]
    if encoding == "cp1256":
        text = text.translate(_PERSIAN)
    if encoding == "cp1258":
        text = "".join(map(_tone_apart, text))
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_TYPED)
    return text


def _tone_apart(letter: str) -> str:
    """A Vietnamese letter and its tone as a mark of its own, as Windows-1258 has it."""
    parts = unicodedata.normalize("NFD", letter)
    base = "".join(one for one in parts if one not in _TONES)
    return unicodedata.normalize("NFC", base) + "".join(one for one in parts if one in _TONES)
