"""The fingerprint of a writer's text, beside which what it writes is looked up."""

from __future__ import annotations

from rnnlab.data.text.corpus import Corpus
from rnnlab.data.text.documents import split_at
from rnnlab.scoring.originality.copying import Baseline, baseline
from rnnlab.scoring.originality.exact import ExactIndex
from rnnlab.scoring.originality.fingerprint import MOST_CHARACTERS, Fingerprint


def fingerprint_of(corpus: Corpus, validation: float) -> Fingerprint | None:
    """Take in what a writer is trained on, all but the held-out end, which is the baseline.

    None of a text of more than MOST_CHARACTERS, whose fingerprint would be too large to share.
    """
    if corpus.characters > MOST_CHARACTERS:
        return None
    training, held_out = split_at(corpus.documents, 1 - validation)
    human: Baseline | None = baseline(ExactIndex(training), held_out)
    return Fingerprint.of(training, human, corpus.sha256)
