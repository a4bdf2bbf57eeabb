"""A writer and a text in; how surprised it is by the text's end, beside the 5-gram of the rest."""

from __future__ import annotations

from typing import Any

from rnnlab.data.documents import split_at
from rnnlab.data.prompts import adapt
from rnnlab.data.shards import Shards, is_shards, open_shards
from rnnlab.data.vocab import encode_compactly
from rnnlab.errors import DataError
from rnnlab.service.callers import OWNER, Caller
from rnnlab.service.sharded_text import held_out_text, sharded_scores
from rnnlab.service.text_facts import reading, text_learnt
from rnnlab.service.text_opening import open_text, open_writing
from rnnlab.tasks.text import judge
from rnnlab.tasks.text.settings import TextConfig
from rnnlab.tasks.text.writer import Writer

ANOTHER = "The model learnt from another text; where the two overlap, its scores are too good to be true."


def evaluate(model: str, data: str, *, caller: Caller = OWNER, device: str = "auto") -> dict[str, Any]:
    """Score a writer on the end of a text, the share that its training held out.

    Args:
        model: a folder or a bundled name.
        data: a text of the catalog or a dataset of the Hub that has been fetched, or the path of a text file or of a
            folder of shards.
        caller: who asks; only the person at this machine may open its folders.
        device: "cpu", "cuda", "mps" or "auto".

    Returns:
        nats_per_char_windows, nats_per_char_streamed, bits_per_char, nats_per_char_int8 (on a CPU),
        ngram_nats_per_char, parameters, characters, held_out, notices, model, name.

    Raises:
        RnnlabError: model or data cannot be used as they are.
    """
    writer = open_writing(model, caller=caller, device=device)
    learnt, (_, sha256) = reading(writer.checkpoint), text_learnt(writer.checkpoint)
    if is_shards(data):
        return (
            {"model": model} | _on_shards(writer, open_shards(data), learnt, sha256) | {"held_out": learnt.validation}
        )
    corpus = open_text(data, documents=learnt.documents, marker=learnt.marker, fold_case=learnt.fold_case)
    notices = [*corpus.notices]
    if corpus.sha256 != sha256:
        notices.append(ANOTHER)
    first, held_out = split_at(corpus.documents, 1 - learnt.validation)
    if not (first and held_out):
        raise DataError(f"{corpus.characters} characters are too few to hold some out; give a longer text.")
    readable = [adapt(writer.vocabulary.alphabet, document) for document in held_out]
    notices += dict.fromkeys(notice for _, told in readable for notice in told)
    held_out = tuple(text for text, _ in readable)
    scores = judge.scores(writer, encode_compactly(writer.vocabulary, held_out)) | judge.ngram_score(first, held_out)
    return {"model": model, "name": corpus.name} | scores | {"held_out": learnt.validation, "notices": notices}


def _on_shards(writer: Writer, shards: Shards, learnt: TextConfig, sha256: str) -> dict[str, Any]:
    text, told = adapt(writer.vocabulary.alphabet, held_out_text(shards, learnt))
    notices = [*shards.notices, *([] if shards.sha256 == sha256 else [ANOTHER]), *told]
    scores = judge.scores(writer, encode_compactly(writer.vocabulary, [text])) | sharded_scores(shards, learnt)
    del scores["openings"]
    return {"name": shards.name} | scores | {"notices": notices}
