"""A writer and a text in; how surprised it is by the text's end, beside the 5-gram of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnlab.data.text.documents import split_at
from rnnlab.data.text.prompts import adapt_all
from rnnlab.data.text.shards import Shards, is_shards, open_shards
from rnnlab.data.text.vocab import encode_compactly
from rnnlab.errors import DataError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.text.data import open_beside
from rnnlab.tasks.text.judge.dynamic import dynamic_scores
from rnnlab.tasks.text.judge.score import all_scores, ngram_score
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.tasks.text.learn.sharded_text import held_out_text, sharded_scores
from rnnlab.tasks.text.writer import Writer, open_writing, reading, text_learnt

ANOTHER = "The model was trained on another text; where the two overlap, its scores are too good to be true."


def evaluate(
    model: str,
    data: str | Sequence[str],
    *,
    caller: Caller = OWNER,
    device: str = "auto",
    encoding: str = "",
    column: str = "",
    dynamic: bool = False,
) -> dict[str, Any]:
    """Score a writer on the end of a text, the share that its training held out.

    Args:
        model: a folder or a bundled name.
        data: as of `train_text`.
        caller: who asks; only the person at this machine may open its folders.
        device: "cpu", "cuda", "mps" or "auto".
        encoding: of the text; found out if "".
        column: of a table; the one that the writer was trained on if "" and the text is such a table.
        dynamic: whether to score it while learning from it, too (takes a minute or more).

    Returns:
        nats_per_char_windows, nats_per_char_streamed, bits_per_char, nats_per_char_int8 (on a CPU),
        ngram_nats_per_char, parameters, characters, held_out, rewritten and left_out (characters of the held-out part
        that the model does not know), notices, model, name; dynamic, as `dynamic_scores` gives it, if it is asked for.

    Raises:
        RnnlabError: model or data cannot be used as they are.
    """
    writer = open_writing(model, caller=caller, device=device)
    learnt, (_, sha256) = reading(writer.checkpoint), text_learnt(writer.checkpoint)
    names = [data] if isinstance(data, str) else list(data)
    if len(names) == 1 and is_shards(names[0]):
        if encoding or column:
            raise DataError("Shards are plain text in UTF-8; leave out --encoding and --column.")
        if dynamic:
            raise DataError("A text in shards has no dynamic evaluation; leave out --dynamic.")
        told = _on_shards(writer, open_shards(names[0]), learnt, sha256)
        return {"model": model} | told | {"held_out": learnt.validation}
    corpus = open_beside(names, learnt, encoding=encoding, column=column)
    first, held_out = split_at(corpus.documents, 1 - learnt.validation)
    if not (first and held_out):
        raise DataError(f"{corpus.characters} characters are too few to hold some out; give a longer text.")
    readable = adapt_all(writer.vocabulary.alphabet, held_out)
    held_out = tuple(filter(None, readable.texts))
    if not held_out:
        raise DataError("The model's vocabulary has no character of the held-out part; evaluate it on another text.")
    notices = [*corpus.notices, *([] if corpus.sha256 == sha256 else [ANOTHER]), *readable.notices]
    scores = all_scores(writer, encode_compactly(writer.vocabulary, held_out)) | ngram_score(first, held_out)
    if dynamic:
        scores |= {"dynamic": dynamic_scores(writer, first, held_out)}
    counted = {"rewritten": readable.rewritten, "left_out": readable.left_out}
    told = {"model": model, "name": corpus.name} | scores
    return told | counted | {"held_out": learnt.validation, "notices": notices}


def _on_shards(writer: Writer, shards: Shards, learnt: TextConfig, sha256: str) -> dict[str, Any]:
    readable = adapt_all(writer.vocabulary.alphabet, [held_out_text(shards, learnt)])
    notices = [*shards.notices, *([] if shards.sha256 == sha256 else [ANOTHER]), *readable.notices]
    scores = all_scores(writer, encode_compactly(writer.vocabulary, readable.texts)) | sharded_scores(shards, learnt)
    del scores["openings"]
    counted = {"rewritten": readable.rewritten, "left_out": readable.left_out}
    return {"name": shards.name} | scores | counted | {"notices": notices}
