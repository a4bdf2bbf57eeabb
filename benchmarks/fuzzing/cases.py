"""One numbered case out of a seed: something whole, damaged in one way, and the form in which it is sent."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch

from benchmarks.fuzzing import folders, records, tensors, zips
from benchmarks.fuzzing.sources import DATASET, Source
from rnnlab.data.fetch import hub_datasets
from rnnlab.data.json_objects import SEAL, seal
from rnnlab.data.text import shards
from rnnlab.train.checkpoint import tensor_files

KINDS = {"model": 78, "draft": 10, "shards": 8, "dataset": 4}  # of a hundred cases


@dataclass(frozen=True)
class Case:
    """What is given to rnnlab.

    number: with the seed it makes the case anew. how: in which way it was damaged. sent: "folder", "zip", "files",
    "draft", "shards" or "dataset". place: the folder or file that is given.
    """

    number: int
    source: Source
    how: str
    sent: str
    place: Path


def make(number: int, seed: int, sources: list[Source], root: Path) -> Case:
    """Make a case below an empty folder."""
    draw = random.Random(f"{seed} {number}")
    kind = draw.choices([*KINDS], [*KINDS.values()])[0]
    source = draw.choice([one for one in sources if one.kind == kind])
    make_one = {"model": _model, "draft": _draft, "shards": _shards, "dataset": _dataset}[kind]
    how, sent, place = make_one(source, sources, root, draw)
    return Case(number, source, how, sent, place)


def _model(source: Source, sources: list[Source], root: Path, draw: random.Random) -> tuple[str, str, Path]:
    folder = root / source.name
    shutil.copytree(source.place, folder)
    sent = draw.choices(("folder", "zip", "files"), (70, 24, 6))[0]
    if sent == "zip" and draw.random() < 0.75:
        zips.packed(folder, root / "sent.zip", draw)
        zips.forge(root / "sent.zip", draw)
        return "zip", sent, root / "sent.zip"
    other = draw.choice([one.place for one in sources if one.kind == "model" and one != source])
    how = folders.damage(folder, other, draw)
    if sent != "zip":
        return how, sent, folder
    zips.packed(folder, root / "sent.zip", draw)
    return how, sent, root / "sent.zip"


def _draft(source: Source, sources: list[Source], root: Path, draw: random.Random) -> tuple[str, str, Path]:
    file = root / "kept"
    shutil.copy(source.place, file)
    how = draw.choice(("bytes", "numbers", "numbers", "tensors", "tensors", "special file"))
    raw = file.read_bytes()
    if how == "bytes":
        file.write_bytes(records.spoilt(raw, draw))
    elif how == "special file":
        folders.odd_file(file, root / "aside", draw)
    elif how == "tensors":
        way = draw.choice((tensors.other_header, tensors.other_numbers, tensors.retyped))
        file.write_bytes(_sealed_draft(way(raw, draw)))
    else:
        header, data = tensors.parsed(raw)
        numbers = json.loads(header["__metadata__"]["rnnlab"])
        records.change(numbers, draw)
        header["__metadata__"]["rnnlab"] = json.dumps(numbers)
        forged = tensors.joined(header, data)
        file.write_bytes(_sealed_draft(forged) if draw.random() < 0.7 else forged)
    return f"kept text: {how}", "draft", file


def _sealed_draft(raw: bytes) -> bytes:
    """A draft's file with the digest that its writer would give it, where it can be read at all."""
    try:
        header, data = tensors.parsed(raw)
        told = header["__metadata__"]
        told["sha256"] = tensor_files.digest(safetensors.torch.load(raw), told["rnnlab"])
        return tensors.joined(header, data)
    except Exception:  # noqa: BLE001
        return raw


def _shards(source: Source, sources: list[Source], root: Path, draw: random.Random) -> tuple[str, str, Path]:
    folder = root / "shards"
    shutil.copytree(source.place, folder)
    index = folder / shards.INDEX
    how = draw.choice(("index", "index", "index", "no JSON", "bytes", "special file", "a shard is another"))
    if how == "index":
        told = json.loads(index.read_bytes())
        records.change(told, draw)
        if draw.random() < 0.7:
            told[SEAL] = seal(told)
        index.write_bytes(records.written(told, draw))
    elif how == "no JSON":
        index.write_bytes(records.broken(index.read_bytes(), draw))
    else:
        file = draw.choice(sorted(folder.iterdir()))
        if how == "bytes":
            file.write_bytes(records.spoilt(file.read_bytes(), draw))
        elif how == "special file":
            folders.odd_file(file, root / "aside", draw)
        else:
            draw.choice(sorted(folder.glob("*.txt"))).write_bytes(file.read_bytes())
    return f"shards: {how}", "shards", folder


def _dataset(source: Source, sources: list[Source], root: Path, draw: random.Random) -> tuple[str, str, Path]:
    folder = root / "cache" / "datasets"
    shutil.copytree(source.place, folder)
    told, text = folder / f"{DATASET}.json", folder / f"{DATASET}.txt"
    how = draw.choice(("record", "no JSON", "bytes", "special file"))
    if how == "record":
        record = json.loads(told.read_bytes())
        records.change(record, draw)
        if draw.random() < 0.7:
            record[hub_datasets.SEAL] = seal(record, hub_datasets.SEAL)
        told.write_bytes(records.written(record, draw))
    elif how == "no JSON":
        told.write_bytes(records.broken(told.read_bytes(), draw))
    else:
        file = draw.choice((told, text))
        if how == "bytes":
            file.write_bytes(records.spoilt(file.read_bytes(), draw))
        else:
            folders.odd_file(file, root / "aside", draw)
    return f"cache: {how}", "dataset", folder
