"""A writer's training on a text in shards: what is learnt, kept apart and held out, and the n-gram beside it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.data.text.shards import Shards
from rnnlab.data.text.vocab import Vocabulary, encode_compactly
from rnnlab.errors import RnnlabError
from rnnlab.scoring.openings import openings
from rnnlab.tasks.text.judge.score import ngram_score
from rnnlab.tasks.text.learn.calibrate import FEWEST, Ids
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.tasks.text.learn.sharded import ShardedTask
from rnnlab.tasks.text.learn.tuning import Base

MOST_HELD_OUT = 500_000  # characters, of the last shard's end; exact scores of a tenth of a large text would take hours
MOST_KEPT = 200_000  # characters, of the first shard's beginning, that set how sure the model is
COUNTED = 5_000_000  # characters that the 5-gram is counted on: those before what is held out


def sharded_task(shards: Shards, text: TextConfig, batch: int, base: Base | None = None) -> tuple[ShardedTask, Ids]:
    """The task, and the ids that calibrate; `base` is the checkpoint whose vocabulary is kept.

    Raises:
        RnnlabError: the settings ask for what a text in shards cannot have, or the text is too short.
    """
    plain = dataclasses.replace(text, level="char", documents="whole", marker="", fold_case=False, shuffle=0)
    if text != dataclasses.replace(plain, column="", encoding=""):
        raise RnnlabError(
            "A text in shards is learnt whole, by characters and as it is; leave out --level, --documents, --fold-case,"
            " --marker, --shuffle, --column and --encoding."
        )
    cut = _Cut.of(shards, text)
    vocabulary: Vocabulary = _vocabulary(shards, text.rare)
    if base is not None:
        unknown = getattr(vocabulary, "unknown", None) is not None
        vocabulary = base.widened(vocabulary.alphabet, boundary=False, unknown=unknown)

    def opened(number: int) -> Ids:
        return encode_compactly(vocabulary, [cut.learnt(shards.read(number), number)])

    last, first = shards.read(cut.count - 1), shards.read(0)
    held_out = encode_compactly(vocabulary, [last[len(last) - cut.held_out :]])
    kept = encode_compactly(vocabulary, [first[: cut.kept]]) if cut.kept >= FEWEST else np.zeros(0, np.uint8)
    task = ShardedTask(
        opened, cut.lengths(shards), held_out, vocabulary, window=text.window, forget=text.forget, batch=batch
    )
    if not task.steps_per_epoch:
        raise RnnlabError(f"The shards of {shards.name} are too short for windows of {text.window}; make larger ones.")
    return task, kept


def sharded_scores(shards: Shards, text: TextConfig) -> dict[str, Any]:
    """What the 5-gram of the millions of characters before the held-out part scores on it, and the text's openings."""
    cut = _Cut.of(shards, text)
    last = shards.read(cut.count - 1)
    before, number = last[: len(last) - cut.held_out], cut.count - 1
    while len(before) < COUNTED and number > 0:
        number -= 1
        before = cut.learnt(shards.read(number), number) + before
    counted = before[-COUNTED:]
    told: dict[str, Any] = ngram_score([counted], [last[len(last) - cut.held_out :]])
    return told | {"ngram_characters": len(counted), "openings": openings([before])}


def held_out_text(shards: Shards, text: TextConfig) -> str:
    """The end of the text, which is never trained on."""
    cut = _Cut.of(shards, text)
    last = shards.read(cut.count - 1)
    return last[len(last) - cut.held_out :]


def sharded_record(shards: Shards) -> dict[str, Any]:
    """What a checkpoint tells of it."""
    return {
        "name": shards.name,
        "title": shards.name,
        "characters": shards.characters,
        "alphabet": len(shards.counts),
        "sha256": shards.sha256,
        "source": shards.source,
        "shards": len(shards.lengths),
    }


@dataclasses.dataclass(frozen=True)
class _Cut:
    """How many shards there are, and the characters at the beginning and the end that are not trained on."""

    count: int
    kept: int
    held_out: int

    @classmethod
    def of(cls, shards: Shards, text: TextConfig) -> _Cut:
        held_out = min(int(text.validation * shards.characters), MOST_HELD_OUT, shards.lengths[-1] // 2)
        kept = min(int(text.calibration * (shards.characters - held_out)), MOST_KEPT, shards.lengths[0] // 4)
        return cls(len(shards.lengths), kept if kept >= FEWEST else 0, held_out)

    def learnt(self, text: str, number: int) -> str:
        """What of a shard's text is trained on."""
        return text[self.kept if number == 0 else 0 : len(text) - (self.held_out if number == self.count - 1 else 0)]

    def lengths(self, shards: Shards) -> list[int]:
        """Characters of each shard that are trained on."""
        found = list(shards.lengths)
        found[0] -= self.kept
        found[-1] -= self.held_out
        return found


def _vocabulary(shards: Shards, least: int) -> CharacterVocabulary:
    """Characters that occur often enough; the others are one unknown symbol."""
    if least > max(shards.counts.values()):
        raise RnnlabError(f"No character occurs at least {least:,} times; give a lower --rare or more text.")
    common = "".join(sorted(one for one, count in shards.counts.items() if count >= least))
    return CharacterVocabulary(common, has_unknown=len(common) < len(shards.counts), has_boundary=False)
