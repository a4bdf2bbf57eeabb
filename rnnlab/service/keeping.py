"""A draft kept in a file, to be gone on with later as if it had never stopped; knows no page and no command."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from rnnlab.errors import RnnlabError
from rnnlab.service.text_opening import open_writing
from rnnlab.service.writing import Draft
from rnnlab.tasks.text.generate import Place, read_state
from rnnlab.tasks.text.pieces import Piece
from rnnlab.train.tensor_files import load_tensors, save_tensors

FORMAT = 1


def save_draft(draft: Draft, file: str | Path, *, folders: bool = True) -> None:
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
    numbers = {"format": FORMAT, "model": draft.model, "mark": _mark(draft.model, folders), "prompt": draft.prompt}
    save_tensors(file, tensors, numbers | {"seeds": list(draft.seeds), "rows": rows})


def open_draft(file: str | Path, *, folders: bool = True) -> Draft:
    """Read a draft that `save_draft` wrote, for `carry_on`.

    Raises:
        RnnlabError: the file is another one or damaged, or its model is not there or has changed since.
    """
    tensors, numbers = load_tensors(file)
    name = Path(file).name
    try:
        if numbers["format"] != FORMAT or numbers["mark"] != _mark(str(numbers["model"]), folders):
            raise RnnlabError(f"{name} belongs to another version of {numbers['model']!r:.60}; write a new text.")
        pieces, places = [], []
        for number, row in enumerate(numbers["rows"]):
            own = {key.partition(".")[2]: one for key, one in tensors.items() if key.startswith(f"{number}.")}
            state, random = read_state(own)
            left = (Piece(row["left"]),) if row["left"] else ()
            places.append(Place(state, tuple(map(int, row["ids"])), random, left))
            pieces.append((Piece(row["text"]),) if row["text"] else ())
        return Draft(
            str(numbers["model"]), "cpu", str(numbers["prompt"]), tuple(pieces), tuple(map(int, numbers["seeds"])), (),
            0, 0.0, True, tuple(places),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise RnnlabError(f"{name} was not written by rnnlab or is damaged; give another file.") from error


def _mark(model: str, folders: bool) -> str:
    """What tells one model's weights from another's."""
    weights: Any = open_writing(model, folders=folders).checkpoint.weights["head.weight"]
    return hashlib.sha256(np.ascontiguousarray(weights.numpy()).tobytes()).hexdigest()[:16]
