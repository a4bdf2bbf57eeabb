"""What a reader needs beside the step: `vocabulary.json`, for Python and JavaScript alike."""

from __future__ import annotations

from typing import Any

from rnnlab.data.text.prompts import all_forms
from rnnlab.data.text.strings import LONGEST
from rnnlab.data.text.vocab import CharacterVocabulary, SubwordVocabulary, Vocabulary
from rnnlab.data.text.words import pieces_pattern
from rnnlab.nn.sampling import COLDEST, NEARLY_ONE, Sampling
from rnnlab.tasks.text.generate import banned_ids, read_prompt
from rnnlab.tasks.text.manner import Manner
from rnnlab.tasks.text.pieces import MOST_TO_FINISH, SENTENCE_END
from rnnlab.tasks.text.writer import Voice, Writer
from rnnlab.version import __version__

FORMAT = 1

# `words.pieces_pattern` in JavaScript's words: \w has the letters and numbers of all scripts there, and no marks.
_LETTER, _MARK = r"[\p{L}\p{Nl}\p{No}]", r"(?![\u{10000}-\u{10ffff}])[\p{M}\u200c\u200d]"
_LETTERS = rf"{_LETTER}+(?:(?:{_MARK})+{_LETTER}*)*"
_WORDS = rf" ?{_LETTERS}(?:['’]{_LETTERS})*| ?\p{{Nd}}+| ?([^\p{{L}}\p{{N}}\s])\1*|\n+| +(?= \S)| +|\s"
_CHARACTERS, _WHOLE = r"[\s\S]", r"[\s\S]+"


def vocabulary_fields(writer: Writer, voice: Voice) -> dict[str, Any]:
    """All that encodes a prompt, chooses an id and decodes it as `write` does, and what the voice tells of itself."""
    vocabulary = writer.vocabulary
    return {
        "format": FORMAT,
        "rnnlab": __version__,
        "model": voice.name,
        "title": voice.title,
        "verdict": voice.verdict,
        "size": voice.size,
        "openings": list(voice.openings),
        "presets": {name: dict(preset) for name, preset in voice.presets.items()},
        "hidden": writer.checkpoint.model.hidden,
        "characters": vocabulary.alphabet,
        "strings": [vocabulary.decode([one]) for one in range(vocabulary.size)],
        "pieces": _pieces(vocabulary),
        "cut": rf"{_CHARACTERS}{{1,{LONGEST}}}" if isinstance(vocabulary, SubwordVocabulary) else _WHOLE,
        "merges": list(vocabulary.merges) if isinstance(vocabulary, SubwordVocabulary) else [],
        "start": list(read_prompt(vocabulary, "").ids),
        "banned": banned_ids(vocabulary, ""),
        "length": Manner().length,
        "temperature": Sampling().temperature,
        "min_p": Sampling().min_p,
        "coldest": COLDEST,
        "nearly_one": NEARLY_ONE,
        "sentence_end": SENTENCE_END,
        "most_to_finish": MOST_TO_FINISH,
        "forms": all_forms(vocabulary.alphabet),
    }


def _pieces(vocabulary: Vocabulary) -> dict[str, str]:
    """Regular expressions of the pieces that a prompt is cut into; a piece without an id is spelt, and then merged."""
    if isinstance(vocabulary, CharacterVocabulary):
        return {"python": _CHARACTERS, "javascript": _CHARACTERS}
    return {"python": pieces_pattern().pattern, "javascript": _WORDS}
