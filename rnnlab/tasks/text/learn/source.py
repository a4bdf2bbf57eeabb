"""A text that a training names: opened, described, and its 5-gram counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rnnlab import options
from rnnlab.data.code_points import count_characters
from rnnlab.data.text.corpus import Corpus
from rnnlab.data.text.documents import split_at
from rnnlab.data.text.shards import Shards
from rnnlab.errors import RnnlabError
from rnnlab.options import Option
from rnnlab.runtime.resuming import FILLED, settings_as_begun
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.data import open_learnable
from rnnlab.tasks.text.judge.score import ngram_score
from rnnlab.tasks.text.learn.settings import MODEL, TRAIN, TeacherConfig, TextConfig
from rnnlab.tasks.text.learn.sharded_text import sharded_scores
from rnnlab.tasks.text.learn.tuning import Base, check_settled, open_base, resumed_base
from rnnlab.tasks.text.writer import text_learnt

NOT_SET = (*FILLED, "skip")
MANY, SELDOM = 150, 10  # different characters in a text, and times that one occurs


def settings() -> list[Option]:
    """Every setting of a writer's training that a person may choose; the text's size changes some defaults."""
    parts = (MODEL, TRAIN, TextConfig(), TeacherConfig())
    return [known for part in parts for known in options.describe(part) if known.name not in NOT_SET]


@dataclass(frozen=True)
class TextSource:
    """A text that was read; base: the writer that is fine-tuned on it. Its 5-gram is counted once."""

    corpus: Corpus | Shards
    base: Base | None = None
    _ngram: dict[float, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The text's."""
        return self.corpus.name

    @property
    def size(self) -> int:
        """Characters."""
        return self.corpus.characters

    @property
    def sentences(self) -> Sequence[str]:
        """How much of a text there is."""
        corpus = self.corpus
        parts = f" in {len(corpus.documents):,} documents" if isinstance(corpus, Corpus) and several(corpus) else ""
        letters = len(corpus.alphabet) if isinstance(corpus, Corpus) else len(corpus.counts)
        characters = f"{corpus.characters:,} characters{parts}, {letters} different ones"
        return [f"{corpus.name}: {characters}; the last tenth is held out."]

    @property
    def notices(self) -> Sequence[str]:
        """On how it was read."""
        return self.corpus.notices

    def ngram(self, text: TextConfig) -> dict[str, Any]:
        """What the 5-gram of the rest scores on what is held out."""
        if text.validation not in self._ngram:
            if isinstance(self.corpus, Shards):
                self._ngram[text.validation] = sharded_scores(self.corpus, text)
            else:
                parts = split_at(self.corpus.documents, 1 - text.validation)
                self._ngram[text.validation] = dict(ngram_score(*parts))
        return self._ngram[text.validation]

    def on_alphabet(self) -> Sequence[str]:
        """A sentence on a text with too many characters that occur too seldom to be learnt."""
        if not isinstance(self.corpus, Corpus):
            return []
        alphabet, counts = self.corpus.alphabet, count_characters(self.corpus.documents)
        seldom = int(((counts > 0) & (counts < SELDOM)).sum())
        if len(alphabet) < MANY or seldom < len(alphabet) / 4:
            return []
        return [
            f"{seldom:,} of its {len(alphabet):,} distinct characters occur fewer than {SELDOM} times, too seldom to "
            f"be modelled: leave out what is not the author's, or merge them into one with --rare {SELDOM}."
        ]


def read(request: Request) -> TextSource:
    """Open the text that a training names, as the settings and what it goes on from say.

    The data are a text of the catalog or a dataset of the Hub that has been fetched, a text file, a folder of text
    files or a folder of shards; several, but for shards, are one text.

    Raises:
        RnnlabError: it cannot be used as it is, or a setting cannot be used with it.
    """
    given = dict(request.settings)
    for name in set(given) - {known.name for known in settings()}:
        raise RnnlabError(f"A writer has no setting --{name.replace('_', '-')}; leave it out.")
    if request.begun is not None:
        check_settled(request.begun, given)
        given = settings_as_begun(request.begun, given)
        corpus = open_learnable(request.data, options.from_mapping(TextConfig, given))
        if text_learnt(request.begun)[1] != corpus.sha256:
            raise RnnlabError("This training began with another text; give the same --data to resume it.")
        return TextSource(corpus, resumed_base(request.begun))
    if request.base is not None:
        base = open_base(request.base, given, request.caller)
        return TextSource(base.opened(request.data, given), base)
    return TextSource(open_learnable(request.data, options.from_mapping(TextConfig, given)))


def several(corpus: Corpus) -> bool:
    """Whether a text is of several documents."""
    return len(corpus.documents) > 1
