"""A draft kept in a file, to be gone on with later as if it had never stopped; knows no page and no command."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.data.kinds import find_fault, listed, record, text, whole
from rnnlab.data.vocab import Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig
from rnnlab.service.callers import OWNER, Caller
from rnnlab.service.text_opening import open_writing
from rnnlab.service.writing import HIGHEST_SEED, MOST_TEXTS, Draft
from rnnlab.tasks.text.generate import Place
from rnnlab.tasks.text.kept import place_names, read_place
from rnnlab.tasks.text.pieces import Piece
from rnnlab.train.checkpoint import Checkpoint
from rnnlab.train.tensor_files import check_file, load_tensors, save_tensors

FORMAT = 1

_ROW = record({"text": text(), "left": text(), "ids": listed(whole(), 1)})
_NUMBERS = record(
    {"rows": listed(_ROW, 1, MOST_TEXTS), "seeds": listed(whole(0, HIGHEST_SEED), 1, MOST_TEXTS), "prompt": text()}
)


def check_draft_file(file: str | Path) -> None:
    """Raise RnnlabError if a draft could not be written there; before a long text is, and leaves nothing."""
    check_file(file)


def save_draft(draft: Draft, file: str | Path, *, caller: Caller = OWNER) -> None:
    """Write a draft's texts and where they stand; the model's surprise is not kept.

    Raises:
        RnnlabError: the file cannot be written, or the draft's model is no longer there.
    """
    tensors: dict[str, Any] = {}
    rows = []
    for number, (place, pieces) in enumerate(zip(draft.places, draft.pieces, strict=True)):
        tensors |= {f"{number}.{name}": tensor for name, tensor in place.tensors().items()}
        left = "".join(piece.text for piece in place.left)
        rows.append({"text": "".join(piece.text for piece in pieces), "ids": list(place.ids), "left": left})
    mark = _mark(open_writing(draft.model, caller=caller).checkpoint)
    numbers = {"format": FORMAT, "mark": mark, "prompt": draft.prompt}
    save_tensors(file, tensors, numbers | {"seeds": list(draft.seeds), "rows": rows})


def open_draft(file: str | Path, model: str, *, caller: Caller = OWNER) -> Draft:
    """Read a draft that `save_draft` wrote, for `carry_on`.

    Args:
        file: what was written.
        model: the folder or bundled name of the model that wrote it, wherever it lies by now.
        caller: who asks; only the person at this machine may open its folders.

    Raises:
        RnnlabError: the file is another one or damaged, or the model is not there, another one or has changed since.
    """
    tensors, numbers = load_tensors(file)
    name = Path(file).name
    writer = open_writing(model, caller=caller)
    checkpoint = writer.checkpoint
    try:
        known = type(numbers["format"]) is int and numbers["format"] == FORMAT
        if not known or numbers["mark"] != _mark(checkpoint):
            raise RnnlabError(
                f"{name} belongs to another version of {Path(model).name!r:.60} or to another model; "
                f"give the model that wrote it."
            )
        _check(numbers)
        rows, seeds, prompt = numbers["rows"], numbers["seeds"], numbers["prompt"]
        _check_names(tensors, len(rows), checkpoint.model)
        places = [_place(tensors, number, row, checkpoint.model) for number, row in enumerate(rows)]
        _check_texts(rows, prompt, writer.vocabulary)
    except (KeyError, TypeError, ValueError) as error:
        raise RnnlabError(f"{name} was not written by rnnlab or is damaged; give another file.") from error
    pieces = tuple((Piece(row["text"]),) if row["text"] else () for row in rows)
    return Draft(model, "cpu", prompt, pieces, tuple(seeds), (), 0, 0.0, True, tuple(places))


def _check(numbers: Mapping[str, Any]) -> None:
    """Raise ValueError unless these are texts with a seed each, after a prompt."""
    fault = find_fault(dict(numbers), _NUMBERS)
    if fault is not None:
        raise ValueError(fault.told())
    if len(numbers["rows"]) != len(numbers["seeds"]):
        raise ValueError("there is not a seed for each text")


def _check_texts(rows: Sequence[Mapping[str, Any]], prompt: str, vocabulary: Vocabulary) -> None:
    """Raise ValueError unless each text is what its ids stand for; that of an empty prompt, after where it began."""
    for row in rows:
        if vocabulary.decode(row["ids"][0 if prompt else 1 :]) != prompt + row["text"] + row["left"]:
            raise ValueError("a text is not that of its ids")


def _check_names(tensors: Mapping[str, Any], rows: int, model: ModelConfig) -> None:
    if set(tensors) != {f"{number}.{name}" for number in range(rows) for name in place_names(model)}:
        raise ValueError("there are other tensors than the model leaves")


def _place(tensors: Mapping[str, Any], number: int, row: Mapping[str, Any], model: ModelConfig) -> Place:
    own = {name: tensors[f"{number}.{name}"] for name in place_names(model)}
    return read_place(own, row["ids"], row["left"], model)


def _mark(checkpoint: Checkpoint) -> str:
    """What tells one model's weights from another's."""
    weights: Any = checkpoint.weights["head.weight"]
    return hashlib.sha256(np.ascontiguousarray(weights.numpy()).tobytes()).hexdigest()[:16]
