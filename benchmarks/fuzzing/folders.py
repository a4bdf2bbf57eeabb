"""A checkpoint's folder damaged in one way, and sealed again where a forger would."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.fuzzing import records, tensors
from rnnlab.train import saved_state
from rnnlab.train.checkpoint import checkpoint

CONFIG, WEIGHTS, CARD = checkpoint.CONFIG, checkpoint.WEIGHTS, checkpoint.CARD
NUMBERS, TENSORS = checkpoint.RESUME_NUMBERS, checkpoint.RESUME_TENSORS
Way = Callable[[Path, random.Random], None]
PARTS = ("config", "config", "config", "weights", "state", "state")  # of a record, how often each is changed


def reseal(folder: Path, config: dict) -> dict:
    """A record with the digests and seals that its writer would give it, for the weights and the state as they lie."""
    provenance = config.get("provenance")
    if isinstance(provenance, dict) and (folder / WEIGHTS).is_file() and "weights_sha256" in provenance:
        provenance["weights_sha256"] = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    config["sha256"] = checkpoint.seal(config)
    return config


def reseal_state(folder: Path, numbers: dict) -> dict:
    """The numbers of a state with their digest and seal, for the tensors and the config.json as they lie."""
    numbers["sha256"] = hashlib.sha256((folder / TENSORS).read_bytes()).hexdigest()
    seal = json.loads((folder / CONFIG).read_bytes()).get("sha256", "")
    numbers["seal"] = saved_state.seal_state(numbers, str(seal))
    return numbers


def _has_state(folder: Path) -> bool:
    return (folder / NUMBERS).is_file()


def _write_sealed(folder: Path, config: dict, draw: random.Random) -> None:
    """A record that was changed, three times in four sealed again, with the state that belongs to it."""
    if draw.random() < 0.25:
        (folder / CONFIG).write_bytes(records.written(config, draw))
        return
    (folder / CONFIG).write_bytes(records.written(reseal(folder, config), draw))
    if _has_state(folder):
        numbers = json.loads((folder / NUMBERS).read_bytes())
        (folder / NUMBERS).write_bytes(records.written(reseal_state(folder, numbers), draw))


def record(folder: Path, draw: random.Random) -> None:
    """One or two fields of config.json are others."""
    config = json.loads((folder / CONFIG).read_bytes())
    part = draw.choice([config, *(config[name] for name in ("codec", "train", "metrics", "provenance", "model"))])
    for _ in range(draw.choice((1, 1, 1, 2))):
        if part:
            records.change(part, draw)
    _write_sealed(folder, config, draw)


def no_json(folder: Path, draw: random.Random) -> None:
    """config.json or the state's numbers are no JSON, or such as no program writes."""
    file = folder / draw.choice([CONFIG, NUMBERS] if _has_state(folder) else [CONFIG])
    file.write_bytes(records.broken(file.read_bytes(), draw))


def weights(folder: Path, draw: random.Random) -> None:
    """The weights' header lies, or their numbers are others; the digest is that of what is there."""
    file = folder / WEIGHTS
    file.write_bytes(_other_tensors(file.read_bytes(), draw))
    _write_sealed(folder, json.loads((folder / CONFIG).read_bytes()), draw)


def state_numbers(folder: Path, draw: random.Random) -> None:
    """A number of the state is another."""
    numbers = json.loads((folder / NUMBERS).read_bytes())
    records.change(numbers, draw)
    sealed = reseal_state(folder, numbers) if draw.random() < 0.75 else numbers
    (folder / NUMBERS).write_bytes(records.written(sealed, draw))


def state_tensors(folder: Path, draw: random.Random) -> None:
    """A tensor of the state is another."""
    file = folder / TENSORS
    file.write_bytes(_other_tensors(file.read_bytes(), draw))
    numbers = json.loads((folder / NUMBERS).read_bytes())
    (folder / NUMBERS).write_bytes(records.written(reseal_state(folder, numbers), draw))


def _other_tensors(raw: bytes, draw: random.Random) -> bytes:
    header, _ = tensors.parsed(raw)
    ways = (
        lambda: tensors.other_header(raw, draw),
        lambda: tensors.other_header(raw, draw),
        lambda: tensors.other_numbers(raw, draw),
        lambda: tensors.other_numbers(raw, draw),
        lambda: tensors.retyped(raw, draw),
        lambda: tensors.without(raw, draw.choice(tensors.names(header))),
        lambda: records.spoilt(raw, draw),
        lambda: draw.choice((b"", b"\0" * 8, b"\xff" * 8 + b"{}", raw[:8], raw + b"x", b"PK\3\4" + raw)),
    )
    return draw.choice(ways)()


def spoil(folder: Path, draw: random.Random) -> None:
    """Some bytes of a file are others, as on a disk that fails."""
    file = draw.choice([file for file in folder.rglob("*") if file.is_file()])
    file.write_bytes(records.spoilt(file.read_bytes(), draw))


def another_kind(folder: Path, draw: random.Random) -> None:
    """A file is none: a pipe, a folder, a device, a socket, a link to nowhere, in a circle or to something endless."""
    name = draw.choice([CONFIG, WEIGHTS, CARD, *([NUMBERS, TENSORS] if _has_state(folder) else [])])
    odd_file(folder / name, folder.with_name(f"{folder.name}.kept"), draw)


def odd_file(file: Path, kept: Path, draw: random.Random) -> None:
    """Put something else in a file's place, which is kept elsewhere, for some of the links to lead to."""
    shutil.move(file, kept)
    ways: tuple[Callable[[], object], ...] = (
        lambda: os.mkfifo(file),
        file.mkdir,
        lambda: _socket(file),
        lambda: file.symlink_to("/dev/zero"),
        lambda: file.symlink_to("/dev/null"),
        lambda: file.symlink_to("nowhere"),
        lambda: file.symlink_to(file),
        lambda: file.symlink_to("/proc/self/environ"),
        lambda: file.symlink_to(file.parent),
        file.touch,
        lambda: os.truncate(os.open(file, os.O_CREAT | os.O_WRONLY), 10**12),
        lambda: None,
        lambda: file.symlink_to(os.path.relpath(kept, file.parent)),
        lambda: file.symlink_to(kept.absolute()),
    )
    draw.choice(ways)()


def exchange(folder: Path, draw: random.Random) -> None:
    """A file is another one of the same folder."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    one, other = draw.sample(files, 2)
    shutil.copy(one, other)


def foreign(folder: Path, other: Path, draw: random.Random) -> None:
    """A file, or the whole state, is another checkpoint's."""
    if _has_state(folder) and _has_state(other) and draw.random() < 0.5:
        for file in (NUMBERS, TENSORS):
            shutil.copy(other / file, folder / file)
        return
    files = [file for file in (CONFIG, WEIGHTS, NUMBERS, TENSORS) if (folder / file).exists()]
    file = draw.choice([file for file in files if (other / file).exists()])
    shutil.copy(other / file, folder / file)


def card(folder: Path, draw: random.Random) -> None:
    """The card, anyone's words, is odd."""
    texts = (b"", b"\xff" * 1000, b"---\n[", b"\0" * 99, "é".encode() * 9, b"<script>" * 99, b"x" * 5_000_001)
    (folder / CARD).write_bytes(draw.choice(texts))


def _socket(file: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{short}/s")  # a socket's path may have about a hundred bytes
        os.rename(f"{short}/s", file)


WAYS: dict[str, tuple[Way, int]] = {
    "fields of config.json": (record, 40),
    "no JSON": (no_json, 8),
    "weights": (weights, 14),
    "bytes": (spoil, 10),
    "special files": (another_kind, 8),
    "exchanged files": (exchange, 3),
    "card": (card, 2),
}
OF_STATES: dict[str, tuple[Way, int]] = {
    "numbers of a state": (state_numbers, 16),
    "tensors of a state": (state_tensors, 18),
}


def damage(folder: Path, other: Path, draw: random.Random) -> str:
    """Damage a folder in one way, drawn, and tell which; `other` is another checkpoint's."""
    ways = WAYS | (OF_STATES if _has_state(folder) else {})
    how = draw.choices([*ways, "another's files"], [*(often for _, often in ways.values()), 4])[0]
    if how == "another's files":
        foreign(folder, other, draw)
    else:
        ways[how][0](folder, draw)
    return how
