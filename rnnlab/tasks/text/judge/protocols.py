"""A writer's scores on a text, beside the n-gram's on the same; knows no file and no page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from rnnlab.data.text.vocab import build_characters, encode_compactly
from rnnlab.nn.stepping import open_engine, runs_graphs
from rnnlab.scoring.ngrams import fit_ngrams
from rnnlab.tasks.text.judge.score import Ids, score, windowed_by_steps
from rnnlab.tasks.text.writer import Writer

NGRAM_ORDER = 5


def scores(writer: Writer, ids: Ids, tell: Callable[[float], None] | None = None) -> dict[str, Any]:
    """How surprised a writer is by a text of (N,) ids.

    Returns:
        nats_per_char_windows, nats_per_char_streamed, bits_per_char (by windows), characters, parameters; also
        nats_per_char_int8, by windows, where int8 weights can be stepped on.
    """
    found = score(writer.model, writer.vocabulary, ids, tell)
    told: dict[str, Any] = {
        "nats_per_char_windows": found.windows,
        "nats_per_char_streamed": found.streamed,
        "bits_per_char": found.windows / math.log(2),
        "characters": found.characters,
        "parameters": writer.model.parameter_count(),
    }
    if runs_graphs(writer.model):
        told["nats_per_char_int8"] = windowed_by_steps(open_engine(writer.model, "int8"), writer.vocabulary, ids)
    return told


def ngram_score(learnt: Sequence[str], held_out: Sequence[str]) -> dict[str, float]:
    """What the character 5-gram, counted on one part of a text, scores on the other: ngram_nats_per_char, streamed.

    It foretells the characters after the first, as the writer does, from those before them in that part.
    """
    vocabulary = build_characters([*learnt, *held_out], boundary=len(learnt) + len(held_out) > 2)
    counted = fit_ngrams(encode_compactly(vocabulary, learnt), NGRAM_ORDER, vocabulary.size)
    ids = encode_compactly(vocabulary, held_out)
    return {"ngram_nats_per_char": counted.nats_per_token(ids[1:], ids[:1])}
