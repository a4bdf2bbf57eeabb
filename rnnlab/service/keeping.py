"""A draft kept in a file, to be gone on with later as if it had never stopped; knows no page and no command."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

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
    checkpoint = open_writing(model, caller=caller).checkpoint
    try:
        if (numbers["format"], numbers["mark"]) != (FORMAT, _mark(checkpoint)):
            raise RnnlabError(
                f"{name} belongs to another version of {Path(model).name!r:.60} or to another model; "
                f"give the model that wrote it."
            )
        rows, seeds, prompt = numbers["rows"], numbers["seeds"], numbers["prompt"]
        _check(rows, seeds, prompt)
        _check_names(tensors, len(rows), checkpoint.model)
        places = [_place(tensors, number, row, checkpoint.model) for number, row in enumerate(rows)]
    except (KeyError, TypeError, ValueError) as error:
        raise RnnlabError(f"{name} was not written by rnnlab or is damaged; give another file.") from error
    pieces = tuple((Piece(row["text"]),) if row["text"] else () for row in rows)
    return Draft(model, "cpu", prompt, pieces, tuple(seeds), (), 0, 0.0, True, tuple(places))


def _check(rows: Any, seeds: Any, prompt: Any) -> None:
    """Raise ValueError or TypeError unless these are texts with a seed each, after a prompt."""
    if not 1 <= len(rows) == len(seeds) <= MOST_TEXTS:
        raise ValueError("there are no texts, too many, or not a seed for each")
    if not all(type(seed) is int and 0 <= seed <= HIGHEST_SEED for seed in seeds):
        raise ValueError("a seed is none")
    if not isinstance(prompt, str) or not all(isinstance(row["text"], str) for row in rows):
        raise ValueError("a text is none")


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
