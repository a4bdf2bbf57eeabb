"""Whether the meaning of what is no checkpoint was changed in a way that nobody may take: kept texts, shards, cache."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import safetensors.torch

from benchmarks.fuzzing import tensors
from benchmarks.fuzzing.cases import Case
from benchmarks.fuzzing.judging import content, plain
from benchmarks.fuzzing.leaves import changes
from benchmarks.fuzzing.sources import DATASET
from rnnlab.data.fetch import hub_datasets
from rnnlab.data.json_objects import SEAL, seal
from rnnlab.data.text import shards
from rnnlab.train.checkpoint.files import DAMAGED_TENSORS
from rnnlab.train.checkpoint.tensor_files import digest


def changed(case: Case) -> str | None:
    """What of a case contradicts what it was made from; None if it may be taken."""
    return {"draft": _draft, "shards": _shards, "dataset": _dataset}[case.sent](case.source.place, case.place)


def _draft(whole: Path, file: Path) -> str | None:
    raws = whole.read_bytes(), content(file)
    if raws[1] is None or raws[0] == raws[1]:
        return None if raws[1] else "it is no file"
    try:
        (old, new), kinds = zip(*map(_kept, raws), strict=True)
        values = tensors.floats(raws[1])
    except DAMAGED_TENSORS as error:
        return f"it cannot be read by a second reader: {error!r}"
    if kinds[0] != kinds[1]:
        return "its tensors are of another kind"
    if not all(math.isfinite(one) for own in values.values() for one in own):
        return "a state is not finite"
    digest = new.pop("digest", None)
    sealed = digest is None or digest == new["due"]
    old.pop("digest"), old.pop("due"), new.pop("due")
    if not sealed:
        return "the digest is not that of what was changed"
    for numbers in (old, new):  # in which order they stand, nobody can know who did not write them
        numbers["rows"] = sorted(numbers.get("rows", []), key=lambda row: repr(_whole_text(numbers, row)))
    if [_whole_text(new, row) for row in new["rows"]] != [_whole_text(old, row) for row in old["rows"]]:
        return "a text is another"
    wrong = [change for change in changes(old, new) if not _may_be_kept(*change)]
    return str(wrong[0]) if wrong else None


def _kept(raw: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The numbers of a kept text with its digest and the one that is due, and the kinds of its tensors."""

    header, _ = tensors.parsed(raw)
    told = header["__metadata__"]
    numbers = plain(told["rnnlab"].encode())
    if numbers is None:
        raise ValueError("its numbers are no JSON")
    kinds = {name: (header[name]["dtype"], header[name]["shape"]) for name in tensors.names(header)}
    seals = {"due": digest(safetensors.torch.load(raw), told["rnnlab"])}
    if "sha256" in told:
        seals["digest"] = told["sha256"]
    return numbers | seals, kinds


def _whole_text(numbers: dict[str, Any], row: Any) -> Any:
    try:
        return (numbers["prompt"] + row["text"] + row["left"], row["ids"])
    except (KeyError, TypeError):
        return None


def _may_be_kept(path: str, old: Any, new: Any) -> bool:
    if path.startswith("seeds["):
        return type(new) is int and 0 <= new < 2**31
    if path in ("prompt", "manner.banned") or path.startswith("manner.stops[") or path.endswith((".text", ".left")):
        return isinstance(new, str)
    return old == "gone" and path.split("[")[0].split(".")[0] not in ("format", "mark", "seeds")


def _shards(whole: Path, folder: Path) -> str | None:
    for file in whole.glob("*.txt"):
        if content(folder / file.name) != file.read_bytes():
            return f"{file.name} is another"
    old, new = plain((whole / shards.INDEX).read_bytes()), plain(content(folder / shards.INDEX))
    if new is None:
        return "its index cannot be read by a second reader"
    if SEAL in new and new[SEAL] != seal(new):
        return "the seal is not that of what was changed"
    found = [change for change in changes(old, new) if change[0] != SEAL]
    wrong = [change for change in found if not _may_be_indexed(*change, new)]
    return str(wrong[0]) if wrong else None


def _may_be_indexed(path: str, old: Any, new: Any, index: dict[str, Any]) -> bool:
    if path in ("name", "source") or path.startswith("notices["):
        return isinstance(new, str)
    if path.startswith("counts."):  # how often a character occurs is not counted again
        alike = set(index["counts"]) and sum(index["counts"].values()) == sum(
            one["characters"] for one in index["shards"]
        )
        return bool(alike) and (new == "gone" or (type(new) is int and new > 0 and len(path) == len("counts.") + 1))
    return old == "gone" and path.split("[")[0].split(".")[0] not in ("format", "name", "source", "notices", "shards")


def _dataset(whole: Path, folder: Path) -> str | None:
    text, record = content(folder / f"{DATASET}.txt"), plain(content(folder / f"{DATASET}.json"))
    if record is None or text is None:
        return "its record or its text cannot be read by a second reader"
    if hashlib.sha256(text).hexdigest() != record.get("sha256"):
        return "the digest is not the text's"
    old, own = json.loads((whole / f"{DATASET}.json").read_bytes()), hub_datasets.SEAL
    if own in record and record[own] != seal(record, own):
        return "the seal is not that of what was changed"
    old.pop(own), record.pop(own, None)
    wrong = [one for one in changes(old, record) if one[0] == "dataset" or type(one[1]) is not type(one[2])]
    return str(wrong[0]) if wrong and wrong[0][0] != "part" else None
