"""A draft kept in a file, to be resumed later as if it had never stopped; independent of any page or command."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab import options
from rnnlab.data.kinds import find_fault, listed, record, text, whole
from rnnlab.data.text.prompts import escaped
from rnnlab.data.text.vocab import Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig
from rnnlab.nn.sampling import Sampling
from rnnlab.nn.stepping import WEIGHTS
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.tasks.text.generate import Place, read_prompt
from rnnlab.tasks.text.manner import Manner, rules
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.seeds import HIGHEST_SEED
from rnnlab.tasks.text.use import MOST_TEXTS, Draft, second_name
from rnnlab.tasks.text.writer import open_writing
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.checkpoint.tensor_files import check_file, is_ours, load_tensors, save_tensors

FORMAT = 1
NAMED = {"stops": "stop", "banned": "ban"}  # flags that are called otherwise

_ROW = record({"text": text(), "left": text(), "ids": listed(whole(), 1)})
_NUMBERS = record(
    {"rows": listed(_ROW, 1, MOST_TEXTS), "seeds": listed(whole(0, HIGHEST_SEED), 1, MOST_TEXTS), "prompt": text()}
)


def check_draft_file(file: str | Path, *, overwrite: bool = False) -> None:
    """Raise RnnlabError if a draft could not be written there; before a long text is, and leaves nothing.

    overwrite: whether a file that is no draft may be replaced; a draft may be.
    """
    check_file(file)
    if not is_ours(file) and not overwrite:
        raise RnnlabError(
            f"{Path(file).name} exists and is no draft; add --overwrite to replace it, or choose another for --save."
        )


def save_draft(draft: Draft, file: str | Path, *, caller: Caller = OWNER) -> None:
    """Write a draft's texts and where they stand; the model's surprise is not kept.

    Raises:
        RnnlabError: the file cannot be written, the draft's model is no longer there, or an adapted copy wrote it.
    """
    if draft.manner.adapted_copy:
        raise RnnlabError("An adapted copy lives in memory only, so its text cannot be resumed; save it as plain text.")
    tensors: dict[str, Any] = {}
    rows = []
    for number, (place, pieces) in enumerate(zip(draft.places, draft.pieces, strict=True)):
        tensors |= {f"{number}.{name}": tensor for name, tensor in place.tensors().items()}
        left = "".join(piece.text for piece in place.left)
        rows.append({"text": "".join(piece.text for piece in pieces), "ids": list(place.ids), "left": left})
    mark = _mark(open_writing(draft.model, caller=caller).checkpoint)
    numbers = {"format": FORMAT, "mark": mark, "prompt": draft.prompt, "manner": _told(draft.manner)}
    if other := second_name(draft.manner):
        numbers["second_mark"] = _mark(open_writing(other, caller=caller).checkpoint)
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
            raise _other_model(name, model)
        _check(numbers)
        rows, seeds, prompt = numbers["rows"], numbers["seeds"], numbers["prompt"]
        manner = _manner(numbers["manner"]) if "manner" in numbers else Manner()  # drafts before 2026-11-26 have none
        models = [checkpoint.model]
        if other := second_name(manner):
            second = open_writing(other, caller=caller).checkpoint
            if numbers["second_mark"] != _mark(second):
                raise _other_model(name, other)
            models.append(second.model)
        _check_names(tensors, len(rows), models)
        places = [_place(tensors, number, row, models) for number, row in enumerate(rows)]
        _check_texts(rows, prompt, writer.vocabulary)
    except (KeyError, TypeError, ValueError) as error:
        raise RnnlabError(f"{name} was not written by rnnlab or is damaged; give another file.") from error
    pieces = tuple((Piece(row["text"]),) if row["text"] else () for row in rows)
    return Draft(model, "cpu", prompt, pieces, tuple(seeds), (), 0, 0.0, True, tuple(places), manner)


def _other_model(name: str, model: str) -> RnnlabError:
    return RnnlabError(
        f"{name} belongs to another version of {Path(model).name!r:.60} or to another model; "
        f"give the model that wrote it."
    )


def manner_flags(manner: Manner) -> list[str]:
    """How a text is written, as the command line says it; what is as always is left out."""
    told, usual = _told(manner), _told(Manner())
    rules = dict(told.pop("sampling"))
    flags = {NAMED.get(name, name): value for name, value in told.items() if value != usual[name]} | rules
    pairs = [(name, one) for name, value in flags.items() for one in (value if isinstance(value, list) else [value])]
    return [word for name, value in pairs for word in (f"--{name.replace('_', '-')}", *_words(value))]


def _words(value: Any) -> list[str]:
    """What follows a flag: nothing where it is a switch; a text's line breaks as escapes, on one line."""
    return [] if value is True else [escaped(value) if isinstance(value, str) else str(value)]


def _told(manner: Manner) -> dict[str, Any]:
    """As JSON; whether the surprise is explained is no matter of the text, and no adapted copy's text is stored."""
    told = dataclasses.asdict(manner)
    del told["explained"], told["adapted_copy"]
    rules = {name: value for name, value in manner.sampling.items() if value is not None}
    numbers = {"share": manner.share, "contrast": manner.contrast}
    floats = {name: None if value is None else float(value) for name, value in numbers.items()}
    return told | {"sampling": rules, "stops": list(manner.stops)} | floats


def _manner(told: Any) -> Manner:
    """How a text was written; KeyError, TypeError or ValueError unless it is what `_told` gives."""
    # Drafts before 2026-11-27 have none of these.
    told = {"original": False, "blend": "", "share": None, "contrast": None} | told
    if set(told) != set(_told(Manner())):
        raise ValueError("a part is missing or unknown")
    if type(told["stops"]) is not list:
        raise TypeError("the stops are no list")
    manner = Manner(**told)
    kinds = {
        str: (manner.unit, manner.banned, manner.weights, manner.blend, *manner.stops),
        bool: (manner.keep_stop, manner.finish_sentence, manner.original),
        int: (manner.length,),
        float: [one for one in (manner.share, manner.contrast) if one is not None],
    }
    if not all(type(value) is kind for kind, values in kinds.items() for value in values):
        raise TypeError("a part is of another kind")
    if manner.weights not in WEIGHTS or set(manner.sampling) - {known.name for known in options.describe(Sampling)}:
        raise ValueError("there are no such weights or rules")
    try:
        rules(manner)
    except RnnlabError as error:
        raise ValueError("it cannot be written so") from error
    return manner


def _check(numbers: Mapping[str, Any]) -> None:
    """Raise ValueError unless these are texts with a seed each, after a prompt."""
    fault = find_fault(dict(numbers), _NUMBERS)
    if fault is not None:
        raise ValueError(fault.told())
    if len(numbers["rows"]) != len(numbers["seeds"]):
        raise ValueError("there is not a seed for each text")


def _check_texts(rows: Sequence[Mapping[str, Any]], prompt: str, vocabulary: Vocabulary) -> None:
    """Raise ValueError unless each text is what its ids stand for; that of an empty prompt, after where it began."""
    # Drafts of before began after a single id.
    starts = [0] if prompt else [1, len(read_prompt(vocabulary, "").ids)]
    for row in rows:
        if prompt + row["text"] + row["left"] not in [vocabulary.decode(row["ids"][start:]) for start in starts]:
            raise ValueError("a text is not that of its ids")


def _check_names(tensors: Mapping[str, Any], rows: int, models: Sequence[ModelConfig]) -> None:
    if set(tensors) != {f"{number}.{name}" for number in range(rows) for name in place_names(models)}:
        raise ValueError("there are other tensors than the model leaves")


def _place(tensors: Mapping[str, Any], number: int, row: Mapping[str, Any], models: Sequence[ModelConfig]) -> Place:
    own = {name: tensors[f"{number}.{name}"] for name in place_names(models)}
    return read_place(own, row["ids"], row["left"], models)


def _mark(checkpoint: Checkpoint) -> str:
    """What tells one model's weights from another's."""
    weights: Any = checkpoint.weights["head.weight"]
    return hashlib.sha256(np.ascontiguousarray(weights.numpy()).tobytes()).hexdigest()[:16]


def place_names(models: Sequence[ModelConfig]) -> set[str]:
    """The names of the tensors that `Place.tensors` gives for a model, or for two that write together."""
    layers = enumerate(_layers(models))
    return {
        "random",
        *(f"state.{number}.{part}" for number, one in layers for part in range(len(CELLS[one.cell].parts))),
    }


def _layers(models: Sequence[ModelConfig]) -> list[ModelConfig]:
    """Of each layer of all, its model."""
    return [one for one in models for _ in range(one.layers)]


def read_place(tensors: Mapping[str, Tensor], ids: Any, left: Any, models: Sequence[ModelConfig]) -> Place:
    """Undo `Place.tensors`.

    Args:
        tensors: by the names of `place_names`, no more and no fewer.
        ids: of the whole text.
        left: what was written but not shown.
        models: what the text continues with; the ids are of the first.

    Raises:
        ValueError: a part is not what this model leaves.
    """
    if not isinstance(left, str):
        raise ValueError("what is left is no text")
    if (
        not isinstance(ids, list)
        or not ids
        or not all(type(one) is int and 0 <= one < models[0].vocabulary for one in ids)
    ):
        raise ValueError("the ids are none, or not the model's")
    layers = _layers(models)
    for name, tensor in tensors.items():
        shape = () if name == "random" else (1, 1, layers[int(name.split(".")[1])].hidden)
        if name != "random" and (tensor.shape != shape or tensor.dtype != torch.float32):
            raise ValueError(f"{name} has another shape or kind")
        if not tensor.isfinite().all():
            raise ValueError(f"{name} is not finite")
    if tensors["random"].dim() != 1:
        raise ValueError("the state of the generator has another shape")
    try:
        torch.Generator().set_state(tensors["random"])
    except (RuntimeError, TypeError) as error:
        raise ValueError("the state of the generator is none") from error
    parts = [sorted(name for name in tensors if name.startswith(f"state.{one}.")) for one in range(len(layers))]
    state = tuple(tuple(tensors[name] for name in names) for names in parts)
    return Place(state, tuple(ids), tensors["random"], (Piece(left),) if left else ())
